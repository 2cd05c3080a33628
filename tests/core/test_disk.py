"""Processes of ours that write into one folder wait for one another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cropperhead_core import disk
from cropperhead_core.disk import alone_in
from cropperhead_core.errors import SidecarConflict

HOLDING = """
import sys
from pathlib import Path
from cropperhead_core.disk import alone_in
with alone_in(Path(sys.argv[1])):
    print(flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", HOLDING, folder]
    held = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert held.stdout is not None
    held.stdout.readline()
    return held


def test_who_waits_for_too_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "LONGEST_S", 0.1)
    with holder(tmp_path) as held:
        with (
            pytest.raises(SidecarConflict, match="another CropperHead is writing"),
            alone_in(tmp_path),
        ):
            pass
        (tmp_path / "other").mkdir()
        with alone_in(tmp_path / "other"):
            pass
        held.communicate(b"")
    with alone_in(tmp_path):
        pass


def test_a_process_that_is_killed_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "LONGEST_S", 5.0)
    with holder(tmp_path) as held:
        held.kill()
        with alone_in(tmp_path):
            pass


def test_where_there_is_no_folder_nobody_waits(tmp_path: Path) -> None:
    with alone_in(tmp_path / "none"):
        pass
