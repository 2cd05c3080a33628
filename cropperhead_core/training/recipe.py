"""The recipe of the crop network: every number of it, and the pictures it learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from cropperhead_core.boxes import WHOLE
from cropperhead_core.dataset import Picture, read_pictures, split
from cropperhead_core.errors import SettingsError

from .opinions import joined, read_opinions

__all__ = [
    "Known",
    "Stage",
    "TrainingConfig",
    "known_pictures",
    "padded",
    "quick",
    "require_pictures",
]

Known = tuple[Picture, str]
"""A picture and the part it belongs to."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One run over the pictures."""

    epochs: int
    learning_rate: float
    batch: int = 24
    average: float = 0.997
    """Momentum of the moving average of the weights, which is what is kept."""
    weight_decay: float = 1e-2


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Every number of the recipe."""

    name: str = "lite2-4"
    seed: int = 1
    tiers: tuple[str, ...] = ("A",)
    parts: tuple[str, ...] = ("train",)
    """Parts of the split that weights are fitted to."""
    opinions: int = 2
    """Rounds of the scores given for this project to learn from too."""
    members: tuple[str, ...] = ("lite2", "lite2")
    versions: int = 8
    order: Stage = Stage(8, 5e-4, average=0.98)
    """The members alone, on photos that came without scores: the whole before its parts."""
    heads: Stage = Stage(24, 5e-4)
    """The members alone, on what ImageNet's trunk sees."""
    whole: Stage | None = Stage(14, 3e-4, average=0.998)
    """Trunk and members; None leaves ImageNet's trunk as it is."""
    last: Stage | None = Stage(10, 2e-4, average=0.99)
    """Trunk and members, on those scores alone that photos came with: one hand gave them all."""
    huber: float = 1.0
    top: float = 1.0
    limit: int | None = None
    """Pictures of each part to use at most; for a quick run."""


def quick(config: TrainingConfig) -> TrainingConfig:
    """The same recipe in miniature: two steps on a few pictures, to see that all of it runs."""
    one = Stage(1, 1e-4, batch=8)
    small = replace(config, versions=2, limit=8, members=("lite0", "lite0"))
    return replace(small, order=one, heads=one, whole=one, last=one)


def known_pictures(config: TrainingConfig, data: Path) -> list[Known]:
    """The pictures in `data` (preferences/, photos/) with the part each belongs to, scored first.

    Those of the test part are left out: nothing is decided by them.
    """
    pictures = read_pictures(data, config.tiers)
    parts = split(pictures)
    pictures = joined(pictures, read_opinions(config.opinions))
    found: list[Known] = list(zip(pictures, parts, strict=True))
    kinds = product((True, False), ("train", "validation"), (True, False))
    return [
        each
        for is_scored, wanted, came_scored in kinds
        for each in [
            (picture, part)
            for picture, part in found
            if (bool(picture.scores), part, picture.round > 0) == (is_scored, wanted, came_scored)
        ][: config.limit]
    ]


def require_pictures(learnt: Sequence[Picture], watched: Sequence[Picture], data: Path) -> None:
    """Raises `SettingsError` where there is nothing to learn from, or nothing to watch by."""
    if not (learnt and watched):
        raise SettingsError(
            f"expected photos to learn from and others to watch in {data}, got {len(learnt)} and"
            f" {len(watched)}: are all of the open data there?"
        )


def padded(pictures: Sequence[Picture], seed: int) -> list[Picture]:
    """The pictures padded to the same number of boxes; scores that are missing are NaN.

    A picture without boxes borrows those of another, drawn by its name; one with too few gets the
    whole frame, again and again.
    """
    scored = [picture for picture in pictures if picture.scores]
    most = max(len(picture.boxes) for picture in scored)
    found = []
    for picture in pictures:
        random = np.random.default_rng([seed, *picture.path.name.encode()])
        boxes = picture.boxes or scored[int(random.integers(len(scored)))].boxes
        boxes += (WHOLE,) * (most - len(boxes))
        scores = picture.scores + (float("nan"),) * (most - len(picture.scores))
        found.append(replace(picture, boxes=boxes, scores=scores))
    return found
