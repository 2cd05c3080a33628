"""Where in a picture the best close crops agree: importance without labels of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["PROBES", "importance"]

EXTENTS = ((0.6, 0.6), (0.7, 0.7), (0.5, 0.8), (0.8, 0.5))
"""Widths and heights of close crops, as fractions of the frame: what the network was taught is 40 %
of a picture and more."""
PLACES = 5
"""Along each axis; the middle is one of them, and the mirror image of each box another."""
CELLS = 32
SHARP = 0.12
"""Score by which a close crop must be worse than the best to count for 1/e of it."""

Floats = NDArray[np.floating]


def _probes() -> NDArray[np.float32]:
    spread = np.linspace(0, 1, PLACES)
    boxes = [
        (left, top, left + width, top + height)
        for width, height in EXTENTS
        for left in spread * (1 - width)
        for top in spread * (1 - height)
    ]
    return np.array(boxes, np.float32)


PROBES = _probes()
"""(100, 4) left, top, right, bottom in fractions: the boxes whose scores tell."""


def importance(scores: Floats) -> NDArray[np.float32]:
    """(32, 32) shares 0..1 of the best close crops that hold each cell, from the probes' scores.

    1 is what all of them keep. Shares, so that a scene without a subject has no cell near 1.
    """
    weights = np.exp((scores.astype(np.float64) - scores.max()) / SHARP)
    middles = (np.arange(CELLS) + 0.5) / CELLS
    across = (middles >= PROBES[:, :1]) & (middles <= PROBES[:, 2:3])
    down = (middles >= PROBES[:, 1:2]) & (middles <= PROBES[:, 3:])
    held: NDArray[np.float64] = np.einsum("k,ky,kx->yx", weights / weights.sum(), down, across)
    return held.astype(np.float32)
