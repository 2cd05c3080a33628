"""Pictures turned by known angles, and the evidence in them: what levelling learns from.

Turning resamples; so that this tells nothing, every picture is resampled, the untouched too: moved
by part of a pixel, scaled, turned, blurred or sharpened, lit anew and stored as a JPEG.
"""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from cropperhead_core.crop import Size, largest_inside
from cropperhead_core.dataset import Picture
from cropperhead_core.lines import ANGLES, CELLS, CHANNELS, evidence, luma

__all__ = ["WIDEST", "Tilted", "resampled", "tilted", "usual_tilts"]

WIDEST = 11.5
"""Degrees; beyond what is answered, so that the ends of the answer are learnt too."""


Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Tilted:
    """n pictures, each turned by v angles.

    seen (n, v, angles, 4, 4, 8) is the square root of their evidence in half precision, angles
    (n, v) are the crop angles that would level them.
    """

    seen: NDArray[np.float16]
    angles: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.angles)


def usual_tilts(count: int, random: np.random.Generator) -> Floats:
    """Degrees that photographs are off by, in the shares of 135 Lightroom crops by one person.

    64 % of those were turned: by .80 degrees in the median, 75 % by under 1.44, 95 % by under 3.49,
    at most by 8.2.
    """
    known = [0, 0.5, 0.75, 0.95, 1]
    sizes = np.interp(random.random(count), known, [0, 0.8, 1.44, 3.49, 8.2])
    return sizes * random.choice([-1, 1], count)


def training_tilts(count: int, random: np.random.Generator) -> Floats:
    """Degrees to train with: half of them anywhere, half mostly small."""
    small, wide = random.laplace(0, 1.5, count), random.uniform(-11, 11, count)
    return np.where(random.random(count) < 0.5, wide, small).clip(-WIDEST, WIDEST)


def tilted(pictures: Sequence[Picture], *, versions: int, seed: int, cache: Path) -> Tilted:
    """Pictures turned by so many angles each; kept in `cache` for the next time."""
    names = [cache.with_suffix(f".{name}.npy") for name in ("seen", "angles")]
    if not all(name.exists() for name in names):
        cache.parent.mkdir(parents=True, exist_ok=True)
        seen = np.zeros((len(pictures), versions, len(ANGLES), CELLS, CELLS, CHANNELS), np.float16)
        angles = np.zeros((len(pictures), versions), np.float32)
        look = partial(_versions, versions=versions, seed=seed)
        with ProcessPoolExecutor(len(os.sched_getaffinity(0)), get_context("spawn")) as pool:
            for row, found in enumerate(pool.map(look, pictures, chunksize=4)):
                seen[row], angles[row] = found
        _save(names[0], seen)
        _save(names[1], angles)
    return Tilted(np.load(names[0]), np.load(names[1]))


def _save(path: Path, array: NDArray[np.generic]) -> None:
    """In one step: a run that is killed leaves no half of it."""
    half = path.with_suffix(".half.npy")
    np.save(half, array)
    half.replace(path)


def _versions(
    picture: Picture, *, versions: int, seed: int
) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """One picture's part of `Tilted`."""
    pixels = picture.pixels()
    own = int.from_bytes(picture.path.name.encode()[-12:], "big")
    random = np.random.default_rng([seed, own])
    turns = training_tilts(versions, random)
    seen = [np.sqrt(evidence(luma(resampled(pixels, turn, random)))) for turn in turns]
    return np.stack(seen).astype(np.float16), -turns.astype(np.float32)


def resampled(pixels: Pixels, turn: float, random: np.random.Generator) -> Pixels:
    """A part of the picture turned by a crop angle, as another camera might have delivered it."""
    return _delivered(_developed(_turned(pixels, turn, random), random), random)


def _turned(pixels: Pixels, turn: float, random: np.random.Generator) -> Image.Image:
    """A part of the same shape, scaled and moved; how much is cut off does not tell the angle."""
    height, width = pixels.shape[:2]
    worst = max(abs(turn), min(WIDEST, abs(random.laplace(0, 2.5))))
    inside = np.array(largest_inside(Size(width, height), worst, width / height))
    kept = inside * random.uniform(0.85, 1) - 2
    size = np.maximum(np.round(kept / random.uniform(0.75, 1.1)), 48)
    scale = kept[0] / size[0]
    slack = np.maximum((inside - kept) / 2 - 1, 0) * 0.7
    centre = np.array([width, height]) / 2 + random.uniform(-1, 1, 2) * slack
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    matrix = scale * np.array([[c, -s], [s, c]])
    origin = centre - matrix @ size / 2
    how = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC)[int(random.integers(2))]
    return Image.fromarray(pixels).transform(
        (int(size[0]), int(size[1])),
        Image.Transform.AFFINE,
        (*matrix[0], origin[0], *matrix[1], origin[1]),
        how,
    )


def _developed(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """Softer, sharper or as it was; with another exposure and contrast; some with noise."""
    lot = random.random()
    if lot < 0.25:
        image = image.filter(ImageFilter.GaussianBlur(random.uniform(0.2, 0.9)))
    elif lot < 0.55:
        image = image.filter(ImageFilter.UnsharpMask(1, int(random.uniform(30, 150)), 2))
    x = (np.asarray(image) / 255) ** np.exp(random.normal(0, 0.25))
    x = (x - 0.5) * np.exp(random.normal(0, 0.15)) + 0.5
    if random.random() < 0.3:
        x = x + random.normal(0, random.uniform(0.005, 0.03), (*x.shape[:2], 1))
    return Image.fromarray((x.clip(0, 1) * 255).astype(np.uint8))


def _delivered(image: Image.Image, random: np.random.Generator) -> Pixels:
    """Stored as a JPEG after turning, so that its blocks lie level whatever the picture does."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=int(random.uniform(50, 96)))
    with Image.open(file) as stored:
        return np.asarray(stored.convert("RGB"))
