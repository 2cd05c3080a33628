"""One watch at a time for one queue, and how others see what it is at."""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from cropperhead_core.errors import JournalError, SettingsError

__all__ = ["Presence", "present"]

TRIES, PAUSE_S = 5, 0.05


class Presence:
    """Holds the lock beside a queue and says there what we are at; a context manager.

    Raises `SettingsError` when another watch has it, `JournalError` when it cannot be made. The
    kernel lets go of it however we end.
    """

    def __init__(self, queue: Path) -> None:
        path = _beside(queue)
        self._file = _opened(path)
        if not _lock(self._file):
            self._file.close()
            raise SettingsError(
                "another cropperhead watch is at work already"
                f" (process {_said(path).get('pid', 'unknown')}): name all folders in one, or stop"
                " it first"
            )
        self._said: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._write(b"")
        self._file.close()

    def say(self, **values: object) -> None:
        """Note these for whoever asks for the status."""
        said = self._said | {"pid": os.getpid()} | values
        if said != self._said:
            self._said = said
            self._write(json.dumps(said, default=str).encode())

    def _write(self, content: bytes) -> None:
        with suppress(OSError):  # a full disk is no reason to stop
            os.ftruncate(self._file.fileno(), 0)
            self._file.write(content)


def present(queue: Path) -> dict[str, Any] | None:
    """What the watch at this queue says of itself; None if there is none at work."""
    try:
        with _beside(queue).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except OSError:
        return _said(_beside(queue))
    return None


def _opened(path: Path) -> IO[bytes]:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)  # who can open it can lock it
        # Unbuffered: what a full disk did not take would be tried again on closing.
        return path.open("a+b", buffering=0)
    except OSError as error:
        raise JournalError(
            f"cannot write {path}, which says that a watch is at work: {error.strerror}"
        ) from error


def _lock(file: IO[bytes]) -> bool:
    """Take the lock; whether it could be had. Whoever asks for the status holds it for a moment."""
    for _ in range(TRIES):
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(PAUSE_S)
    return False


def _beside(queue: Path) -> Path:
    return queue.with_suffix(".lock")


def _said(path: Path) -> dict[str, Any]:
    """What is noted there; nothing if it is just being written."""
    try:
        said: dict[str, Any] = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return said
