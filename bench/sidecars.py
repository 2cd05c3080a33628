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

COUNT = 200
SIZE = (600, 400)


def sidecar_costs(folder: Path) -> tuple[float, float]:
    """CPU seconds a sidecar: ours, and parse, serialise, write, sync, move by hand.

    Ours as `cropperhead apply` does it, which knows the photo's facts from looking at it.
    """
    photos = [_photo(folder / f"side{i}.jpg") for i in range(COUNT)]
    crop = Crop(0.1, 0.1, 0.9, 0.9)
    write_crop(_photo(folder / "first.jpg"), crop, "darktable")  # loads what is loaded once
    written: list[Path] = []

    def ours() -> None:
        written.extend(write_crop(photo, crop, "darktable").path for photo in photos)

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
