"""Whether a raw or HEIF file is all there, from what its own directory says; nothing is decoded.

A raw that is still being copied opens well and shows a preview: both stand in its first megabyte.
JPEG, PNG and TIFF need no such look, because decoding them finds the end missing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .errors import UnreadablePhoto
from .opening import HEIF_SUFFIXES
from .photo import SENSOR_SUFFIXES

__all__ = ["require_complete"]

CHECKED = SENSOR_SUFFIXES | HEIF_SUFFIXES
DATA_TAGS = {273: 279, 324: 325, 513: 514}
"""Strips, tiles, embedded JPEG: the tag with the places of the data, and the one with the lengths
(TIFF 6.0, sections 8, 15 and 22)."""
SUB_DIRECTORIES = 330
INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I"}
"""TIFF's numbers of types, as struct's letters."""
MOST_DIRECTORIES, MOST_ENTRIES, MOST_VALUES = 64, 1000, 100_000

Tags = dict[int, tuple[int, ...]]


def require_complete(path: Path) -> None:
    """Raises `UnreadablePhoto` if the file is shorter than its own directory says."""
    if path.suffix.lower() not in CHECKED:
        return
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            end = _end(file, size)
    except OSError as error:
        raise UnreadablePhoto(f"cannot read {path}: {error.strerror}") from error
    except struct.error:  # a directory lies behind the end
        end, size = 1, 0
    if end > size:
        raise UnreadablePhoto(f"the end of {path} is missing: it is still being copied, or cut off")


def _end(file: IO[bytes], size: int) -> int:
    """Where the data ends of which the file speaks; 0 for a format that we do not know."""
    file.seek(0)
    head = file.read(16)
    if head[4:8] == b"ftyp":
        return _end_of_boxes(file, size)
    if head.startswith(b"FUJIFILMCCD-RAW"):
        return _end_of_raf(file)
    if head[6:10] == b"HEAP":  # CRW: CIFF, which only begins as TIFF does
        return 0
    if head[:2] in (b"II", b"MM"):
        return _end_of_tiff(file, "<" if head[:2] == b"II" else ">")
    return 0


def _end_of_boxes(file: IO[bytes], size: int) -> int:
    """ISO 14496-12: CR3 and HEIC are boxes one after the other, each with its length in front."""
    at = 0
    while at < size:
        file.seek(at)
        length: int = struct.unpack(">I", file.read(4))[0]
        if length == 1:
            file.seek(at + 8)
            length = struct.unpack(">Q", file.read(8))[0]
        if length == 0:  # to the end of the file
            return size
        at += max(length, 8)
    return at


def _end_of_raf(file: IO[bytes]) -> int:
    """Fujifilm: preview, header and sensor data, three places with lengths at byte 84."""
    file.seek(84)
    numbers: tuple[int, ...] = struct.unpack(">6I", file.read(24))
    return max(place + length for place, length in zip(numbers[::2], numbers[1::2], strict=True))


def _end_of_tiff(file: IO[bytes], order: str) -> int:
    """Nearly all raws are TIFF inside: directories, each with tags that say where its data is."""
    end = 0
    for tags in _directories(file, order):
        for places, lengths in DATA_TAGS.items():
            pairs = zip(tags.get(places, ()), tags.get(lengths, ()), strict=False)
            end = max([end, *(place + length for place, length in pairs)])
    return end


def _directories(file: IO[bytes], order: str) -> Iterator[Tags]:
    file.seek(4)
    waiting, seen = list(struct.unpack(order + "I", file.read(4))), set[int]()
    while waiting and len(seen) < MOST_DIRECTORIES:
        at = waiting.pop(0)
        if at == 0 or at in seen:
            continue
        seen.add(at)
        tags, following = _directory(file, at, order)
        waiting += [following, *tags.get(SUB_DIRECTORIES, ())]
        yield tags


def _directory(file: IO[bytes], at: int, order: str) -> tuple[Tags, int]:
    """The tags with numbers at this place, and where the next directory is (0: there is none)."""
    file.seek(at)
    (count,) = struct.unpack(order + "H", file.read(2))
    count = min(count, MOST_ENTRIES)
    entries = file.read(12 * count)
    (following,) = struct.unpack(order + "I", file.read(4))
    tags = {}
    wanted = {*DATA_TAGS, *DATA_TAGS.values(), SUB_DIRECTORIES}
    for start in range(0, 12 * count, 12):
        tag, kind, number = struct.unpack_from(order + "HHI", entries, start)
        if tag in wanted and kind in INTEGERS and number <= MOST_VALUES:
            letters = f"{order}{number}{INTEGERS[kind]}"
            tags[tag] = struct.unpack(letters, _values(file, entries[start + 8 :], letters))
    return tags, following


def _values(file: IO[bytes], entry: bytes, letters: str) -> bytes:
    """A tag's values: in the entry where four bytes suffice, else where it points to."""
    length = struct.calcsize(letters)
    if length <= 4:
        return entry[:length]
    (place,) = struct.unpack_from(letters[0] + "I", entry)
    file.seek(place)
    return file.read(length)
