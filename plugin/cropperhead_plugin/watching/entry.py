"""What the watch knows of a photo: of its place (`Entry`), and of its content (`Known`)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from cropperhead_core.errors import UnreadablePhoto

__all__ = ["FINISHED", "STATES", "Entry", "Known", "Moment", "State", "stamp", "stamp_of"]

State = Literal["settling", "waiting", "done", "left", "review", "skipped", "failed"]
STATES: tuple[State, ...] = get_args(State)
FINISHED: frozenset[State] = frozenset(("done", "left", "review", "skipped"))

LATEST = 2**63 - 1
"""The largest number that SQLite holds: in nanoseconds, a day in April 2262."""


def stamp(facts: os.stat_result) -> tuple[int, int]:
    """A file's size in bytes and its mtime in ns, as far as the queue can say it."""
    return facts.st_size, max(-LATEST, min(facts.st_mtime_ns, LATEST))


def stamp_of(path: Path) -> tuple[int, int] | None:
    """The stamp of the file there now, None if it went.

    Raises `UnreadablePhoto` if nobody can say.
    """
    try:
        return stamp(path.lstat())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnreadablePhoto(f"cannot read {path}: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo in its place: what the file was like, and how far we are with it.

    stamp is the file's size and mtime, around a digest of the same for its sidecars and twins.
    since is of the monotonic clock; next_try is of the wall clock, `delay_s` after the last
    failure.
    """

    path: Path
    stamp: tuple[int, int]
    around: str = ""
    state: State = "settling"
    since: float = 0.0
    tries: int = 0
    next_try: float = 0.0
    delay_s: float = 0.0
    note: str = ""
    time: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """Which camera took a photo, and when (seconds since the epoch in the camera's own zone)."""

    camera: str
    taken: float


@dataclass(frozen=True, slots=True)
class Known:
    """What became of a photo's content under these options, and the suggestion as JSON."""

    key: str
    options: str
    path: Path
    state: State
    record: str
    time: float
    note: str = ""
    moment: Moment | None = None
