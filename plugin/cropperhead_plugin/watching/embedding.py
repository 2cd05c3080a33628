"""Photos that crops are written into: whoever takes such a crop away makes another content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from cropperhead_core.crop import Size
from cropperhead_core.entry import Known, Moment, State
from cropperhead_core.journal import Journal
from cropperhead_core.photo import read_photo
from cropperhead_core.queue import Queue
from cropperhead_core.sidecar import find_crop
from cropperhead_plugin.protocol import one_line

from .sharing import moment

__all__ = ["embedded_fate", "is_surely_new"]

TAKEN_AWAY = "our crop in it was taken away: 'cropperhead apply' writes one again"


def embedded_fate(path: Path, queue: Queue, journal: Journal) -> tuple[State, str] | None:
    """What became of a photo that has or had a crop of ours inside, with a word; None for others.

    Raises as `find_crop`.
    """
    found = find_crop(path, "lightroom")
    if found is not None and found.ours:
        return "done", one_line(path.name)
    if not journal.has_embedded(path):
        return None
    is_new = is_surely_new(read_photo(path).size, moment(path), queue.known_at(path))
    return None if is_new else ("skipped", TAKEN_AWAY)


def is_surely_new(size: Size, when: Moment | None, earlier: Sequence[Known]) -> bool:
    """Whether this photo is none of those that were earlier known at its path.

    Programs that write into a photo keep its size, but for a turn, and when it was taken. In doubt
    it is no new one.
    """
    return bool(earlier) and all(_is_another(size, when, known) for known in earlier)


def _is_another(size: Size, when: Moment | None, known: Known) -> bool:
    record = json.loads(known.record)
    if {size.width, size.height} != {record["width"], record["height"]}:
        return True
    return None not in (when, known.moment) and when != known.moment
