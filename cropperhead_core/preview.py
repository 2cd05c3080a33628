"""A photo as small upright sRGB pixels: what the network, the faces and a person's eye look at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .colour import finished, fitted
from .crop import Size, largest_inside
from .errors import UnreadablePhoto
from .jpeg import jpeg, read_jpeg
from .opening import DECODER_ERRORS, MAX_PIXELS, forget_xmp, opened, opened_raw, unreadable
from .orientation import Orientation
from .photo import UPRIGHT_FORMATS, Photo, is_sensor_data
from .tiff import repair

__all__ = ["Preview", "read_preview", "rotated", "turned", "upright_pixels"]

JPEG_SUFFIXES = frozenset((".jpg", ".jpeg", ".jpe"))
SAME_SHAPE = 0.03
"""Largest relative difference of a raw's preview from it in aspect; beyond it was cut or turned."""
SMALLEST = 320
"""Pixels that the long side of a raw's preview needs, or the raw itself is developed."""
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


def read_preview(photo: Photo, long_side: int) -> Preview:
    """The photo with its long side at most this many pixels; raises `UnreadablePhoto`.

    Decoded at the smallest scale that suffices; never enlarged.
    """
    if photo.size.width * photo.size.height > MAX_PIXELS:
        raise UnreadablePhoto(
            f"expected at most {MAX_PIXELS // 10**6} megapixels, got {photo.size} in {photo.path}"
        )
    try:
        return Preview(_pixels(photo, long_side), photo.upright)
    except DECODER_ERRORS as error:
        raise unreadable(photo.path, error) from error


def _pixels(photo: Photo, long_side: int) -> Pixels:
    """The upright pixels, by the decoder for this kind of file."""
    if photo.path.suffix.lower() in JPEG_SUFFIXES:
        return upright_pixels(read_jpeg(photo.path, long_side), photo.orientation)
    if is_sensor_data(photo.path):
        return upright_pixels(_raw(photo, long_side), photo.orientation)
    with opened(photo.path) as image:
        forget_xmp(image)
        image.draft("RGB", fitted(image.size, long_side))
        is_upright = image.format in UPRIGHT_FORMATS
        small = finished(repair(image) if image.format == "TIFF" else image, long_side)
    return np.asarray(small) if is_upright else upright_pixels(small, photo.orientation)


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
    image = Image.fromarray(pixels).rotate(angle, Image.Resampling.BILINEAR)
    return np.asarray(image)


def turned(pixels: Pixels, angle: float) -> Pixels:
    """The largest part of its own shape of a picture turned by a crop angle; no corner shows."""
    if angle == 0:
        return pixels
    height, width = pixels.shape[:2]
    inside = largest_inside(Size(width, height), angle, width / height)
    left, top = (
        math.ceil((full - part) / 2) + 1 for full, part in zip((width, height), inside, strict=True)
    )
    return np.ascontiguousarray(rotated(pixels, angle)[top : height - top, left : width - left])


def _raw(photo: Photo, long_side: int) -> Image.Image:
    """The raw's embedded preview, stored as the raw is; else the raw developed at half size."""
    import rawpy  # LibRaw: only for raw files

    try:
        with opened_raw(photo.path) as raw:
            shown = _embedded(raw, long_side)
            if shown is not None and _is_of(photo.size, shown):
                return shown
            half = raw.postprocess(half_size=True, use_camera_wb=True, user_flip=0)
            return finished(Image.fromarray(half.squeeze()), long_side)  # gray has one channel
    except rawpy.LibRawError as error:
        raise unreadable(photo.path, error) from error


def _embedded(raw: Any, long_side: int) -> Image.Image | None:
    """LibRaw's thumbnail, None where there is none that is a JPEG.

    A bitmap is no longer than its file, but rawpy reads as much of it as its size would have.
    """
    import rawpy

    try:
        data = raw.extract_thumb().data
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    return jpeg(data, long_side) if isinstance(data, bytes) else None


def _is_of(size: Size, shown: Image.Image) -> bool:
    """Whether a preview shows all of a photo of this size, and large enough to see something."""
    ratio = shown.width / shown.height / size.aspect
    is_large = max(shown.size) >= min(SMALLEST, size.width, size.height)
    return abs(ratio - 1) < SAME_SHAPE and is_large
