"""What a killed process left behind goes; what a living one works with stays."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from cropperhead_core.disk import SCRATCH
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.journal import Journal
from cropperhead_plugin.watching.recovery import recover
from cropperhead_plugin.writer import Writer
from tests.plugin.conftest import CROP, photo, suggestion


def test_copies_of_a_killed_process_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ended = subprocess.Popen(["true"])
    ended.wait()
    kept = [f"{SCRATCH}{os.getpid()}-x", f"{SCRATCH}notes", "other"]
    for name in [*kept, f"{SCRATCH}{ended.pid}-x"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "copy.jpg").touch()
    with Journal(tmp_path / "journal.sqlite") as journal:
        recover(journal)
        assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == set(kept)


def test_a_photo_that_we_wrote_into_is_known_when_it_moves_after_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, moved = photo(tmp_path / "a.jpg"), tmp_path / "b.jpg"
    before = path.read_bytes()
    with Journal(tmp_path / "journal.sqlite") as journal, ExifTool() as exiftool:
        writer = Writer(journal, exiftool, editor="lightroom", embed=True)
        with monkeypatch.context() as killed:
            killed.setattr(Journal, "confirm", lambda *_: None)
            writer.apply(suggestion(path, CROP))
        recover(journal)
        path.rename(moved)
        assert writer.undo(moved).how == "restored"
    assert moved.read_bytes() == before
