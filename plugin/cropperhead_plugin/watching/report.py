"""What `status` tells of the watch, from its queue and from what it says of itself."""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cropperhead_core.editor import EDITORS, Editor
from cropperhead_core.errors import CropperHeadError, NotExpressible
from cropperhead_core.sidecar import find_crop
from cropperhead_core.sidecar.files import sidecar_path
from cropperhead_plugin.protocol import VERSION, Record

from .entry import STATES, Entry, State, stamp
from .queue import Queue

__all__ = ["Status", "status"]

MINUTE_S, HOUR_S = 60, 3600
ALL = -1


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
    queue: Queue,
    running: dict[str, Any] | None,
    folders: Iterable[str],
    *,
    editor: Editor,
    most: int,
) -> Status:
    """How the watch for this editor does now; at most so many errors, every photo for review."""
    now = time.time()
    kept = {entry: _state_now(entry, editor) for entry in queue.in_state("review", ALL)}
    counts = Counter(queue.counts())
    counts["review"] = 0
    counts.update(kept.values())
    places = [*folders, str(queue.path.parent)]
    return Status(
        running=running,
        counts={state: counts[state] for state in STATES},
        last_minute=queue.finished_since(now - MINUTE_S),
        last_hour=queue.finished_since(now - HOUR_S),
        errors=tuple(queue.in_state("failed", most)),
        review=tuple(entry for entry, state in kept.items() if state == "review"),
        free={place: free for place in places if (free := _free(Path(place))) is not None},
        queue_bytes=queue.path.stat().st_size,
    )


def _state_now(entry: Entry, editor: Editor) -> State:
    """What has become of a photo kept for review: `apply` and editors do not tell the queue."""
    if _is_untouched(entry):
        return "review"
    try:
        found = find_crop(entry.path)
    except NotExpressible:
        return "skipped"
    except CropperHeadError:
        return "review"
    if found is not None and found.ours:
        return "done"
    return "review" if found is None or found.editor != editor else "skipped"


def _is_untouched(entry: Entry) -> bool:
    """Whether nothing was written for a photo: to look into thousands of raws takes a while."""
    try:
        facts = entry.path.lstat()
    except OSError:
        return True
    is_same = entry.stamp == stamp(facts)
    return is_same and not any(os.path.lexists(sidecar_path(entry.path, by)) for by in EDITORS)


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
