"""On a terminal: colour and a progress bar, each where it belongs."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from .conftest import Program, lines, photo

BAR, ERASED = "\u2501", "\x1b[2K"


@pytest.fixture
def photos(program: Program) -> list[Path]:
    return [photo(program.folder / f"{name}.jpg", name) for name in ("coffee", "rocket")]


def watched(
    program: Program, *arguments: str | Path, out: int | None = None, status: int = 0
) -> tuple[str, bytes]:
    """What a terminal shows, and what went into a pipe where stdout (out=PIPE) was one."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        program.command(*arguments),
        stdin=theirs,
        stdout=theirs if out is None else out,
        stderr=theirs,
        env=program.environment | {"TERM": "xterm-256color"},
    )
    os.close(theirs)
    shown = b"".join(iter(lambda: _some(ours), b""))
    os.close(ours)
    piped, _ = running.communicate()
    assert running.returncode == status
    return shown.decode(), piped or b""


def _some(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other end is closed
        return b""


def test_a_person_sees_colour_and_a_bar(program: Program, photos: list[Path]) -> None:
    shown, _ = watched(program, "suggest", *photos)
    assert "\x1b[1m" in shown
    assert BAR in shown
    assert "2/2" in shown


def test_the_bar_is_gone_before_a_result_is_printed(program: Program, photos: list[Path]) -> None:
    shown, _ = watched(program, "suggest", *photos)
    for path in photos:
        before = re.split(re.escape(f"\x1b[1m{path}"), shown)[0]
        assert before.endswith(ERASED)
    assert ERASED in shown.rpartition(BAR)[2]


@pytest.mark.parametrize(("command", "said"), [("suggest", "2 to crop"), ("apply", "2 cropped")])
def test_the_end_says_what_it_came_to(
    program: Program, photos: list[Path], command: str, said: str
) -> None:
    empty = program.folder / "empty.jpg"
    empty.touch()
    shown, _ = watched(program, command, *photos, empty, status=1)
    assert re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", shown).splitlines()[-1] == f"{said}, 1 failed"


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_results_go_into_the_file_and_the_bar_to_the_person(
    program: Program, photos: list[Path], more: list[str]
) -> None:
    shown, piped = watched(program, "suggest", *more, *photos, out=subprocess.PIPE)
    assert BAR in shown
    assert b"\x1b" not in piped
    assert len(piped.splitlines()) == 2
    assert not any(path.name in shown for path in photos)
    if more:
        assert [line["photo"] for line in lines(piped)] == [str(path) for path in photos]


def test_one_photo_needs_no_bar(program: Program, photos: list[Path]) -> None:
    assert BAR not in watched(program, "suggest", photos[0])[0]


def test_nobody_watching_means_no_colour_and_no_bar(program: Program, photos: list[Path]) -> None:
    done = program("suggest", *photos)
    assert done.stderr == b""
    assert b"\x1b" not in done.stdout
