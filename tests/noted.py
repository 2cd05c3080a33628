"""What a journal holds, read past our own code."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

__all__ = ["outcomes"]


def outcomes(journal: Path, suggestion: int) -> list[str]:
    """What became of a suggestion, in the order it was noted."""
    with closing(sqlite3.connect(journal)) as database:
        rows = database.execute(
            "SELECT outcome FROM outcomes WHERE suggestion = ? ORDER BY id", (suggestion,)
        ).fetchall()
    return [outcome for (outcome,) in rows]
