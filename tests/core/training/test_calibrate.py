"""The threshold below which a photo is left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cropperhead_core.dataset import Picture
from cropperhead_core.training.calibrate import cheapest, leave_gain

WHOLE = (0.0, 0.0, 1.0, 1.0)


def test_crops_that_gain_little_and_lose_are_left() -> None:
    gains, lost = np.linspace(0, 0.7, 50), np.linspace(0.5, -0.5, 50)
    # What is given away grows with the square: 3 % of it at a sixth above the best threshold, .35.
    assert cheapest(gains, lost) == pytest.approx(0.41, abs=0.03)


def test_where_every_crop_gains_hardly_one_is_left() -> None:
    gains = np.linspace(0, 0.7, 50)
    assert (gains > cheapest(gains, np.full(50, -0.2))).mean() >= 0.96


def test_crops_that_change_nothing_are_left() -> None:
    gains, lost = np.repeat([0.1, 0.6], 20), np.repeat([0.0, -0.3], 20)
    assert 0.1 < cheapest(gains, lost) < 0.6


def test_one_lucky_photo_does_not_move_it() -> None:
    gains, lost = np.linspace(0, 0.7, 50), np.linspace(0.5, -0.5, 50)
    lost[10] = -0.7
    assert cheapest(gains, lost) == pytest.approx(0.41, abs=0.05)


@dataclass
class Tight:
    """A network that likes small boxes, by so much an area."""

    name: str = "tight"
    leave_gain: float = 9.0

    def look(self, _pixels: np.ndarray) -> Tight:
        self.subject = np.zeros((16, 16), np.float32)
        return self

    def scores(self, boxes: np.ndarray) -> np.ndarray:
        return -0.6 * (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)


@pytest.mark.parametrize(("scores", "leaves"), [((4.0, 1.0), True), ((1.0, 4.0), False)])
def test_a_network_that_crops_too_close_is_held_back(
    tmp_path: Path, scores: tuple[float, float], leaves: bool
) -> None:
    Image.fromarray(data.coffee()).save(tmp_path / "a.jpg")
    small = (0.25, 0.25, 0.75, 0.75)
    picture = Picture(tmp_path / "a.jpg", "composed", "", (WHOLE, small), scores)
    closest = 0.6 * (1 - 0.65**2)  # what it says that the smallest candidate gains
    assert (leave_gain(Tight(), [picture]) > closest) is leaves
