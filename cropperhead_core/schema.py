"""The tables of the journal."""

from __future__ import annotations

__all__ = ["JOURNAL"]

# Each script leads from one schema version (PRAGMA user_version) to the next. Append, never edit.
JOURNAL = (
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
