"""Our writings against what their files hold now: which of them is to be taken back next."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from cropperhead_core.content import digest
from cropperhead_core.disk import is_there
from cropperhead_core.journal import KnownBy, Writing
from cropperhead_core.sidecar.files import Content, read_bytes, sidecar_path

from .delta import Keepsake

__all__ = ["in_turn", "is_as_before", "is_as_written", "is_elsewhere", "keepsake", "place", "short"]

SUREST_FIRST: tuple[KnownBy, ...] = get_args(KnownBy)


def in_turn(writings: Sequence[Writing]) -> list[Writing]:
    """The writings of a photo that can still be taken back, latest first as they came.

    One whose file is as it left it always counts, and later writings to that file do not. Of the
    others those known by path and content come first, then those known by content alone, then those
    known by name alone.
    """
    files = {each.id: read_bytes(place(each)) for each in writings}
    held = {
        place(each): each.id for each in reversed(writings) if is_as_written(each, files[each.id])
    }
    surest = min((SUREST_FIRST.index(each.known_by) for each in writings), default=0)

    def counts(writing: Writing) -> bool:
        last = held.get(place(writing), writing.id)
        is_there = writing.id <= last or is_as_before(writing, files[writing.id])
        is_known = writing.known_by == SUREST_FIRST[surest] or writing.id in held.values()
        return is_there and is_known

    return [each for each in writings if counts(each)]


def place(writing: Writing) -> Path:
    """Where the writing went; beside the photo's new name if it was renamed together with it."""
    if writing.sidecar == writing.photo:
        return writing.photo
    own, former = sidecar_path(writing.photo, writing.editor), _former(writing)
    if former != writing.photo and (is_there(own) or os.path.lexists(former)):
        return own  # that of the former name is not this photo's any more
    return writing.sidecar if is_there(writing.sidecar) else own


def _former(writing: Writing) -> Path:
    """The photo by the name that it had when its sidecar was written."""
    suffix = "" if writing.editor == "darktable" else writing.photo.suffix
    return writing.sidecar.with_suffix(suffix)


def short(content: Content) -> str:
    """What a file holds, in short; an empty text where there is none."""
    return "" if content is None else digest(content)


def keepsake(writing: Writing) -> Keepsake | None:
    """What was kept of a photo that the crop was embedded in; None for one with a sidecar."""
    is_embedded = writing.sidecar == writing.photo
    return Keepsake.unpacked(writing.before or b"") if is_embedded else None


def is_as_written(writing: Writing, now: Content) -> bool:
    """Whether the file is as the writing left it."""
    return now is not None and digest(now) == writing.after


def is_as_before(writing: Writing, now: Content) -> bool:
    """Whether the file is as the writing found it."""
    kept = keepsake(writing)
    if kept is None:
        return now == writing.before
    return now is not None and digest(now) == kept.hash


def is_elsewhere(writing: Writing, now: Content) -> bool:
    """Whether this writing was probably for another photo.

    It is known by name or by content only, and its file is gone, or is as it was before.
    """
    if writing.known_by == "both":
        return False
    return now is None or (writing.known_by == "content" and is_as_before(writing, now))
