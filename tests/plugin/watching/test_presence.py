"""One watch holds a queue, and is seen to."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from cropperhead_core.errors import JournalError, SettingsError
from cropperhead_plugin.watching.presence import Presence, present


def test_nobody_is_present_before_and_after(tmp_path: Path) -> None:
    queue = tmp_path / "data/watch.sqlite"
    assert present(queue) is None
    with Presence(queue) as presence:
        presence.say(at="working")
        presence.say(folders=["a"])
        assert present(queue) == {"pid": os.getpid(), "at": "working", "folders": ["a"]}
    assert present(queue) is None


def test_a_second_one_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    queue = tmp_path / "watch.sqlite"
    with Presence(queue) as presence:
        presence.say(at="working")
        with pytest.raises(SettingsError, match=f"process {os.getpid()}"):
            Presence(queue)
        assert (present(queue) or {})["at"] == "working"
    Presence(queue).__exit__()


def test_a_place_that_cannot_be_written_is_named() -> None:
    with pytest.raises(JournalError, match=r"cannot write /proc/nope/watch\.lock"):
        Presence(Path("/proc/nope/watch.sqlite"))


def test_a_disk_that_fills_up_does_not_stop_it(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with Presence(tmp_path / "watch.sqlite") as presence:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
            presence.say(at="working")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert present(tmp_path / "watch.sqlite") is None


def test_nobody_else_can_open_it(tmp_path: Path) -> None:
    queue = tmp_path / "data/watch.sqlite"
    with Presence(queue):
        lock = queue.with_suffix(".lock")
        assert [path.stat().st_mode & 0o777 for path in (lock, queue.parent)] == [0o600, 0o700]
