"""The frame that crops are chosen in: the photo, or the largest box inside it once turned."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .box import Box
from .crop import Crop, Size, along, largest_inside
from .preview import rotated

__all__ = ["Frame"]

NEARLY = 1e-3
"""Pixels; what rounding makes of whole ones and halves is less."""
EXACT_FROM = 100
"""Multiples of a ratio from which the next lower whole multiple costs less than 1 % of a side."""

Floats = NDArray[np.float64]
AnyBox = TypeVar("AnyBox", bound=Box)


@dataclass(frozen=True, slots=True)
class Frame:
    """A centred box inside a photo of this size, turned by this angle; extent in pixels.

    Boxes in a frame are (n, 4) left, top, right, bottom in fractions of it, along its own axes.
    """

    size: Size
    angle: float
    extent: tuple[float, float]

    @classmethod
    def inside(cls, size: Size, angle: float, aspect: float | None = None) -> Frame:
        """The whole photo, or the largest frame of this aspect (None: of any) in it once turned."""
        if angle == 0:
            return cls(size, 0.0, (float(size.width), float(size.height)))
        return cls(size, angle, largest_inside(size, angle, aspect))

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.extent[0] / self.extent[1]

    def pixels(self, preview: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What the frame shows, from a preview of the whole photo; no corner is black."""
        if self.angle == 0:
            return preview
        turned = rotated(preview, self.angle)
        height, width = turned.shape[:2]
        x, y = (
            math.ceil((length - inside * length / full) / 2)
            for length, inside, full in (
                (width, self.extent[0], self.size.width),
                (height, self.extent[1], self.size.height),
            )
        )
        return np.ascontiguousarray(turned[y : height - y, x : width - x])

    def crop(self, box: Floats) -> Crop:
        """The crop that this box of the frame is, at the six decimals a sidecar holds."""
        if self.angle == 0:
            left, top, right, bottom = np.clip(box, 0, 1).tolist()
            return Crop(top, left, bottom, right).rounded()
        left, top, right, bottom = ((box - 0.5) * np.tile(self.extent, 2)).tolist()
        return Crop.turned((left, top, right, bottom), self.size, self.angle).rounded()

    def placed(self, box: AnyBox) -> AnyBox | None:
        """A box of the photo as one of the frame, upright there; None if the frame cuts it."""
        if self.angle == 0:
            return box
        x, y = (box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2
        x, y = along(x * self.size.width, y * self.size.height, -self.angle)
        x, y = x / self.extent[0] + 0.5, y / self.extent[1] + 0.5
        half_x = box.width * self.size.width / self.extent[0] / 2
        half_y = box.height * self.size.height / self.extent[1] / 2
        left, top, right, bottom = x - half_x, y - half_y, x + half_x, y + half_y
        if min(left, top) < 0 or max(right, bottom) > 1:
            return None
        return replace(box, left=left, top=top, right=right, bottom=bottom)

    def snapped(self, boxes: Floats, ratio: Fraction | None) -> Floats:
        """The boxes at whole pixels of the full photo, of exactly this ratio where that can be.

        A box keeps its centre to within a pixel and stays inside the frame. Its ratio is exact
        where a whole multiple of it costs less than 1 %, else as near as one pixel allows.
        """
        frame = np.array(self.extent)
        spans = (boxes[:, 2:] - boxes[:, :2]) * frame
        spans = np.floor(spans + NEARLY) if ratio is None else _of_ratio(spans, ratio, frame)
        spans = np.maximum(spans, np.minimum(1, frame))
        starts = (boxes[:, 2:] + boxes[:, :2]) / 2 * frame - spans / 2
        room = np.maximum(frame - spans, 0)
        if not self.angle:  # halves go outwards: to the same side in a mirror
            is_before = starts <= room / 2 + NEARLY
            half = 0.5 + NEARLY
            starts = np.where(is_before, np.ceil(starts - half), np.floor(starts + half))
        starts = np.clip(starts, 0, room)
        snapped: Floats = np.concatenate([starts, starts + spans], axis=1) / np.tile(frame, 2)
        return snapped


def _of_ratio(spans: Floats, ratio: Fraction, frame: Floats) -> Floats:
    """Widths and heights in whole pixels, at most these, of this width over height."""
    parts = np.array([ratio.numerator, ratio.denominator], float)
    multiples = np.floor((spans / parts).min(axis=1, keepdims=True) + NEARLY)
    heights = np.minimum(spans[:, 1], spans[:, 0] / float(ratio))
    heights = np.minimum(np.floor(heights + NEARLY), np.floor(frame[1] + NEARLY))
    widths = np.minimum(np.round(heights * float(ratio)), np.floor(frame[0] + NEARLY))
    nearest: Floats = np.stack([widths, heights], axis=1)
    return np.where(multiples >= EXACT_FROM, multiples * parts, nearest)
