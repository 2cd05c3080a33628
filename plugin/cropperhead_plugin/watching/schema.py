"""The tables of the queue."""

from __future__ import annotations

__all__ = ["QUEUE"]

# Each script leads from one schema version (PRAGMA user_version) to the next. Append, never edit.
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
