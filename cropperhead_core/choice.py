"""Which candidates are chosen, from their scores alone: pure numbers, no picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .boxes import areas, overlaps

__all__ = ["DIFFERENT", "chosen", "utilities"]

DIFFERENT = 0.85
"""Overlap (intersection over union) below which two crops are alternatives."""
PULL = 1.5
"""Score that a tightness of 1 gives, and one of 0 takes, for each halving of the area kept."""

Floats = NDArray[np.floating]


def utilities(
    scores: Floats, areas: Floats, *, tightness: float = 0.5, leave_gain: float = 0.0
) -> NDArray[np.float64]:
    """What each candidate is worth, (n,): its score, leaned towards small or large areas.

    Candidate 0 is the whole frame and gets leave_gain on top, so another must win by more. The lean
    is a bonus per halving of the area, the same for all candidates and rising with the tightness:
    then the area of the best one can only fall, whatever the scores are (add the two inequalities
    that say that each choice is best at its own bonus).
    """
    bonus = PULL * (2 * tightness - 1)
    worth = scores.astype(np.float64) - bonus * np.log2(areas.astype(np.float64))
    worth[0] += leave_gain
    return worth


def chosen(
    worth: NDArray[np.float64], boxes: Floats, allowed: NDArray[np.bool_], top: int
) -> list[int]:
    """Rows of the best allowed boxes, best first, each below .85 overlap with those before it.

    Equal ones go to the larger, then to the one nearer to the centre: no side is preferred.
    """
    off_centre = np.abs(boxes[:, :2] + boxes[:, 2:] - 1).sum(axis=1)
    order = np.lexsort((off_centre.round(9), -areas(boxes).round(9), -worth))
    rows: list[int] = []
    left = order[allowed[order]]
    while len(left) and len(rows) < top:
        rows.append(int(left[0]))
        left = left[overlaps(boxes[left], boxes[left[0]]) < DIFFERENT]
    return rows
