"""The threshold of a model, from pictures it was not fitted to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.crop import Size
from cropperhead_core.dataset import Picture
from cropperhead_core.faces import FaceFinder
from cropperhead_core.photo import Photo
from cropperhead_core.ranker import Look, Predictor
from cropperhead_core.scene import Eyes
from cropperhead_core.suggest import suggested
from cropperhead_core.wishes import Wishes

from .evaluate.methods import answer_of
from .evaluate.metrics import clipped, worth

__all__ = ["cheapest", "leave_gain"]

GAINS = np.arange(0, 0.8, 0.01)
SLACK = 0.03
"""Of what the best threshold gains: less than can be told apart on a hundred photos."""
SHAPES = ("original", "free")
"""What is wished for when the threshold is set: one for both has twice the evidence."""

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]


def leave_gain(predictor: Predictor, pictures: Sequence[Picture]) -> float:
    """The gain over the whole frame below which leaving scored pictures costs least.

    It is asked of what `suggest` would crop, the best of hundreds of candidates, which owes more of
    its gain to luck than the best of the 25 boxes that have scores.
    """
    eyes = Eyes(_Eager(predictor), FaceFinder())
    offers = [_offer(eyes, picture, shape) for shape in SHAPES for picture in pictures]
    gains, lost = np.array(offers).T
    return cheapest(gains, lost)


def cheapest(gains: Floats, lost: Floats) -> float:
    """The threshold that costs least, where crops of these gains lose so much in truth, (n,).

    Of those that cost hardly more (`SLACK`) the highest: it leaves most photos as they are.
    """
    costs = np.array([np.where(gains > gain, lost, 0.0).sum() for gain in GAINS])
    # A mean over neighbours: the deepest dent of a jagged curve is an accident.
    smooth = np.convolve(np.pad(costs, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
    least = smooth.min()
    return float(GAINS[np.flatnonzero(smooth <= least + SLACK * abs(least))[-1]])


@dataclass(frozen=True, slots=True)
class _Eager:
    """The same predictor, which never leaves a photo for want of gain."""

    predictor: Predictor
    leave_gain: float = 0.0

    @property
    def name(self) -> str:
        """The model's name."""
        return self.predictor.name

    def look(self, pixels: Pixels) -> Look:
        """One look."""
        return self.predictor.look(pixels)


def _offer(eyes: Eyes, picture: Picture, shape: str) -> tuple[float, float]:
    """What the best crop says it gains over the whole frame, and what it loses in truth."""
    pixels = picture.pixels()
    photo = Photo(picture.path, Size(pixels.shape[1], pixels.shape[0]))
    best = suggested(photo, pixels, eyes, Wishes(aspect=shape, level=False)).best
    if best is None:
        return 0.0, 0.0
    answer = answer_of(best.crop.numbers, pixels)
    true = np.array(picture.scores)
    return best.gain, float(true[0] - worth(clipped(answer.box), np.array(picture.boxes), true))
