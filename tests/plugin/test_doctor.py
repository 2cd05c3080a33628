"""Doctor on a machine that lacks something: it says what, and the command that mends it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest

from cropperhead_plugin.doctor import LIBRARIES

from .conftest import Program, lines, photo, snapshot

PIP = " -m pip install "

Absence = Callable[[Program], Program]


def settings(program: Program, text: str) -> Program:
    """With this settings file."""
    path = program.home / ".config/cropperhead/settings.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return program


def without_module(name: str) -> Absence:
    """A Python that cannot import this."""

    def made(program: Program) -> Program:
        path = program.home / "modules" / name.replace(".", "/") / "__init__.py"
        path.parent.mkdir(parents=True)
        path.write_text(f"raise ImportError('No module named {name}')")
        return dataclasses.replace(program, environ={"PYTHONPATH": str(program.home / "modules")})

    return made


def without_exiftool(program: Program) -> Program:
    return settings(program, 'exiftool = "/nowhere/exiftool"')


def without_libexempi(program: Program) -> Program:
    """What the loader finds first is an empty file."""
    folder = program.home / "lib"
    folder.mkdir()
    (folder / "libexempi.so.8").touch()
    return dataclasses.replace(program, environ={"LD_LIBRARY_PATH": str(folder)})


def without_model(program: Program) -> Program:
    return settings(program, 'model = "/nowhere/model"')


def without_room_for_a_journal(program: Program) -> Program:
    return settings(program, 'journal = "/proc/nowhere/journal.sqlite"')


def with_a_damaged_journal(program: Program) -> Program:
    program.journal.parent.mkdir(parents=True)
    program.journal.write_text("this is no database" * 100)
    return program


def with_a_wrong_setting(program: Program) -> Program:
    return settings(program, "editr = 1")


def without_darktable(program: Program) -> Program:
    folder = program.home / "bin"
    folder.mkdir()
    (folder / "exiftool").symlink_to("/usr/bin/exiftool")
    (folder / "perl").symlink_to("/usr/bin/perl")
    return dataclasses.replace(program, environ={"PATH": str(folder)})


def missing(program: Program) -> dict[str, dict[str, Any]]:
    done = program("doctor", "--json")
    assert b"Traceback" not in done.stderr
    bad = {line["check"]: line for line in lines(done.stdout) if not line["ok"]}
    assert done.returncode == any(line["needed"] for line in bad.values())
    return bad


@pytest.mark.parametrize(
    ("absence", "check", "advice"),
    [
        (without_module("rawpy"), "libraries", PIP),
        (without_module("ai_edge_litert"), "LiteRT", PIP + "ai-edge-litert"),
        (without_exiftool, "exiftool", "sudo apt install libimage-exiftool-perl"),
        (without_libexempi, "libexempi", "sudo apt install libexempi8"),
        (without_model, "model", "model = FOLDER"),
        (without_room_for_a_journal, "journal", "mkdir -p /proc/nowhere"),
        (with_a_damaged_journal, "journal", "mv "),
        (with_a_wrong_setting, "settings", "settings.toml"),
        (without_darktable, "darktable", "sudo apt install darktable"),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_mends_it(
    program: Program, absence: Absence, check: str, advice: str
) -> None:
    found = missing(absence(program))
    assert check in found
    assert found[check]["detail"]
    assert advice in found[check]["advice"]


def test_every_library_that_pip_brings_is_looked_at() -> None:
    looked_at = {*LIBRARIES.values(), "ai-edge-litert", "python-xmp-toolkit"}
    always = [need for need in requires("cropperhead") or [] if "extra ==" not in need]
    assert {re.split("[<>=;]", need)[0].lower() for need in always} == set(
        map(str.lower, looked_at)
    )


def test_only_the_library_that_is_missing_is_blamed(program: Program) -> None:
    detail = missing(without_module("rawpy")(program))["libraries"]["detail"]
    assert detail == "cannot import rawpy (No module named rawpy)"


def test_darktable_is_not_needed(program: Program) -> None:
    assert not missing(without_darktable(program))["darktable"]["needed"]


def test_without_libexempi_nothing_is_written_and_one_line_says_why(program: Program) -> None:
    path = photo(program.folder / "a.jpg")
    before = snapshot(program.folder)
    done = without_libexempi(program)("apply", "--aspect", "1:2", path)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        f"cropperhead: {path}: cannot load libexempi: apt install libexempi8 brings it\n"
    )
    assert snapshot(program.folder) == before


@pytest.mark.parametrize("embed", [["--embed"], []])
def test_without_exiftool_only_what_needs_it_fails(program: Program, embed: list[str]) -> None:
    path: Path = photo(program.folder / "a.jpg")
    editor = "lightroom" if embed else "darktable"
    bare = without_exiftool(program)
    done = bare("apply", "--editor", editor, *embed, "--aspect", "1:2", path)
    assert done.returncode == (1 if embed else 0)
    said = done.stderr.decode()
    assert said.startswith(f"cropperhead: {path}: cannot start /nowhere/exiftool") == bool(embed)
    assert ("apt install libimage-exiftool-perl" in said) == bool(embed)
