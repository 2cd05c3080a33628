"""The crop that a photo has now, and what that says about the last suggestion for it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cropperhead_core.content import content_key
from cropperhead_core.crop import Crop
from cropperhead_core.editor import Editor
from cropperhead_core.errors import NotExpressible, NotInJournal
from cropperhead_core.harvest import Outcome, outcome, rank
from cropperhead_core.journal import Journal
from cropperhead_core.photo import read_photo
from cropperhead_core.sidecar import darkroom, find_crop
from cropperhead_core.sidecar.files import read_bytes

from .records import Recorded, Shown
from .written import in_turn

__all__ = ["recorded", "shown"]


def shown(path: Path, editor: Editor | None) -> Shown:
    """The crop that this photo has now: of this editor, or of the first that has one."""
    size = read_photo(path).upright
    found = find_crop(path, editor)
    if found is None:
        return Shown(path, size, None)
    return Shown(path, size, found.crop, found.editor, str(found.source), found.ours)


def recorded(
    path: Path,
    journal: Journal,
    *,
    editor: Editor | None,
    said: Literal["accepted", "rejected"] | None,
    sidecar: Path | None = None,
) -> Recorded:
    """What became of the suggestion that was last written for this photo, or last made, noted.

    Raises `NotInJournal` if there is none, or one for a photo of this name and another size.
    sidecar is the darktable sidecar of the version that is meant, where a photo has several: the
    panel names it, and asks about photos alone that it brought a crop to.
    """
    key = content_key(path)
    writings = [] if sidecar else in_turn(journal.writings(path, key))
    written = next((writing.crop for writing in writings), None)
    last = journal.last_suggestion(path, key, written)
    if last is None or last.size != read_photo(path).upright:
        raise NotInJournal(f"nothing was suggested for {path} yet: run cropperhead suggest first")
    became: Outcome
    try:
        now, where = _now(path, editor, sidecar)
        best, others = (last.crops, ()) if last.verdict == "crop" else ((), last.crops)
        was_there = sidecar is not None or journal.has_written(path, key, editor)
        became = outcome(best, now, last.size, alternatives=others, said=said, was_there=was_there)
    except NotExpressible:
        now, where = None, editor or "darktable"
        became = "rejected" if said == "rejected" else "inexpressible"
    journal.record_outcome(last.id, became, now, where)
    return Recorded(path, became, rank(last.crops, now, last.size), now, where)


def _now(path: Path, editor: Editor | None, sidecar: Path | None) -> tuple[Crop | None, str | None]:
    """The crop that the photo has now, and whose."""
    if sidecar is None:
        found = find_crop(path, editor)
        return (None, None) if found is None else (found.crop, found.editor)
    data = read_bytes(sidecar)
    crop = None if data is None else darkroom.read(data, read_photo(path), sidecar)[0]
    return crop, None if crop is None else "darktable"
