"""The real program in a home of its own, photos to give it, and a desk to write crops at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from drawn import draw_raw
from PIL import Image
from pillow_heif import register_heif_opener
from skimage import data

from cropperhead_core.crop import Crop
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.journal import Journal
from cropperhead_core.photo import read_photo
from cropperhead_core.suggestion import RankedCrop, Suggestion
from cropperhead_plugin.writer import Writer

CROP = Crop(0.1, 0.1, 0.9, 0.8)
OTHER = Crop(0.2, 0.0, 1.0, 0.7)
EDITED = """\
<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/" xmp:Rating="3" darktable:xmp_version="5"
    darktable:raw_params="0" darktable:auto_presets_applied="1" darktable:history_end="1"
    darktable:iop_order_version="2">
   <darktable:history>
    <rdf:Seq>
     <rdf:li darktable:num="0" darktable:operation="exposure" darktable:enabled="1"
       darktable:modversion="6" darktable:params="00000000000080b90000803f00004842000080c001000000"
       darktable:multi_name="" darktable:multi_priority="0"/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
"""A sidecar as darktable leaves it after an exposure was set, with spaces of its own."""


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

    def onto(self, out: Path, *arguments: str | bytes | Path) -> subprocess.CompletedProcess[bytes]:
        """The same with its stdout in this file."""
        with out.open("wb") as file:
            return subprocess.run(
                self.command(*arguments),
                stdout=file,
                stderr=subprocess.PIPE,
                env=self.environment,
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


@dataclass
class Desk:
    """A folder with one photo, and everything that it takes to write for it."""

    photo: Path
    journal: Journal
    exiftool: ExifTool

    def writer(self, **options: object) -> Writer:
        return Writer(self.journal, self.exiftool, **options)  # type: ignore[arg-type]  # a test's table

    def apply(self, crop: Crop = CROP, **options: object) -> Path:
        """Writes this crop; the file that holds it."""
        sidecar = self.writer(**options).apply(suggestion(self.photo, crop)).sidecar
        assert sidecar is not None
        return sidecar

    def undo(self) -> str:
        return self.writer().undo(self.photo).how

    def folder(self) -> dict[str, bytes | None]:
        return snapshot(self.photo.parent)


def suggestion(path: Path, crop: Crop) -> Suggestion:
    facts = read_photo(path)
    best = RankedCrop(crop, 1.0, 0.5, "free", ())
    facing = facts.upright, facts.orientation
    return Suggestion(path, *facing, "crop", 0.0, (best,), "test", exif=facts.exif)


def rated(path: Path) -> None:
    """An editor's change to something else."""
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-Rating=4", path], check=True)


def rating(path: Path) -> str:
    done = subprocess.run(["exiftool", "-s3", "-Rating", path], capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.fixture
def program(tmp_path: Path) -> Program:
    folder = tmp_path / "photos"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home", folder)


@pytest.fixture
def astronaut(program: Program) -> Path:
    return photo(program.folder / "astronaut.jpg")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "photos"
    folder.mkdir()
    with Journal(tmp_path / "journal.sqlite") as journal, ExifTool() as exiftool:
        yield Desk(photo(folder / "a.jpg"), journal, exiftool)
