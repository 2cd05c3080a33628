"""TIFF of every kind shows what it holds, or is refused by its kind."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from cropperhead_core.errors import UnreadablePhoto
from cropperhead_core.photo import read_photo

from .drawn_photos import quarters
from .test_preview import assert_quarters, preview

GRAY = quarters().mean(axis=2).astype(np.uint8)


def assert_gray(path: Path) -> None:
    seen = preview(path).pixels
    assert np.abs(np.subtract(seen, GRAY[..., None], dtype=float)).max() <= 1


@pytest.mark.parametrize("tile", [None, (32, 32)])
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_colours_are_right_in_planes_too(
    tmp_path: Path,
    dtype: type[np.unsignedinteger],
    planes: str,
    order: str,
    compression: str | None,
    tile: tuple[int, int] | None,
) -> None:
    pixels = quarters().astype(dtype) * (257 if dtype == np.uint16 else 1)
    pixels = np.moveaxis(pixels, 2, 0) if planes == "separate" else pixels
    options = {"byteorder": order, "compression": compression, "tile": tile}
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="rgb", planarconfig=planes, **options)
    seen = preview(tmp_path / "a.tif").pixels
    assert np.abs(np.subtract(seen, quarters(), dtype=float)).max() <= 1


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_deep_gray_is_made_small_in_either_byte_order(tmp_path: Path, photometric: str) -> None:
    noise = np.random.default_rng(0).integers(0, 1 << 16, (300, 400)).astype("u2")
    found = []
    for order in "<>":
        path = tmp_path / "a.tif"
        tifffile.imwrite(path, noise, photometric=photometric, byteorder=order)
        found.append(preview(path, 40).pixels)
    light = noise if photometric == "minisblack" else (1 << 16) - 1 - noise
    means = light.reshape(30, 10, 40, 10).mean(axis=(1, 3)) / 257
    for seen in found:
        assert np.abs(seen[..., 0] - means).max() <= 1


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("dtype", "top"), [("u1", 255), ("u2", 65535), ("f4", 1)])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_gray_is_right_whichever_end_is_white(
    tmp_path: Path, photometric: str, dtype: str, top: int, order: str, compression: str | None
) -> None:
    light = GRAY / 255
    light = 1 - light if photometric == "miniswhite" else light
    samples = (light * top).round(4).astype(dtype)
    options = {"byteorder": order, "compression": compression}
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric=photometric, **options)
    assert_gray(tmp_path / "a.tif")
    ends = np.ix_([0, -1], [0, -1])
    small = preview(tmp_path / "a.tif", 8).pixels[..., 0]
    assert np.abs(np.subtract(small[ends], GRAY[ends], dtype=float)).max() <= 1


@pytest.mark.parametrize("order", "<>")
def test_signed_gray_is_as_light_as_unsigned(tmp_path: Path, order: str) -> None:
    samples = (GRAY / 255 * 32767).astype("i2")
    tifffile.imwrite(tmp_path / "a.tif", samples, photometric="minisblack", byteorder=order)
    assert_gray(tmp_path / "a.tif")


def test_gray_of_12_bits_is_as_light_as_of_16(tmp_path: Path) -> None:
    first, second = (GRAY.astype(np.uint16) << 4).reshape(-1, 2).T
    packed = np.stack([first >> 4, (first & 15) << 4 | second >> 8, second & 255], axis=1)
    content = packed.astype(np.uint8).tobytes()
    tags = {256: 120, 257: 80, 258: 12, 259: 1, 262: 1, 273: 8, 277: 1, 278: 80, 279: len(content)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    head = struct.pack("<2sHI", b"II", 42, 8 + len(content))
    directory = struct.pack("<H", len(tags)) + entries + bytes(4)
    (tmp_path / "a.tif").write_bytes(head + content + directory)
    assert_gray(tmp_path / "a.tif")


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("long_side", [120, 60])
def test_cielab_becomes_rgb(
    tmp_path: Path, long_side: int, planes: str, compression: str | None
) -> None:
    spaces = [ImageCms.createProfile(name) for name in ("sRGB", "LAB")]
    to_lab = ImageCms.buildTransform(*spaces, "RGB", "LAB")
    pixels = np.asarray(to_lab.apply(Image.fromarray(quarters())))
    pixels = np.moveaxis(pixels, 2, 0) if planes == "separate" else pixels
    options = {"planarconfig": planes, "compression": compression}
    tifffile.imwrite(tmp_path / "a.tif", pixels, photometric="cielab", **options)
    assert_quarters(preview(tmp_path / "a.tif", long_side).pixels, 4)


@pytest.mark.parametrize(
    ("shape", "dtype", "options", "kind"),
    [
        ((8, 8, 3), "f4", {"photometric": "rgb"}, "RGB, 3 x 32 bits float"),
        ((8, 8, 3), "u2", {"photometric": "cielab"}, "CIELAB, 3 x 16 bits unsigned"),
        ((8, 8), "u4", {"photometric": "minisblack"}, "gray, 1 x 32 bits unsigned"),
        (
            (4, 8, 8),
            "u2",
            {"photometric": "separated", "planarconfig": "separate"},
            "CMYK, 4 x 16 bits unsigned, in planes",
        ),
    ],
)
def test_what_would_come_out_wrong_is_refused_by_its_kind(
    tmp_path: Path, shape: tuple[int, ...], dtype: str, options: dict[str, str], kind: str
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", np.zeros(shape, dtype), **options)
    with pytest.raises(UnreadablePhoto, match=rf"a\.tif: .* is not supported: {kind}"):
        preview(tmp_path / "a.tif")


@pytest.mark.parametrize("content", [b"a shopping list", b"II*\0", b"II*\0\x08" + bytes(11)])
def test_what_is_no_tiff_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(UnreadablePhoto, match=r"check .*a\.tif: \S"):
        read_photo(tmp_path / "a.tif")
