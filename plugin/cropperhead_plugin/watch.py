"""Photos that have settled in watched folders, batch by batch: `for batch in settled(watch):`.

Events are hints (watchdog lost 40 to 72 % of them when 10,000 files came at once): every folder is
looked at when the watch starts, when things have calmed down after events, and every few minutes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .settings import Poll
from .watching.entry import Entry
from .watching.logs import Troubles
from .watching.looking import listing, outlook
from .watching.names import Patterns
from .watching.queue import Queue
from .watching.roots import POLL_S, Listening, Root, Roots

__all__ = ["Rules", "Watch", "settled"]

log = logging.getLogger(__name__)

BATCH = 32
GAP_S, SHARE = 0.1, 0.1
"""Between two looks, at the least; and the share of the time that looking may take."""
GONE_S = 2.0
"""Between two looks at whether a watched folder is there, and still the same."""
CALM_S, CALM_SHARE = 1.0, 0.05
"""Seconds from a settled event to the sweep that follows; more where sweeps would take more than
this share of the time."""
SWEEP_SHARE = 0.01
"""The share of the time that sweeps may take when nothing happens."""
LONGEST_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What to watch, and how."""

    folders: Sequence[Path]
    settle_s: float = 5.0
    interval_s: float = 300.0
    poll: Poll = "auto"
    patterns: Patterns = Patterns()  # noqa: RUF009 (frozen)


class Watch:
    """Looks into folders and keeps the queue in step with them.

    `pulse` is called while a sweep goes on, and says whether to go on with it.
    """

    def __init__(
        self,
        rules: Rules,
        queue: Queue,
        listener: Listening,
        *,
        troubles: Troubles,
        pulse: Callable[[], bool] = lambda: True,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._rules, self._queue, self._listener, self._troubles = rules, queue, listener, troubles
        self._pulse, self._clock, self._wall = pulse, clock, wall
        self._roots = Roots(
            rules.folders, listener, troubles=troubles, poll=rules.poll, clock=clock
        )
        self._deadlines: dict[Path, float] = {}
        self._next_look = self._next_check = 0.0
        queue.restart(clock())
        for folder in queue.folders(Path("/")):
            if self._roots.looked_into(folder) is None:
                queue.give_up(folder)

    def look(self) -> None:
        """Look wherever it is time to; nothing if that is nowhere."""
        now = self._clock()
        if now < self.next_look():
            return
        self._check(now)
        swept = [root for root in self._roots if now >= root.next_sweep]
        for root in swept:
            self._sweep(root)
        for folder in sorted(self._called(now)):
            around = self._roots.looked_into(folder)
            if around is not None and around not in swept:
                self._look_into(folder, around)
        cost = self._clock() - now
        self._next_look = self._clock() + max(GAP_S, cost * (1 / SHARE - 1))

    def next_look(self) -> float:
        """When (of the monotonic clock) there is something to look at."""
        times = [root.next_sweep for root in self._roots] + list(self._deadlines.values())
        times.append(self._next_check)
        if self._listener.has_news:
            times.append(0.0)
        return max(self._next_look, min(times))

    def resettle(self, entry: Entry) -> None:
        """Wait for this photo once more: it has changed, or its time has not come."""
        now = self._clock()
        self._queue.put([Entry(entry.path, entry.stamp, since=now)])
        self._deadlines.setdefault(entry.path.parent, now + self._rules.settle_s)

    def retry(self) -> None:
        """Photos that failed are due at once."""
        self._queue.retry()

    def due(self) -> list[Entry]:
        """Photos that are ready to be worked on, those that failed and may be tried again last."""
        return self._queue.due(self._wall(), BATCH)

    @property
    def idle_s(self) -> float:
        """How long nothing needs to be done, unless something happens."""
        idle = self.next_look() - self._clock()
        retry = self._queue.next_try()
        if retry is not None:
            idle = min(idle, retry - self._wall())
        return min(max(idle, 0.01), LONGEST_WAIT_S)

    @property
    def is_at_rest(self) -> bool:
        """Whether all that is there was looked at and no photo is settling."""
        return not (self._deadlines or self._listener.has_news)

    def _check(self, now: float) -> None:
        """Have watched folders swept that went, came (back), or are others than they were."""
        if now < self._next_check:
            return
        self._next_check = now + GONE_S
        for root in self._roots:
            if self._roots.has_changed(root):
                root.next_sweep = now

    def _called(self, now: float) -> set[Path]:
        """Folders where something happened, and those where something has settled."""
        folders, trees = self._listener.take()
        for folder in folders | trees:
            root = self._roots.looked_into(folder)
            if root is not None:
                calm = now + self._rules.settle_s + max(CALM_S, root.cost_s / CALM_SHARE)
                root.next_sweep = min(calm, max(root.next_sweep, now))
        for tree in trees:
            root = self._roots.looked_into(tree)
            if root is not None:
                self._walk(tree, root)
        return folders | {at for at, end in self._deadlines.items() if now >= end}

    def _sweep(self, root: Root) -> None:
        """Look into all of a watched folder, and forget what is not there any more."""
        start = self._clock()
        if not self._roots.attend(root):
            root.next_sweep = start + GONE_S
            return
        visited, is_whole = self._walk(root.path, root)
        if is_whole:
            for folder in set(self._queue.folders(root.path)) - visited:
                self._queue.forget_folder(folder)
        end = self._clock()
        root.cost_s = end - start
        period = min(POLL_S, self._rules.interval_s) if root.is_polled else self._rules.interval_s
        root.next_sweep = end + max(period, root.cost_s / SWEEP_SHARE)
        self._roots.poll_if_limited(root, len(visited))

    def _walk(self, top: Path, root: Root) -> tuple[set[Path], bool]:
        """Look into a folder and all below; which were visited, and whether none was closed."""
        visited, is_whole, waiting = set[Path](), True, [top]
        while waiting:
            folder = waiting.pop()
            if not self._pulse():
                return visited, False
            below = self._look_into(folder, root)
            if below is None:
                is_whole = False
            else:
                visited.add(folder)
                waiting.extend(below)
        return visited, is_whole

    def _look_into(self, folder: Path, root: Root) -> tuple[Path, ...] | None:
        """Look into one folder; its sub-folders come back, None if it cannot be read."""
        self._deadlines.pop(folder, None)
        try:
            found = listing(folder)
        except FileNotFoundError:
            self._queue.forget_folder(folder)
            return ()
        except OSError as error:
            subject = folder, "look"  # other troubles with it are over at other times
            self._troubles.warn(log, subject, "cannot look into %s: %s", folder, error.strerror)
            return None
        self._troubles.over(log, (folder, "look"), "%s can be read again", folder)
        now = self._clock()
        seen = outlook(
            folder,
            found.names,
            self._queue.entries(folder),
            patterns=self._rules.patterns,
            root=root.path,
            now=now,
            settle_s=self._rules.settle_s,
        )
        if seen.changed or seen.gone:
            with self._queue.transaction():
                self._queue.put(seen.changed)
                self._queue.forget(seen.gone)
        if seen.next_look is not None:
            self._deadlines[folder] = seen.next_look
        return found.folders


def settled(
    watch: Watch,
    *,
    wait: Callable[[float], bool],
    is_once: bool = False,
) -> Iterator[list[Entry]]:
    """Photos that are ready to be worked on, in batches; ends when `wait` says no.

    `wait` gets the seconds until there is something to look at; it may come back earlier. Once
    means: until every photo that is there has had its turn, those that failed before too.
    """
    if is_once:
        watch.retry()
    while wait(0):
        watch.look()
        batch = watch.due()
        if batch:
            yield batch
        elif (is_once and watch.is_at_rest) or not wait(watch.idle_s):
            return
