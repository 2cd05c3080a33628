"""What the photographer made of a suggestion, from the crop that the photo has now; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

from .crop import Crop, Size

__all__ = ["Outcome", "is_same", "outcome", "rank"]

Outcome = Literal["accepted", "adjusted", "rejected", "untouched", "inexpressible"]
"""inexpressible: the photo was framed as no crop can say, by perspective for example."""

TOLERANCE_PX = 3.0
TOLERANCE_FRACTION = 0.001
"""How far a corner may be off (the larger of both, of the long side) and the crop be the same:
darktable reaches a crop to 1.2 px, and draws what it was given to the next pixel."""


def outcome(
    suggested: Sequence[Crop],
    now: Crop | None,
    size: Size,
    *,
    alternatives: Sequence[Crop] = (),
    said: Literal["accepted", "rejected"] | None = None,
    was_there: bool = True,
) -> Outcome:
    """What became of a suggestion for a photo of this upright size.

    suggested are the crops, best first; empty if the verdict was to leave the photo, and then
    alternatives are the crops shown anyway. now is the crop that the photo has, None for the whole
    of it. said is the person's own word, if they gave one. Without one a suggested crop that is
    still there is untouched, which is no evidence; so is a missing one that was never written (not
    was_there).

    >>> half = Crop(0, 0, 1, 0.5)
    >>> outcome([half], half, Size(300, 200)), outcome([half], None, Size(300, 200))
    ('untouched', 'rejected')
    """
    if said == "rejected":
        return "rejected"
    if now is None or now.is_whole(size):
        is_taken_away = bool(suggested) and (was_there or said is not None)
        return "rejected" if is_taken_away else said or "untouched"
    if rank([*suggested, *alternatives], now, size) is None:
        return "adjusted"
    return said or "untouched"


def rank(suggested: Sequence[Crop], now: Crop | None, size: Size) -> int | None:
    """Which of the suggested crops the photo has now, counted from 0; None for no such."""
    if now is None:
        return None
    return next((n for n, crop in enumerate(suggested) if is_same(crop, now, size)), None)


def is_same(one: Crop, other: Crop, size: Size) -> bool:
    """Whether no corner of two crops is further apart than an editor's rounding."""
    tolerance = max(TOLERANCE_PX, TOLERANCE_FRACTION * max(size.width, size.height))
    corners = zip(one.quad(size), other.quad(size), strict=True)
    return all(math.dist(a, b) <= tolerance for a, b in corners)
