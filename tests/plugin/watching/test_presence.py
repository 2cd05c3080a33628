"""One watch holds a queue, and is seen to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cropperhead_core.errors import SettingsError
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
