"""How well scored boxes are ordered by a model: what its thresholds are calibrated with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.dataset import Picture
from cropperhead_core.ranker import Predictor

from .metrics import correlation

__all__ = ["Judged", "choice", "judged", "ours"]

Floats = NDArray[np.float64]
Scoring = Callable[[Picture], Floats]
"""Scores of a picture's boxes, higher is better."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One method on n pictures: rank correlation, and the true score of its first choice."""

    correlation: Floats
    choice: Floats
    regret: Floats


def choice(said: Floats, leave_gain: float = 0.0) -> int:
    """The box chosen by these scores; box 0 is the whole frame, kept unless another gains more."""
    best = int(np.argmax(said))
    return best if said[best] - said[0] > leave_gain else 0


def judged(scoring: Scoring, pictures: Sequence[Picture], leave_gain: float = 0.0) -> Judged:
    """The figures of a method that scores boxes."""
    found = []
    for picture in pictures:
        said, true = scoring(picture).astype(np.float64), np.array(picture.scores)
        chosen = true[choice(said, leave_gain)]
        found.append((correlation(said, true), chosen, true.max() - chosen))
    return Judged(*np.array(found).T)


def ours(predictor: Predictor) -> Scoring:
    """The model's own scores."""

    def scores(picture: Picture) -> Floats:
        look = predictor.look(picture.pixels())
        return look.scores(np.array(picture.boxes, np.float32)).astype(np.float64)

    return scores
