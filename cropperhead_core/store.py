"""A SQLite file that several processes use at once: what journal and queue have in common."""

from __future__ import annotations

import sqlite3
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from .errors import JournalError

__all__ = ["Store"]

BUSY_TIMEOUT_S, WAIT_S = 30.0, 0.01
CACHE_KIB = 256
"""Pages kept in memory. With SQLite's own 2,000 KiB a watch grows by 4 MB over its first 4,000
photos, for nothing: the system's cache has the same pages."""


class Store:
    """The tables in this file, made when absent; a context manager.

    Raises `JournalError` when it cannot be opened, or was written by a newer version.
    """

    name: ClassVar[str]
    """What it is called in errors."""
    remedy: ClassVar[str]
    """What to do when it is damaged."""
    scripts: ClassVar[tuple[str, ...]]
    """How its tables are made, each from what the one before it made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._ours():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not (path.exists() or str(path) == ":memory:"):
                path.touch(mode=0o600)  # it may hold a sidecar that others may not read
            self._db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            try:
                self._db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
                self._migrate()
            except BaseException:
                self.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """A transaction: all or nothing. Inside another one it becomes a part of that.

        A durable one survives a power cut as well, for one fsync.
        """
        with self._ours():
            if self._db.in_transaction:
                yield
                return
            self._db.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            with self._db:
                yield

    def _migrate(self) -> None:
        """Bring the tables to this version; raises `JournalError` if a newer one has been there."""
        known, version = len(self.scripts), self._version()
        if version > known:
            raise JournalError(
                f"the {self.name} {self.path} has version {version}, this CropperHead knows up to"
                f" {known}: update CropperHead"
            )
        if version == known:
            return
        self._use_wal()
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:
            # Another process may have been here while this one waited.
            for script in self.scripts[self._version() :]:
                for statement in script.split(";"):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {known}")

    def _use_wal(self) -> None:
        """Switch to WAL, waiting for others who do so now: here SQLite itself waits for nobody."""
        end = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
                time.sleep(WAIT_S)
            else:
                return

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _ours(self) -> Iterator[None]:
        """Errors of SQLite and of the disk as ours."""
        try:
            yield
        except (sqlite3.Error, OSError, UnicodeDecodeError, OverflowError) as error:
            # What passes, such as a lock or a full disk, is one of the subclasses of this.
            is_damage = type(error) is sqlite3.DatabaseError
            said = f"{error}; {self.remedy}" if is_damage else str(error)
            raise JournalError(f"the {self.name} {self.path} cannot be used: {said}") from error

    @contextmanager
    def _read(self) -> Iterator[None]:
        """As `_ours`, and what is noted there and makes no sense as damage."""
        try:
            with self._ours():
                yield
        except (ValueError, TypeError, OverflowError, zlib.error) as error:
            said = f"is damaged: {error}; {self.remedy}"
            raise JournalError(f"the {self.name} {self.path} {said}") from error
