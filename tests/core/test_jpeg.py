"""JPEGs: whole ones are read whatever follows them, those cut short are refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cropperhead_core.errors import UnreadablePhoto
from cropperhead_core.jpeg import jpeg

from .drawn_photos import quarters
from .test_preview import preview

END = b"\xff\xd9"
SCAN = b"\xff\xda"
FILM = bytes(range(250)) * 1000
"""As long as padding or a film behind the photo, without an end marker by chance."""


def noise(mode: str = "RGB", **options: object) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (400, 600, 3), np.uint8)
    written = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(written, "JPEG", **options)
    return written.getvalue()


def test_one_of_thousands_of_scans_is_refused() -> None:
    whole = noise(progressive=True)
    last = whole[whole.rindex(SCAN) : -2]
    with pytest.raises(ValueError, match="at most 100 scans"):
        jpeg(whole[:-2] + last * 100 + END, 300)


def with_stray_bytes(whole: bytes) -> bytes:
    at = whole.index(SCAN)
    return whole[:at] + b"ab" + whole[at:]


KINDS = [
    {},
    {"mode": "CMYK"},
    {"progressive": True},
    {"restart_marker_blocks": 3},
    {"exif": b"Exif\0\0" + END + SCAN},
]


@pytest.mark.parametrize("behind", [bytes(100_000), FILM, b"\xff" * 100_000])
@pytest.mark.parametrize("options", KINDS)
def test_a_whole_one_is_read_whatever_follows(options: dict[str, object], behind: bytes) -> None:
    whole = noise(**options)
    assert np.array_equal(jpeg(whole + behind, 300), jpeg(whole, 300))


@pytest.mark.parametrize("behind", [b"", bytes(100_000), FILM])
@pytest.mark.parametrize("options", KINDS)
def test_one_cut_short_is_refused_whatever_follows(
    options: dict[str, object], behind: bytes
) -> None:
    whole = noise(**options)
    with pytest.raises((ValueError, OSError)):
        jpeg(whole[: len(whole) * 2 // 3] + behind, 300)


def test_a_motion_photo_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(noise() + FILM)
    assert preview(tmp_path / "a.jpg", 300).pixels.shape == (200, 300, 3)


def test_stray_bytes_between_segments_do_no_harm() -> None:
    written = io.BytesIO()
    Image.fromarray(quarters(600, 400)).save(written, "JPEG")
    whole = written.getvalue()
    here, there = jpeg(with_stray_bytes(whole), 300), jpeg(whole, 300)
    assert here.size == (300, 200)
    assert np.abs(np.asarray(here, float) - there).mean() < 1


def test_one_with_stray_bytes_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(with_stray_bytes(noise())[:9000] + bytes(100_000))
    with pytest.raises(UnreadablePhoto, match=r"a\.jpg: the file ends in the middle"):
        preview(path)


def test_one_damaged_inside_is_refused() -> None:
    damaged = bytearray(noise())
    damaged[9000:9500] = bytes(500)
    with pytest.raises(ValueError, match="Corrupt"):
        jpeg(bytes(damaged), 300)
