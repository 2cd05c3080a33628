"""Photos to write sidecars for, and two witnesses of what is in them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import libxmp
import pytest
from drawn import draw_raw
from exiftool import ExifTool as Process
from libxmp.utils import object_to_dict
from PIL import Image

from cropperhead_core.crop import Crop, Size
from cropperhead_core.photo import Photo
from cropperhead_core.sidecar import Provenance, darkroom

RAW_SIZE = Size(600, 400)


@pytest.fixture(scope="session")
def drawn_raw(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a raw of 600x400 holds; LibRaw goes by the content, so any raw's name will do."""
    path = tmp_path_factory.mktemp("raw") / "drawn.dng"
    return draw_raw(path, RAW_SIZE.width, RAW_SIZE.height).read_bytes()


@pytest.fixture
def raw(tmp_path: Path, drawn_raw: bytes) -> Path:
    path = tmp_path / "IMG.CR2"
    path.write_bytes(drawn_raw)
    return path


@pytest.fixture
def jpeg(tmp_path: Path) -> Path:
    path = tmp_path / "IMG.jpg"
    Image.new("RGB", (RAW_SIZE.width, RAW_SIZE.height), "gray").save(path)
    return path


@dataclass(frozen=True)
class Witness:
    """exiftool: every tag of a file that is not about the file itself."""

    process: Process

    def tags(self, path: Path) -> dict[str, Any]:
        ignored = ("--System:all", "--File:all", "--ExifTool:all", "--Composite:all")
        options = ("-json", "-struct", "-G1", "-n", "-u", "-a")
        (entry,) = json.loads(self.process.execute(*options, *ignored, str(path)))
        return {name: value for name, value in entry.items() if name != "SourceFile"}


@pytest.fixture(scope="session")
def exiftool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Witness]:
    """One process for all, which has seen a history of darktable's before any test.

    exiftool learns what an unknown namespace holds from the first file: after one whose history is
    empty it would tell of all others by flattened names.
    """
    seen = tmp_path_factory.mktemp("exiftool") / "seen.xmp"
    photo = Photo(Path("seen"), RAW_SIZE)
    seen.write_bytes(darkroom.with_crop(None, photo, Crop(0, 0, 0.5, 0.5), Provenance(), seen))
    with Process(common_args=["-charset", "filename=utf8"]) as process:
        witness = Witness(process)
        assert isinstance(witness.tags(seen)["XMP-darktable:History"], list)
        yield witness


def properties(data: bytes) -> dict[tuple[str, str], str]:
    """Every property as Adobe's own parser sees it: (namespace, path) to value."""
    meta = libxmp.XMPMeta()
    codec = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    if b"ISO-8859-1" in data[:80]:
        codec = "latin-1"
    text = data.decode(codec).lstrip("\ufeff")
    if text.startswith("<?xml"):
        text = text[text.index("?>") + 2 :].lstrip()
    meta.parse_from_str(text, xmpmeta_wrap=False)
    found = object_to_dict(meta)
    return {(space, path): value for space, each in found.items() for path, value, *_ in each}


def embedded_pixels(path: Path) -> bytes:
    """What a photo shows, decoded."""
    done = subprocess.run(
        ["exiftool", "-b", "-PreviewImage", path], capture_output=True, check=True
    )
    return done.stdout
