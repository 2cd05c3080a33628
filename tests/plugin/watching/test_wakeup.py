"""However often it is woken, a pause is a pause; signals end it."""

from __future__ import annotations

import threading
import time

from cropperhead_plugin.watching.wakeup import Wakeup


def test_ringing_ends_a_wait_and_no_pause() -> None:
    with Wakeup() as wakeup:
        for wait in (wakeup.wait, wakeup.pause):
            wakeup.wake()
            start = time.monotonic()
            wait(0.5)
            assert (time.monotonic() - start < 0.5) == (wait == wakeup.wait)


def test_a_pause_ends_when_it_is_over() -> None:
    def stop() -> None:
        wakeup.is_stopping = True
        wakeup.wake()

    with Wakeup() as wakeup:
        threading.Timer(0.1, stop).start()
        start = time.monotonic()
        wakeup.pause(60)
        assert time.monotonic() - start < 30
