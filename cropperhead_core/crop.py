"""`Crop`, `Size` and `Box`: the values everything here speaks in, and their geometry.

Points are continuous pixels, x to the right and y down, (0, 0) the outer corner of the first pixel.
The crop is Adobe's: measured on 66 Lightroom exports, see docs/geometry.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from .box import Box
from .errors import InvalidCrop

__all__ = ["MAX_ANGLE", "Box", "Crop", "Point", "Quad", "Size", "along", "largest_inside"]

MAX_ANGLE = 45.0
"""Degrees; beyond it another edge would be the top (Lightroom's own limit)."""
TOLERANCE = 0.5
"""Pixels that a corner may lie outside the frame: six decimals of a 50 MP photo, and rounding.
What is narrower than that is no picture."""
SAME_ANGLE = 1e-4
"""Degrees; over the 20,000 px of the largest photos it moves a corner by less than .04."""

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""A crop's corners in pixels, clockwise from its own top-left."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in whole pixels, both at least 1."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise InvalidCrop(f"expected a size of at least 1x1, got {self}")

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height

    @property
    def swapped(self) -> Size:
        """This size turned by a quarter."""
        return Size(self.height, self.width)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


@dataclass(frozen=True, slots=True)
class Crop:
    """Two opposite corners of a turned box, as fractions of the photo, and its angle in degrees.

    (left, top) and (right, bottom) are the top-left and bottom-right corners of the turned box, in
    fractions of the unturned photo. The box is turned clockwise by `angle`, so the picture comes
    out turned counter-clockwise. left > right is legal at large angles, so only what no photo
    allows is refused here; `checked` is the test against a photo's size.
    """

    top: float
    left: float
    bottom: float
    right: float
    angle: float = 0.0

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, self.numbers)):
            raise InvalidCrop(f"expected finite numbers, got {self}")
        if abs(self.angle) > MAX_ANGLE:
            raise InvalidCrop(f"expected an angle of at most {MAX_ANGLE:g} degrees, got {self}")
        if self.angle == 0 and not (self.left < self.right and self.top < self.bottom):
            raise InvalidCrop(f"expected left < right and top < bottom, got {self}")

    @property
    def numbers(self) -> tuple[float, float, float, float, float]:
        """top, left, bottom, right, angle: in the order that Adobe says them."""
        return self.top, self.left, self.bottom, self.right, self.angle

    @classmethod
    def whole(cls) -> Self:
        """The crop that keeps everything."""
        return cls(0.0, 0.0, 1.0, 1.0)

    @classmethod
    def from_quad(cls, quad: Quad, size: Size, angle: float) -> Self:
        """The crop with these corners (pixels of `size`, clockwise from its own top-left)."""
        (left, top), _, (right, bottom), _ = quad
        w, h = size.width, size.height
        return cls(top / h, left / w, bottom / h, right / w, angle)

    @classmethod
    def turned(cls, edges: tuple[float, float, float, float], size: Size, angle: float) -> Self:
        """The crop with these left, top, right, bottom edges after turning.

        Edges are pixels along the turned axes, measured from the photo's centre: what a box is
        called in a preview that was rotated about its centre.
        """
        left, top, right, bottom = edges
        ends = [along(x, y, angle) for x, y in ((left, top), (right, bottom))]
        (x0, y0), (x1, y1) = [(x + size.width / 2, y + size.height / 2) for x, y in ends]
        return cls(y0 / size.height, x0 / size.width, y1 / size.height, x1 / size.width, angle)

    def edges(self, size: Size) -> tuple[float, float, float, float]:
        """The inverse of `turned`: left, top, right, bottom in turned pixels from the centre."""
        corners = ((self.left, self.top), (self.right, self.bottom))
        (left, top), (right, bottom) = [
            along((x - 0.5) * size.width, (y - 0.5) * size.height, -self.angle) for x, y in corners
        ]
        return left, top, right, bottom

    def extent(self, size: Size) -> tuple[float, float]:
        """Width and height of the picture that comes out, in pixels, unrounded."""
        left, top, right, bottom = self.edges(size)
        return right - left, bottom - top

    def output(self, size: Size) -> Size:
        """The picture that comes out, in whole pixels, at least one each way."""
        width, height = self.extent(size)
        return Size(max(1, round(width)), max(1, round(height)))

    def quad(self, size: Size) -> Quad:
        """The four corners in pixels of a photo of this size, clockwise from its own top-left."""
        left, top, right, bottom = self.edges(size)
        corners = [
            along(x, y, self.angle)
            for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
        ]
        a, b, c, d = [(x + size.width / 2, y + size.height / 2) for x, y in corners]
        return a, b, c, d

    def checked(self, size: Size) -> Self:
        """This crop, if it is one of a photo of this size; raises `InvalidCrop` if it is not.

        A crop is at least half a pixel wide and high, and no corner more than that outside.
        """
        self.require_extent(size)
        if self.beyond(size) > TOLERANCE:
            x, y = max(self.quad(size), key=lambda corner: _outside(corner, size))
            raise InvalidCrop(
                f"expected a crop inside the {size} frame, got a corner at ({x:.1f}, {y:.1f}):"
                f" {self}"
            )
        return self

    def require_extent(self, size: Size) -> None:
        """Raises `InvalidCrop` unless half a pixel each way is left at a sidecar's six decimals."""
        if min(self.rounded().extent(size)) < TOLERANCE:
            raise InvalidCrop(
                f"expected a crop at least {TOLERANCE:g} px wide and high, got {self} of {size}"
            )

    def beyond(self, size: Size) -> float:
        """How many pixels the crop reaches beyond a photo of this size; 0 or less: it does not."""
        return max(_outside(corner, size) for corner in self.quad(size))

    def is_near(self, other: Crop, size: Size, pixels: float) -> bool:
        """Whether both are turned alike, and no edge is further from the other's than this."""
        edges = zip(self.edges(size), other.edges(size), strict=True)
        is_turned_alike = abs(self.angle - other.angle) < SAME_ANGLE
        return is_turned_alike and all(abs(a - b) <= pixels for a, b in edges)

    def is_whole(self, size: Size) -> bool:
        """Whether this keeps the whole frame to within half a pixel."""
        return self.is_near(Crop.whole(), size, TOLERANCE)

    def rounded(self) -> Self:
        """This crop at six decimals: what a sidecar can hold."""
        return type(self)(*(round(number, 6) + 0.0 for number in self.numbers))


def _outside(point: Point, size: Size) -> float:
    """How many pixels a point lies outside a photo of this size; less than 0 inside."""
    x, y = point
    return max(-x, -y, x - size.width, y - size.height)


def along(x: float, y: float, degrees: float) -> Point:
    """(x, y) turned clockwise on screen (y down) by this many degrees."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return x * c - y * s, x * s + y * c


def largest_inside(size: Size, angle: float, aspect: float | None = None) -> tuple[float, float]:
    """Width and height in pixels of the largest centred box turned by `angle` inside a photo.

    With an aspect (width over height) the largest of that shape, else the one of largest area.
    A box w by h turned by a fits when w·cos a + h·sin a <= W and w·sin a + h·cos a <= H.
    """
    c, s = math.cos(math.radians(angle)), abs(math.sin(math.radians(angle)))
    w, h = size.width, size.height
    if aspect is not None:
        height = min(w / (aspect * c + s), h / (aspect * s + c))
        return aspect * height, height
    long, short = max(w, h), min(w, h)
    if short <= 2 * s * c * long or c == s:
        # Two corners touch the long sides only: any place along them will do, the middle is ours.
        half = short / 2
        return (half / s, half / c) if w >= h else (half / c, half / s)
    cos2 = c * c - s * s
    return (w * c - h * s) / cos2, (h * c - w * s) / cos2
