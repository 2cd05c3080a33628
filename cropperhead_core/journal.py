"""The journal: which photos were seen, what was suggested, what we wrote, what became of it.

One SQLite file in WAL mode, so that a command, the watch folder and the editor's plugin may use it
at once. A writing is journalled before the file is replaced and confirmed afterwards: whatever
happens in between, `undo` finds the earlier bytes and can tell whether the file holds ours.
"""

from __future__ import annotations

import json
import os
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .content import content_key, digest
from .crop import Crop, Size
from .editor import Editor
from .errors import UnreadablePhoto
from .schema import JOURNAL
from .store import Store

__all__ = ["Journal", "KnownBy", "Suggested", "Writing"]

KnownBy = Literal["both", "content", "name"]
"""What a photo has in common with the one that was written for, the surest first."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """What was suggested for one photo: ranked upright crops (none: leave it), and by what."""

    size: Size
    crops: tuple[Crop, ...]
    model: str
    verdict: Literal["crop", "leave"]
    wishes: Mapping[str, Any] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Writing:
    """One file that we changed or were about to change.

    `before` is what `undo` needs (None: there was no file), `after` the digest of what we
    wrote; the sidecar is the photo itself where the crop is embedded. A writing that is only
    `begun` may or may not have reached the file.
    """

    photo: Path
    editor: Editor
    sidecar: Path
    crop: Crop
    before: bytes | None
    after: str
    state: Literal["begun", "written", "undone"] = "begun"
    id: int = 0
    known_by: KnownBy = "both"


class Journal(Store):
    """The journal in this file, made when absent; a context manager. Raises `JournalError`."""

    name = "journal"
    remedy = "move it away to go on, but undo will not know what it noted"
    scripts = JOURNAL

    def record_suggestion(self, photo: Path, key: str, suggested: Suggested) -> int:
        """Note what was suggested for this photo; the suggestion's number comes back."""
        crops = json.dumps([crop.numbers for crop in suggested.crops])
        wishes = json.dumps(dict(suggested.wishes))
        size = suggested.size
        with self.transaction():
            row = (self._photo(photo, key), time.time(), suggested.model, suggested.verdict)
            return self._insert("suggestions", (*row, size.width, size.height, crops, wishes))

    def last_suggestion(self, photo: Path, key: str, had: Crop | None = None) -> Suggested | None:
        """What was last suggested for this content, wherever it lay; else for this path.

        With a crop, the last suggestion that had it, if there is one.
        """
        with self._read():
            rows = self._db.execute(
                "SELECT s.id, width, height, crops, model, verdict, wishes FROM suggestions s"
                " JOIN photos p ON p.id = s.photo WHERE p.key = :key OR p.path = :path"
                " ORDER BY p.key = :key DESC, s.id DESC",
                {"key": key, "path": _bytes(photo)},
            ).fetchall()
            found = [_suggested(row) for row in rows]
        return next((each for each in found if had in each.crops), next(iter(found), None))

    def suggested_crops(self, photo: Path, key: str) -> list[Crop]:
        """Every crop that was ever suggested for this content or this path, each once."""
        with self._read():
            rows = self._db.execute(
                "SELECT DISTINCT crops FROM suggestions s JOIN photos p ON p.id = s.photo"
                " WHERE p.key = ? OR p.path = ?",
                (key, _bytes(photo)),
            ).fetchall()
            numbers = {tuple(crop) for (crops,) in rows for crop in json.loads(crops)}
            return [Crop(*crop) for crop in sorted(numbers)]

    def begin(self, writing: Writing, key: str) -> int:
        """Note what is about to be written, on the disk before this returns."""
        crop = json.dumps(writing.crop.numbers)
        before = None if writing.before is None else zlib.compress(writing.before, 1)
        with self.transaction(durable=True):
            row = (self._photo(writing.photo, key), time.time(), writing.editor)
            files = (_bytes(writing.sidecar), crop, before, writing.after, "begun")
            return self._insert("writings", (*row, *files))

    def confirm(self, writing: int, key: str | None = None) -> None:
        """Note that it was written; with a key, that the photo has this content since."""
        with self.transaction():
            self._db.execute("UPDATE writings SET state = 'written' WHERE id = ?", (writing,))
            self._rekey(writing, key)

    def withdraw(self, writing: int) -> None:
        """Forget a writing that never reached its file."""
        with self.transaction():
            self._db.execute("DELETE FROM writings WHERE id = ?", (writing,))

    def undone(self, writing: int, key: str | None = None) -> None:
        """Note that a writing was taken back; with a key, that the photo has this content since."""
        with self.transaction():
            self._db.execute("UPDATE writings SET state = 'undone' WHERE id = ?", (writing,))
            self._rekey(writing, key)

    def writings(self, photo: Path, key: str) -> list[Writing]:
        """The writings for this photo that were not undone, latest first.

        A moved photo is found by its content, and its sidecars are looked for beside it; a copy of
        a photo that is still in place is another photo. One that another program has changed is
        found by its path.
        """
        name = _bytes(photo)
        with self._read():
            rows = self._db.execute(
                "SELECT w.id, p.path, editor, sidecar, crop, before, after_hash, state, p.key"
                " FROM writings w JOIN photos p ON p.id = w.photo"
                " WHERE (p.path = :path OR p.key = :key) AND state != 'undone'"
                " ORDER BY w.id DESC",
                {"path": name, "key": key},
            ).fetchall()
            left = {path for path in {row[1] for row in rows} - {name} if _is_left(path, key)}
            found = []
            for *row, its_key in rows:
                _, path, _, sidecar, _, _, after, _ = row
                if path == name:
                    found.append(_writing(photo, row, "both" if its_key == key else "name"))
                elif path in left and not _is_at_home(path, sidecar, after):
                    found.append(_writing(photo, row, "content"))
            return found

    def has_embedded(self, photo: Path) -> bool:
        """Whether we ever wrote into the photo at this path itself, undone or not."""
        return self._has_writing("p.path = ? AND sidecar = p.path", _bytes(photo))

    def has_written(self, photo: Path, key: str, editor: Editor | None = None) -> bool:
        """Whether we ever wrote a crop for this content or path and this editor (None: any)."""
        where = "(p.key = ? OR p.path = ?) AND editor = coalesce(?, editor)"
        return self._has_writing(where, key, _bytes(photo), editor)

    def _has_writing(self, where: str, *values: object) -> bool:
        query = f"SELECT 1 FROM writings w JOIN photos p ON p.id = w.photo WHERE {where} LIMIT 1"  # noqa: S608 (our own)
        with self._ours():
            return self._db.execute(query, values).fetchone() is not None

    def begun(self) -> list[Writing]:
        """Writings that are only begun, of all photos: their process was killed, or is at it."""
        with self._read():
            rows = self._db.execute(
                "SELECT w.id, p.path, editor, sidecar, crop, before, after_hash, state"
                " FROM writings w JOIN photos p ON p.id = w.photo WHERE state = 'begun'"
            ).fetchall()
            return [_writing(Path(os.fsdecode(row[1])), row) for row in rows]

    def record_outcome(
        self, suggestion: int, outcome: str, crop: Crop | None, editor: str | None
    ) -> None:
        """Note what became of a suggestion, and the crop the photo has now."""
        numbers = None if crop is None else json.dumps(crop.numbers)
        with self.transaction():
            self._insert("outcomes", (suggestion, time.time(), editor, outcome, numbers))

    def _photo(self, path: Path, key: str) -> int:
        """The number of this photo with this content, noted as seen now."""
        row = self._db.execute(
            "INSERT INTO photos (key, path, seen) VALUES (?, ?, ?)"
            " ON CONFLICT (path, key) DO UPDATE SET seen = excluded.seen RETURNING id",
            (key, _bytes(path), time.time()),
        ).fetchone()
        return int(row[0])

    def _rekey(self, writing: int, key: str | None) -> None:
        """Note that the photo of this writing has this content since, if a key says so."""
        if key is not None:
            self._db.execute(
                "UPDATE OR IGNORE photos SET key = ?"
                " WHERE id = (SELECT photo FROM writings WHERE id = ?)",
                (key, writing),
            )

    def _insert(self, table: str, row: Sequence[object]) -> int:
        marks = ", ".join("?" * len(row))
        # The table is one of our own four names; the values are bound.
        cursor = self._db.execute(f"INSERT INTO {table} VALUES (NULL, {marks})", row)  # noqa: S608
        return int(cursor.lastrowid or 0)


def _suggested(row: Sequence[Any]) -> Suggested:
    number, width, height, crops, model, verdict, wishes = row
    ranked = tuple(Crop(*numbers) for numbers in json.loads(crops))
    return Suggested(Size(width, height), ranked, model, verdict, json.loads(wishes), number)


def _bytes(path: Path) -> bytes:
    """The one name of a file in its folder, links followed up to there; any bytes may be in it."""
    return os.fsencode(path.parent.resolve() / path.name)


def _is_left(path: bytes, key: str) -> bool:
    """Whether the photo of this content has left this path, for another one perhaps.

    What cannot be read may still be it.
    """
    try:
        return content_key(Path(os.fsdecode(path))) != key
    except UnreadablePhoto:
        return not os.path.lexists(path)


def _is_at_home(path: bytes, sidecar: bytes, after: str) -> bool:
    """Whether a photo is still at this path, with our sidecar, and was only changed itself."""
    try:
        held = Path(os.fsdecode(sidecar)).read_bytes() if os.path.lexists(path) else b""
    except OSError:
        return False
    return digest(held) == after


def _writing(photo: Path, row: Sequence[Any], known_by: KnownBy = "both") -> Writing:
    number, path, editor, sidecar, crop, before, after, state = row
    beside = photo if sidecar == path else photo.parent / Path(os.fsdecode(sidecar)).name
    crop, before = Crop(*json.loads(crop)), None if before is None else zlib.decompress(before)
    return Writing(photo, editor, beside, crop, before, after, state, number, known_by)
