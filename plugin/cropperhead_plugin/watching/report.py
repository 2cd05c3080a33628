"""What `status` tells of the watch, from its queue and from what it says of itself."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropperhead_core.entry import Entry
from cropperhead_core.queue import Queue
from cropperhead_plugin.protocol import VERSION, Record

__all__ = ["STATES", "Status", "status"]

STATES = ("settling", "waiting", "done", "left", "review", "skipped", "failed")
MINUTE_S, HOUR_S = 60, 3600


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a watch is at work (what it says of itself), and how far it is.

    free is bytes on the disks of the watched folders and of the queue, by folder.
    """

    running: dict[str, Any] | None
    counts: dict[str, int]
    last_minute: int
    last_hour: int
    errors: tuple[Entry, ...]
    review: tuple[Entry, ...]
    free: dict[str, int]
    queue_bytes: int

    def record(self) -> Record:
        """This as a line of JSON output."""
        return {
            "version": VERSION,
            "running": self.running,
            "photos": self.counts,
            "rate": {"last_minute": self.last_minute, "last_hour": self.last_hour},
            "errors": [_error(entry) for entry in self.errors],
            "review": [{"photo": str(e.path), "note": e.note} for e in self.review],
            "free": self.free,
            "queue_bytes": self.queue_bytes,
        }


def status(
    queue: Queue, running: dict[str, Any] | None, folders: Iterable[str], *, most: int
) -> Status:
    """How the watch does now; at most so many errors and photos for review."""
    now = time.time()
    counts = queue.counts()
    places = [*folders, str(queue.path.parent)]
    return Status(
        running=running,
        counts={state: counts.get(state, 0) for state in STATES},
        last_minute=queue.finished_since(now - MINUTE_S),
        last_hour=queue.finished_since(now - HOUR_S),
        errors=tuple(queue.in_state("failed", most)),
        review=tuple(queue.in_state("review", most)),
        free={place: free for place in places if (free := _free(Path(place))) is not None},
        queue_bytes=queue.path.stat().st_size,
    )


def _error(entry: Entry) -> Record:
    return {
        "photo": str(entry.path),
        "message": entry.note,
        "tries": entry.tries,
        "time": round(entry.time, 3),
        "next_try": round(entry.next_try, 3),
    }


def _free(folder: Path) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(folder).free
    return None
