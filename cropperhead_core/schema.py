"""The journal's tables, and how an older file becomes today's."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from .errors import JournalError

__all__ = ["migrate"]

# Each script leads from one schema version (PRAGMA user_version) to the next. Append, never edit.
MIGRATIONS = (
    """
    CREATE TABLE photos (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, path BLOB NOT NULL, seen REAL NOT NULL,
        UNIQUE (path, key)
    );
    CREATE INDEX photos_by_key ON photos (key);
    CREATE TABLE suggestions (
        id INTEGER PRIMARY KEY, photo INTEGER NOT NULL REFERENCES photos, time REAL NOT NULL,
        model TEXT NOT NULL, verdict TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
        crops TEXT NOT NULL, wishes TEXT NOT NULL
    );
    CREATE INDEX suggestions_by_photo ON suggestions (photo);
    CREATE TABLE writings (
        id INTEGER PRIMARY KEY, photo INTEGER NOT NULL REFERENCES photos, time REAL NOT NULL,
        editor TEXT NOT NULL, sidecar BLOB NOT NULL, crop TEXT NOT NULL,
        before BLOB, after_hash TEXT NOT NULL, state TEXT NOT NULL
        CHECK (state IN ('begun', 'written', 'undone'))
    );
    CREATE INDEX writings_by_photo ON writings (photo);
    CREATE INDEX writings_by_sidecar ON writings (sidecar);
    CREATE TABLE outcomes (
        id INTEGER PRIMARY KEY, suggestion INTEGER NOT NULL REFERENCES suggestions,
        time REAL NOT NULL, editor TEXT, outcome TEXT NOT NULL, crop TEXT
    );
    CREATE INDEX outcomes_by_suggestion ON outcomes (suggestion);
    """,
)


def migrate(database: sqlite3.Connection, path: Path) -> None:
    """Bring the tables to this version; `path` names the file in errors.

    Raises `JournalError` when a newer version has been there.
    """
    version = _version(database)
    if version > len(MIGRATIONS):
        raise JournalError(
            f"the journal {path} has version {version}, this CropperHead knows up to"
            f" {len(MIGRATIONS)}: update CropperHead"
        )
    if version == len(MIGRATIONS):
        return
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("BEGIN IMMEDIATE")
    with database:
        # Another process may have been here while this one waited.
        for script in MIGRATIONS[_version(database) :]:
            for statement in script.split(";"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
