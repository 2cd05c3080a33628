"""What each command found, with its line of JSON; `protocol.line` writes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cropperhead_core.crop import Crop

from .protocol import VERSION, Record

if TYPE_CHECKING:
    from cropperhead_core.crop import Size
    from cropperhead_core.suggestion import RankedCrop, Suggestion

__all__ = [
    "Applied",
    "How",
    "Recorded",
    "Scored",
    "Shown",
    "Undone",
    "crop_record",
    "recorded_crop",
    "suggestion_record",
]


How = Literal["restored", "removed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What `apply` did with a suggestion, and the file that has a crop of ours.

    Not written and not there before: it was a dry run. Of a photo that is best left, the file is
    one where an earlier crop of ours still is, or None.
    """

    suggestion: Suggestion
    editor: str
    sidecar: Path | None
    written: bool
    was_there: bool = False

    def record(self) -> Record:
        """The suggestion's line, and what became of it."""
        return suggestion_record(self.suggestion) | {
            "editor": self.editor,
            "sidecar": None if self.sidecar is None else str(self.sidecar),
            "written": self.written,
            "left": self.suggestion.verdict == "leave",
        }


@dataclass(frozen=True, slots=True)
class Undone:
    """How `undo` took our crop back.

    `restored`: the file is byte for byte as it was; `removed`: there was none, and there is none
    again; `withdrawn`: it was changed meanwhile, so only our crop was taken out of it.
    """

    photo: Path
    editor: str
    sidecar: Path
    how: How

    def record(self) -> Record:
        """This as a line of JSON output."""
        return {
            "version": VERSION,
            "photo": str(self.photo),
            "editor": self.editor,
            "sidecar": str(self.sidecar),
            "undone": self.how,
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """The crop that a photo has now, if any; `size` is the upright photo's."""

    photo: Path
    size: Size
    crop: Crop | None
    editor: str | None = None
    source: str | None = None
    ours: bool = False

    def record(self) -> Record:
        """This as a line of JSON output; pixels and quad are of the upright photo."""
        pixels, quad = None, None
        if self.crop is not None:
            out = self.crop.output(self.size)
            pixels = [out.width, out.height]
            quad = [[round(x, 3), round(y, 3)] for x, y in self.crop.quad(self.size)]
        return {
            "version": VERSION,
            "photo": str(self.photo),
            "crop": None if self.crop is None else crop_record(self.crop),
            "editor": self.editor,
            "source": self.source,
            "ours": self.ours,
            "width": self.size.width,
            "height": self.size.height,
            "pixels": pixels,
            "quad": quad,
        }


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a suggestion; `rank` says which of its crops was taken, from 0."""

    photo: Path
    outcome: str
    rank: int | None
    crop: Crop | None
    editor: str | None

    def record(self) -> Record:
        """This as a line of JSON output."""
        return {
            "version": VERSION,
            "photo": str(self.photo),
            "outcome": self.outcome,
            "rank": self.rank,
            "crop": None if self.crop is None else crop_record(self.crop),
            "editor": self.editor,
        }


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of boxes, in their order, and that of the whole frame; higher is better."""

    photo: Path
    scores: tuple[float, ...]
    full: float

    def record(self) -> Record:
        """This as a line of JSON output."""
        photo, scores = str(self.photo), [round(score, 6) for score in self.scores]
        return {"version": VERSION, "photo": photo, "scores": scores, "full": round(self.full, 6)}


def suggestion_record(suggestion: Suggestion) -> dict[str, Any]:
    """A suggestion as a line of JSON output; size and crops are of the upright frame."""
    return {
        "version": VERSION,
        "photo": str(suggestion.photo),
        "width": suggestion.size.width,
        "height": suggestion.size.height,
        "orientation": int(suggestion.orientation),
        "verdict": suggestion.verdict,
        "angle": round(suggestion.angle, 6) + 0.0,
        "crops": [_ranked(ranked) for ranked in suggestion.crops],
        "model": suggestion.model,
        "note": suggestion.note,
    }


def recorded_crop(record: Mapping[str, Any]) -> Crop:
    """The crop that a record tells, whatever else it tells."""
    return Crop(*(record[name] for name in ("top", "left", "bottom", "right", "angle")))


def crop_record(crop: Crop) -> dict[str, float]:
    """The five numbers at six decimals, which is what a sidecar can hold."""
    return dataclasses.asdict(crop.rounded())


def _ranked(ranked: RankedCrop) -> dict[str, object]:
    return crop_record(ranked.crop) | {
        "score": round(float(ranked.score), 6),
        "gain": round(float(ranked.gain), 6),
        "aspect": ranked.aspect,
        "reasons": list(ranked.reasons),
    }
