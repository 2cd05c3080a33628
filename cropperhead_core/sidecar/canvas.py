"""The canvas that darktable's crop module cuts from: the stored photo turned, cut, flipped. Pure.

Measured on darktable 4.2.1 (docs/sidecars.md). Crops here are of the stored frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from cropperhead_core.crop import Crop, Size, along
from cropperhead_core.errors import InvalidCrop, NotExpressible
from cropperhead_core.orientation import Orientation

__all__ = [
    "PERSPECTIVE",
    "WHOLE",
    "Canvas",
    "Edges",
    "finite",
    "naming",
    "orientation_of",
    "require_full",
]

PERSPECTIVE = "the perspective was changed, which no crop can say"
REACHED_PX = 2.0
"""How far darktable's whole pixels may lead a crop beyond the frame (1.2 px measured)."""
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

Edges = tuple[float, float, float, float]
"""Left, top, right, bottom; in pixels or in fractions, as said."""
WHOLE: Edges = (0.0, 0.0, 1.0, 1.0)


def finite(module: str, numbers: Iterable[float]) -> tuple[float, ...]:
    """These numbers from a module's parameters; raises `NotExpressible` if one is none."""
    found = tuple(numbers)
    if not all(map(math.isfinite, found)):
        raise NotExpressible(f"expected numbers in the parameters of {module}, got {found}")
    return found


@contextmanager
def naming(name: object) -> Iterator[None]:
    """What is no crop, or cannot be said, is raised in here as `NotExpressible` with the file."""
    try:
        yield
    except (InvalidCrop, NotExpressible) as error:
        raise NotExpressible(f"{error}, in {name}") from error


def require_full(crop: Crop, size: Size, name: object) -> None:
    """Raises `NotExpressible` for a crop that shows nothing, or what lies beyond the photo."""
    with naming(name):
        crop.require_extent(size)
    if crop.beyond(size) > REACHED_PX:
        raise NotExpressible(f"the photo is turned and its empty corners are kept, in {name}")


def orientation_of(flags: int) -> Orientation:
    """The orientation that darktable's flags mean."""
    return ORIENTATIONS[flags & 7]


@dataclass(frozen=True)
class Canvas:
    """A stored photo turned by a crop angle (ashift), then shown in an orientation (flip).

    `inner` is what ashift keeps of the turned photo's bounding box, in fractions of it.
    """

    stored: Size
    shown: Orientation
    angle: float = 0.0
    inner: Edges = WHOLE

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, as shown."""
        width, height = self._cut
        return (height, width) if self.shown.is_sideways else (width, height)

    def edges(self, crop: Crop) -> Edges:
        """A crop of this angle in pixels of the canvas, as shown."""
        x, y = self._offset
        left, top, right, bottom = crop.edges(self.stored)
        return _flipped((left + x, top + y, right + x, bottom + y), self._cut, FLIPS[self.shown])

    def crop(self, fractions: Edges) -> Crop:
        """The crop that these fractions of the canvas, as shown, keep."""
        width, height = self.size
        left, top, right, bottom = fractions
        shown = (left * width, top * height, right * width, bottom * height)
        back = FLIPS[self.shown.inverse]
        left, top, right, bottom = _flipped(shown, self.size, back)
        x, y = self._offset
        return Crop.turned((left - x, top - y, right - x, bottom - y), self.stored, self.angle)

    @cached_property
    def _corners(self) -> tuple[list[float], list[float]]:
        """The corner pixels' coordinates, turned about the centre: all x and all y."""
        width, height = self.stored.width, self.stored.height
        points = [(x - width / 2, y - height / 2) for x in (0, width - 1) for y in (0, height - 1)]
        turned = [along(x, y, -self.angle) for x, y in points]
        return [x for x, _ in turned], [y for _, y in turned]

    @cached_property
    def _box(self) -> tuple[int, int]:
        """Width and height of the turned photo's bounding box."""
        width, height = (math.floor(max(axis) - min(axis) + 1) for axis in self._corners)
        return width, height

    @property
    def _cut(self) -> tuple[int, int]:
        """Width and height of what ashift gives on."""
        width, height = self._box
        left, top, right, bottom = self.inner
        return max(1, math.floor(width * (right - left))), max(
            1, math.floor(height * (bottom - top))
        )

    @property
    def _offset(self) -> tuple[float, float]:
        """What leads from pixels turned about the photo's centre to pixels of the cut box."""
        half_x, half_y = along(0.5, 0.5, -self.angle)
        (low_x, low_y), (width, height) = (min(axis) for axis in self._corners), self._box
        x, y = 0.5 - half_x - low_x, 0.5 - half_y - low_y
        return x - self.inner[0] * width, y - self.inner[1] * height


def _flipped(edges: Edges, size: tuple[int, int], flags: int) -> Edges:
    """A box on a canvas of this size after the flags have mirrored it and swapped its axes."""
    left, top, right, bottom = edges
    width, height = size
    if flags & FLIP_X:
        left, right = width - right, width - left
    if flags & FLIP_Y:
        top, bottom = height - bottom, height - top
    return (top, left, bottom, right) if flags & SWAP else (left, top, right, bottom)
