"""The eight EXIF orientations as maps between the stored (sensor) frame and the upright one.

EXIF 2.32, tag 0x0112: which corner of the upright picture the first stored row and column show.
"""

from __future__ import annotations

from enum import IntEnum

from .crop import Crop, Point, Quad, Size

__all__ = ["Orientation", "stored_crop", "upright_crop", "upright_size"]


class Orientation(IntEnum):
    """EXIF's numbers, named by what a viewer does to show the photo upright."""

    NORMAL = 1
    MIRRORED = 2
    ROTATED_180 = 3
    MIRRORED_VERTICALLY = 4
    TRANSPOSED = 5
    ROTATED_90_CLOCKWISE = 6
    TRANSVERSED = 7
    ROTATED_90_COUNTERCLOCKWISE = 8

    @property
    def inverse(self) -> Orientation:
        """The orientation that undoes this one; all but the quarter turns undo themselves."""
        return {6: Orientation(8), 8: Orientation(6)}.get(self, self)

    @property
    def is_mirrored(self) -> bool:
        """Whether a viewer mirrors the photo: then clockwise becomes counter-clockwise."""
        return self in (2, 4, 5, 7)

    @property
    def is_sideways(self) -> bool:
        """Whether width and height change places."""
        return self >= 5

    def upright(self, point: Point) -> Point:
        """A point of the unit square, from the stored frame to the upright one."""
        x, y = point
        return _UPRIGHT[self](x, y)

    def then(self, other: Orientation) -> Orientation:
        """The one orientation that does what this one and then the other do.

        >>> Orientation.MIRRORED.then(Orientation.MIRRORED_VERTICALLY).name
        'ROTATED_180'
        """
        done = [other.upright(self.upright(point)) for point in _UNIT[:2]]
        return next(o for o in Orientation if [*map(o.upright, _UNIT[:2])] == done)


_UPRIGHT = {
    1: lambda x, y: (x, y),
    2: lambda x, y: (1 - x, y),
    3: lambda x, y: (1 - x, 1 - y),
    4: lambda x, y: (x, 1 - y),
    5: lambda x, y: (y, x),
    6: lambda x, y: (1 - y, x),
    7: lambda x, y: (1 - y, 1 - x),
    8: lambda x, y: (y, 1 - x),
}

# Where the stored box's own corners (clockwise from its top-left) go when the photo is put upright.
_UNIT = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def upright_size(stored: Size, orientation: Orientation) -> Size:
    """The size a viewer shows; the same map leads back."""
    return stored.swapped if orientation.is_sideways else stored


def upright_crop(crop: Crop, stored: Size, orientation: Orientation) -> Crop:
    """The crop in the upright frame, from one of the stored frame of this size.

    The angle keeps its sign under rotations and changes it under mirrors (measured on 42 portrait
    Lightroom exports).
    """
    if orientation == Orientation.NORMAL:
        return crop
    target = upright_size(stored, orientation)
    angle = -crop.angle if orientation.is_mirrored else crop.angle
    return Crop.from_quad(_mapped(crop.quad(stored), stored, target, orientation), target, angle)


def stored_crop(crop: Crop, upright: Size, orientation: Orientation) -> Crop:
    """The crop in the stored frame, from one of the upright frame of this size."""
    return upright_crop(crop, upright, orientation.inverse)


def _mapped(quad: Quad, source: Size, target: Size, orientation: Orientation) -> Quad:
    """The corners in the target frame, in the order of the crop's own corners there."""
    moved = []
    for x, y in quad:
        u, v = orientation.upright((x / source.width, y / source.height))
        moved.append((u * target.width, v * target.height))
    corner = {orientation.upright(unit): point for unit, point in zip(_UNIT, moved, strict=True)}
    a, b, c, d = (corner[unit] for unit in _UNIT)
    return a, b, c, d
