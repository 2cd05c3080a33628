"""The threshold of a model, from pictures it was not fitted to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cropperhead_core.dataset import Picture
from cropperhead_core.ranker import Predictor

from .evaluate import judged, ours

__all__ = ["leave_gain"]

GAINS = np.arange(0, 0.6, 0.02)


def leave_gain(predictor: Predictor, pictures: Sequence[Picture]) -> float:
    """The gain over the whole frame below which leaving costs least."""
    known = {picture.path: ours(predictor)(picture) for picture in pictures}
    costs = [
        judged(lambda picture: known[picture.path], pictures, gain).regret.mean() for gain in GAINS
    ]
    return float(GAINS[int(np.argmin(costs))])
