"""`Box` and `Face`: upright boxes in fractions of a frame, as values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self

from .errors import InvalidCrop

__all__ = ["Box", "Face"]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box in fractions of a frame: a face, a subject, a candidate not yet turned."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        finite = all(map(math.isfinite, (self.left, self.top, self.right, self.bottom)))
        if not (finite and self.left < self.right and self.top < self.bottom):
            raise InvalidCrop(
                f"expected finite edges with left < right and top < bottom, got {self}"
            )

    @property
    def width(self) -> float:
        """Fraction of the frame's width."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Fraction of the frame's height."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Fraction of the frame's area."""
        return self.width * self.height

    @property
    def mirrored(self) -> Self:
        """The same box in the frame mirrored left to right."""
        return replace(self, left=1 - self.right, right=1 - self.left)

    def intersection(self, other: Box) -> float:
        """The area that both boxes cover, 0 when they do not meet."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0..1.

        >>> Box(0, 0, 1, 1).overlap(Box(0, 0, 0.5, 1))
        0.5
        """
        both = self.intersection(other)
        return both / (self.area + other.area - both)

    def contains(self, other: Box) -> bool:
        """Whether all of the other box lies inside this one."""
        starts_inside = self.left <= other.left and self.top <= other.top
        return starts_inside and self.right >= other.right and self.bottom >= other.bottom


@dataclass(frozen=True, slots=True)
class Face(Box):
    """The box around a face, and how sure it is that it is one, 0..1."""

    confidence: float = 1.0
