"""What is done with one photo that has settled: before the network looks at it, and after."""

from __future__ import annotations

import json
import logging
import math
import os
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

from cropperhead_core.complete import require_complete
from cropperhead_core.content import content_key
from cropperhead_core.errors import (
    CropperHeadError,
    JournalError,
    NotExpressible,
    SidecarConflict,
    ToolError,
)
from cropperhead_core.journal import Journal
from cropperhead_core.sidecar.files import read_bytes, sidecar_path
from cropperhead_core.suggestion import Suggestion
from cropperhead_plugin.notes import note
from cropperhead_plugin.protocol import Failure, one_line
from cropperhead_plugin.records import Applied, suggestion_record
from cropperhead_plugin.writer import Writer
from cropperhead_plugin.written import short

from .entry import Entry, Known, Moment, State, stamp_of
from .fate import fate, told
from .gate import (
    is_closed,
    is_race,
    is_still_there,
    reason_to_skip,
    require_room,
    twins,
)
from .logs import Troubles, fields
from .policy import Policy
from .queue import Queue
from .settling import delay_s
from .sharing import BURST_S, adopted, are_alike, in_burst, moment

__all__ = ["Processor"]

log = logging.getLogger(__name__)

CLOSED_DELAY_S = 300.0
"""The longest wait for a folder that is full or may not be written to."""


class Processor:
    """Deals with photos, one at a time, and notes in the queue what became of each.

    `resettle` takes back a photo that has changed. `written` counts the crops that were written,
    `failed` the photos that could not be dealt with.
    """

    def __init__(
        self,
        policy: Policy,
        *,
        queue: Queue,
        journal: Journal,
        writer: Writer,
        troubles: Troubles,
        resettle: Callable[[Entry], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._policy, self._queue, self._journal, self._writer = policy, queue, journal, writer
        self._troubles, self._resettle, self._wall = troubles, resettle, wall
        self._admitted: dict[Path, tuple[str, str]] = {}
        self.written = self.failed = 0

    def admit(self, entry: Entry) -> bool:
        """Let the network look at this photo, or note why it need not; whether it is to look."""
        is_admitted = False
        with self._noting_errors(entry):
            is_admitted = self._recheck(entry) and not self._close_unseen(entry)
        return is_admitted  # noqa: RET504 (False where an error was noted)

    def finish(self, entry: Entry, answer: Suggestion | Failure) -> None:
        """Deal with what the network said about this photo."""
        key, beside = self._admitted.pop(entry.path)
        if isinstance(answer, Failure):
            self._failed(entry, answer)
            return
        with self._noting_errors(entry):
            if self._recheck(entry, beside):
                self._decide(entry, key, beside, answer)

    @contextmanager
    def _noting_errors(self, entry: Entry) -> Iterator[None]:
        """What goes wrong with this photo is noted, and the others go on."""
        try:
            yield
        except MemoryError as error:
            self._failed(entry, Failure.of(entry.path, error))
        except CropperHeadError as error:
            self._refused(entry, error)

    def _failed(self, entry: Entry, failure: Failure) -> None:
        """Note why nobody could look at this photo: a tool's trouble is no fault of the photo's."""
        if failure.type == ToolError.__name__:
            said = failure.message.removeprefix(f"{one_line(str(entry.path))}: ")
            self._fail(entry, said, failure.type, longest_s=CLOSED_DELAY_S)
        else:
            self._fail(entry, failure.message, entry.path)

    def _recheck(self, entry: Entry, beside: str | None = None) -> bool:
        """Whether the photo is as it was when it had settled; if not, let it settle again.

        So must be its sidecar, once the photo was admitted: `beside` is what it was then.
        """
        now = stamp_of(entry.path)
        if now is None:
            self._queue.forget([entry.path])
            return False
        if now == entry.stamp and beside in (None, self._beside(entry.path)):
            return True
        self._resettle(replace(entry, stamp=now))
        return False

    def _close_unseen(self, entry: Entry) -> bool:
        """Note what became of a photo that is known, or has somebody's sidecar; whether it did."""
        path, beside = entry.path, self._beside(entry.path)
        reason = reason_to_skip(path, self._policy.editor, embed=self._policy.embed)
        if reason:
            self._note(entry, "skipped", reason)
            return True
        if not self._policy.is_dry:
            require_room(path.parent)
        require_complete(path)
        key = content_key(path)
        known = fate(path, key, self._policy, self._queue, self._journal, now=self._wall())
        if known:
            self._queue.remember(known)
            self._note(entry, *told(known, self._policy))
            return True
        self._admitted[path] = key, beside
        return False

    def _beside(self, path: Path) -> str:
        """What the photo's sidecar holds, in short."""
        return short(read_bytes(sidecar_path(path, self._policy.editor)))

    def _decide(self, entry: Entry, key: str, beside: str, own: Suggestion) -> None:
        """Write the crop, or leave the photo, or keep it for review."""
        when = moment(entry.path)
        found = next(self._shared(entry, own, when), own)
        if not self._policy.is_dry:
            note(self._journal, found, self._policy.wishes)
        state, said = self._applied(found, beside)
        entry, key = self._as_it_is_now(entry, key, found)
        record = json.dumps(suggestion_record(found), ensure_ascii=True)
        with self._queue.transaction():
            self._queue.remember(
                Known(
                    key, self._policy.options, entry.path, state, record, self._wall(), said, when
                )
            )
            self._note(entry, state, said)

    def _shared(self, entry: Entry, own: Suggestion, when: Moment | None) -> Iterator[Suggestion]:
        """The suggestion with a twin's or a burst's crop, if there is one to share."""
        options = self._policy.options
        for known in chain.from_iterable(map(self._queue.known_at, twins(entry.path))):
            if known.options == options and is_still_there(known):
                shared = adopted(own, json.loads(known.record))
                if shared:
                    yield shared
        if when is None:
            return
        for known in self._queue.known_near(entry.path.parent, when, options, BURST_S):
            shared = in_burst(own, json.loads(known.record))
            if known.path != entry.path and shared and are_alike(entry.path, known.path):
                yield shared

    def _applied(self, found: Suggestion, beside: str) -> tuple[State, str]:
        """What becomes of a suggestion, and a word about it."""
        best = found.best
        if best is None:
            self._take_back(found.photo)
            return "left", found.note
        if self._policy.review_below > 0 and best.gain < self._policy.review_below:
            self._take_back(found.photo)
            return "review", f"gains {best.gain:.3f}"
        applied = self._writer.apply(found, expected=beside)
        if applied.written:
            self.written += 1
        return "done", _where(applied)

    def _take_back(self, path: Path) -> None:
        """Take out the crop of a former photo of this name, in whose place no other comes."""
        is_apart = not (self._policy.is_dry or self._policy.is_embedded(path))
        if is_apart and os.path.lexists(sidecar_path(path, self._policy.editor)):
            self._writer.undo(path, self._policy.editor)

    def _as_it_is_now(self, entry: Entry, key: str, found: Suggestion) -> tuple[Entry, str]:
        """The entry and key, anew where the crop was written into the photo itself."""
        if not (found.best and self._policy.is_embedded(entry.path)):
            return entry, key
        key = content_key(entry.path)
        return replace(entry, stamp=stamp_of(entry.path) or entry.stamp), key

    def _refused(self, entry: Entry, error: CropperHeadError) -> None:
        """Deal with an error: it may mean a crop of somebody's, or that it is worth another try."""
        said, editor = one_line(str(error)), self._policy.editor
        if isinstance(error, NotExpressible) or (
            isinstance(error, SidecarConflict) and not is_race(error, entry.path, editor)
        ):
            self._note(entry, "skipped", said)
        elif isinstance(error, JournalError | ToolError):
            self._fail(entry, said, type(error).__name__, longest_s=CLOSED_DELAY_S)
        elif is_closed(error):
            self._fail(entry, said, entry.path.parent, longest_s=CLOSED_DELAY_S)
        else:
            self._fail(entry, said, entry.path)

    def _fail(
        self, entry: Entry, message: str, subject: Hashable, *, longest_s: float = math.inf
    ) -> None:
        self.failed += 1
        self._troubles.warn(log, subject, "%s", message)
        now, delay = self._wall(), min(delay_s(entry.tries + 1), longest_s)
        failed = replace(entry, state="failed", tries=entry.tries + 1, note=message, time=now)
        self._queue.put([replace(failed, next_try=now + delay, delay_s=delay)])

    def _note(self, entry: Entry, state: State, said: str) -> None:
        path = entry.path
        self._troubles.over(log, path, "%s is well again", path)
        if state == "done":
            self._troubles.over(log, path.parent, "%s can be written to again", path.parent)
        self._queue.put([Entry(path, entry.stamp, state=state, note=said, time=self._wall())])
        log.info(state, extra=fields(photo=path, note=said))


def _where(applied: Applied) -> str:
    """The name of the file that has the crop, or would have it, as text for the queue."""
    if applied.sidecar is None:
        return ""
    name = one_line(applied.sidecar.name)
    return name if applied.written or applied.was_there else f"would be in {name}"
