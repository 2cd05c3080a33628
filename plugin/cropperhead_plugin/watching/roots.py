"""The watched folders: whether each is there, and whether events are told of in it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from cropperhead_core.ignored import is_ignored_folder
from cropperhead_plugin.settings import Poll

from .hints import HOW_TO_RAISE
from .logs import Troubles
from .mounts import polled

__all__ = ["POLL_S", "Listening", "Root", "Roots"]

log = logging.getLogger(__name__)

POLL_S = 10.0
CONFIRM_S = 2.0
MOUNTS = Path("/proc/self/mountinfo")


class Listening(Protocol):
    """What tells where something happened: a `Listener`."""

    def listen(self, folder: Path) -> str:
        """Begin to listen in this folder; says why it cannot, or nothing."""

    def stop_listening(self, folder: Path) -> None:
        """Stop listening in this folder."""

    def has_lost(self, folder: Path) -> bool:
        """Whether listening in this folder has ended by itself: it was deleted."""

    def take(self) -> tuple[set[Path], set[Path]]:
        """Folders where something happened, and folders that are new, since the last time."""

    @property
    def has_news(self) -> bool:
        """Whether `take` would give anything."""

    @property
    def count(self) -> int:
        """How many folders are listened in."""


class Root:
    """One watched folder, and when it is to be swept next (of the monotonic clock)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.identity: tuple[int, int] | None = None
        self.is_polled = False
        self.next_sweep = 0.0
        self.cost_s = 0.0
        self.folders = 0


class Roots:
    """All watched folders. Troubles with one are said once, and it is polled or waited for."""

    def __init__(
        self,
        folders: Iterable[Path],
        listener: Listening,
        *,
        troubles: Troubles,
        poll: Poll,
        clock: Callable[[], float],
    ) -> None:
        self._roots = [Root(path) for path in dict.fromkeys(folders)]
        self._listener, self._troubles, self._poll, self._clock = listener, troubles, poll, clock

    def __iter__(self) -> Iterator[Root]:
        return iter(self._roots)

    def of(self, folder: Path) -> Root | None:
        """The watched folder that this one lies in, the innermost."""
        inside = [root for root in self._roots if folder.is_relative_to(root.path)]
        return max(inside, key=lambda root: len(root.path.parts), default=None)

    def looked_into(self, folder: Path) -> Root | None:
        """The same, None for a folder in which no sweep looks: one of another program's."""
        root = self.of(folder)
        if root and any(map(is_ignored_folder, folder.relative_to(root.path).parts)):
            return None
        return root

    def has_changed(self, root: Root) -> bool:
        """Whether a watched folder has come, or gone, or is another since `attend` was asked."""
        try:
            now = _identity(root.path)
        except OSError:
            now = None
        # A folder that is made anew may get the number of the one that was deleted.
        return now != root.identity or self._listener.has_lost(root.path)

    def attend(self, root: Root) -> bool:
        """Whether a watched folder is there; when it came (back), listen in it."""
        try:
            now = _identity(root.path)
        except OSError as error:
            self._troubles.warn(log, root, "waiting for %s: %s", root.path, error.strerror)
            self._listener.stop_listening(root.path)
            root.identity, root.folders = None, 0
            return False
        self._troubles.over(log, root, "%s is back", root.path)
        if now != root.identity or self._listener.has_lost(root.path):
            root.identity = now
            self._listen(root)
        return True

    def _listen(self, root: Root) -> None:
        """Listen for events; poll where there are none, or not those of other machines."""
        mounts = os.fsdecode(MOUNTS.read_bytes()) if MOUNTS.exists() else ""
        silent = polled(root.path.resolve(), mounts, self._poll)
        root.is_polled = bool(silent)
        if silent:
            log.info("looking at %s every %g s", ", ".join(map(str, silent)), POLL_S)
        if self._poll == "on":
            return
        reason = self._listener.listen(root.path)
        if reason:
            self._poll_instead(root, reason)

    def poll_if_limited(self, root: Root, folders: int) -> None:
        """Poll if the kernel tells of fewer folders than there are: watchdog does not say so.

        A folder that was made just now is not listened to yet, so a second sweep has to agree.
        """
        is_confirmed, root.folders = folders == root.folders, folders
        apart = [r for r in self if self.of(r.path.parent) is None]  # in no other one
        if root.is_polled or self._listener.count >= sum(r.folders for r in apart):
            return
        # In one that has changed nobody listens, limit or not; its own sweep sees to that.
        if is_confirmed and not any(map(self.has_changed, self)):
            self._poll_instead(root, HOW_TO_RAISE)
        root.next_sweep = self._clock() + CONFIRM_S

    def _poll_instead(self, root: Root, reason: str) -> None:
        self._troubles.warn(log, (root, "events"), "%s: %s", root.path, reason)
        root.is_polled = self._poll != "off"


def _identity(folder: Path) -> tuple[int, int]:
    facts = folder.stat()
    return facts.st_dev, facts.st_ino
