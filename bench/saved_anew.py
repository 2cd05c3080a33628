"""How often a photo saved anew gets another crop: `python bench/saved_anew.py DATA [COUNT]`.

Each of the photos (COUNT of those that are not for testing, drawn by lot) is mirrored and saved as
a JPEG of quality 92; its crop, held to the mirror, is another one if it overlaps the first by less
than .97, and far off if by less than .9.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from speed import model

from cropperhead_core import FaceFinder, load_model
from cropperhead_core.boxes import overlaps
from cropperhead_core.crop import Crop, Size
from cropperhead_core.dataset import Picture, read_pictures, split
from cropperhead_core.photo import Photo
from cropperhead_core.scene import Eyes
from cropperhead_core.suggest import suggested
from cropperhead_core.wishes import Wishes

COUNT, SEED = 600, 5
SHAPES = ("original", "free")
SAME, NEAR = 0.97, 0.9

Pixels = NDArray[np.uint8]


def in_a_mirror(pixels: Pixels) -> Pixels:
    """Saved as a JPEG, and read again."""
    file = BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels[:, ::-1])).save(file, "JPEG", quality=92)
    return np.asarray(Image.open(file))


def box(eyes: Eyes, pixels: Pixels, shape: str) -> NDArray[np.float64]:
    """Left, top, right, bottom (4,) of what would be kept, in fractions."""
    photo = Photo(Path("photo.jpg"), Size(pixels.shape[1], pixels.shape[0]))
    best = suggested(photo, pixels, eyes, Wishes(aspect=shape, level=False)).best
    crop = best.crop if best else Crop.whole()
    return np.array([crop.left, crop.top, crop.right, crop.bottom])


def agreement(eyes: Eyes, pixels: Pixels, shape: str) -> float:
    """Overlap of a photo's crop with that of its mirror image, held to the mirror."""
    left, top, right, bottom = box(eyes, in_a_mirror(pixels), shape)
    there = np.array([1 - right, top, 1 - left, bottom])
    return float(overlaps(box(eyes, pixels, shape)[None], there)[0])


def drawn(data: Path, count: int) -> list[Picture]:
    listed = read_pictures(data)
    known = [each for each, part in zip(listed, split(listed), strict=True) if part != "test"]
    order = np.random.default_rng(SEED).permutation(len(known))[:count]
    return [known[index] for index in order.tolist()]


def main(arguments: Sequence[str]) -> None:
    count = int(arguments[1]) if len(arguments) > 1 else COUNT
    pictures = drawn(Path(arguments[0]), count)
    eyes = Eyes(load_model(model()), FaceFinder())
    print(f"{eyes.predictor.name}: of {len(pictures)} photos saved anew")
    for shape in SHAPES:
        found = np.array([agreement(eyes, each.pixels(), shape) for each in pictures])
        other, far = (found < SAME).mean(), (found < NEAR).mean()
        print(f"--aspect {shape}: {other:.1%} get another crop, {far:.1%} one far off")


if __name__ == "__main__":
    main(sys.argv[1:])
