"""Pictures into what the networks train on: the frozen trunk's features, computed once.

Each picture is seen as it is, mirrored, and with its light and colours changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from cropperhead_core.dataset import Picture
from cropperhead_core.ranker import squared

from .networks import GRID, SIDE

__all__ = ["Scored", "scored"]

BATCH = 32

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Features of n pictures in v versions, odd ones mirrored, and their k scored boxes.

    fine (n, v, grid, grid, 40), middle (n, v, grid, grid, 112) in half precision; boxes (n, k, 4),
    scores (n, k), aspect (n, 1).
    """

    fine: NDArray[np.float16]
    middle: NDArray[np.float16]
    boxes: Floats
    scores: Floats
    aspect: Floats

    def __len__(self) -> int:
        return len(self.scores)

    def part(self, rows: Sequence[int] | NDArray[np.intp]) -> Scored:
        """Some of the pictures."""
        which = np.asarray(rows, np.intp)
        return Scored(*(getattr(self, name)[which] for name in self.__slots__))

    def version(self, versions: NDArray[np.intp]) -> tuple[dict[str, Floats], Floats]:
        """Inputs and scores with one version of each picture, (n,) of them."""
        rows, odd = np.arange(len(self)), (versions % 2 == 1)[:, None, None]
        boxes = np.where(odd, mirrored(self.boxes), self.boxes)
        fine, middle = (x[rows, versions].astype(np.float32) for x in (self.fine, self.middle))
        inputs = {"fine": fine, "middle": middle, "boxes": boxes, "aspect": self.aspect}
        return inputs, self.scores


def mirrored(boxes: Floats) -> Floats:
    """Boxes (..., 4) in the mirrored picture."""
    flipped = boxes[..., [2, 1, 0, 3]].copy()
    flipped[..., [0, 2]] = 1 - flipped[..., [0, 2]]
    return flipped


def scored(
    pictures: Sequence[Picture], trunk: keras.Model, *, versions: int, seed: int, cache: Path
) -> Scored:
    """The features of scored pictures in this many versions; kept in `cache` for the next time."""

    def squares() -> Iterator[Pixels]:
        random = np.random.default_rng(seed)
        for picture in pictures:
            square = squared(picture.pixels(), SIDE)
            for version in range(versions):
                seen = square if version < 2 else jittered(square, random)
                yield seen[:, ::-1] if version % 2 else seen

    fine, middle = _features(squares, len(pictures) * versions, trunk, cache)
    shape = (len(pictures), versions)
    return Scored(
        fine.reshape(*shape, *fine.shape[1:]),
        middle.reshape(*shape, *middle.shape[1:]),
        np.array([picture.boxes for picture in pictures], np.float32),
        np.array([picture.scores for picture in pictures], np.float32),
        np.array([[_aspect(picture)] for picture in pictures], np.float32),
    )


def _aspect(picture: Picture) -> float:
    height, width = picture.pixels().shape[:2]
    return width / height


def jittered(pixels: Pixels, random: np.random.Generator) -> Pixels:
    """The picture with another exposure, contrast and white balance."""
    x = (pixels / 255.0) ** np.exp(random.normal(0, 0.25))
    x = (x - 0.5) * np.exp(random.normal(0, 0.15)) + 0.5
    x = x * np.exp(random.normal(0, 0.06, 3))
    return (x.clip(0, 1) * 255).astype(np.uint8)


def _features(
    squares: Callable[[], Iterator[Pixels]], count: int, trunk: keras.Model, cache: Path
) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """The trunk's features of all squares, from the cache if they are there."""
    names = [cache.with_suffix(f".{name}.npy") for name in ("fine", "middle")]
    if not all(name.exists() for name in names):
        cache.parent.mkdir(parents=True, exist_ok=True)
        found = [np.zeros((count, GRID, GRID, channels), np.float16) for channels in (40, 112)]
        for start, images in enumerate(_batches(squares())):
            seen = trunk(images, training=False)
            rows = slice(start * BATCH, start * BATCH + len(images))
            found[0][rows], found[1][rows] = seen["fine"].numpy(), seen["middle"].numpy()
        for name, array in zip(names, found, strict=True):
            np.save(name, array)
    fine, middle = (np.load(name) for name in names)
    return fine, middle


def _batches(squares: Iterator[Pixels]) -> Iterator[Floats]:
    held: list[Pixels] = []
    for square in squares:
        held.append(square)
        if len(held) == BATCH:
            yield np.stack(held).astype(np.float32)
            held = []
    if held:
        yield np.stack(held).astype(np.float32)
