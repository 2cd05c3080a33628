"""Upright boxes as arrays (..., 4): left, top, right, bottom in fractions of a frame."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["WHOLE", "areas", "common", "mirrored", "overlaps"]

WHOLE = (0.0, 0.0, 1.0, 1.0)
"""The frame itself."""

Floats = NDArray[Any]
"""Of either precision, which is that of what comes back."""


def mirrored(boxes: Floats) -> Floats:
    """The same boxes in the frame mirrored left to right."""
    flipped = boxes[..., [2, 1, 0, 3]]
    flipped[..., [0, 2]] = 1 - flipped[..., [0, 2]]
    return flipped


def areas(boxes: Floats) -> Floats:
    """(...,) fractions of the frame's area."""
    found: Floats = (boxes[..., 2:] - boxes[..., :2]).prod(axis=-1)
    return found


def common(boxes: Floats, box: Floats) -> Floats:
    """(n,) areas that each of (n, 4) boxes has in common with one, 0 where they do not meet."""
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    found: Floats = np.maximum(high - low, 0).prod(axis=1)
    return found


def overlaps(boxes: Floats, box: Floats) -> Floats:
    """(n,) intersections over union of each of (n, 4) boxes with one."""
    both = common(boxes, box)
    found: Floats = both / (areas(boxes) + areas(box) - both)
    return found
