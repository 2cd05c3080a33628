"""What the benchmark of photos saved anew calls the same crop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from saved_anew import agreement, box, drawn, in_a_mirror
from skimage import data

from cropperhead_core.dataset import read_pictures, split
from cropperhead_core.scene import Eyes

Taste = Callable[[NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True)
class Liking:
    """A network that likes boxes by where they lie, whatever the picture."""

    taste: Taste
    name: str = "liking"
    leave_gain: float = 0.0

    def look(self, _: NDArray[np.uint8]) -> Liking:
        return self

    @property
    def subject(self) -> NDArray[np.float32]:
        return np.zeros((32, 32), np.float32)

    def scores(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        return self.taste(boxes)


def low_in_the_middle(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    return boxes[:, 1] - np.abs(boxes[:, 0] + boxes[:, 2] - 1)


def further_right(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    return boxes[:, 0]


@pytest.fixture
def pixels() -> NDArray[np.uint8]:
    photo: NDArray[np.uint8] = data.coffee()[::2, ::2]
    return photo


def test_a_taste_without_sides_agrees_with_its_mirror(pixels: NDArray[np.uint8]) -> None:
    eyes = Eyes(Liking(low_in_the_middle))
    assert box(eyes, pixels, "original")[1] > 0.2
    assert agreement(eyes, pixels, "original") >= 0.97


def test_a_taste_for_one_side_does_not(pixels: NDArray[np.uint8]) -> None:
    assert agreement(Eyes(Liking(further_right)), pixels, "original") < 0.9


def test_a_mirrored_picture_is_one_as_large_and_nearly_the_same_way_round_twice() -> None:
    smooth = np.tile(np.arange(180, dtype=np.uint8)[:, None], (120, 1, 3))
    twice = in_a_mirror(in_a_mirror(smooth))
    assert np.abs(twice.astype(int) - smooth).mean() < 3
    assert in_a_mirror(smooth)[:, 0].mean() > smooth[:, 0].mean() + 100


def test_no_photo_of_the_test_part_is_drawn(shared: Path) -> None:
    listed = read_pictures(shared / "data")
    kept = {p.path for p, part in zip(listed, split(listed), strict=True) if part == "test"}
    assert not kept & {picture.path for picture in drawn(shared / "data", len(listed))}
    assert len(drawn(shared / "data", 40)) == 40
