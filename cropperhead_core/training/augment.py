"""How else a scored picture could have looked: mirrored, in other light, part of a wider one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.boxes import WHOLE, mirrored
from cropperhead_core.dataset import Picture
from cropperhead_core.preview import turned
from cropperhead_core.ranker import squared

from .networks import SIDE

__all__ = ["versions", "windowed"]

FEWEST = 10
"""Scored boxes that a part of a picture must hold to be worth looking at."""
TRIES = 20
NARROWEST = 0.75
"""Of a picture's width and height, what a part of it keeps at least."""
EDGE = 0.012
"""Fraction of a part by which a box may stick out of it and still count as inside."""
UNKNOWN = np.float32("nan")
TILT = 0.7
"""Degrees, standard deviation: so little changes no score."""

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """A square to look at, boxes (k, 4) in fractions of it, scores (k,), NaN for boxes outside."""

    square: Pixels
    boxes: Floats
    scores: Floats
    aspect: float

    def mirror(self) -> Version:
        """The same seen in a mirror."""
        return Version(self.square[:, ::-1], mirrored(self.boxes), self.scores, self.aspect)


def versions(picture: Picture, count: int, random: np.random.Generator) -> Iterator[Version]:
    """As it is, then others, each followed by its mirror image; count is even."""
    boxes, scores = np.array(picture.boxes, np.float32), np.array(picture.scores, np.float32)
    pixels = picture.pixels()
    for number in range(count // 2):
        part = (pixels, boxes, scores)
        if number and number % 2 == 0:
            tilted = turned(pixels, float(random.normal(0, TILT)))
            part = windowed(tilted, _within(boxes, pixels, tilted), scores, random)
        square, (height, width) = squared(part[0], SIDE), part[0].shape[:2]
        square = jittered(square, random) if number else square
        version = Version(square, part[1], part[2], width / height)
        yield from (version, version.mirror())


def jittered(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """The picture with another exposure, contrast and white balance; some in black and white."""
    x = (pixels / 255.0) ** np.exp(random.normal(0, 0.25))
    x = (x - 0.5) * np.exp(random.normal(0, 0.15)) + 0.5
    x = x * np.exp(random.normal(0, 0.06, 3))
    x = x.mean(axis=2, keepdims=True).repeat(3, axis=2) if random.random() < 0.15 else x
    return (x.clip(0, 1) * 255).astype(np.uint8)


def _within(boxes: Floats, pixels: Pixels, part: Pixels) -> Floats:
    """Boxes of a picture as boxes of a part from its middle."""
    share = np.array([part.shape[1] / pixels.shape[1], part.shape[0] / pixels.shape[0]] * 2)
    within: Floats = ((boxes - 0.5) / share + 0.5).astype(np.float32)
    return within


def windowed(
    pixels: Pixels, boxes: Floats, scores: Floats, random: np.random.Generator
) -> tuple[Pixels, Floats, Floats]:
    """A part of the picture with the boxes that lie in it; boxes outside lose their scores.

    All of it when no part is found that holds enough of them.
    """
    height, width = pixels.shape[:2]
    for attempt in range(TRIES):
        share = random.uniform(NARROWEST + (0.17 if attempt > TRIES // 2 else 0), 1, 2)
        start = random.uniform(0, 1, 2) * (1 - share)
        within = ((boxes - np.tile(start, 2)) / np.tile(share, 2)).astype(np.float32)
        inside: NDArray[np.bool_] = np.all((within > -EDGE) & (within < 1 + EDGE), axis=1)
        if inside.sum() >= FEWEST:
            edges = np.concatenate([start, start + share]) * np.tile([width, height], 2)
            x, y, right, bottom = edges.round().astype(int).tolist()
            kept = np.where(inside[:, None], within.clip(0, 1), np.array(WHOLE, np.float32))
            return pixels[y:bottom, x:right], kept, np.where(inside, scores, UNKNOWN)
    return pixels, boxes.clip(0, 1), scores
