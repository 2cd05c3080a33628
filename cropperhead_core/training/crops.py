"""What the classic network learns from: photos as it sees them, and the crop as five numbers.

The crop is the best-scored box; a turned version of the photo adds the angle that levels it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.crop import Size
from cropperhead_core.dataset import Picture
from cropperhead_core.frame import Frame
from cropperhead_core.preview import turned

from .evaluate.tfjs import SIDE, square
from .evaluate.tilt import tilts

__all__ = ["Crops", "crops", "label", "mirrored_labels", "quads"]

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """Photos (n, 300, 300, 3) in bytes, their labels (n, 5), and their width over height (n,)."""

    photos: Pixels
    labels: Floats
    aspects: Floats

    def __len__(self) -> int:
        return len(self.labels)


def crops(pictures: Sequence[Picture], *, is_turned: bool) -> Crops:
    """Each photo as it is and, if wanted, turned by a photographer's angle too."""
    drawn = tilts(len(pictures)) if is_turned else []
    angles = [0.0] * len(pictures) + drawn
    photos = np.empty((len(angles), SIDE, SIDE, 3), np.uint8)
    labels, aspects = np.empty((len(angles), 5), np.float32), np.empty(len(angles), np.float32)
    for index, (picture, angle) in enumerate(zip([*pictures, *pictures], angles, strict=False)):
        pixels = turned(picture.pixels(), angle)
        photos[index] = np.round(square(pixels) * 255)
        box = np.array(picture.boxes[int(np.argmax(picture.scores))])
        size = Size(pixels.shape[1], pixels.shape[0])
        labels[index], aspects[index] = label(box, size, -angle), size.aspect
    return Crops(photos, labels, aspects)


def label(box: NDArray[np.float64], size: Size, angle: float) -> Floats:
    """The five numbers of a box (left to bottom) in the frame that this angle levels."""
    return np.array(Frame.inside(size, angle, size.aspect).crop(box).numbers, np.float32)


def mirrored_labels(labels: Floats, aspects: Floats) -> Floats:
    """Labels (n, 5) of the mirrored photos.

    A turned crop is said by its own top-left and bottom-right corners, which are other corners in
    the mirror; the angle changes its sign.
    """
    flipped = quads(labels, aspects)[:, [1, 0, 3, 2]] * (-1, 1) + (1, 0)
    (left, top), (right, bottom) = flipped[:, 0].T, flipped[:, 2].T
    return np.stack([top, left, bottom, right, -labels[:, 4]], axis=1).astype(np.float32)


def quads(labels: Floats, aspect: Floats) -> NDArray[np.float64]:
    """Corners (n, 4, 2) in fractions, clockwise from the top-left, of crops that need not be valid.

    aspect is the photos' width over height, (n,).
    """
    top, left, bottom, right, angle = labels.astype(np.float64).T
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    x, y = (right - left) * aspect, bottom - top
    width, height = x * c + y * s, y * c - x * s
    middle = np.stack([(left + right) / 2, (top + bottom) / 2], axis=-1)
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    offsets = [
        np.stack(
            [(i * width * c - j * height * s) / 2 / aspect, (i * width * s + j * height * c) / 2],
            axis=-1,
        )
        for i, j in signs
    ]
    return np.stack([middle + offset for offset in offsets], axis=1)
