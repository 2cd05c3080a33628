"""The demonstration: what `make demo` starts once everything is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from PIL import Image

from cropperhead_core import read_crop
from cropperhead_plugin.demo import PHOTOS

from .conftest import Program


@pytest.fixture
def shown(program: Program) -> subprocess.CompletedProcess[str]:
    """The demonstration in a home and a folder of its own."""
    return demonstrate(program)


def demonstrate(program: Program, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cropperhead_plugin.demo"],
        cwd=program.folder,
        env=program.environment | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demonstration_writes_what_it_says_and_undo_takes_it_back(
    program: Program, shown: subprocess.CompletedProcess[str]
) -> None:
    folder = program.folder / "demo"
    assert (shown.returncode, shown.stderr) == (0, "")
    written = [name for name in PHOTOS if (folder / f"{name}.jpg.xmp").exists()]
    assert len(written) >= 3
    assert all(read_crop(folder / f"{name}.jpg") for name in written)
    with Image.open(folder / "contact-sheet.png") as sheet:
        assert sheet.width > 1000
    command = shown.stdout.splitlines()[-1].removeprefix("Take it all back: ")
    subprocess.run(command.split(), cwd=program.folder, env=program.environment, check=False)
    assert not list(folder.glob("*.xmp"))


def test_a_missing_program_is_said_in_one_line(program: Program) -> None:
    locked = program.home / ".local"
    shutil.rmtree(locked, ignore_errors=True)
    locked.write_text("not a folder")
    shown = demonstrate(program)
    assert shown.returncode == 1
    assert len(shown.stderr.splitlines()) == 1
    assert os.fspath(program.journal) in shown.stderr
