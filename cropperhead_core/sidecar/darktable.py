"""The darktable dialect: a crop as parameters of its crop and ashift modules. Pure.

ashift turns the stored frame, flip puts it upright, crop takes fractions of what came out
(docs/sidecars.md). Crops here are of the stored frame.
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cropperhead_core.crop import Crop, Size
from cropperhead_core.errors import NotExpressible
from cropperhead_core.orientation import Orientation

from .canvas import PERSPECTIVE, WHOLE, Canvas, Edges, finite, orientation_of
from .clipping import clipped

__all__ = ["CROP", "CROP_BYTES", "Step", "crop_step", "decoded", "flipped", "params", "turn_step"]

CROP = struct.Struct("<4f2i")
CROP_BYTES = 16
"""The four edges, which come first in every version."""
TURN = struct.Struct("<8f2i4f")
TURN_BYTES = 892
"""Of version 5: TURN, then what was drawn to find the angle."""
TURNS = {16: "<3f", 36: "<3f", 56: "<3f28x4f", 60: "<4f28x4f", TURN_BYTES: "<4f24x4f"}
"""What counts in versions 1 to 5, by how long they are: rotation, two shifts, shear since 4, and
since 3 the left, right, top and bottom edge of an inner crop."""
MOST_BYTES = 1 << 20
"""Of a module's parameters unpacked; the largest of darktable's have some 40 kB."""
AS_EXIF_SAYS = -1
FLIP_VERSION = 2
"""Since it says the whole orientation; the one before it adds to what EXIF says (measured)."""
LATEST_START, EARLIEST_END = 0.9, 0.1
"""darktable's own limits; beyond them it would crop elsewhere than asked."""
START, END = 0.02, 0.06
"""Pixels added to whole ones: crop.c truncates in single precision, and 600x400 would come out as
599x399."""
NEGLIGIBLE = 1e-4


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
            return _unpacked(base64.b64decode(text[4:], validate=True))
        return bytes.fromhex(text)
    except (ValueError, binascii.Error, zlib.error) as error:
        raise NotExpressible(f"parameters that cannot be read: {error}") from error


def _unpacked(packed: bytes) -> bytes:
    """The bytes that zlib packed; raises ValueError where there are too many, or not all."""
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(packed, MOST_BYTES)
    if not unpacking.eof:
        raise ValueError(f"expected all of at most {MOST_BYTES} bytes")
    return found


def flipped(steps: Iterable[Step], exif: Orientation) -> Orientation:
    """How the photo is shown: as the last entry of the flip module says, else as EXIF does."""
    last = next((step for step in reversed([*steps]) if step.operation == "flip"), None)
    if last is None:
        return exif
    if not last.is_enabled:
        return Orientation.NORMAL
    if len(last.params) < 4:
        raise NotExpressible("parameters of flip that are too short")
    if last.version < FLIP_VERSION:
        raise NotExpressible(f"version {last.version} of flip is not known to us")
    (flags,) = struct.unpack_from("<i", last.params)
    return exif if flags == AS_EXIF_SAYS else orientation_of(flags)


def crop_step(crop: Crop, stored: Size, shown: Orientation) -> Step:
    """The crop module, version 1, that cuts a photo shown in this orientation.

    Raises `NotExpressible` for crops so far in a corner that darktable moves them.
    """
    canvas = Canvas(stored, shown, crop.angle)
    (width, height), (left, top, right, bottom) = canvas.size, canvas.edges(crop)
    left, right = _snapped(left, right, width)
    top, bottom = _snapped(top, bottom, height)
    if max(left, top) > LATEST_START or min(right, bottom) < EARLIEST_END:
        raise NotExpressible(
            "expected a crop that reaches beyond the outermost tenth of the photo, which is all"
            f" that darktable can crop to, got {crop}"
        )
    return Step("crop", 1, CROP.pack(left, top, right, bottom, 0, 0))


def _snapped(start: float, end: float, length: int) -> tuple[float, float]:
    """A span at whole pixels, as fractions that survive crop.c's arithmetic."""
    first = max(0, round(start))
    last = min(length, max(first + 1, round(end)))
    if last == length:
        return first / length, 1.0
    return (first + START * (first > 0)) / length, (last + END) / length


def turn_step(angle: float) -> Step:
    """ashift, version 5, that turns by this crop angle of the stored frame; off where that is 0."""
    fields = TURN.pack(angle, 0, 0, 0, 28, 1, 100, 1, 0, 0, 0, 1, 0, 1)
    return Step("ashift", 5, fields.ljust(TURN_BYTES, b"\0"), is_enabled=bool(angle))


def decoded(steps: Iterable[Step], stored: Size, exif: Orientation) -> Crop | None:
    """The crop that the last entry of each module says; None when they leave the frame whole.

    Raises `NotExpressible` for perspective, and for crops made inside other modules.
    """
    last = {step.operation: step for step in steps}
    shown = flipped(last.values(), exif)
    on = {name: step.params for name, step in last.items() if step.is_enabled}
    if "clipping" in on:
        if "crop" in on or "ashift" in on:
            raise NotExpressible("cropped in two modules at once (clipping and crop or ashift)")
        return clipped(on["clipping"], stored, shown)
    angle, inner = _turned(on["ashift"]) if "ashift" in on else (0.0, WHOLE)
    if "crop" not in on and (angle, inner) == (0, WHOLE):
        return None
    return Canvas(stored, shown, angle, inner).crop(_edges(on.get("crop")))


def _edges(data: bytes | None) -> Edges:
    """The edges in crop's parameters, any version, as darktable takes them."""
    if data is None:
        return WHOLE
    if len(data) < CROP_BYTES:
        raise NotExpressible("parameters of crop that are too short")
    left, top, right, bottom = finite("crop", struct.unpack_from("<4f", data))
    left, top = (min(max(edge, 0.0), LATEST_START) for edge in (left, top))
    right, bottom = (min(max(edge, EARLIEST_END), 1.0) for edge in (right, bottom))
    return left, top, right, bottom


def _turned(data: bytes) -> tuple[float, Edges]:
    """The rotation and the inner crop in ashift's parameters; shifts and shear are no crop."""
    layout = TURNS.get(len(data))
    if layout is None:
        raise NotExpressible(f"expected parameters of ashift, got {len(data)} bytes")
    rotation, *numbers = finite("ashift", struct.unpack_from(layout, data))
    shifts, inner = (numbers[:-4], numbers[-4:]) if len(numbers) > 4 else (numbers, [0, 1, 0, 1])
    if any(abs(shift) > NEGLIGIBLE for shift in shifts):
        raise NotExpressible(PERSPECTIVE)
    left, right, top, bottom = inner
    if not (left < right and top < bottom):
        raise NotExpressible("expected edges that do not cross in the parameters of ashift")
    return float(rotation), (left, top, right, bottom)
