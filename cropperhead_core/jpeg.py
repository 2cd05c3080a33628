"""A JPEG as a small picture: decoded at the smallest scale that does, refused when cut short."""

from __future__ import annotations

import io
import mmap
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from PIL import Image

from .colour import finished, fitted

__all__ = ["START_OF_SCAN", "jpeg", "markers", "read_jpeg"]

LARGE = 12_000_000
"""Bytes of a JPEG from which memory counts more than the 4 % that Pillow takes longer."""
TAIL = 1 << 16
"""Bytes at the end in which the end marker stands, as a rule: to walk to it takes 4 ms."""
MOST_SCANS = 100
"""Ten times what programs write."""
END_OF_IMAGE, START_OF_SCAN = 0xD9, 0xDA
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""Not a stuffed 255 of a scan's samples, nor a restart inside it (ITU T.81, B.1.1)."""

Data = mmap.mmap | bytes


def read_jpeg(path: Path, long_side: int) -> Image.Image:
    """Decoded from the file as mapped; a large one in pieces: what is mapped is memory too."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return jpeg(data, long_side, file if len(data) > LARGE else None)


def jpeg(data: Data, long_side: int, pieces: IO[bytes] | None = None) -> Image.Image:
    """A JPEG at the smallest of libjpeg's scales whose long side suffices, then at `long_side`.

    A file cut short is refused, where libjpeg would fill up with gray; raises ValueError or
    OSError. With pieces (the same file, opened) Pillow decodes it, in less memory.
    """
    whole = io.BytesIO(data) if isinstance(data, bytes) else cast("IO[bytes]", data)
    with Image.open(pieces or whole) as header:
        if header.format not in ("JPEG", "MPO"):
            raise ValueError(f"the name says JPEG, the content {header.format}")
        if not _is_complete(data):
            raise ValueError("the file ends in the middle, copy it again")
        if "progressive" in header.info and _scans(data) > MOST_SCANS:
            raise ValueError(f"expected at most {MOST_SCANS} scans, as hours would go by with more")
        size, mode = fitted(header.size, long_side), header.mode
        # simplejpeg takes every warning of libjpeg's for an error, this harmless one too.
        if pieces or header.mode == "CMYK" or _has_stray_bytes(data):
            header.draft(header.mode, size)
            return finished(header, long_side)
        profile = header.info.get("icc_profile")
    image = _decoded(data, size, is_gray=mode == "L")
    if profile:
        image.info["icc_profile"] = profile
    return finished(image, long_side)


def _decoded(data: Data, size: tuple[int, int], *, is_gray: bool) -> Image.Image:
    import simplejpeg  # libjpeg-turbo without Pillow's copies: 10 ms and 40 MB less for 24 MP

    width, height = size
    pixels = simplejpeg.decode_jpeg(
        data,
        "GRAY" if is_gray else "RGB",  # as its colour profile expects it
        fastdct=True,
        fastupsample=True,
        min_height=height,
        min_width=width,
    )
    return Image.fromarray(pixels[..., 0] if is_gray else pixels)


def _is_complete(data: Data) -> bool:
    """Whether the end of the image is there; what follows it (a film, padding) may be long."""
    if data.rfind(b"\xff\xd9", max(0, len(data) - TAIL)) >= 0:
        return True
    return any(kind == END_OF_IMAGE for _, _, kind in markers(data))


def _scans(data: Data) -> int:
    """How many scans there are, each of which is a pass over the whole picture."""
    return sum(kind == START_OF_SCAN for _, _, kind in markers(data))


def _has_stray_bytes(data: Data) -> bool:
    """Whether there are bytes between the segments before the first scan, where none belong."""
    for due, place, kind in markers(data):
        if data[due:place].strip(b"\xff"):
            return True
        if kind == START_OF_SCAN:
            break
    return False


def markers(data: Data) -> Iterator[tuple[int, int, int]]:
    """Where each marker of a JPEG is due, where it stands, and its second byte."""
    due = 2
    while found := MARKER.search(data, due):
        place, kind = found.start(), data[found.end() - 1]
        del found  # it holds the map, which could not be closed
        yield due, place, kind
        due = place + 2 + int.from_bytes(data[place + 2 : place + 4])
