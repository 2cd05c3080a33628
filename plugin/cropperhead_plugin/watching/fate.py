"""What became of a photo that has, or had, a crop of ours: what is not to be done again."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cropperhead_core.crop import Size
from cropperhead_core.editor import Editor
from cropperhead_core.journal import Journal
from cropperhead_core.photo import read_photo
from cropperhead_core.sidecar import find_crop
from cropperhead_core.sidecar.files import sidecar_path
from cropperhead_core.sidecar.writing import WHOLE_PIXELS
from cropperhead_plugin.protocol import one_line
from cropperhead_plugin.records import crop_record, recorded_crop
from cropperhead_plugin.written import in_turn

from .entry import Known, Moment, State
from .gate import applies_to
from .policy import Policy
from .queue import Queue
from .sharing import moment

__all__ = ["fate", "is_surely_new", "told"]

TAKEN_AWAY = "our crop in it was taken away: 'cropperhead apply' writes one again"
NO_WATCH = ""
"""Options of a result that no watch produced: it applies to that photo, to no twin or burst."""
NOT_HERE = "was given a crop before, which is not here: 'cropperhead apply' writes one"

Told = tuple[State, str]
"""What became of a photo, and a word about it."""


def fate(
    path: Path, key: str, policy: Policy, queue: Queue, journal: Journal, *, now: float
) -> Known | None:
    """What is known of a photo with this content here; None if the network is to look at it.

    That is so for one that is new, and for one that came from elsewhere and lies beside the crop of
    another. Raises as `find_crop`.
    """
    for known in queue.known(key):
        if applies_to(known, path, policy.options):
            is_to_do = _has_anothers_crop(known, path, policy, journal)
            return None if is_to_do else replace(known, path=path)
    if policy.is_embedded(path):
        became = _embedded(path, queue, journal)
    else:
        became = _beside(path, key, policy.editor, queue, journal)
    if became is None:
        return None
    size, (state, said) = read_photo(path).size, became
    record = json.dumps({"width": size.width, "height": size.height, "crops": []})
    return Known(key, NO_WATCH, path, state, record, now, said, moment(path))


def told(known: Known, policy: Policy) -> Told:
    """What became of a photo, by what is there now."""
    if known.state != "done" or policy.is_embedded(known.path):
        return known.state, known.note
    sidecar = sidecar_path(known.path, policy.editor)
    return "done", one_line(sidecar.name) if os.path.lexists(sidecar) else NOT_HERE


def _has_anothers_crop(known: Known, path: Path, policy: Policy, journal: Journal) -> bool:
    """Whether the sidecar here has the crop of a photo in whose place this known one came."""
    if known.path == path or known.options == NO_WATCH or policy.is_embedded(path):
        return False
    found = find_crop(path, policy.editor)
    if found is None:
        return False
    written = journal.writings(path, known.key)
    own = [each.crop for each in written if each.known_by != "name"]
    if known.state == "done":
        own += map(recorded_crop, json.loads(known.record)["crops"][:1])
    size = read_photo(path).upright
    return not any(found.crop.is_near(crop, size, WHOLE_PIXELS) for crop in own)


def _embedded(path: Path, queue: Queue, journal: Journal) -> Told | None:
    """Of a crop inside the photo: whoever takes it away makes another content."""
    found = find_crop(path, "lightroom")
    if found is not None and found.ours:
        return "done", one_line(path.name)
    if not journal.has_embedded(path):
        return None
    is_new = is_surely_new(read_photo(path).size, moment(path), queue.known_at(path))
    return None if is_new else ("skipped", TAKEN_AWAY)


def _beside(path: Path, key: str, editor: Editor, queue: Queue, journal: Journal) -> Told | None:
    """Of a crop in a sidecar of ours: one that `apply` wrote, with wishes of its own, stays.

    What a watch chose for an earlier content of this path gives way.
    """
    sidecar = sidecar_path(path, editor)
    if not os.path.lexists(sidecar):
        return None
    written = in_turn([each for each in journal.writings(path, key) if each.editor == editor])
    last = next((crop_record(each.crop).items() for each in written), None)
    best = (json.loads(known.record)["crops"][:1] for known in queue.known_at(path))
    chosen = [crop.items() for crops in best for crop in crops]
    is_chosen = last is not None and any(last <= crop for crop in chosen)
    return None if is_chosen else ("done", one_line(sidecar.name))


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
