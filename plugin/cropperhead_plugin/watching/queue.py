"""The watch folder's queue: what was seen where, what is to be done, what became of each content.

One SQLite file in WAL mode beside the journal, so that `status` may read it while the watch writes.
It is apart from the journal because it could be made again by looking at the folders; what `undo`
lives by could not. Paths are bytes, times are seconds since the epoch unless they say otherwise.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Self

from cropperhead_core.disk import is_there
from cropperhead_core.store import Store

from .entry import FINISHED, STATES, Entry, Known, Moment, State
from .schema import QUEUE

__all__ = ["Queue"]


class Queue(Store):
    """The queue in this file, made when absent; a context manager. Raises `JournalError`."""

    name = "queue"
    remedy = "move it away: the watch makes it again from the folders"
    scripts = QUEUE

    @classmethod
    def copied(cls, path: Path) -> Self:
        """A queue in memory, with what is in that file: for rehearsals."""
        copy = cls(Path(":memory:"))
        try:
            if is_there(path):
                copy._take_over(path)
        except BaseException:
            copy.close()
            raise
        return copy

    def _take_over(self, path: Path) -> None:
        """What that file holds, brought to today's version; errors name it from now on."""
        self.path = path
        with self._ours(), closing(sqlite3.connect(path)) as source:
            source.backup(self._db)
            self._migrate()

    def restart(self, now: float) -> None:
        """Settling begins anew: the monotonic clock of an earlier run means nothing now."""
        with self.transaction():
            self._db.execute("UPDATE files SET since = ? WHERE state = 'settling'", (now,))

    def entries(self, folder: Path) -> dict[str, Entry]:
        """What is known of the photos in this folder, by name."""
        found = self._entries("folder = ?", (os.fsencode(folder), -1))
        return {entry.path.name: entry for entry in found}

    def put(self, entries: Iterable[Entry]) -> None:
        """Note these photos as they are now, over what was noted of the same paths."""
        with self.transaction():
            self._db.executemany(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                map(_row, entries),
            )

    def forget(self, paths: Iterable[Path]) -> None:
        """These files are not there any more; what became of their content stays known."""
        with self.transaction():
            self._db.executemany(
                "DELETE FROM files WHERE folder = ? AND name = ?", map(_key, paths)
            )

    def folders(self, root: Path) -> list[Path]:
        """The folders at or below this one that photos were seen in."""
        start = os.fsencode(root)
        below = start.rstrip(b"/") + b"/"
        with self._ours():
            rows = self._db.execute(
                "SELECT DISTINCT folder FROM files WHERE folder = ? OR substr(folder, 1, ?) = ?",
                (start, len(below), below),
            ).fetchall()
        return [Path(os.fsdecode(folder)) for (folder,) in rows]

    def forget_folder(self, folder: Path) -> None:
        """This folder is not there any more."""
        with self.transaction():
            self._db.execute("DELETE FROM files WHERE folder = ?", (os.fsencode(folder),))

    def give_up(self, folder: Path) -> None:
        """Nobody watches this folder any more: what was not finished there stays undone."""
        finished = ", ".join(f"'{state}'" for state in sorted(FINISHED))
        with self.transaction():
            self._db.execute(
                # The states are our own words; the folder is bound.
                f"DELETE FROM files WHERE folder = ? AND state NOT IN ({finished})",  # noqa: S608
                (os.fsencode(folder),),
            )

    def due(self, wall: float, limit: int) -> list[Entry]:
        """Photos to work on now: those waiting, then failed ones whose time has come.

        A clock that was set back does not keep a photo waiting for longer than its delay.
        """
        failed = "state = 'failed' AND (next_try <= ?1 OR next_try > ?1 + delay)"
        return [
            *self._entries("state = 'waiting'", (limit,)),
            *self._entries(failed, (wall, limit)),
        ][:limit]

    def retry(self) -> None:
        """Failed photos are due at once, whatever their delay."""
        with self.transaction():
            self._db.execute("UPDATE files SET next_try = 0 WHERE state = 'failed'")

    def next_try(self) -> float | None:
        """When the first of the failed photos is to be tried again."""
        with self._ours():
            row = self._db.execute("SELECT min(next_try) FROM files WHERE state = 'failed'")
            (first,) = row.fetchone()
        return None if first is None else float(first)

    def remember(self, known: Known) -> None:
        """Note what became of a content."""
        moment = (None, None) if known.moment is None else (known.moment.camera, known.moment.taken)
        row = (known.key, known.options, *_key(known.path), known.state, known.record)
        with self.transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*row, known.note, *moment, known.time),
            )

    def known(self, key: str) -> list[Known]:
        """What became of this content, the latest first."""
        return self._known("key = ? ORDER BY time DESC", (key,))

    def known_at(self, path: Path) -> list[Known]:
        """What became of the contents that were at this path, the latest first."""
        return self._known("folder = ? AND name = ? ORDER BY time DESC", _key(path))

    def known_near(self, folder: Path, moment: Moment, options: str, seconds: float) -> list[Known]:
        """Photos of one camera and folder that were taken within so many seconds, nearest first."""
        return self._known(
            "folder = ? AND camera = ? AND taken BETWEEN ? AND ? AND options = ?"
            " ORDER BY abs(taken - ?) LIMIT 2",
            (
                os.fsencode(folder),
                moment.camera,
                moment.taken - seconds,
                moment.taken + seconds,
                options,
                moment.taken,
            ),
        )

    def in_state(self, state: State, limit: int) -> list[Entry]:
        """Photos in this state, the latest first."""
        return self._entries("state = ?", (state, limit), order="time DESC")

    def counts(self) -> dict[str, int]:
        """How many photos are in each state."""
        with self._ours():
            return dict(self._db.execute("SELECT state, count(*) FROM files GROUP BY state"))

    def finished_since(self, wall: float) -> int:
        """How many photos were dealt with since then."""
        with self._ours():
            row = self._db.execute("SELECT count(*) FROM contents WHERE time >= ?", (wall,))
            return int(row.fetchone()[0])

    def _entries(
        self, where: str, values: Sequence[object], order: str = "next_try, folder, name"
    ) -> list[Entry]:
        """Entries of which this is true; the last value is how many at most (-1: all)."""
        with self._read():
            # Only our own words are put together; the values are bound.
            rows = self._db.execute(f"{_ENTRY} WHERE {where} ORDER BY {order} LIMIT ?", values)
            return [_entry(row) for row in rows]

    def _known(self, where: str, values: Sequence[object]) -> list[Known]:
        with self._read():
            # Only our own words above are put together; the values are bound.
            rows = self._db.execute(f"SELECT * FROM contents WHERE {where}", values)  # noqa: S608
            return [_known(row) for row in rows.fetchall()]


_ENTRY = (
    "SELECT folder, name, size, mtime, around, state, since, tries, next_try, delay, note, time"
    " FROM files"
)


def _key(path: Path) -> tuple[bytes, bytes]:
    return os.fsencode(path.parent), os.fsencode(path.name)


def _path(folder: bytes, name: bytes) -> Path:
    return Path(os.fsdecode(folder), os.fsdecode(name))


def _row(entry: Entry) -> tuple[object, ...]:
    where = (*_key(entry.path), *entry.stamp, entry.around, entry.state, entry.since)
    return (*where, entry.tries, entry.next_try, entry.delay_s, entry.note, entry.time)


def _entry(row: tuple[Any, ...]) -> Entry:
    folder, name, size, mtime, around, state, *numbers, note, time = row
    since, tries, next_try, delay = map(float, numbers)
    return Entry(
        _path(folder, name),
        (int(size), int(mtime)),
        str(around),
        _state(state),
        since,
        int(tries),
        next_try,
        delay,
        str(note),
        float(time),
    )


def _known(row: tuple[Any, ...]) -> Known:
    key, options, folder, name, state, record, note, camera, taken, time = row
    moment = None if camera is None else Moment(str(camera), float(taken))
    path = _path(folder, name)
    return Known(key, options, path, _state(state), record, float(time), str(note), moment)


def _state(text: str) -> State:
    """One of the states; raises ValueError."""
    return STATES[STATES.index(text)]
