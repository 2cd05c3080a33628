"""What we note beside a crop that we write: by whom, and exactly what, to know it again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cropperhead_core.crop import Crop

from .adobe import CROP_KEYS, Name, fields, number, restore, update
from .namespaces import CROPPERHEAD

__all__ = ["Provenance", "note", "signed", "take_back"]

NAMES = ("Model", "Score", "Crop", "Time", "Written")
KEYS: tuple[Name, ...] = tuple((CROPPERHEAD, name) for name in NAMES)

Element = Any


@dataclass(frozen=True, slots=True)
class Provenance:
    """Which model suggested the crop, how it scored it, and when (ISO 8601)."""

    model: str = ""
    score: float | None = None
    time: str = ""


def note(rdf: Element, tops: Sequence[Element], crop: Crop, signature: str, by: Provenance) -> None:
    """Note the suggested (upright) crop and the signature of what was written for it."""
    score = "" if by.score is None else number(by.score)
    values = (by.model, score, " ".join(map(number, crop.numbers)), by.time, signature)
    update(rdf, tops, dict(zip(KEYS, values, strict=True)))


def signed(tops: Sequence[Element], name: object) -> str | None:
    """The signature noted when we wrote, None when we did not."""
    return fields(tops, [KEYS[-1]], name).get(KEYS[-1])


def take_back(rdf: Element, tops: Sequence[Element], then: Sequence[Element], name: object) -> None:
    """Set the crop's tags and our notes back to what they were then; remove those that were not.

    An earlier crop of ours that comes back is recognised by its notes.
    """
    restore(rdf, tops, then, (*CROP_KEYS, *KEYS), name)
