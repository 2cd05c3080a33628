"""What the shipped networks suggest for real photographs, together: the whole of `suggest`."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cropperhead_core.crop import Crop, Size
from cropperhead_core.faces import FaceFinder
from cropperhead_core.horizon import Horizon
from cropperhead_core.photo import Photo
from cropperhead_core.ranker import load_model
from cropperhead_core.scene import Eyes
from cropperhead_core.suggest import suggested
from cropperhead_core.suggestion import Suggestion
from cropperhead_core.wishes import Wishes

MODELS = Path(__file__).resolve().parents[2] / "models"
(FOLDER,) = (path.parent for path in MODELS.glob("*/config.json") if "boxes" in path.read_text())
NAMES = ("astronaut", "chelsea", "coffee", "rocket", "retina")
SIZES = ((617, 411), (401, 639))
"""Odd, so that nothing has a middle."""


@cache
def eyes() -> Eyes:
    return Eyes(load_model(FOLDER), FaceFinder(), Horizon())


def photo(name: str, size: tuple[int, int]) -> np.ndarray:
    """The middle of one of skimage's photographs, at this size."""
    image = Image.fromarray(getattr(data, name)())
    scale = min(image.width / size[0], image.height / size[1])
    half = size[0] * scale / 2, size[1] * scale / 2
    x, y = image.width / 2, image.height / 2
    box = (x - half[0], y - half[1], x + half[0], y + half[1])
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC, box))


def told(pixels: np.ndarray, **wishes: object) -> Suggestion:
    size = Size(pixels.shape[1], pixels.shape[0])
    return suggested(Photo(Path("photo.jpg"), size), pixels, eyes(), Wishes(**wishes))


def kept(suggestion: Suggestion) -> Crop:
    return suggestion.crops[0].crop if suggestion.verdict == "crop" else Crop(0, 0, 1, 1)


def overlap(one: Crop, other: Crop) -> float:
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    both = max(across, 0) * max(down, 0)
    areas = [(crop.right - crop.left) * (crop.bottom - crop.top) for crop in (one, other)]
    return both / (sum(areas) - both)


def in_a_mirror_as_jpeg(pixels: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels[:, ::-1])).save(file, "JPEG", quality=92)
    return np.asarray(Image.open(file))


def agreement(pixels: np.ndarray, mirrored: np.ndarray, aspect: str) -> float:
    """Overlap of the crop of a photo with its mirror image's, held to the mirror."""
    here, there = kept(told(pixels, aspect=aspect)), kept(told(mirrored, aspect=aspect))
    return overlap(here, Crop(there.top, 1 - there.right, there.bottom, 1 - there.left))


@pytest.mark.parametrize("aspect", ["original", "free", "square", "16:9"])
@pytest.mark.parametrize("size", [*SIZES, (599, 401), (361, 479)])
@pytest.mark.parametrize("name", NAMES)
def test_the_mirrored_photo_has_the_mirrored_crop(
    name: str, size: tuple[int, int], aspect: str
) -> None:
    pixels = photo(name, size)
    mirrored = np.ascontiguousarray(pixels[:, ::-1])
    assert agreement(pixels, mirrored, aspect) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("aspect", ["original", "free"])
def test_saving_it_anew_does_not_change_that(aspect: str) -> None:
    pixels = [photo(name, size) for name in NAMES for size in SIZES]
    found = [agreement(each, in_a_mirror_as_jpeg(each), aspect) for each in pixels]
    assert min(found) >= 0.97


@pytest.mark.parametrize("name", NAMES)
def test_alternatives_are_really_different(name: str) -> None:
    crops = [each.crop for each in told(photo(name, SIZES[0]), aspect="free", top=5).crops]
    assert len(crops) > 1
    for number, one in enumerate(crops):
        assert all(overlap(one, other) < 0.85 + 1e-3 for other in crops[:number])


@pytest.mark.parametrize("aspect", ["original", "free", "square", "9:16"])
@pytest.mark.parametrize("name", NAMES)
def test_a_tighter_wish_never_keeps_more(name: str, aspect: str) -> None:
    pixels = photo(name, SIZES[0])
    wished = [told(pixels, aspect=aspect, tightness=step / 4) for step in range(5)]
    areas = [(c.right - c.left) * (c.bottom - c.top) for c in map(kept, wished)]
    assert areas == sorted(areas, reverse=True)
    assert aspect != "original" or areas[-1] < areas[0]


@pytest.mark.parametrize("name", ["astronaut", "rocket"])
def test_a_crop_is_told_by_what_it_keeps_or_removes(name: str) -> None:
    (first, *_) = told(photo(name, SIZES[0]), tightness=0.8).crops
    # How much it trims is said of any crop, and says nothing of this photo.
    assert any(reason.split()[0] in ("keeps", "removes", "brings") for reason in first.reasons)


def test_the_astronaut_keeps_her_face() -> None:
    for aspect in ("original", "square", "16:9"):
        assert (
            "keeps the face" in told(photo("astronaut", (512, 512)), aspect=aspect).crops[0].reasons
        )


@pytest.mark.parametrize(
    "pixels",
    [
        *(np.full((427, 640, 3), gray, np.uint8) for gray in (0, 128, 255)),
        np.random.default_rng(0).integers(0, 256, (427, 640, 3), np.uint8),
        photo("coffee", (600, 60)),
        photo("coffee", (60, 40)),
    ],
    ids=["black", "gray", "white", "noise", "panorama", "tiny"],
)
def test_what_shows_nothing_is_left(pixels: np.ndarray) -> None:
    assert told(pixels).verdict == "leave"
