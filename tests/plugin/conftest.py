"""The real program in a home of its own, and photos to give it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from drawn import draw_raw
from PIL import Image
from pillow_heif import register_heif_opener
from skimage import data


@dataclass(frozen=True)
class Program:
    """`cropperhead` in a subprocess, as a person starts it, with a home of its own."""

    home: Path
    folder: Path
    wrapper: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)

    def __call__(
        self, *arguments: str | bytes | Path, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self.command(*arguments),
            input=stdin,
            capture_output=True,
            env=self.environment,
            cwd=self.folder,
            check=False,
        )

    def command(self, *arguments: str | bytes | Path) -> list[str | bytes | Path]:
        return [*self.wrapper, Path(sys.executable).with_name("cropperhead"), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "COLUMNS"))}
        return plain | {"HOME": str(self.home), "COLUMNS": "80"} | self.environ

    @property
    def journal(self) -> Path:
        return self.home / ".local/share/cropperhead/journal.sqlite"


def lines(output: bytes) -> list[dict[str, Any]]:
    """The objects that these lines of JSON hold."""
    return [json.loads(line) for line in output.decode("utf-8").splitlines()]


def photo(path: Path, name: str = "astronaut", size: tuple[int, int] | None = None) -> Path:
    """One of scikit-image's photographs as a JPEG at this path."""
    image = Image.fromarray(getattr(data, name)())
    (image.resize(size) if size else image).save(path, quality=90)
    return path


def encoded(folder: Path) -> list[Path]:
    """One photograph in every format that we read."""
    register_heif_opener()
    whole = photo(folder / "whole.jpg", size=(320, 240))
    written = [draw_raw(folder / "whole.dng", 640, 480), whole]
    with Image.open(whole) as image:
        for suffix in ("png", "tif", "webp", "heic"):
            written.append(folder / f"whole.{suffix}")
            image.save(written[-1])
    return written


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Every file below a folder with its content, and every folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def failures(printed: Sequence[dict[str, Any]]) -> list[str]:
    """The photos that failed."""
    return [line["photo"] for line in printed if "error" in line]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    folder = tmp_path / "photos"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home", folder)


@pytest.fixture
def astronaut(program: Program) -> Path:
    return photo(program.folder / "astronaut.jpg")
