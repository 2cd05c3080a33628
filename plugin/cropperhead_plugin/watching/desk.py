"""What is done with one photo that has settled: before the network looks at it, and after."""

from __future__ import annotations

import errno
import json
import logging
import math
import os
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cropperhead_core.complete import require_complete
from cropperhead_core.content import content_key
from cropperhead_core.errors import (
    CropperHeadError,
    JournalError,
    NotExpressible,
    SidecarConflict,
    SidecarError,
    ToolError,
    UnreadablePhoto,
)
from cropperhead_core.journal import Journal
from cropperhead_core.photo import is_raw
from cropperhead_core.queue import Entry, Known, Moment, Queue, State
from cropperhead_core.sidecar import find_crop
from cropperhead_core.sidecar.files import Editor, sidecar_path
from cropperhead_core.suggestion import Suggestion
from cropperhead_core.wishes import Wishes
from cropperhead_plugin.notes import note
from cropperhead_plugin.protocol import Failure
from cropperhead_plugin.records import suggestion_record
from cropperhead_plugin.writer import Writer

from .logs import Once, fields
from .names import CAMERA_TWINS
from .settling import delay_s
from .sharing import BURST_S, adopted, are_alike, in_burst, moment

__all__ = ["Desk", "Orders"]

log = logging.getLogger(__name__)

ROOM_BYTES = 1 << 20
"""What must be free before we begin: a sidecar, the temporary file beside it, the journal."""
CLOSED_DELAY_S = 300.0
"""The longest wait for a folder that is full or may not be written to."""
FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
CLOSED = FULL | {errno.EROFS, errno.EACCES, errno.EPERM}
HAS_SIDECAR = "has a sidecar that is not ours: 'cropperhead apply' adds a crop to it"
NEEDS_EMBED = "Lightroom reads no sidecar of it: embed = true writes into the photo itself"


@dataclass(frozen=True, slots=True)
class Orders:
    """How photos are to be dealt with.

    options names model and wishes in short; a crop that gains less than review_below is not written
    but kept for review.
    """

    wishes: Wishes
    options: str
    editor: Editor
    embed: bool = False
    review_below: float = 0.0
    is_dry: bool = False


class Desk:
    """Deals with photos, one at a time, and notes in the queue what became of each.

    `resettle` takes back a photo that has changed. `written` counts the crops that were written,
    `failed` the photos that could not be dealt with.
    """

    def __init__(
        self,
        orders: Orders,
        *,
        queue: Queue,
        journal: Journal | None,
        writer: Writer,
        once: Once,
        resettle: Callable[[Entry], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._orders, self._queue, self._journal, self._writer = orders, queue, journal, writer
        self._once, self._resettle, self._wall = once, resettle, wall
        self._keys: dict[Path, str] = {}
        self.written = self.failed = 0

    def is_ready(self, entry: Entry) -> bool:
        """Whether the network is to look at this photo; if not, that is noted already."""
        try:
            return self._is_unchanged(entry) and not self._is_dealt_with(entry)
        except CropperHeadError as error:
            self._refused(entry, error)
            return False

    def finish(self, entry: Entry, answer: Suggestion | Failure) -> None:
        """Deal with what the network said about this photo."""
        key = self._keys.pop(entry.path)
        if isinstance(answer, Failure):
            self._fail(entry, answer.message, entry.path)
            return
        try:
            if self._is_unchanged(entry):
                self._decide(entry, key, answer)
        except CropperHeadError as error:
            self._refused(entry, error)

    def _is_unchanged(self, entry: Entry) -> bool:
        """Whether the photo is what it was when it had settled; else that is seen to."""
        try:
            facts = entry.path.lstat()
        except FileNotFoundError:
            self._queue.forget([entry.path])
            return False
        except OSError as error:
            raise UnreadablePhoto(f"cannot read {entry.path}: {error.strerror}") from error
        if (facts.st_size, facts.st_mtime_ns) == entry.stamp:
            return True
        self._resettle(replace(entry, stamp=(facts.st_size, facts.st_mtime_ns)))
        return False

    def _is_dealt_with(self, entry: Entry) -> bool:
        """Whether there is nothing to look at: it is known, or somebody's sidecar is there."""
        path = entry.path
        reason = self._reason_to_skip(path)
        if reason:
            self._note(entry, "skipped", reason)
            return True
        self._require_room(path.parent)
        require_complete(path)
        key = content_key(path)
        for known in self._queue.known(key):
            if _holds(known, path, self._orders.options):
                self._queue.remember(replace(known, path=path))
                self._note(entry, known.state, known.note)
                return True
        self._keys[path] = key
        return False

    def _reason_to_skip(self, path: Path) -> str:
        """Why a photo is none of our business; nothing if it is."""
        editor = self._orders.editor
        if editor == "lightroom" and not is_raw(path):
            return "" if self._orders.embed else NEEDS_EMBED
        if not os.path.lexists(sidecar_path(path, editor)):
            return ""
        try:
            found = find_crop(path, editor)
        except NotExpressible:
            return HAS_SIDECAR
        return "" if found is not None and found.ours else HAS_SIDECAR

    def _require_room(self, folder: Path) -> None:
        """Raises `SidecarError` before the work is done if its result could not be written."""
        if self._orders.is_dry:
            return
        try:
            facts = os.statvfs(folder)
        except OSError as error:
            raise SidecarError(f"cannot read {folder}: {error.strerror}") from error
        if facts.f_bavail * facts.f_frsize < ROOM_BYTES:
            raise _closed(folder, errno.ENOSPC)
        if not os.access(folder, os.W_OK | os.X_OK):
            is_read_only = facts.f_flag & os.ST_RDONLY
            raise _closed(folder, errno.EROFS if is_read_only else errno.EACCES)

    def _decide(self, entry: Entry, key: str, own: Suggestion) -> None:
        """Write the crop, or leave the photo, or keep it for review."""
        when = moment(entry.path)
        found = next(self._shared(entry, own, when), own)
        if self._journal is not None and not self._orders.is_dry:
            note(self._journal, found, self._orders.wishes)
        state, said = self._applied(found)
        entry, key = self._as_it_is_now(entry, key, found)
        record = json.dumps(suggestion_record(found), ensure_ascii=True)
        with self._queue.transaction():
            self._queue.remember(
                Known(
                    key, self._orders.options, entry.path, state, record, self._wall(), said, when
                )
            )
            self._note(entry, state, said)

    def _shared(self, entry: Entry, own: Suggestion, when: Moment | None) -> Iterator[Suggestion]:
        """The suggestion with a twin's or a burst's crop, if there is one to share."""
        options = self._orders.options
        for twin in _twins(entry.path):
            known = self._queue.known_at(twin, options)
            shared = known and adopted(own, json.loads(known.record))
            if shared:
                yield shared
        if when is None:
            return
        for known in self._queue.known_near(entry.path.parent, when, options, BURST_S):
            shared = in_burst(own, json.loads(known.record))
            if known.path != entry.path and shared and are_alike(entry.path, known.path):
                yield shared

    def _applied(self, found: Suggestion) -> tuple[State, str]:
        """What becomes of a suggestion, and a word about it."""
        best = found.best
        if best is None:
            return "left", found.note
        if best.gain < self._orders.review_below:
            return "review", f"gains {best.gain:.3f}"
        applied = self._writer.apply(found)
        if applied.written:
            self.written += 1
        return "done", "" if applied.sidecar is None else applied.sidecar.name

    def _as_it_is_now(self, entry: Entry, key: str, found: Suggestion) -> tuple[Entry, str]:
        """The entry and key, anew where the crop was written into the photo itself."""
        if not (self._orders.embed and found.best and not is_raw(entry.path)):
            return entry, key
        facts = entry.path.lstat()
        return replace(entry, stamp=(facts.st_size, facts.st_mtime_ns)), content_key(entry.path)

    def _refused(self, entry: Entry, error: CropperHeadError) -> None:
        """Deal with an error: it may mean a crop of somebody's, or that it is worth another try."""
        cause = error.__cause__
        number = cause.errno if isinstance(cause, OSError) else None
        is_theirs = isinstance(error, SidecarConflict) and not self._is_race(entry.path)
        if is_theirs or isinstance(error, NotExpressible):
            self._note(entry, "skipped", str(error))
        elif isinstance(error, JournalError | ToolError):
            self._fail(entry, str(error), type(error).__name__, longest_s=CLOSED_DELAY_S)
        elif isinstance(error, SidecarError) and number in CLOSED:
            self._fail(entry, str(error), entry.path.parent, longest_s=CLOSED_DELAY_S)
        else:
            self._fail(entry, str(error), entry.path)

    def _is_race(self, path: Path) -> bool:
        """Whether a conflict was but a sidecar that changed under our hands."""
        try:
            found = find_crop(path)
        except CropperHeadError:
            return False
        return found is None or (found.ours and found.editor == self._orders.editor)

    def _fail(
        self, entry: Entry, message: str, subject: Hashable, *, longest_s: float = math.inf
    ) -> None:
        self.failed += 1
        self._once.warn(log, subject, "%s", message)
        now, delay = self._wall(), min(delay_s(entry.tries + 1), longest_s)
        failed = replace(entry, state="failed", tries=entry.tries + 1, note=message, time=now)
        self._queue.put([replace(failed, next_try=now + delay, delay_s=delay)])

    def _note(self, entry: Entry, state: State, said: str) -> None:
        path = entry.path
        self._once.over(log, path, "%s is well again", path)
        if state == "done":
            self._once.over(log, path.parent, "%s can be written to again", path.parent)
        self._queue.put([Entry(path, entry.stamp, state=state, note=said, time=self._wall())])
        log.info(state, extra=fields(photo=path, note=said))


def _holds(known: Known, path: Path, options: str) -> bool:
    """Whether what became of a content holds for the photo at this path.

    Under other options only if it is that same photo: there as ever, or moved here.
    """
    return known.options == options or known.path == path or not os.path.lexists(known.path)


def _twins(raw: Path) -> Iterator[Path]:
    """Where a raw's twins would be."""
    if is_raw(raw) or raw.suffix.lower() == ".dng":
        for suffix in sorted(CAMERA_TWINS):
            yield from (raw.with_suffix(suffix), raw.with_suffix(suffix.upper()))


def _closed(folder: Path, number: int) -> SidecarError:
    """The error of a folder that cannot be written to, with its reason."""
    error = SidecarError(f"cannot write into {folder}: {os.strerror(number)}")
    error.__cause__ = OSError(number, os.strerror(number))
    return error
