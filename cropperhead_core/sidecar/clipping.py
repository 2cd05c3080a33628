"""Crops of darktable's old clipping module (before 3.8, and by its Lightroom importer). Pure."""

from __future__ import annotations

import math
import struct

from cropperhead_core.crop import Crop, Size, largest_inside
from cropperhead_core.errors import NotExpressible
from cropperhead_core.orientation import Orientation, stored_crop, upright_size

from .canvas import PERSPECTIVE, finite

__all__ = ["clipped"]

FIELDS = struct.Struct("<15f4i")
"""Version 5: angle, four edges, two shifts, eight numbers of a quadrangle; then which of them count
and whether to crop automatically. Two more for the ratio follow."""
NEGLIGIBLE = 1e-4


def clipped(data: bytes, stored: Size, shown: Orientation) -> Crop | None:
    """The crop of the stored frame in these parameters, None when they keep the frame whole.

    The module works on the photo as shown: it turns it clockwise and takes fractions of the box
    around it, or (crop_auto) of the largest box of its own shape inside it. A negative right or
    bottom edge mirrors what is seen. Raises `NotExpressible`.
    """
    if len(data) < FIELDS.size:
        raise NotExpressible("parameters of clipping that are too short")
    *numbers, kind, _, is_applied, is_auto = FIELDS.unpack_from(data)
    turn, left, top, right, bottom, *shifts = finite("clipping", numbers[:7])
    if any(abs(shift) > NEGLIGIBLE for shift in shifts) or (kind and is_applied):
        raise NotExpressible(PERSPECTIVE)
    x, y = _mirrored(left, right), _mirrored(top, bottom)
    if (x, y) == ((0, 1), (0, 1)) and abs(turn) < NEGLIGIBLE:
        return None
    size = upright_size(stored, shown)
    width, height = _inside(size, turn) if is_auto else _around(size, turn)
    (left, right), (top, bottom) = [
        ((start - 0.5) * length, (end - 0.5) * length)
        for (start, end), length in ((x, width), (y, height))
    ]
    return stored_crop(Crop.turned((left, top, right, bottom), size, -turn), size, shown)


def _mirrored(start: float, end: float) -> tuple[float, float]:
    """A span in fractions; a negative end is that of a mirrored axis."""
    return (1 + end, 1 - start) if end < 0 else (start, end)


def _inside(size: Size, angle: float) -> tuple[float, float]:
    """The largest box of the photo's shape, upright or on its side, inside the turned photo."""
    boxes = [largest_inside(size, angle, aspect) for aspect in (size.aspect, 1 / size.aspect)]
    return max(boxes, key=lambda box: box[0] * box[1])


def _around(size: Size, angle: float) -> tuple[float, float]:
    """The box around the turned photo."""
    c, s = math.cos(math.radians(angle)), abs(math.sin(math.radians(angle)))
    return size.width * c + size.height * s, size.width * s + size.height * c
