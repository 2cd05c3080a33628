"""How a HEIF file itself says to turn its pixels (ISO 14496-12, 8.11; ISO 23008-12, 6.5)."""

from __future__ import annotations

import io
from collections.abc import Iterator

from .orientation import Orientation

__all__ = ["is_heif", "own_orientation"]

BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
TURNS = {0: 1, 1: 8, 2: 3, 3: 6}
"""irot: quarter turns counter-clockwise."""
MIRRORS = {0: 4, 1: 2}
"""imir: top and bottom change places, or left and right."""


def is_heif(head: bytes) -> bool:
    """Whether a file that begins so is HEIF, by its brand."""
    return head[4:8] == b"ftyp" and head[8:12] in BRANDS


def own_orientation(data: bytes) -> Orientation:
    """What irot and imir of the primary picture do to the stored pixels, in their order."""
    meta = _box(data, b"meta")[4:]
    properties = _box(meta, b"iprp")
    known, turned = list(_boxes(_box(properties, b"ipco"))), Orientation.NORMAL
    for index in _associated(_box(properties, b"ipma"), _box(meta, b"pitm")[4:]):
        if 0 < index <= len(known):
            turned = turned.then(_turn(*known[index - 1]))
    return turned


def _turn(kind: bytes, content: bytes) -> Orientation:
    """What this property does."""
    number = int.from_bytes(content[:1])
    if kind == b"irot":
        return Orientation(TURNS[number & 3])
    if kind == b"imir":
        return Orientation(MIRRORS[number & 1])
    return Orientation.NORMAL


def _associated(ipma: bytes, item: bytes) -> Iterator[int]:
    """The places, from 1 on, of this item's properties."""
    is_long, is_wide = ipma[:1] > b"\0", ipma[3:4] > b"\0"
    entries = io.BytesIO(ipma[8:])
    while number := entries.read(4 if is_long else 2):
        for _ in range(int.from_bytes(entries.read(1))):
            place = int.from_bytes(entries.read(2 if is_wide else 1))
            if int.from_bytes(number) == int.from_bytes(item):
                yield place & (0x7FFF if is_wide else 0x7F)  # the first bit says: essential


def _box(data: bytes, kind: bytes) -> bytes:
    """What the first box of this kind holds; nothing if there is none."""
    return next((content for name, content in _boxes(data) if name == kind), b"")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Boxes one after the other: what each is called and what it holds."""
    at = 0
    while at + 8 <= len(data):
        length, head = int.from_bytes(data[at : at + 4]), 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16]), 16
        end = at + max(length, head) if length else len(data)  # 0: to the end of the file
        yield data[at + 4 : at + 8], data[at + head : end]
        at = end
