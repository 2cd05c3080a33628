"""The commands, as a person or an editor starts them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from .conftest import Program, lines, photo, snapshot

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/suggestion.schema.json").read_text())
CHECKED = jsonschema.Draft202012Validator(SCHEMA)
TALL = ("--aspect", "1:2")
"""A shape that no photo here has, so that there is always a crop to write."""


def kind(line: dict[str, Any], name: str) -> dict[str, Any]:
    """This line, if the schema says that it is one of that kind."""
    jsonschema.Draft202012Validator(SCHEMA | {"oneOf": [{"$ref": f"#/$defs/{name}"}]}).validate(
        line
    )
    CHECKED.validate(line)
    return line


def test_doctor_finds_everything_here(program: Program) -> None:
    done = program("doctor", "--json")
    assert [line["check"] for line in lines(done.stdout) if not kind(line, "check")["ok"]] == []
    assert done.returncode == 0


def test_doctor_says_what_is_missing(program: Program) -> None:
    settings = program.home / ".config/cropperhead/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('exiftool = "/nowhere/exiftool"\n')
    done = program("doctor")
    assert done.returncode == 1
    assert "missing exiftool: /nowhere/exiftool was not found -> " in done.stdout.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["crop"],
        ["suggest"],
        ["suggest", "--tightness", "2", "a.jpg"],
        ["suggest", "--aspect", "wide", "a.jpg"],
        ["suggest", "--top", "0", "a.jpg"],
        ["suggest", "--jobs", "-1", "a.jpg"],
        ["apply", "--editor", "gimp", "a.jpg"],
        ["outcome", "--accepted", "--rejected", "a.jpg"],
        ["score", "a.jpg"],
        ["score", "a.jpg", "--boxes", "nowhere.json"],
        ["watch", "--once", "--log", ".", "."],
        ["watch", "--once", "--log", "~nobody-of-this-name/log", "."],
        ["watch", "--once", "~nobody-of-this-name"],
        ["outcome", "--sidecars", "a.jpg"],
        ["outcome", "--sidecars", "-", "a.jpg"],
        ["suggest", "--model", "~nobody-of-this-name", "a.jpg"],
        ["score", "a.jpg", "--boxes", "~nobody-of-this-name/boxes.json"],
        ["evaluate", "--data", "~nobody-of-this-name"],
        ["evaluate", "--data", ".", "--html", "~nobody-of-this-name/page.html"],
        ["train", "--data", "~nobody-of-this-name", "--out", "model"],
        ["install", "darktable", "--config", "~nobody-of-this-name"],
        ["apply", "--model", "nowhere", "a.jpg"],
        ["watch", "--once", "--model", "nowhere", "."],
        ["--wrong"],
        ["--json", "suggest", "a.jpg"],
        ["sugest", "a.jpg"],
        ["install"],
    ],
)
def test_wrong_usage_exits_2_with_nothing_on_stdout(program: Program, arguments: list[str]) -> None:
    done = program(*arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["sugest", "a.jpg"], "did you mean suggest?"),
        (["--json", "suggest"], "expected a command in front of --json"),
        (["install"], "expected what to install: darktable or service"),
        (["install", "bogus"], "expected what to install: darktable or service, got bogus"),
    ],
)
def test_wrong_usage_says_what_would_be_right(
    program: Program, arguments: list[str], hint: str
) -> None:
    assert hint in program(*arguments).stderr.decode()


def test_a_faulty_setting_is_named_with_its_file(program: Program, astronaut: Path) -> None:
    settings = program.home / ".config/cropperhead/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("tightnes = 1\n")
    done = program("suggest", astronaut)
    assert done.returncode == 2
    assert "unknown setting 'tightnes'" in done.stderr.decode()
    assert "settings.toml" in done.stderr.decode()


def test_settings_hold_where_no_option_is_given(program: Program, astronaut: Path) -> None:
    settings = program.home / ".config/cropperhead/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('aspect = "1:2"\n')
    (line,) = lines(program("suggest", "--json", astronaut).stdout)
    assert line["crops"][0]["aspect"] == "1:2"


def test_a_folder_is_searched_to_the_bottom(program: Program) -> None:
    deep = program.folder / "2026" / "05 May"
    deep.mkdir(parents=True)
    photo(deep / "a.jpg")
    (deep / "notes.txt").write_text("no photo")
    (deep / ".hidden.jpg").write_text("no photo")
    printed = lines(program("suggest", "--json", program.folder).stdout)
    assert [line["photo"] for line in printed] == [str(deep / "a.jpg")]


@pytest.mark.parametrize("command", ["suggest", "apply", "show", "undo", "outcome"])
def test_a_folder_without_photos_is_said(program: Program, command: str) -> None:
    (program.folder / "notes.txt").write_text("no photo")
    done = program(command, program.folder)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode() == f"cropperhead: no photos in {program.folder}\n"


@pytest.mark.parametrize("command", ["suggest", "apply", "show", "undo", "outcome"])
def test_an_empty_name_is_not_the_current_folder(
    program: Program, astronaut: Path, command: str
) -> None:
    before = snapshot(program.folder)
    done = program(command, astronaut, "")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"got an empty name" in done.stderr
    assert snapshot(program.folder) == before


def test_nor_is_it_a_folder_to_watch(program: Program, astronaut: Path) -> None:
    done = program("watch", "--once", "")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"got an empty name" in done.stderr
    assert list(program.folder.iterdir()) == [astronaut]
    done = program("install", "service", "")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"got an empty name" in done.stderr


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\0", b"\r\n\r\n"])
def test_lists_of_any_system_are_read(program: Program, astronaut: Path, end: bytes) -> None:
    other = photo(program.folder / "other.jpg")
    listed = b"".join(bytes(path) + end for path in (astronaut, other))
    printed = lines(program("show", "--json", "-", stdin=listed).stdout)
    assert [line["photo"] for line in printed] == [str(astronaut), str(other)]


def test_ctrl_c_ends_with_one_word(program: Program) -> None:
    photos = [photo(program.folder / f"{n}.jpg") for n in range(40)]
    running = subprocess.Popen(
        program.command("suggest", "--json", "--jobs", "2", *photos),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program.environment,
        start_new_session=True,
    )
    assert running.stdout is not None
    first = running.stdout.readline()
    os.killpg(running.pid, signal.SIGINT)
    out, error = running.communicate()
    assert running.returncode == 130
    assert error == b"stopped\n"
    assert all(json.loads(line) for line in (first + out).splitlines())


def test_a_reader_that_goes_away_is_no_error(program: Program) -> None:
    photos = [photo(program.folder / f"{n}.jpg") for n in range(6)]
    running = subprocess.Popen(
        program.command("suggest", "--json", *photos),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program.environment,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() == 141
