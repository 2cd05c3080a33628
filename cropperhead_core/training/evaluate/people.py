"""Crops by people as the judge: how near each method comes to them, and they to each other.

The file is JSON lines: `{"photo": "a.jpg", "width": 640, "height": 427, "boxes": [[left, top,
right, bottom], ...]}`; the photo's path is relative to the file, boxes are pixels of the upright
photo at that width and height, one for each person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.boxes import overlaps
from cropperhead_core.candidates import candidates
from cropperhead_core.errors import SettingsError
from cropperhead_core.photo import read_photo
from cropperhead_core.preview import read_preview

from .methods import Method
from .metrics import Interval, clipped, interval

__all__ = ["PEOPLE", "PeopleRow", "people_rows", "read_crops"]

PEOPLE = "people among themselves"
SIDE = 640
"""Pixels of the long side that methods see at most; `suggest` makes do with 512."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cropped:
    """A photo and the crops (n, 4) that people made of it, in fractions."""

    path: Path
    boxes: Floats

    def pixels(self) -> NDArray[np.uint8]:
        """Upright (h, w, 3) sRGB, small; raises `UnreadablePhoto`."""
        return read_preview(read_photo(self.path), SIDE).pixels


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """A method against people: overlap with all of them, with the nearest, and mean displacement.

    The displacement is of an edge, in fractions of the photo's side.
    """

    name: str
    photos: int
    overlap: Interval
    nearest: Interval
    displacement: Interval


def read_crops(file: Path) -> list[Cropped]:
    """The photos and crops of this file; raises `SettingsError` with the line that is wrong."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the crops in {file}: {error}") from error
    return [_cropped(line, f"{file}:{n}") for n, line in enumerate(lines, 1) if line.strip()]


def _cropped(line: str, where: str) -> Cropped:
    try:
        row: dict[str, Any] = json.loads(line)
        width, height = float(row["width"]), float(row["height"])
        if not (width > 0 and height > 0):
            raise ValueError(f"{width:g}x{height:g} is no size")
        boxes = np.array(row["boxes"], float).reshape(-1, 4) / (width, height, width, height)
        photo = Path(where.rpartition(":")[0]).parent / row["photo"]
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"expected photo, width, height and boxes [[left, top, right, bottom], ...] in {where}:"
            f" {error!r}"
        ) from error
    is_box = (boxes[:, 2:] > boxes[:, :2]).all(axis=1) & (boxes >= 0).all(1) & (boxes <= 1).all(1)
    if not (len(boxes) and is_box.all()):
        raise SettingsError(f"expected boxes inside {width:g}x{height:g} in {where}")
    return Cropped(photo, boxes)


def people_rows(photos: Iterable[Cropped], methods: Mapping[str, Method]) -> tuple[PeopleRow, ...]:
    """A row for each method, and one of people among themselves where several cropped a photo."""
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in methods}
    for photo in photos:
        pixels = photo.pixels()
        offered = candidates(pixels.shape[1] / pixels.shape[0])
        for name, method in methods.items():
            found[name].append(_against(clipped(method(pixels, offered).box), photo.boxes))
        if len(photo.boxes) > 1:
            others = [np.delete(photo.boxes, n, axis=0) for n in range(len(photo.boxes))]
            pairs = [_against(*pair) for pair in zip(photo.boxes, others, strict=True)]
            mean = np.mean(pairs, axis=0)
            found.setdefault(PEOPLE, []).append((mean[0], mean[1], mean[2]))
    return tuple(_row(name, rows) for name, rows in found.items() if rows)


def _against(box: Floats, people: Floats) -> tuple[float, float, float]:
    """Mean and largest overlap with people's boxes, and the mean displacement of an edge."""
    shared = overlaps(people, box)
    return float(shared.mean()), float(shared.max()), float(np.abs(people - box).mean())


def _row(name: str, figures: Sequence[tuple[float, float, float]]) -> PeopleRow:
    intervals = [interval(column) for column in np.array(figures).T]
    overlap, nearest, displacement = (each for each in intervals if each)
    return PeopleRow(name, len(figures), overlap, nearest, displacement)
