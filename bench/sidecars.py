"""What writing a sidecar costs, and what the same bytes cost with nothing but lxml."""

from __future__ import annotations

import os
from pathlib import Path

from cpu import spent
from lxml import etree
from PIL import Image

from cropperhead_core import Crop, write_crop
from cropperhead_core.crop import Size
from cropperhead_core.photo import Photo

__all__ = ["sidecar_costs"]

CROP = Crop(0.1, 0.1, 0.9, 0.9)
ROUNDS, COUNT = 10, 20
SIZE = (600, 400)


def sidecar_costs(folder: Path) -> tuple[float, float]:
    """CPU seconds a sidecar: ours, and parse, serialise, write, sync, move by hand.

    Ours as `cropperhead apply` does it, which knows the photo's facts from looking at it. By turns,
    each at its least: what disturbs lasts for seconds.
    """
    write_crop(_photo(folder / "first.jpg"), CROP, "darktable")  # loads what is loaded once
    rounds = [_one_round(folder, number) for number in range(ROUNDS)]
    ours, raw = map(min, zip(*rounds, strict=True))
    return ours, raw


def _one_round(folder: Path, number: int) -> tuple[float, float]:
    photos = [_photo(folder / f"side{number}-{i}.jpg") for i in range(COUNT)]
    written: list[Path] = []

    def ours() -> None:
        written.extend(write_crop(photo, CROP, "darktable").path for photo in photos)

    our_cost = spent(ours) / COUNT
    contents = [path.read_bytes() for path in written]

    def raw() -> None:
        for path, content in zip(written, contents, strict=True):
            _replaced(path, etree.tostring(etree.fromstring(content), xml_declaration=True))

    return our_cost, spent(raw) / COUNT


def _photo(path: Path) -> Photo:
    Image.new("RGB", SIZE, "gray").save(path)
    return Photo(path, Size(*SIZE))


def _replaced(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
