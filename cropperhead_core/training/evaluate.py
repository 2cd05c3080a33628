"""How well boxes are ranked on photos never trained on, beside methods that see no pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.dataset import Picture
from cropperhead_core.ranker import Predictor

__all__ = ["Judged", "Row", "baselines", "judged", "ours", "rows"]

Floats = NDArray[np.float64]
Method = Callable[[Picture], Floats]
"""Scores of a picture's boxes, higher is better."""
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Judged:
    """One method on n pictures: rank correlation, and the true score of its first choice."""

    correlation: Floats
    choice: Floats
    regret: Floats


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: means with the ends of their 95 % intervals."""

    name: str
    correlation: tuple[float, float, float]
    choice: tuple[float, float, float]
    regret: tuple[float, float, float]


def judged(method: Method, pictures: Sequence[Picture], leave_gain: float = 0.0) -> Judged:
    """The method's figures; box 0 is the whole frame, kept unless another gains enough over it."""
    found = []
    for picture in pictures:
        said, true = method(picture).astype(np.float64), np.array(picture.scores)
        choice = int(np.argmax(said))
        chosen = true[choice if said[choice] - said[0] > leave_gain else 0]
        found.append((correlation(said, true), chosen, true.max() - chosen))
    return Judged(*np.array(found).T)


def correlation(one: Floats, other: Floats) -> float:
    """Spearman's: Pearson's of the ranks, ties sharing theirs; 0 where all are equal."""
    ranks = np.array([_ranks(one), _ranks(other)])
    spread = ranks.std(axis=1)
    if not spread.all():
        return 0.0
    return float(
        np.mean(np.prod(ranks - ranks.mean(axis=1, keepdims=True), axis=0)) / spread.prod()
    )


def _ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles: Floats = np.cumsum(counts) - (counts - 1) / 2
    return middles[inverse]


def ours(predictor: Predictor) -> Method:
    """The model's own scores."""

    def scores(picture: Picture) -> Floats:
        look = predictor.look(picture.pixels())
        return look.scores(np.array(picture.boxes, np.float32)).astype(np.float64)

    return scores


def baselines(learnt: Sequence[Picture]) -> dict[str, Method]:
    """Methods that see no pixels; two of them learn from these pictures."""
    mean = np.mean([box_of_best(picture) for picture in learnt], axis=0)
    weights = _fitted(learnt)
    return {
        "full frame": lambda picture: -_distance(picture, np.array([0, 0, 1, 1.0])),
        "centre 90 %": lambda picture: -_distance(picture, np.array([0.05, 0.05, 0.95, 0.95])),
        "training-mean box": lambda picture: -_distance(picture, mean),
        "geometry only": lambda picture: _geometry(picture) @ weights,
        "random": lambda picture: np.random.default_rng(_seed(picture)).random(len(picture.boxes)),
    }


def box_of_best(picture: Picture) -> Floats:
    """The best-scored box."""
    return np.array(picture.boxes[int(np.argmax(picture.scores))])


def _seed(picture: Picture) -> int:
    return int.from_bytes(picture.path.name.encode()[:8], "big")


def _distance(picture: Picture, box: Floats) -> Floats:
    """One less the overlap of each box with this one."""
    boxes = np.array(picture.boxes)
    low, high = np.maximum(boxes[:, :2], box[:2]), np.minimum(boxes[:, 2:], box[2:])
    both = np.maximum(high - low, 0).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    return 1 - both / (areas + (box[2:] - box[:2]).prod() - both)


def _geometry(picture: Picture) -> Floats:
    """(n, 8) numbers that say where a box is, how large and of what shape."""
    left, top, right, bottom = np.array(picture.boxes).T
    width, height = right - left, bottom - top
    shape = np.abs(np.log(width / height))
    off = np.abs(left + right - 1), np.abs(top + bottom - 1)
    area = width * height
    return np.stack([area, area**2, shape, shape**2, *off, bottom - 1, top], axis=1)


def _fitted(learnt: Sequence[Picture]) -> Floats:
    """Least squares of scores less their mean on the geometry less its own."""
    x = np.concatenate([_geometry(p) - _geometry(p).mean(axis=0) for p in learnt])
    y = np.concatenate([np.array(p.scores) - np.mean(p.scores) for p in learnt])
    weights: Floats = np.linalg.lstsq(x, y, rcond=None)[0]
    return weights


def rows(found: Mapping[str, Judged], seed: int = 0) -> list[Row]:
    """The table, with bootstrap intervals over the same resampled pictures for every method."""
    count = len(next(iter(found.values())).choice)
    draws = np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))

    def interval(values: Floats) -> tuple[float, float, float]:
        low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
        return float(values.mean()), float(low), float(high)

    return [
        Row(name, interval(each.correlation), interval(each.choice), interval(each.regret))
        for name, each in found.items()
    ]


def wins(one: Floats, other: Floats, seed: int = 0) -> float:
    """How often the first mean is above the second when the pictures are drawn anew."""
    draws = np.random.default_rng(seed).integers(0, len(one), (RESAMPLES, len(one)))
    return float(((one - other)[draws].mean(axis=1) > 0).mean())
