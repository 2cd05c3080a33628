"""The squares of a picture that a face finder looks at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .blazeface import SIDE

__all__ = ["View", "corners", "views"]

OBLONG = 1.2
"""Long over short side from which the two ends of a picture are looked at closer."""

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class View:
    """A part of a picture that is shown to the network, in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    frame: tuple[int, int]

    @property
    def _extent(self) -> tuple[int, int]:
        """Width and height inside the square: even, so that both margins are alike."""
        width, height = self.right - self.left, self.bottom - self.top
        half = SIDE / 2 / max(width, height)
        return max(round(width * half), 1) * 2, max(round(height * half), 1) * 2

    def square(self, image: Image.Image) -> Pixels:
        """The part at 192 px, in the middle of a black square."""
        width, height = self._extent
        part = image.resize(
            (width, height),
            Image.Resampling.BILINEAR,
            (self.left, self.top, self.right, self.bottom),
        )
        square = np.zeros((SIDE, SIDE, 3), np.uint8)
        x, y = (SIDE - width) // 2, (SIDE - height) // 2
        square[y : y + height, x : x + width] = np.asarray(part)
        return square

    def placed(self, boxes: Floats) -> Floats:
        """Boxes of the square as boxes of the picture, without those that the part's edge cuts."""
        spans = ((self.left, self.right), (self.top, self.bottom))
        placed, is_cut = boxes.copy(), np.zeros(len(boxes), bool)
        for axis, (start, end) in enumerate(spans):
            inside = self._extent[axis] / SIDE
            within = (boxes[:, [axis, axis + 2]] - 0.5) / inside + 0.5
            is_cut |= (within[:, 0] < 0) & (start > 0)
            is_cut |= (within[:, 1] > 1) & (end < self.frame[axis])
            placed[:, [axis, axis + 2]] = (within * (end - start) + start) / self.frame[axis]
        return placed[~is_cut]


def views(width: int, height: int) -> list[View]:
    """The whole picture, and the squares at its ends when it is oblong."""
    frame, side = (width, height), min(width, height)
    whole = View(0, 0, width, height, frame)
    if max(frame) < OBLONG * side:
        return [whole]
    last = View(width - side, height - side, width, height, frame)
    return [whole, View(0, 0, side, side, frame), last]


def corners(width: int, height: int) -> list[View]:
    """Four squares, one in each corner, that overlap by a tenth of the long side."""
    frame, side = (width, height), min(width, height, 0.55 * max(width, height))
    return [
        View(x, y, x + side, y + side, frame) for x in (0, width - side) for y in (0, height - side)
    ]
