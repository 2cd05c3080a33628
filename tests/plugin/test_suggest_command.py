"""Suggestions as they are printed, by one process or by several."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from cropperhead_core.model_folder import LEVEL, shipped

from .conftest import Program, failures, lines, photo, snapshot
from .test_cli import TALL, kind


def test_a_suggestion_keeps_the_contract(program: Program, astronaut: Path) -> None:
    (line,) = lines(program("suggest", "--json", "--top", "3", *TALL, astronaut).stdout)
    kind(line, "suggestion")
    assert (line["photo"], line["width"], line["height"]) == (str(astronaut), 512, 512)
    assert line["verdict"] == "crop"
    assert 1 <= len(line["crops"]) <= 3


def test_suggesting_touches_nothing(program: Program, astronaut: Path) -> None:
    before = snapshot(program.folder)
    assert program("suggest", astronaut).returncode == 0
    assert snapshot(program.folder) == before


def test_people_read_words(program: Program, astronaut: Path) -> None:
    said = program("suggest", *TALL, astronaut).stdout.decode()
    assert said.startswith(f"{astronaut}: ")
    assert "% of 512x512" in said


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_model_of_another_kind_is_no_crop_model(
    program: Program, astronaut: Path, jobs: str
) -> None:
    other = shipped(LEVEL)
    done = program("suggest", "--jobs", jobs, "--model", other, astronaut)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "cropperhead suggest: model: expected a crop model, a folder with config.json and"
        f" model.tflite, got {other}\n"
    )


def test_several_processes_answer_in_order_as_one_does(program: Program) -> None:
    names = ["astronaut", "coffee", "chelsea", "rocket"]
    photos = [photo(program.folder / f"{n}.jpg", names[n % 4]) for n in range(12)]
    (program.folder / "5.jpg").write_bytes(b"")
    one = program("suggest", "--json", "--jobs", "1", *photos)
    three = program("suggest", "--json", "--jobs", "3", *photos)
    assert lines(one.stdout) == lines(three.stdout)
    assert [line["photo"] for line in lines(three.stdout)] == [str(path) for path in photos]
    assert failures(lines(three.stdout)) == [str(photos[5])]
    assert three.returncode == 1


def test_lines_come_as_they_are_ready(program: Program, astronaut: Path) -> None:
    photos = [astronaut] + [photo(program.folder / f"{n}.jpg") for n in range(40)]
    running = subprocess.Popen(
        program.command("suggest", "--json", "--jobs", "1", *photos),
        stdout=subprocess.PIPE,
        env=program.environment,
    )
    assert running.stdout is not None
    assert json.loads(running.stdout.readline())["photo"] == str(astronaut)
    assert running.poll() is None
    running.kill()
    running.communicate()
