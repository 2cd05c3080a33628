"""Photos for benchmarks, drawn from scikit-image's: as large and hard to decode as real ones."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import data

__all__ = ["draw_jpeg", "draw_raw"]

SUBJECTS = ("astronaut", "coffee", "chelsea", "rocket", "hubble_deep_field")
QUALITY = 92
NOISE = 8.0
"""Standard deviation: a 24 MP photo then has about 10 MB, as at a moderate ISO."""

Tags = dict[int, tuple[str, list[int]]]
"""TIFF tag -> struct's letter of its type, and its numbers."""
TYPES = {"B": 1, "H": 3, "I": 4, "i": 10}
COUNTS = {"B": 1, "H": 1, "I": 1, "i": 2}
"""A signed fraction is two numbers."""
MATRIX = [1, 1, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 1]
"""Camera colours that are XYZ already, as nine fractions."""

PREVIEW_TAGS: Tags = {
    254: ("I", [1]),
    258: ("H", [8, 8, 8]),
    259: ("H", [7]),
    262: ("H", [6]),
    274: ("H", [1]),
    277: ("H", [3]),
    50706: ("B", [1, 4, 0, 0]),
    50721: ("i", MATRIX),
    50778: ("H", [21]),
}
RAW_TAGS: Tags = {
    254: ("I", [0]),
    258: ("H", [16]),
    259: ("H", [1]),
    262: ("H", [32803]),
    277: ("H", [1]),
    33421: ("H", [2, 2]),
    33422: ("B", [0, 1, 1, 2]),
    50714: ("H", [200]),
    50717: ("H", [4095]),
}


def draw_jpeg(path: Path, width: int, height: int, seed: int = 0) -> Path:
    """A JPEG of this size at quality 92 that shows one of scikit-image's photos, with noise."""
    Image.fromarray(_pixels(width, height, seed)).save(path, quality=QUALITY)
    return path


def draw_raw(path: Path, width: int, height: int, seed: int = 0) -> Path:
    """A DNG of this size with a JPEG preview of 1620 pixels, as cameras put into their raws."""
    small = Image.fromarray(_pixels(width, height, seed)).resize((1620, 1620 * height // width))
    jpeg = BytesIO()
    small.save(jpeg, "JPEG", quality=QUALITY)
    mosaic = np.random.default_rng(seed).integers(200, 4000, (height, width), np.uint16)
    blocks = (jpeg.getvalue(), mosaic.tobytes())
    starts = (8, 8 + len(blocks[0]) + len(blocks[0]) % 2)
    raw_at = starts[1] + len(blocks[1])
    raw = _directory(raw_at, _picture(width, height, starts[1], len(blocks[1])) | RAW_TAGS)
    shown = _picture(*small.size, starts[0], len(blocks[0])) | PREVIEW_TAGS
    shown[330] = ("I", [raw_at])
    head = struct.pack("<2sHI", b"II", 42, raw_at + len(raw))
    padding = bytes(len(blocks[0]) % 2)
    end = raw + _directory(raw_at + len(raw), shown)
    path.write_bytes(b"".join([head, blocks[0], padding, blocks[1], end]))
    return path


def _picture(width: int, height: int, start: int, length: int) -> Tags:
    """The tags that say where a picture's bytes are."""
    return {
        256: ("I", [width]),
        257: ("I", [height]),
        273: ("I", [start]),
        278: ("I", [height]),
        279: ("I", [length]),
    }


def _directory(start: int, tags: Tags) -> bytes:
    """A TIFF directory to stand at this offset, with the values that need more than four bytes."""
    entries, values = [], b""
    behind = start + 2 + 12 * len(tags) + 4
    for tag, (kind, numbers) in sorted(tags.items()):
        packed = struct.pack(f"<{len(numbers)}{kind}", *numbers)
        place = packed.ljust(4, b"\0")
        if len(packed) > 4:
            place = struct.pack("<I", behind + len(values))
            values += packed + bytes(len(packed) % 2)
        entries.append(struct.pack("<HHI", tag, TYPES[kind], len(numbers) // COUNTS[kind]) + place)
    return struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4) + values


def _pixels(width: int, height: int, seed: int) -> NDArray[np.uint8]:
    picture = Image.fromarray(getattr(data, SUBJECTS[seed % len(SUBJECTS)])())
    large = picture.resize((width, height), Image.Resampling.BICUBIC)
    noise = np.random.default_rng(seed).normal(0, NOISE, (height, width, 1)).astype(np.float32)
    pixels: NDArray[np.uint8] = np.clip(np.asarray(large) + noise, 0, 255).astype(np.uint8)
    return pixels
