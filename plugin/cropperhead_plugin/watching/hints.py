"""Hints of the file system about where something happened; the only module that uses watchdog.

Hints, because events get lost: whoever listens has to look everywhere now and then all the same.
"""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from cropperhead_core.ignored import is_ignored_name
from cropperhead_core.photo import is_photo

__all__ = ["HOW_TO_RAISE", "Listener"]

HOW_TO_RAISE = (
    "the limit of inotify is reached: raise it with 'sysctl fs.inotify.max_user_watches=524288'"
    " (and fs.inotify.max_user_instances=1024); until then this folder is looked at regularly"
)
WANTED: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
"""Not that a file was opened or read: that is what we do ourselves."""


class Listener(FileSystemEventHandler):
    """Listens in folders to the bottom; `wake` is called, in another thread, when there is news."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._lock = threading.Lock()
        self._folders: set[Path] = set()
        self._trees: set[Path] = set()
        self._observer: BaseObserver | None = None
        self._watches: dict[Path, ObservedWatch] = {}

    def listen(self, folder: Path) -> str:
        """Begin to listen in this folder, or begin anew; says why it cannot, or nothing."""
        self.stop_listening(folder)
        if self._observer is None:
            self._observer = Observer()
            self._observer.daemon = True
            self._observer.start()
        try:
            self._watches[folder] = self._observer.schedule(
                self, os.fspath(folder), recursive=True, event_filter=WANTED
            )
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EMFILE):
                return HOW_TO_RAISE
            return f"no events: {error.strerror or error}"
        return ""

    def stop_listening(self, folder: Path) -> None:
        """Stop listening in this folder."""
        watch = self._watches.pop(folder, None)
        if watch is not None and self._observer is not None:
            with suppress(KeyError, OSError):  # it may have ended by itself
                self._observer.unschedule(watch)

    def has_lost(self, folder: Path) -> bool:
        """Whether listening in this folder has ended by itself, as when the folder is deleted."""
        watch = self._watches.get(folder)
        if watch is None or self._observer is None:
            return False
        return not any(e.watch == watch and e.is_alive() for e in self._observer.emitters)

    def take(self) -> tuple[set[Path], set[Path]]:
        """Folders where something happened, and folders that are new, since the last time."""
        with self._lock:
            taken = self._folders, self._trees
            self._folders, self._trees = set(), set()
        return taken

    @property
    def has_news(self) -> bool:
        """Whether `take` would give anything."""
        return bool(self._folders or self._trees)

    @property
    def count(self) -> int:
        """How many folders the kernel tells this process about (proc(5), fdinfo)."""
        count = 0
        for info in Path("/proc/self/fdinfo").iterdir():
            with suppress(OSError):
                count += info.read_bytes().count(b"inotify wd:")
        return count

    def close(self) -> None:
        """Stop listening anywhere."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Keep the place of an event that may concern a photo."""
        paths = [Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        with self._lock:
            if event.is_directory:
                self._trees.update(paths[-1:])
            else:
                self._folders.update(path.parent for path in paths if _concerns(path))
            is_news = self.has_news
        if is_news:
            self._wake()


def _concerns(path: Path) -> bool:
    """Sidecars do not count: most are ours, and they are looked at with their photo anyway."""
    return is_photo(path) and not is_ignored_name(path.name)
