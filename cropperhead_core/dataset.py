"""Photos with scored crops on disk, and how they are split so that no likeness is on both sides."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .data_lists import plain_rows, scored_rows
from .errors import SettingsError, UnreadablePhoto

__all__ = [
    "Picture",
    "data_hash",
    "groups",
    "is_alike",
    "likeness",
    "parted",
    "read_pictures",
    "series",
    "split",
]

Part = Literal["train", "validation", "test"]
ALIKE = 8
"""Bits of 64 that near-duplicates' fingerprints differ by at most."""
TEST_SHARE, VALIDATION_SHARE = 0.15, 0.10


@dataclass(frozen=True, slots=True)
class Picture:
    """An open photo; boxes (n, 4) left, top, right, bottom in fractions and their scores (n,)."""

    path: Path
    kind: Literal["snapshot", "composed"]
    licence: str
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    scores: tuple[float, ...] = ()
    round: int = 0
    credit: str = ""
    source: str = ""
    own: int = 0
    """How many of the boxes, the first of them, came with the photo."""

    def pixels(self) -> NDArray[np.uint8]:
        """Upright (h, w, 3) sRGB."""
        try:
            with Image.open(self.path) as image:
                return np.asarray(image.convert("RGB"))
        except OSError as error:
            raise UnreadablePhoto(f"expected a photo of the training data: {self.path}") from error


def read_pictures(data: Path, tiers: Sequence[str] = ("A",)) -> list[Picture]:
    """All photos of these licence tiers: those with scores first, then those without.

    Raises `SettingsError` if the folder does not hold the open data, or its lists make no sense.
    """
    try:
        return _listed(data, tiers)
    except OSError as error:
        raise SettingsError(
            f"expected the open data (preferences/, photos/) in {data}, choose it with --data:"
            f" {error}"
        ) from error


def _listed(data: Path, tiers: Sequence[str]) -> list[Picture]:
    scored = scored_rows(data / "preferences" / "preferences.jsonl")
    plain = plain_rows(data / "photos" / "manifest.csv")
    return [
        *(_scored(data, row) for row in scored if row["tier"] in tiers),
        *(
            Picture(
                data / "photos" / "images" / row["file"],
                _kind(row["kind"]),
                row["licence"],
                credit=row["credit"],
                source=row["source"],
            )
            for row in plain
            if row["tier"] in tiers
        ),
    ]


def _scored(data: Path, row: dict[str, Any]) -> Picture:
    path = data / "preferences" / "images" / row["photo"]
    boxes = tuple((box[0], box[1], box[2], box[3]) for box in row["boxes"])
    kind, scores = _kind(row["kind"]), tuple(row["scores"])
    about = (row["licence"], boxes, scores, row["round"], row["credit"], row["source"])
    return Picture(path, kind, *about, own=len(boxes))


def _kind(name: str) -> Literal["snapshot", "composed"]:
    return "composed" if name == "composed" else "snapshot"


def data_hash(pictures: Iterable[Picture]) -> str:
    """SHA-256 over the names, boxes and scores: which data a model was made from."""
    rows = [(picture.path.name, picture.boxes, picture.scores) for picture in pictures]
    return hashlib.sha256(json.dumps(sorted(rows)).encode()).hexdigest()


def likeness(pixels: NDArray[np.uint8]) -> int:
    """64 bits that near-duplicates share: which of two neighbours is lighter, on 9 x 8 cells.

    The difference hash of N. Krawetz, "Kind of Like That", 2013.
    """
    small = np.asarray(Image.fromarray(pixels).convert("L").resize((9, 8)), np.int16)
    bits = (small[:, 1:] > small[:, :-1]).ravel()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def series(name: str) -> str:
    """What the file names of one series share: the set, and the name less a number at its end.

    Where that leaves neither letters nor a date, the photo is a series of its own.

    >>> series("trip__canyon-2_334161.jpg"), series("trip__canyon_1a2b3c.jpg")
    ('trip__canyon', 'trip__canyon')
    >>> series("kodak__20_86e283.jpg")
    'kodak__20'
    """
    stem = re.sub(r"_[0-9a-f]{6}\.\w+$", "", name)
    collection, _, own = stem.partition("__")
    base = re.sub(r"-?(?<!\d)\d{1,4}$", "", own)
    return f"{collection}__{base}" if re.search(r"[^\W\d_]|\d{8}", base) else stem


def is_alike(one: int, other: int) -> bool:
    """Whether two photos with these likenesses show nearly the same."""
    return (one ^ other).bit_count() <= ALIKE


def groups(fingerprints: Sequence[int], names: Sequence[str] = ()) -> list[int]:
    """A number for each photo, the same for photos that a chain of likenesses connects.

    Names, where given, connect those of one series.
    """
    found = list(range(len(fingerprints)))

    def root(index: int) -> int:
        while found[index] != index:
            index = found[index]
        return index

    for one, print_one in enumerate(fingerprints):
        for other in range(one):
            if is_alike(print_one, fingerprints[other]):
                found[root(one)] = root(other)
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        found[root(index)] = root(first.setdefault(series(name), index))
    return [root(index) for index in range(len(found))]


def split(pictures: Sequence[Picture]) -> list[Part]:
    """Which part each photo belongs to: that of its group, by a hash of the group's first name."""
    names = [picture.path.name for picture in pictures]
    numbers = groups([likeness(picture.pixels()) for picture in pictures], names)
    return [_part(pictures[number].path.name) for number in numbers]


def parted(data: Path, tiers: Sequence[str] = ("A",)) -> dict[str, list[Picture]]:
    """The photos of each part, in the order of `read_pictures`; raises as that does."""
    pictures = read_pictures(data, tiers)
    found: dict[str, list[Picture]] = {"train": [], "validation": [], "test": []}
    for picture, part in zip(pictures, split(pictures), strict=True):
        found[part].append(picture)
    return found


def _part(name: str) -> Part:
    lot = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32
    if lot < TEST_SHARE:
        return "test"
    return "validation" if lot < TEST_SHARE + VALIDATION_SHARE else "train"
