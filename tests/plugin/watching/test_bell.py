"""However often it rings, a pause is a pause; signals end it."""

from __future__ import annotations

import threading
import time

from cropperhead_plugin.watching.bell import Bell


def test_ringing_ends_a_wait_and_no_pause() -> None:
    with Bell() as bell:
        for wait in (bell.wait, bell.pause):
            bell.ring()
            start = time.monotonic()
            wait(0.5)
            assert (time.monotonic() - start < 0.5) == (wait == bell.wait)


def test_a_pause_ends_when_it_is_over() -> None:
    def stop() -> None:
        bell.is_stopping = True
        bell.ring()

    with Bell() as bell:
        threading.Timer(0.1, stop).start()
        start = time.monotonic()
        bell.pause(60)
        assert time.monotonic() - start < 30
