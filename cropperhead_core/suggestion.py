"""`Suggestion` and `RankedCrop`: what comes back for one photo."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .crop import Crop, Size
from .orientation import Orientation

__all__ = ["RankedCrop", "Suggestion"]

Verdict = Literal["crop", "leave"]


@dataclass(frozen=True, slots=True)
class RankedCrop:
    """An upright crop, its score, what it gains over the whole frame, its ratio's name, and why."""

    crop: Crop
    score: float
    gain: float
    aspect: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Ranked crops of one photo and a verdict: crop it like the first, or leave it.

    size is the upright photo's. With the verdict `leave` the crops are what else could be done,
    `best` is None and `note` says why. angle is 0 unless the crops are turned. exif is of HEIF
    only, as in `Photo`.
    """

    photo: Path
    size: Size
    orientation: Orientation
    verdict: Verdict
    angle: float
    crops: tuple[RankedCrop, ...]
    model: str
    note: str = ""
    exif: Orientation | None = None

    @property
    def best(self) -> RankedCrop | None:
        """What to do with the photo; None leaves it."""
        return self.crops[0] if self.verdict == "crop" else None
