"""The boxes that are worth a look: sizes and places of one shape, or of all usual shapes."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .boxes import areas

__all__ = ["candidates", "nearness"]

SCALES = (1.0, 0.97, 0.94, 0.91, 0.88, 0.85, 0.81, 0.77, 0.73, 0.69, 0.65)
"""Of the largest box. Photographers keep .87 by .89 of a frame, 5 % of them under .66; of the boxes
the model was taught 1 % keep less than .42 of the area, so what it says of those is a guess."""
PLACES = (5, 7)
"""Along an axis with room, and with much; odd, so that the middle is one of them. 7 for any room
cost twice the scoring, and the crops of 235 photos overlap by .99."""
MUCH = 0.36
"""Of an axis: more than there is beside the smallest box of the frame's own shape."""
FREE_SHAPES = (16 / 9, 3 / 2, 4 / 3, 5 / 4, 1.0, 4 / 5, 3 / 4, 2 / 3, 9 / 16)
FREE_SCALES = (1.0, 0.94, 0.88, 0.82, 0.75, 0.68)
FREE_PLACES = (5, 5)
LEAST = 0.4
"""Of the frame's area, where no shape is asked for."""
NEAR = 0.12
"""How far apart the edges of neighbours are at most, in fractions of the frame."""
OWN = 0.25
"""Weight of a candidate's own score; the rest is its neighbours' mean. With both numbers what is
chosen is better on average, and judged blind no worse (docs/experiments.md, 43 and 44)."""
ROWS = 64
"""Of the weights at a time: they stay in the processor's cache, which takes a third of the time."""


def candidates(frame_aspect: float, aspect: float | None = None) -> NDArray[np.float64]:
    """Boxes (n, 4) left, top, right, bottom in fractions of a frame of this aspect.

    aspect is the width over height wished for, None for any. Row 0 is the largest allowed box, the
    whole frame if the shape is its own. The mirror image of each box is among them.
    """
    return _candidates(*_what_they_depend_on(frame_aspect, aspect))


def _what_they_depend_on(frame_aspect: float, aspect: float | None) -> tuple[float, float | None]:
    """The frame's aspect where any shape will do; else only how the one shape relates to it."""
    if aspect is None:
        return round(frame_aspect, 6), None
    return 1.0, round(aspect / frame_aspect, 6)


@lru_cache(maxsize=64)
def _candidates(frame_aspect: float, aspect: float | None) -> NDArray[np.float64]:
    if aspect is not None:
        boxes = _placed(_largest(aspect / frame_aspect), SCALES, PLACES)
    else:
        own = _placed((1.0, 1.0), FREE_SCALES, FREE_PLACES)
        shapes = [_largest(shape / frame_aspect) for shape in FREE_SHAPES]
        others = [_placed(shape, FREE_SCALES, FREE_PLACES) for shape in shapes if min(shape) < 0.97]
        boxes = np.concatenate([own, *others])
        boxes = boxes[areas(boxes) >= LEAST]
    boxes.flags.writeable = False
    return boxes


def nearness(frame_aspect: float, aspect: float | None = None) -> NDArray[np.float64]:
    """Weights (n, n) for means over neighbouring candidates, nearer ones counting more.

    The best of hundreds owes part of its score to noise: of two nearly as good, the one that good
    ones surround is better. Each row adds up to 1.
    """
    return _nearness(*_what_they_depend_on(frame_aspect, aspect))


@lru_cache(maxsize=4)  # up to 3 MB each
def _nearness(frame_aspect: float, aspect: float | None) -> NDArray[np.float64]:
    boxes = _candidates(frame_aspect, aspect)
    weights = OWN * np.eye(len(boxes))
    for start in range(0, len(boxes), ROWS):
        near = np.maximum(0, 1 - _apart(boxes[start : start + ROWS], boxes) / NEAR)
        weights[start : start + ROWS] += near * ((1 - OWN) / near.sum(axis=1, keepdims=True))
    weights.flags.writeable = False
    return weights


def _apart(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the edges of (n, 4) boxes are from those of (m, 4) others at most, (n, m)."""
    apart = np.zeros((len(boxes), len(others)))
    for edge, other in zip(boxes.T, others.T, strict=True):
        np.maximum(apart, np.abs(edge[:, None] - other), out=apart)
    return apart


def _largest(relative: float) -> tuple[float, float]:
    """Width and height, as fractions of the frame, of the largest box of this shape over its."""
    return min(1.0, relative), min(1.0, 1 / relative)


def _placed(
    largest: tuple[float, float], scales: tuple[float, ...], places: tuple[int, int]
) -> NDArray[np.float64]:
    """Boxes of one shape at these scales, spread evenly over where they have room."""
    boxes = []
    for scale in scales:
        width, height = largest[0] * scale, largest[1] * scale
        boxes += [
            (left, top, left + width, top + height)
            for top in _starts(height, places)
            for left in _starts(width, places)
        ]
    middle = [(1 - largest[0]) / 2, (1 - largest[1]) / 2]
    first = (*middle, middle[0] + largest[0], middle[1] + largest[1])
    spread = np.array(boxes)
    others = spread[np.abs(spread - first).max(axis=1) > 1e-5]
    return np.concatenate([[first], others]).clip(0, 1)


def _starts(length: float, places: tuple[int, int]) -> list[float]:
    """Where a span of this length may begin in 0..1."""
    room = 1 - length
    if room < 1e-9:
        return [0.0]
    count = places[room > MUCH]
    return [room * place / (count - 1) for place in range(count)]
