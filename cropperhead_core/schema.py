"""The tables of the journal and of the queue, and how an older file becomes today's."""

from __future__ import annotations

import sqlite3

from .errors import JournalError

__all__ = ["MIGRATIONS", "QUEUE", "migrate"]

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
QUEUE = (
    """
    CREATE TABLE files (
        folder BLOB NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL,
        around TEXT NOT NULL, state TEXT NOT NULL, since REAL NOT NULL, tries INTEGER NOT NULL,
        next_try REAL NOT NULL, delay REAL NOT NULL, note TEXT NOT NULL, time REAL NOT NULL,
        PRIMARY KEY (folder, name)
    ) WITHOUT ROWID;
    CREATE INDEX files_by_state ON files (state, next_try);
    CREATE TABLE contents (
        key TEXT NOT NULL, options TEXT NOT NULL, folder BLOB NOT NULL, name BLOB NOT NULL,
        state TEXT NOT NULL, record TEXT NOT NULL, note TEXT NOT NULL, camera TEXT, taken REAL,
        time REAL NOT NULL,
        PRIMARY KEY (key, options)
    ) WITHOUT ROWID;
    CREATE INDEX contents_by_path ON contents (folder, name);
    CREATE INDEX contents_by_moment ON contents (folder, camera, taken);
    CREATE INDEX contents_by_time ON contents (time);
    """,
)


def migrate(database: sqlite3.Connection, named: str, scripts: tuple[str, ...]) -> None:
    """Bring the tables to this version; `named` is what and where they are, for errors.

    Raises `JournalError` when a newer version has been there.
    """
    version = _version(database)
    if version > len(scripts):
        raise JournalError(
            f"{named} has version {version}, this CropperHead knows up to {len(scripts)}:"
            " update CropperHead"
        )
    if version == len(scripts):
        return
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("BEGIN IMMEDIATE")
    with database:
        # Another process may have been here while this one waited.
        for script in scripts[_version(database) :]:
            for statement in script.split(";"):
                database.execute(statement)
        database.execute(f"PRAGMA user_version = {len(scripts)}")


def _version(database: sqlite3.Connection) -> int:
    return int(database.execute("PRAGMA user_version").fetchone()[0])
