"""The two thresholds of a model, from pictures it was not fitted to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.dataset import Picture
from cropperhead_core.level import level
from cropperhead_core.ranker import Predictor

from .data import tilts, turned
from .evaluate import judged, ours

__all__ = ["angle_errors", "leave_gain", "level_confidence"]

GAINS = np.arange(0, 0.6, 0.02)
CONFIDENCES = np.arange(0.3, 0.96, 0.05)
HARM = 0.02
"""Share of level photos that may be turned by more than .3 degrees."""
HARMED = 0.3


def leave_gain(predictor: Predictor, pictures: Sequence[Picture]) -> float:
    """The gain over the whole frame below which leaving costs least."""
    known = {picture.path: ours(predictor)(picture) for picture in pictures}
    costs = [
        judged(lambda picture: known[picture.path], pictures, gain).regret.mean() for gain in GAINS
    ]
    return float(GAINS[int(np.argmin(costs))])


def level_confidence(predictor: Predictor, pictures: Sequence[Picture]) -> float:
    """The least confidence that harms at most 2 % of level photos."""
    for confidence in CONFIDENCES:
        _, harm, _ = angle_errors(predictor, pictures, float(confidence))
        if harm <= HARM:
            return float(confidence)
    return 1.01


def angle_errors(
    predictor: Predictor, pictures: Sequence[Picture], confidence: float, seed: int = 7
) -> tuple[NDArray[np.float64], float, float]:
    """Errors in degrees where it acted on turned photos, harm to untouched ones, share acted on."""
    angles = tilts(len(pictures), np.random.default_rng(seed))
    errors, harmed = [], 0
    for picture, angle in zip(pictures, angles, strict=True):
        pixels = picture.pixels()
        harmed += abs(_said(predictor, pixels, confidence)) > HARMED
        said = _said(predictor, turned(pixels, float(angle)), confidence)
        if said:
            errors.append(abs(said + angle))
    return np.array(errors), harmed / len(pictures), len(errors) / len(pictures)


def _said(predictor: Predictor, pixels: NDArray[np.uint8], confidence: float) -> float:
    look = predictor.look(pixels)
    return level(look.angles, predictor.bins, limit=10, min_confidence=confidence).angle
