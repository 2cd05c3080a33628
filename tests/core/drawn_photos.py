"""Small photos of every format and orientation, and maker notes as cameras write them."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pillow_heif import register_heif_opener

from cropperhead_core.orientation import Orientation
from cropperhead_core.preview import upright_pixels

EXIF_ORIENTATION, EXIF_MAKE, EXIF_MODEL = 0x0112, 0x010F, 0x0110
EXIF_IFD, MAKER_NOTE = 0x8769, 0x927C
QUARTERS = ((230, 30, 30), (30, 200, 40), (30, 40, 220), (235, 235, 225))
"""Top-left, top-right, bottom-left, bottom-right."""

Pixels = NDArray[np.uint8]


def quarters(width: int = 120, height: int = 80) -> Pixels:
    """Four colours, one in each quarter, so that no two orientations look the same."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2], pixels[: height // 2, width // 2 :] = QUARTERS[:2]
    pixels[height // 2 :, : width // 2], pixels[height // 2 :, width // 2 :] = QUARTERS[2:]
    return pixels


def corners(pixels: Pixels) -> list[tuple[int, ...]]:
    """The colours of the four quarters, in the order of `QUARTERS`."""
    height, width = pixels.shape[:2]
    rows, columns = (height // 4, 3 * height // 4), (width // 4, 3 * width // 4)
    return [tuple(map(int, pixels[y, x])) for y in rows for x in columns]


def save(path: Path, orientation: Orientation, **options: Any) -> Path:
    """The quarters in this file's format, stored as a camera held that way would."""
    image = Image.fromarray(upright_pixels(Image.fromarray(quarters()), orientation.inverse))
    if path.name.endswith("16.tif"):
        pixels = np.asarray(image).astype(np.uint16) * 257
        tags = [(EXIF_ORIENTATION, "H", 1, int(orientation))]
        tifffile.imwrite(path, pixels, photometric="rgb", extratags=tags, **options)
        return path
    register_heif_opener()
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = int(orientation)
    image.save(path, exif=exif.tobytes(), **options)  # as bytes, HEIF is turned by its own means
    return path


def turned_in_xmp(path: Path) -> Path:
    """The quarters as they stand, without EXIF; XMP says orientation 6."""
    Image.fromarray(quarters()).save(path)
    said = ["-n", "-XMP-tiff:Orientation=6"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *said, path], check=True)
    return path


def turned_otherwise(path: Path) -> Path:
    """A HEIC of orientation 6 by its own means, whose EXIF says 1."""
    data = save(path, Orientation.ROTATED_90_CLOCKWISE).read_bytes()
    entry = struct.pack(">HHIH", EXIF_ORIENTATION, 3, 1, 6)
    assert data.count(entry) == 1
    path.write_bytes(data.replace(entry, entry[:-1] + b"\1"))
    return path


def with_notes(path: Path, make: str, notes: bytes, orientation: int = 1) -> Path:
    """A JPEG by a camera of this maker, with its notes."""
    exif = Image.Exif()
    exif[EXIF_MAKE], exif[EXIF_MODEL] = make, "Tested"
    exif[EXIF_ORIENTATION] = orientation
    exif.get_ifd(EXIF_IFD)[MAKER_NOTE] = notes
    Image.fromarray(quarters()).save(path, exif=exif)
    return path


def panasonic(roll: float) -> bytes:
    """Tenths of a degree, clockwise."""
    return b"Panasonic\0\0\0" + _directory((0x90, 3, 1, struct.pack("<h2x", round(roll * 10))))


def olympus(roll: float, *, is_on: bool = True) -> bytes:
    """Tenths of a degree, counter-clockwise, and whether the level was on; in a directory below."""
    settings = _directory((0x0903, 8, 2, struct.pack("<2h", round(-roll * 10), is_on)))
    head = b"OLYMPUS\0II\x03\0"
    below = len(head) + 18
    return head + _directory((0x2020, 13, 1, struct.pack("<I", below))) + settings


def fujifilm(roll: float) -> bytes:
    """A signed fraction."""
    head = b"FUJIFILM" + struct.pack("<I", 12)
    entry = (0x144D, 10, 1, struct.pack("<I", 12 + 18))
    return head + _directory(entry) + struct.pack("<2i", round(roll * 1000), 1000)


def _directory(*entries: tuple[int, int, int, bytes]) -> bytes:
    """A TIFF directory of entries whose values fit in themselves."""
    packed = b"".join(struct.pack("<HHI", *entry[:3]) + entry[3] for entry in entries)
    return struct.pack("<H", len(entries)) + packed + bytes(4)


def profile(name: bytes, gamma: float, *, is_gray: bool = False) -> bytes:
    """An ICC profile of version 2: sRGB's primaries, or gray, with this gamma (ICC.1:2001-04)."""
    curve = b"curv" + struct.pack(">IIHH", 0, 1, round(gamma * 256), 0)
    said = b"desc" + struct.pack(">II", 0, len(name) + 1) + name + bytes(79)
    primaries = {
        b"r": (0.436, 0.2225, 0.0139),
        b"g": (0.3851, 0.7169, 0.0971),
        b"b": (0.1431, 0.0606, 0.7141),
    }
    tags = {b"desc": said, b"wtpt": _xyz(0.9642, 1.0, 0.8249), b"cprt": b"text" + bytes(8)}
    if is_gray:
        tags[b"kTRC"] = curve
    else:
        tags |= {colour + b"XYZ": _xyz(*point) for colour, point in primaries.items()}
        tags |= {colour + b"TRC": curve for colour in primaries}
    table, body = struct.pack(">I", len(tags)), b""
    start = 132 + 12 * len(tags)
    for tag, content in tags.items():
        table += tag + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    kind = b"GRAY" if is_gray else b"RGB "
    head = b"test" + struct.pack(">I", 0x02100000) + b"mntr" + kind + b"XYZ " + bytes(12) + b"acsp"
    white = _xyz(0.9642, 1.0, 0.8249)[8:]
    return (
        struct.pack(">I", start + len(body)) + head + bytes(28) + white + bytes(48) + table + body
    )


def _xyz(*values: float) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(v * 65536)) for v in values)
