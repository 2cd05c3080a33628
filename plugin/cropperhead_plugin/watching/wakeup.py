"""Waiting that hints and signals end early; what to do after a signal; systemd told of it all."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Self

__all__ = ["Wakeup"]

LEAST_S = 0.05
"""The shortest wait, however often we are woken: copying 10,000 files makes 40,000 events."""


class Wakeup:
    """Waits, and is woken from any thread and by signal handlers; a context manager.

    `pulse` is called every `pulse_s` seconds of waiting, and after each.
    """

    def __init__(self, pulse: Callable[[], object] = lambda: None, pulse_s: float = 30.0) -> None:
        self.is_stopping = False
        self.is_reloading = False
        self._is_at_terminal = False
        self._pulse, self._pulse_s = pulse, pulse_s
        # A pipe, because a lock that a signal handler wants may be held by what it interrupted.
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._reader)
        os.close(self._writer)

    @property
    def is_over(self) -> bool:
        """Whether to end, for good or to begin anew with other settings."""
        return self.is_stopping or self.is_reloading

    def wake(self) -> None:
        """End the waiting."""
        with suppress(OSError):  # woken already, or nobody waits any more
            os.write(self._writer, b"!")

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until woken; whether to go on."""
        end = time.monotonic() + seconds
        while not self.is_over:
            self._pulse()
            rest = end - time.monotonic()
            if rest <= 0:
                break
            time.sleep(min(LEAST_S, rest))
            if self._is_woken(min(max(0.0, rest - LEAST_S), self._pulse_s)):
                break
        return not self.is_over

    def pause(self, seconds: float) -> None:
        """Wait so long, however often we are woken, unless it is over."""
        end = time.monotonic() + seconds
        while self.wait(end - time.monotonic()) and time.monotonic() < end:
            pass

    @contextmanager
    def handling_signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT stop us, SIGHUP has us begin anew.

        Unless it says that our terminal was closed: that stops us too, but not under nohup.
        """
        is_minded = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
        self._is_at_terminal = is_minded and has_terminal()
        kept = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        }
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    def _is_woken(self, seconds: float) -> bool:
        if not select.select([self._reader], [], [], seconds)[0]:
            return False
        with suppress(BlockingIOError):
            os.read(self._reader, 1 << 16)
        return True

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        is_closed = self._is_at_terminal and not has_terminal()
        if number == signal.SIGHUP and not is_closed:
            self.is_reloading = True
        else:
            self.is_stopping = True
        self.wake()


def has_terminal() -> bool:
    """Whether there is a terminal that controls us, as tty(4) says to find out."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
