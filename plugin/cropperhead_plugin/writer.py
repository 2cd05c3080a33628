"""Writes crops into sidecars and takes them back, with the journal as witness.

Before a file is replaced, the journal has what was there and the digest of what will be; so
whenever we are killed, the file is one of the two and `undo` knows which.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cropperhead_core.content import content_key, digest
from cropperhead_core.crop import Crop
from cropperhead_core.editor import Editor
from cropperhead_core.errors import CropperHeadError, NotInJournal
from cropperhead_core.journal import Journal, Writing
from cropperhead_core.orientation import upright_size
from cropperhead_core.photo import Photo
from cropperhead_core.sidecar import (
    Change,
    Provenance,
    find_crop,
    remove_crop,
    replace_file,
    write_crop,
)
from cropperhead_core.sidecar.embedded import embedded_packet, with_earlier_packet
from cropperhead_core.sidecar.files import Content, changed_meanwhile, read_bytes

from .delta import Keepsake, restored
from .records import Applied, How, Undone
from .written import in_turn, is_as_before, is_as_written, is_elsewhere, keepsake, place, short

if TYPE_CHECKING:
    from cropperhead_core.exiftool import ExifTool
    from cropperhead_core.suggestion import Suggestion

__all__ = ["Writer"]


class Writer:
    """Applies suggestions and undoes them."""

    def __init__(
        self,
        journal: Journal,
        exiftool: ExifTool,
        *,
        editor: Editor = "darktable",
        embed: bool = False,
        replace: bool = False,
        is_dry: bool = False,
    ) -> None:
        self._journal = journal
        self._exiftool = exiftool
        self._editor: Editor = editor
        self._embed = embed
        self._replace = replace
        self._is_dry = is_dry

    def apply(self, suggestion: Suggestion, *, expected: str | None = None) -> Applied:
        """Write the suggestion's best crop; nothing if the photo is best left.

        A sidecar that is changed must hold what is expected, as `short` says it (None: anything).
        Raises a `CropperHeadError`, and then the sidecar is as it was.
        """
        best = suggestion.best
        if best is None:
            return Applied(suggestion, self._editor, self._earlier(suggestion.photo), written=False)
        key, begun = content_key(suggestion.photo), list[int]()

        def journalled(change: Change) -> None:
            if change.path != suggestion.photo and expected not in (None, short(change.before)):
                raise changed_meanwhile(change.path)
            writing = _writing(suggestion.photo, self._editor, best.crop, change)
            begun.append(self._journal.begin(writing, key))

        now = datetime.now(UTC).isoformat(timespec="seconds")
        try:
            change = write_crop(
                _facts(suggestion),
                best.crop,
                self._editor,
                self._replace,
                embed=self._embed,
                provenance=Provenance(suggestion.model, best.score, now),
                exiftool=self._exiftool,
                about_to=journalled,
                is_dry=self._is_dry,
            )
        except CropperHeadError:
            # Ours says that nothing was written. Anything else, a kill too, leaves it begun.
            for number in begun:
                self._journal.withdraw(number)
            raise
        for number in begun:
            is_embedded = change.path == suggestion.photo
            self._journal.confirm(number, content_key(change.path) if is_embedded else None)
        was_there = not change.is_needed
        return Applied(suggestion, self._editor, change.path, bool(begun), was_there)

    def _earlier(self, photo: Path) -> Path | None:
        """The file that has a crop of ours, which no suggestion takes away again."""
        with suppress(CropperHeadError):  # of a damaged sidecar nothing can be said
            found = find_crop(photo, self._editor)
            return found.source if found is not None and found.ours else None
        return None

    def undo(self, photo: Path, editor: Editor | None = None) -> Undone:
        """Take the last crop that we wrote for this photo back, of this editor's or of any.

        Raises `NotInJournal` when there is none (left), `SidecarConflict` when the crop there is
        not ours any more.
        """
        writings = self._journal.writings(photo, content_key(photo))
        for writing in in_turn([each for each in writings if editor in (None, each.editor)]):
            path = place(writing)
            now = read_bytes(path)
            if is_elsewhere(writing, now):
                continue
            how = self._taken_back(writing, path, now)
            if how is None:
                self._journal.withdraw(writing.id)
            else:
                self._journal.undone(writing.id, content_key(photo) if path == photo else None)
                return Undone(photo, writing.editor, path, how)
        raise NotInJournal(f"CropperHead wrote nothing for {photo} that is not undone already")

    def _taken_back(self, writing: Writing, path: Path, now: Content) -> How | None:
        """How the file was led back; None if the writing had never reached it."""
        kept = keepsake(writing)
        if is_as_before(writing, now):
            return None if writing.state == "begun" else _how(writing.before)
        if now is None or not is_as_written(writing, now):
            packet = writing.before if kept is None else kept.packet
            remove_crop(writing.photo, writing.editor, packet, exiftool=self._exiftool)
            return "withdrawn"
        replace_file(path, self._before(writing, kept, now), expected=now)
        return _how(writing.before)

    def _before(self, writing: Writing, kept: Keepsake | None, now: bytes) -> Content:
        """The file as it was before a writing that it still holds.

        Where too much of a photo changed to be kept, its picture and all tags are as they were.
        """
        if kept is None:
            return writing.before
        if kept.delta is not None:
            return restored(now, kept.delta)
        return with_earlier_packet(writing.photo, kept.packet, self._exiftool)


def _facts(suggestion: Suggestion) -> Photo:
    """The photo as it was looked at, so that it need not be again."""
    size = upright_size(suggestion.size, suggestion.orientation)
    return Photo(suggestion.photo, size, suggestion.orientation, exif=suggestion.exif)


def _writing(photo: Path, editor: Editor, crop: Crop, change: Change) -> Writing:
    """What the journal is to know of a change before it is made."""
    return Writing(photo, editor, change.path, crop, _kept(photo, change), digest(change.after))


def _kept(photo: Path, change: Change) -> Content:
    """What undo will need: the sidecar's bytes, or what changes in the photo."""
    if change.path != photo:
        return change.before
    return Keepsake.of(change.before or b"", change.after, embedded_packet(photo)).packed()


def _how(before: Content) -> How:
    return "removed" if before is None else "restored"
