"""The darktable dialect: a crop as parameters of its crop and ashift modules. Pure.

Measured on darktable 4.2.1 (docs/sidecars.md): ashift turns the stored frame, flip puts it
upright, crop takes fractions of what came out. Crops here are of the stored frame.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cropperhead_core.crop import Crop, Size
from cropperhead_core.errors import NotExpressible
from cropperhead_core.orientation import Orientation

__all__ = ["Step", "crop_params", "decoded", "flipped", "params", "turn_params"]

CROP = struct.Struct("<4f2i")
TURN = struct.Struct("<8f2i4f")
TURN_BYTES = 892
CLIPPING = struct.Struct("<9f")
FLIP_Y, FLIP_X, SWAP = 1, 2, 4
FLIPS = {
    1: 0,
    2: FLIP_X,
    3: FLIP_X | FLIP_Y,
    4: FLIP_Y,
    5: SWAP,
    6: FLIP_Y | SWAP,
    7: FLIP_X | FLIP_Y | SWAP,
    8: FLIP_X | SWAP,
}
"""EXIF's orientation as darktable's flags: mirror in the stored frame, then swap the axes."""
ORIENTATIONS = {flags: Orientation(number) for number, flags in FLIPS.items()}
AS_EXIF_SAYS = -1
START, END = 0.02, 0.06
"""Pixels added to whole ones: crop.c truncates in single precision, and 600x400 would come out as
599x399."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a history: a module and its parameters."""

    operation: str
    version: int
    params: bytes
    is_enabled: bool = True

    @property
    def switched_off(self) -> Step:
        """The same step, of no effect."""
        return replace(self, is_enabled=False)


def params(text: str) -> bytes:
    r"""Parameters from how a sidecar spells them: hex, or gz, two digits and base64 of zlib.

    >>> params("ffffffff")
    b'\xff\xff\xff\xff'
    """
    try:
        if text.startswith("gz"):
            return zlib.decompress(base64.b64decode(text[4:], validate=True))
        return bytes.fromhex(text)
    except (ValueError, binascii.Error, zlib.error) as error:
        raise NotExpressible(f"parameters that cannot be read: {error}") from error


def flipped(steps: Iterable[Step], exif: Orientation) -> Orientation:
    """How the photo is shown: by the flip module if it says, else by EXIF."""
    for step in steps:
        if step.operation == "flip" and step.is_enabled and len(step.params) >= 4:
            (flags,) = struct.unpack_from("<i", step.params)
            if flags != AS_EXIF_SAYS:
                return ORIENTATIONS[flags & 7]
    return exif


@dataclass(frozen=True, slots=True)
class _Turned:
    """The canvas that darktable makes of a stored photo turned by an angle."""

    stored: Size
    angle: float

    @property
    def _offset(self) -> tuple[float, float]:
        """Turned pixels from the centre to pixels of the canvas."""
        c, s = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        low = [min(axis) for axis in self._corners]
        return 0.5 - (c + s) / 2 - low[0], 0.5 - (c - s) / 2 - low[1]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas in pixels."""
        width, height = (math.floor(max(axis) - min(axis) + 1) for axis in self._corners)
        return width, height

    @property
    def _corners(self) -> tuple[list[float], list[float]]:
        """The corner pixels' turned coordinates, x and y."""
        c, s = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        width, height = self.stored.width, self.stored.height
        points = [(x - width / 2, y - height / 2) for x in (0, width - 1) for y in (0, height - 1)]
        return [x * c + y * s for x, y in points], [-x * s + y * c for x, y in points]

    def edges(self, crop: Crop) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the crop on the canvas."""
        x, y = self._offset
        left, top, right, bottom = crop.edges(self.stored)
        return left + x, top + y, right + x, bottom + y

    def crop(self, edges: tuple[float, float, float, float]) -> Crop:
        """The crop of these edges on the canvas."""
        x, y = self._offset
        left, top, right, bottom = edges
        return Crop.turned((left - x, top - y, right - x, bottom - y), self.stored, self.angle)


def crop_params(crop: Crop, stored: Size, shown: Orientation) -> bytes:
    """Parameters of the crop module, version 1, for a photo shown in this orientation."""
    turned = _Turned(stored, crop.angle)
    size = turned.size
    left, top, right, bottom = _oriented(turned.edges(crop), size, FLIPS[shown])
    width, height = size[::-1] if shown.is_sideways else size
    spans = (_snapped(left, right, width), _snapped(top, bottom, height))
    (left, right), (top, bottom) = spans
    return CROP.pack(left, top, right, bottom, 0, 0)


def _snapped(start: float, end: float, length: int) -> tuple[float, float]:
    """A span at whole pixels, as fractions that survive crop.c's arithmetic."""
    first, last = max(0, round(start)), min(length, round(end))
    if last == length:
        return (first + (START if first and last < length else 0)) / length, 1.0
    return (first + START * (first > 0)) / length, (last + END) / length


def turn_params(angle: float) -> bytes:
    """Parameters of ashift, version 5, that turn by this crop angle of the stored frame."""
    fields = TURN.pack(angle, 0, 0, 0, 28, 1, 100, 1, 0, 0, 0, 1, 0, 1)
    return fields.ljust(TURN_BYTES, b"\0")


def decoded(steps: Iterable[Step], stored: Size, exif: Orientation) -> Crop | None:
    """The crop that the last entry of each module says; None when they leave the frame whole.

    Raises `NotExpressible` for perspective, and for crops made inside other modules.
    """
    last = {step.operation: step for step in steps}
    last = {name: step for name, step in last.items() if step.is_enabled}
    shown = flipped(last.values(), exif)
    if "clipping" in last:
        if "crop" in last or "ashift" in last:
            raise NotExpressible("cropped in two modules at once (clipping and crop or ashift)")
        return _clipped(last["clipping"].params, stored, shown)
    angle = _angle(last["ashift"].params) if "ashift" in last else 0.0
    if "crop" not in last and angle == 0:
        return None
    turned = _Turned(stored, angle)
    fractions = CROP.unpack_from(last["crop"].params)[:4] if "crop" in last else (0, 0, 1, 1)
    return _unoriented(fractions, turned, shown)


def _unoriented(fractions: tuple[float, ...], turned: _Turned, shown: Orientation) -> Crop:
    left, top, right, bottom = fractions
    size = turned.size
    width, height = size[::-1] if shown.is_sideways else size
    edges = (left * width, top * height, right * width, bottom * height)
    back = FLIPS[shown.inverse]
    return turned.crop(_oriented(edges, (width, height), back))


def _oriented(
    edges: tuple[float, float, float, float], size: tuple[int, int], flags: int
) -> tuple[float, float, float, float]:
    """A box of a canvas of this size after the flags have mirrored it and swapped its axes."""
    left, top, right, bottom = edges
    width, height = size
    if flags & FLIP_X:
        left, right = width - right, width - left
    if flags & FLIP_Y:
        top, bottom = height - bottom, height - top
    return (top, left, bottom, right) if flags & SWAP else (left, top, right, bottom)


def _angle(data: bytes) -> float:
    """The rotation in ashift's parameters, any version; shifts and shear are no crop."""
    if len(data) < 12:
        raise NotExpressible("parameters of ashift that are too short")
    rotation, *shifts = struct.unpack_from("<4f" if len(data) >= TURN_BYTES else "<3f", data)
    if any(abs(shift) > 1e-4 for shift in shifts):
        raise NotExpressible("the perspective was changed, which no crop can say")
    return float(rotation)


def _clipped(data: bytes, stored: Size, shown: Orientation) -> Crop | None:
    """The crop in the parameters of clipping, version 5, darktable's module before crop."""
    if len(data) < CLIPPING.size:
        raise NotExpressible("parameters of clipping that are too short")
    angle, left, top, right, bottom, *keystone = CLIPPING.unpack_from(data)
    if any(abs(shift) > 1e-4 for shift in keystone[:2]):
        raise NotExpressible("the perspective was changed, which no crop can say")
    if right < 0 or bottom < 0:
        raise NotExpressible("mirrored inside the clipping module, which no crop can say")
    turn = angle if shown.is_mirrored else -angle
    is_whole = max(left, top) < 1e-3 and min(right, bottom) > 1 - 1e-3
    if is_whole and abs(turn) < 1e-3:
        return None
    return _unoriented((left, top, right, bottom), _Turned(stored, turn), shown)
