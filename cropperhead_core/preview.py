"""A photo as small upright sRGB pixels: what the network, the faces and a person's eye look at."""

from __future__ import annotations

import io
import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .crop import Size
from .errors import UnreadablePhoto
from .orientation import Orientation
from .photo import HEIF_SUFFIXES, RAW_SUFFIXES, Photo, opened, unreadable

__all__ = ["Preview", "read_preview", "rotated", "upright_pixels"]

MAX_PIXELS = 400_000_000
"""More than any camera's; a file that claims more is refused before memory is asked for."""
JPEG_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe"))
BACKGROUND = (128, 128, 128)
"""Behind transparency: mid gray pulls no eye to a corner, as black or white would."""
_TRANSPOSED = {
    Orientation.MIRRORED: Image.Transpose.FLIP_LEFT_RIGHT,
    Orientation.ROTATED_180: Image.Transpose.ROTATE_180,
    Orientation.MIRRORED_VERTICALLY: Image.Transpose.FLIP_TOP_BOTTOM,
    Orientation.TRANSPOSED: Image.Transpose.TRANSPOSE,
    Orientation.ROTATED_90_CLOCKWISE: Image.Transpose.ROTATE_270,
    Orientation.TRANSVERSED: Image.Transpose.TRANSVERSE,
    Orientation.ROTATED_90_COUNTERCLOCKWISE: Image.Transpose.ROTATE_90,
}

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Preview:
    """Upright sRGB pixels (h, w, 3), and the size in pixels of the whole upright photo."""

    pixels: Pixels
    size: Size


def read_preview(photo: Photo, long_side: int = 1024) -> Preview:
    """The photo with its long side at most this many pixels; raises `UnreadablePhoto`.

    Decoded at the smallest scale that suffices; never enlarged.
    """
    if photo.size.width * photo.size.height > MAX_PIXELS:
        raise UnreadablePhoto(
            f"expected at most {MAX_PIXELS // 10**6} megapixels, got {photo.size} in {photo.path}"
        )
    suffix = photo.path.suffix.lower()
    try:
        if suffix in JPEG_SUFFIXES:
            image = _jpeg_file(photo.path, long_side)
        elif suffix in RAW_SUFFIXES | {".dng"}:
            image = _raw(photo, long_side)
        else:
            image = _picture(photo.path, long_side)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise unreadable(photo.path, error) from error
    if suffix in HEIF_SUFFIXES:
        return Preview(np.asarray(image), photo.upright)
    return Preview(upright_pixels(image, photo.orientation), photo.upright)


def upright_pixels(image: Image.Image, orientation: Orientation) -> Pixels:
    """The (h, w, 3) pixels of a stored RGB image, turned as a viewer would."""
    how = _TRANSPOSED.get(orientation)
    return np.asarray(image if how is None else image.transpose(how))


def rotated(pixels: Pixels, angle: float) -> Pixels:
    """The picture turned about its centre so that a box of this crop angle stands upright.

    The canvas keeps its size; what lies outside the photo is black. Turning the box clockwise is
    turning the picture counter-clockwise, which is the sense of Pillow's angle too.
    """
    if angle == 0:
        return pixels
    turned = Image.fromarray(pixels).rotate(angle, Image.Resampling.BILINEAR)
    return np.asarray(turned)


def _jpeg_file(path: Path, long_side: int) -> Image.Image:
    """Decoded from the file as mapped: a 45 MP file is never read into memory whole."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _jpeg(data, long_side)


def _jpeg(data: mmap.mmap | bytes, long_side: int) -> Image.Image:
    """A JPEG at the smallest of libjpeg's scales whose long side suffices, then at `long_side`.

    A file cut short is refused, where libjpeg would fill up with gray.
    """
    import simplejpeg  # libjpeg-turbo without Pillow's copies: 10 ms and 40 MB less for 24 MP

    file = io.BytesIO(data) if isinstance(data, bytes) else cast("IO[bytes]", data)
    with Image.open(file) as header:
        if header.format not in ("JPEG", "MPO"):
            raise ValueError(f"the name says JPEG, the content {header.format}")
        profile, mode, size = header.info.get("icc_profile"), header.mode, header.size
        if mode == "CMYK":
            header.draft("CMYK", _fitted(size, long_side))
            return _finished(header, long_side)
    width, height = _fitted(size, long_side)
    _require_complete(data)
    pixels = simplejpeg.decode_jpeg(
        data, "RGB", fastdct=True, fastupsample=True, min_height=height, min_width=width
    )
    image = Image.fromarray(pixels)
    if profile:
        image.info["icc_profile"] = profile
    return _finished(image, long_side)


TAIL = 1 << 16
"""Bytes at the end in which the end marker stands; some cameras pad after it."""


def _require_complete(data: mmap.mmap | bytes) -> None:
    """Raises ValueError unless JPEG's end-of-image marker stands near the end."""
    if data.rfind(b"\xff\xd9", max(0, len(data) - TAIL)) < 0:
        raise ValueError("the file ends in the middle, copy it again")


def _fitted(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """The size to show: the same shape with the long side at most this, at least 1 pixel each."""
    scale = min(1.0, long_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _picture(path: Path, long_side: int) -> Image.Image:
    """Any other file that Pillow reads."""
    with opened(path) as image:
        image.draft("RGB", _fitted(image.size, long_side))
        image.load()
        return _finished(image, long_side)


def _raw(photo: Photo, long_side: int) -> Image.Image:
    """The raw's embedded preview; raws without one are developed at half size."""
    import rawpy  # LibRaw: only for raw files

    try:
        with rawpy.imread(os.fspath(photo.path)) as raw:
            try:
                return _thumbnail(raw.extract_thumb(), long_side)
            except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
                half = raw.postprocess(half_size=True, use_camera_wb=True, user_flip=0)
                return _finished(Image.fromarray(half), long_side)
    except rawpy.LibRawError as error:
        raise unreadable(photo.path, error) from error


def _thumbnail(thumb: object, long_side: int) -> Image.Image:
    """LibRaw's thumbnail: a JPEG, or pixels already."""
    data = getattr(thumb, "data", None)
    if isinstance(data, bytes):
        return _jpeg(data, long_side)
    return _finished(Image.fromarray(np.asarray(data)), long_side)


def _finished(image: Image.Image, long_side: int) -> Image.Image:
    """Small, 8 bit, RGB, sRGB: in this order, so that the dear steps see few pixels."""
    width, height = _fitted(image.size, long_side)
    profile = image.info.get("icc_profile")
    image = _eight_bit(image)
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)
    return _srgb(_opaque(image), profile)


def _eight_bit(image: Image.Image) -> Image.Image:
    """16 bits a channel scaled down, palettes resolved."""
    if image.mode.startswith("I") or image.mode == "F":
        samples = np.asarray(image, np.float64)
        top = 65535 if image.mode.startswith("I") else max(1.0, float(samples.max(initial=0)))
        return Image.fromarray((samples.clip(0, top) * (255 / top) + 0.5).astype(np.uint8))
    if image.mode in ("P", "PA", "LA", "La", "RGBa"):
        return image.convert("RGBA")
    return image.convert("L") if image.mode == "1" else image


def _opaque(image: Image.Image) -> Image.Image:
    """Transparency laid over mid gray."""
    if image.mode != "RGBA":
        return image
    under = Image.new("RGBA", image.size, (*BACKGROUND, 255))
    return Image.alpha_composite(under, image).convert("RGB")


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB; a profile that cannot be used (damaged, of another kind) is ignored."""
    if profile and not (image.mode == "RGB" and b"sRGB" in profile):
        from PIL import ImageCms  # 20 ms: only for photos in another colour space

        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")
