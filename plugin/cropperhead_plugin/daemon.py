"""The watch at work: settled photos go to the suggester, its answers to the processor.

One thread does everything but the looking at pictures, which worker processes do: a decoder that
crashes costs the photo, not the watch.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cropperhead_core.wishes import Wishes

from .service import Suggester
from .watch import Watch, settled
from .watching.entry import Entry
from .watching.logs import Troubles
from .watching.notification import announcement
from .watching.processor import Processor
from .watching.wakeup import Wakeup

__all__ = ["PAUSE_S", "Daemon", "held"]

log = logging.getLogger(__name__)

PAUSE_S = 30.0
"""Between two looks at what keeps us from working: a battery, a full disk under the queue."""


class Daemon:
    """Deals with photos as they settle.

    `is_held` says whether something keeps us from working; `say` is told what we are at, `announce`
    in words of new crops when the work is done.
    """

    def __init__(
        self,
        watch: Watch,
        suggester: Suggester,
        processor: Processor,
        *,
        wishes: Wishes,
        wakeup: Wakeup,
        say: Callable[..., None],
        troubles: Troubles,
        is_held: Callable[[], bool],
        announce: Callable[[str], None],
    ) -> None:
        self._watch, self._suggester, self._processor = watch, suggester, processor
        self._wishes, self._wakeup, self._say, self._troubles = wishes, wakeup, say, troubles
        self._is_held, self._announce = is_held, announce
        self._announced = 0

    def run(self, *, is_once: bool) -> None:
        """Work until told that it is over; once: until all that is there is dealt with.

        Raises `JournalError` when queue or journal cannot be used any more.
        """
        for batch in settled(self._watch, wait=self._wait, is_once=is_once):
            self._work(batch)
        self._tell()

    def _work(self, batch: list[Entry]) -> None:
        entries = {entry.path: entry for entry in batch}
        self._say(at="working")
        for answer in self._suggester.suggestions(self._ready(batch), self._wishes):
            self._processor.finish(entries[answer.photo], answer)
            self._wakeup.wait(0)
            self._watch.look()

    def _ready(self, batch: list[Entry]) -> Iterator[Path]:
        """Photos for the suggester, as it asks for them; none any more when it is over."""
        for entry in batch:
            if self._wakeup.is_over:
                return
            if self._processor.admit(entry):
                yield entry.path

    def _wait(self, seconds: float) -> bool:
        """Wait for the next thing to do; whether there is to be one."""
        if seconds:
            self._tell()
            self._say(at="waiting")
        while self._is_held() and not self._wakeup.is_over:
            self._troubles.warn(log, "battery", "on battery: pausing")
            self._say(at="paused: on battery")
            self._wakeup.wait(PAUSE_S)
        self._troubles.over(log, "battery", "not on battery any more: going on")
        return self._wakeup.wait(seconds)

    def _tell(self) -> None:
        """Say how many crops are new, if any are."""
        new, self._announced = self._processor.written - self._announced, self._processor.written
        if new:
            log.info("%s", announcement(new))
            self._announce(announcement(new))


def held(is_on_battery: Callable[[], bool], every_s: float = PAUSE_S) -> Callable[[], bool]:
    """The same question, asked of the machine only every so often."""
    asked, answer = float("-inf"), False

    def ask() -> bool:
        nonlocal asked, answer
        if time.monotonic() - asked >= every_s:
            asked, answer = time.monotonic(), is_on_battery()
        return answer

    return ask
