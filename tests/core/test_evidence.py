"""Whether there is anything to see, and where the subject is."""

from __future__ import annotations

import numpy as np
import pytest
from skimage import data

from cropperhead_core.crop import Box, Size
from cropperhead_core.evidence import reason_to_leave, subject_box

PHOTO = Size(3000, 2000)


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize("gray", [0, 1, 127, 254, 255])
def test_a_plain_picture_shows_nothing(gray: int) -> None:
    plain = np.full((427, 640, 3), gray, np.uint8)
    assert reason_to_leave(plain, PHOTO) == "there is nothing to see"


@pytest.mark.parametrize("side", [64, 200, 300, 640])
def test_noise_shows_nothing(side: int) -> None:
    assert reason_to_leave(noise(side, side), Size(side, side)) is not None


@pytest.mark.parametrize("size", [Size(1, 1), Size(8, 8), Size(63, 400)])
def test_a_tiny_photo_is_left(size: Size) -> None:
    assert reason_to_leave(noise(8, 8), size) == f"it is only {size} pixels"


@pytest.mark.parametrize("size", [Size(10000, 1000), Size(1000, 10000)])
def test_a_panorama_is_left_unless_another_shape_is_asked_for(size: Size) -> None:
    picture = data.astronaut()
    assert reason_to_leave(picture, size) == "it is a panorama"
    assert reason_to_leave(picture, size, any_shape=True) is None


@pytest.mark.parametrize("name", ["astronaut", "coffee", "chelsea", "rocket", "retina"])
def test_photographs_are_judged(name: str) -> None:
    assert reason_to_leave(getattr(data, name)(), PHOTO) is None


def test_the_subject_is_what_hangs_together_with_the_most_important_spot() -> None:
    importance = np.zeros((10, 20))
    importance[2:5, 4:8] = 0.8
    importance[8:, 18:] = 0.7
    assert subject_box(importance) == Box(0.2, 0.2, 0.4, 0.5)


def test_a_subject_that_fills_the_scene_is_none() -> None:
    assert subject_box(np.full((8, 8), 0.9)) is None


def test_where_nothing_matters_there_is_no_subject() -> None:
    assert subject_box(np.full((8, 8), 0.01)) is None
