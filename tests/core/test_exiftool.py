"""The one resident exiftool: many files in one question, and any name."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from cropperhead_core import exiftool
from cropperhead_core.errors import ToolError
from cropperhead_core.exiftool import ExifTool

from .drawn_photos import panasonic, with_notes


@pytest.fixture(scope="module")
def tool() -> Iterator[ExifTool]:
    with ExifTool() as tool:
        yield tool


def test_many_files_are_answered_in_order(tmp_path: Path, tool: ExifTool) -> None:
    paths = [with_notes(tmp_path / f"{n}.jpg", "Panasonic", panasonic(n)) for n in (3, 1, 2)]
    assert tool.tags(paths, ["RollAngle"]) == [{"RollAngle": n} for n in (3, 1, 2)]


def test_what_is_no_photo_has_no_tags_and_the_others_do(tmp_path: Path, tool: ExifTool) -> None:
    photo = with_notes(tmp_path / "a.jpg", "Panasonic", panasonic(1))
    (tmp_path / "empty.jpg").touch()
    paths = [tmp_path / "missing.jpg", photo, tmp_path / "empty.jpg"]
    assert [tags.get("RollAngle") for tags in tool.tags(paths, ["RollAngle"])] == [None, 1, None]


@pytest.mark.parametrize(
    "name",
    [b"a b.jpg", b"'\".jpg", b"-x.jpg", b"#x.jpg", b"a\nb.jpg", b"\xc3\xa4.jpg", b"\xff.jpg"],
)
def test_any_name_is_answered(tmp_path: Path, tool: ExifTool, name: bytes) -> None:
    plain = with_notes(tmp_path / "plain.jpg", "Panasonic", panasonic(2))
    path = plain.rename(tmp_path / os.fsdecode(name))
    assert tool.tags([path], ["RollAngle"]) == [{"RollAngle": 2}]


def test_a_link_keeps_what_kind_of_file_it_is(tmp_path: Path, tool: ExifTool) -> None:
    path = with_notes(tmp_path / "a\nb.jpg", "Panasonic", panasonic(2))
    assert tool.tags([path], ["FileName"]) == [{"FileName": "photo.jpg"}]


def test_no_place_for_a_link_is_an_error(
    tmp_path: Path, tool: ExifTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(ToolError, match="TMPDIR"):
        tool.tags([tmp_path / "a\nb.jpg"], ["RollAngle"])


def test_a_missing_program_is_named_with_what_brings_it(tmp_path: Path) -> None:
    with (
        ExifTool("/nowhere/exiftool") as tool,
        pytest.raises(ToolError, match=r"/nowhere/exiftool.*libimage-exiftool-perl"),
    ):
        tool.tags([tmp_path / "a.jpg"], ["RollAngle"])


@pytest.mark.parametrize("is_noticed", [True, False])
def test_one_that_was_killed_is_started_again(
    tmp_path: Path, tool: ExifTool, is_noticed: bool
) -> None:
    photo = with_notes(tmp_path / "a.jpg", "Panasonic", panasonic(1))
    tool.tags([photo], ["RollAngle"])
    process = tool._helper._process
    process.kill()
    if is_noticed:
        process.wait()
    assert tool.tags([photo], ["RollAngle"]) == [{"RollAngle": 1}]
    assert all(pipe.closed for pipe in (process.stdin, process.stdout, process.stderr))


def test_one_that_is_stuck_is_ended_and_another_serves(
    tmp_path: Path, tool: ExifTool, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = with_notes(tmp_path / "a.jpg", "Panasonic", panasonic(1))
    tool.tags([photo], ["RollAngle"])
    process = tool._helper._process
    process.send_signal(signal.SIGSTOP)
    with monkeypatch.context() as impatient:
        impatient.setattr(exiftool, "SILENT_S", 0.2)
        with pytest.raises(ToolError, match="exiftool is stuck: nothing came for"):
            tool.tags([photo], ["RollAngle"])
    assert process.returncode == -signal.SIGKILL
    assert tool.tags([photo], ["RollAngle"]) == [{"RollAngle": 1}]


def test_one_that_is_stuck_from_the_start_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "exiftool"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setattr(exiftool, "SILENT_S", 0.2)
    with ExifTool(str(program)) as tool, pytest.raises(ToolError, match="is stuck"):
        tool.tags([tmp_path / "a.jpg"], ["RollAngle"])


def test_of_one_that_was_killed_nothing_is_said_at_the_end(tmp_path: Path) -> None:
    with ExifTool() as tool:
        tool.tags([tmp_path / "missing.jpg"], ["RollAngle"])
        process = tool._helper._process
        process.kill()
        process.wait()
    assert all(pipe.closed for pipe in (process.stdin, process.stdout, process.stderr))


def test_one_that_ends_in_the_middle_of_an_answer_is_an_error(tmp_path: Path) -> None:
    program = tmp_path / "exiftool"
    program.write_text("#!/bin/sh\nread line\nprintf half\n")
    program.chmod(0o755)
    with ExifTool(str(program)) as tool, pytest.raises(ToolError, match=str(program)):
        tool.tags([tmp_path / "a.jpg"], ["RollAngle"])
