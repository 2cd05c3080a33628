"""What a photo has, what its boxes are worth, and what became of its suggestion."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.core.sidecar.test_adobe import DESCRIPTION

from .conftest import Program, lines
from .test_cli import TALL, kind


def test_show_of_a_photo_without_a_crop(program: Program, astronaut: Path) -> None:
    (line,) = lines(program("show", "--json", astronaut).stdout)
    assert kind(line, "shown")["crop"] is None
    assert (line["width"], line["height"]) == (512, 512)


@pytest.mark.parametrize("command", ["show", "outcome"])
def test_a_crop_of_which_six_decimals_leave_nothing_costs_its_photo_only(
    program: Program, astronaut: Path, command: str
) -> None:
    odd = Path(shutil.copy(astronaut, program.folder / "a.jpg"))
    program("apply", *TALL, odd, astronaut)
    odd.with_name("a.jpg.xmp").unlink()
    said = 'crs:HasCrop="True" crs:CropTop="0.1" crs:CropLeft="0.5" crs:CropBottom="0.9"'
    packet = DESCRIPTION.format(f'{said} crs:CropRight="0.5000001"/>')
    odd.with_suffix(".xmp").write_text(packet)
    failed, other = lines(program(command, "--json", odd, astronaut).stdout)
    assert kind(failed, "failure")["error"]["message"].endswith("a.xmp")
    assert other["photo"] == str(astronaut)


def test_scores_come_in_the_order_of_the_boxes(program: Program, astronaut: Path) -> None:
    listed = b"[[0, 0, 1, 1], [0, 0, 0.2, 0.2], [0.1, 0, 1, 1]]"
    (line,) = lines(program("score", astronaut, "--boxes", "-", "--json", stdin=listed).stdout)
    kind(line, "scored")
    assert len(line["scores"]) == 3
    assert line["scores"][0] == line["full"]
    (program.folder / "boxes.json").write_bytes(listed)
    (again,) = lines(program("score", astronaut, "--boxes", "boxes.json", "--json").stdout)
    assert again == line


def test_scores_need_no_exiftool(program: Program, astronaut: Path) -> None:
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-Make=Canon", astronaut], check=True)
    program.environ["PATH"] = "/nowhere"
    done = program("score", astronaut, "--boxes", "-", "--json", stdin=b"[[0, 0, 1, 1]]")
    assert done.returncode == 0


@pytest.mark.parametrize("text", ["[[0, 0, 1]]", "no JSON", "[[0.5, 0, 0.2, 1]]", "[[0, 0, 2, 1]]"])
def test_boxes_that_are_none_are_wrong_usage(program: Program, astronaut: Path, text: str) -> None:
    (program.folder / "boxes.json").write_text(text)
    done = program("score", astronaut, "--boxes", "boxes.json", "--json")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines()[0].endswith(" in boxes.json")


def test_outcomes_are_noted(program: Program, astronaut: Path) -> None:
    program("apply", *TALL, astronaut)
    for options, expected in (
        ([], "untouched"),
        (["--accepted"], "accepted"),
        (["--rejected"], "rejected"),
    ):
        (line,) = lines(program("outcome", "--json", *options, astronaut).stdout)
        assert kind(line, "recorded")["outcome"] == expected
    with sqlite3.connect(program.journal) as database:
        noted = database.execute("SELECT outcome FROM outcomes ORDER BY id").fetchall()
    database.close()
    assert noted == [("untouched",), ("accepted",), ("rejected",)]


def test_nothing_was_rejected_in_an_editor_that_was_not_written_for(
    program: Program, astronaut: Path
) -> None:
    program("apply", *TALL, astronaut)
    for editor, expected in (("lightroom", "untouched"), ("darktable", "untouched")):
        (line,) = lines(program("outcome", "--json", "--editor", editor, astronaut).stdout)
        assert line["outcome"] == expected
    program("undo", astronaut)
    (line,) = lines(program("outcome", "--json", "--editor", "darktable", astronaut).stdout)
    assert line["outcome"] == "rejected"


def test_an_outcome_needs_a_suggestion(program: Program, astronaut: Path) -> None:
    (line,) = lines(program("outcome", "--json", astronaut).stdout)
    assert "nothing was suggested" in kind(line, "failure")["error"]["message"]
