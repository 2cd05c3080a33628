"""TIFF where Pillow goes astray: samples in planes, white as zero, byte orders, kinds unknown."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any, cast

from PIL import Image

__all__ = ["refusal", "register_tiff_kinds", "repair", "white_and_black"]

UNSUPPORTED = "a TIFF of this kind is not supported"
BITS, PHOTOMETRIC, SAMPLES, PLANAR, FORMAT = 258, 262, 277, 284, 339
COLOURS = {
    0: "white is zero",
    1: "gray",
    2: "RGB",
    3: "palette",
    5: "CMYK",
    6: "YCbCr",
    8: "CIELAB",
}
FORMATS = {1: "unsigned", 2: "signed", 3: "float"}
SEPARATE, WHITE_IS_ZERO, CIELAB, UNSIGNED, SIGNED = 2, 0, 8, 1, 2
NATIVE = {"I;16BS": "I;16NS", "I;32BS": "I;32NS", "F;32BF": "F;32NF"}
"""libtiff gives the machine's byte order, which Pillow forgets for these."""


def register_tiff_kinds() -> None:
    """Have Pillow open big-endian gray of 16 bits whose white is zero, as it does little-endian."""
    from PIL.TiffImagePlugin import OPEN_INFO

    OPEN_INFO.setdefault((b"MM", WHITE_IS_ZERO, (1,), 1, (16,), ()), ("I;16B", "I;16B"))


def repair(image: Image.Image) -> Image.Image:
    """The TIFF with its pixels decoded; raises ValueError for a kind that would come out wrong."""
    tags = _tags(image)
    if _first(tags, BITS, 1) == 32 and _first(tags, FORMAT, 1) == UNSIGNED:
        raise ValueError(f"{UNSUPPORTED}: {_words(tags)}")
    tiles = image.tile  # type: ignore[attr-defined]  # of files only
    tiles[:] = [tile._replace(args=_arguments(tile, tags)) for tile in tiles]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # as `opened` does
            image.load()
    except ValueError as error:
        raise ValueError(f"{UNSUPPORTED}: {_words(tags)} ({error})") from error
    if tags.get(PHOTOMETRIC) == CIELAB and tags.get(PLANAR) == SEPARATE:
        return _signed_colours(image)
    return image


def _arguments(tile: Any, tags: Any) -> tuple[Any, ...]:
    """The decoder's arguments, with the name of the samples' layout mended."""
    layout, *others = tile.args
    if tile.codec_name == "libtiff":
        return NATIVE.get(layout, layout), *others
    if tags.get(PLANAR) == SEPARATE and _first(tags, BITS, 1) == 16 and len(layout) == 1:
        # Pillow takes one letter of "RGB;16L" for a plane, and so reads it as 8 bits.
        return f"{layout};16{'B' if tags.prefix == b'MM' else 'L'}", *others
    return tile.args  # type: ignore[no-any-return]  # a tuple, as in ImageFile._Tile


def _signed_colours(image: Image.Image) -> Image.Image:
    """CIELAB whose a and b, signed in the file, are shifted to unsigned as Pillow holds them."""
    shift = [value ^ 0x80 for value in range(256)]
    lightness, *colours = image.split()
    return Image.merge("LAB", [lightness, *(colour.point(shift) for colour in colours)])


def white_and_black(image: Image.Image) -> tuple[float, float]:
    """The samples that mean white and black in a deep gray picture, TIFF or not."""
    tags = _tags(image)
    top = _brightest(image) if image.mode == "F" else 2.0 ** _depth(tags) - 1
    return (0.0, top) if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO else (top, 0.0)


def _brightest(image: Image.Image) -> float:
    """What is white among fractions: 1, or the most there is."""
    _, most = image.getextrema()
    return max(1.0, cast("float", most))  # of one band


def _depth(tags: Any) -> int:
    """How many bits make white: 16 in 32 too, as Pillow has it."""
    bits = _first(tags, BITS, 16)
    return 15 if (bits, _first(tags, FORMAT, 1)) == (16, SIGNED) else min(bits, 16)


def refusal(path: Path) -> str:
    """Why Pillow cannot open this file: its kind of pixels in words, or that it is damaged."""
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("error")  # a directory that is cut short
            tags = ImageFileDirectory_v2(file.read(8))
            file.seek(tags.next)
            tags.load(file)
    except (OSError, ValueError, SyntaxError, UserWarning, struct.error) as error:
        return " ".join(str(error).split())
    return f"{UNSUPPORTED}: {_words(tags)}"


def _words(tags: Any) -> str:
    colour = tags.get(PHOTOMETRIC, WHITE_IS_ZERO)
    return (
        f"{COLOURS.get(colour, f'colours {colour}')}, {tags.get(SAMPLES, 1)} x"
        f" {_first(tags, BITS, 1)} bits {FORMATS.get(_first(tags, FORMAT, 1), 'of another format')}"
        f"{', in planes' * (tags.get(PLANAR) == SEPARATE)}"
    )


def _tags(image: Image.Image) -> Any:
    """The directory of a TIFF; empty for other formats."""
    return getattr(image, "tag_v2", {})


def _first(tags: Any, tag: int, default: int) -> int:
    value = tags.get(tag, default)
    return int(value[0] if isinstance(value, tuple) else value)
