"""The crop that a photo has now, and what that says about the last suggestion for it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cropperhead_core.content import content_key
from cropperhead_core.errors import JournalError
from cropperhead_core.harvest import outcome, rank
from cropperhead_core.journal import Journal
from cropperhead_core.photo import read_photo
from cropperhead_core.sidecar import find_crop

from .records import Recorded, Shown
from .settings import Editor

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
) -> Recorded:
    """What became of the last suggestion for this photo, noted in the journal."""
    last = journal.last_suggestion(path, content_key(path))
    if last is None:
        raise JournalError(f"nothing was suggested for {path} yet: run cropperhead suggest first")
    found = find_crop(path, editor)
    now = None if found is None else found.crop
    crops = last.crops if last.verdict == "crop" else ()
    became = outcome(crops, now, last.size, said=said)
    where = None if found is None else found.editor
    journal.record_outcome(last.id, became, now, where)
    return Recorded(path, became, rank(last.crops, now, last.size), now, where)
