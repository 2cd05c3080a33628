"""From open photos to a trained crop network, in four runs.

First the members alone, on a frozen trunk: that a photo is better than its parts, then how crops
were scored. Then trunk and members on all scores, and last on those of the first scorer alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from cropperhead_core.boxes import areas
from cropperhead_core.dataset import Picture, data_hash

from .backbones import weights
from .data import Scored, looking, scored
from .fit import Parts, fitted
from .networks import ranking_model, thawed, trunk, whole_model
from .recipe import Known, TrainingConfig, padded
from .resuming import recipe_id

__all__ = ["Trained", "by_overlap", "of_own", "train"]

SPREAD = 3.0
"""Points between nothing and the whole, where order is learnt from overlap: as scores spread."""
DRAWN = 16
"""Unseen photos whose crops TensorBoard shows after every epoch."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The networks of one run, and what they were made from."""

    config: TrainingConfig
    trunks: dict[str, keras.Model]
    ranking: keras.Model
    pictures: tuple[Picture, ...]
    data_sha256: str


def train(
    config: TrainingConfig, known: Sequence[Known], *, work: Path, say: Callable[[str], None]
) -> Trained:
    """The networks trained by this recipe on those of the known pictures in its parts.

    Features, checkpoints and TensorBoard's logs are kept in `work`; a run that was killed goes on
    from its last epoch. The same seed gives the same networks on the same machine.
    """
    chosen = tuple(picture for picture, part in known if part in config.parts)
    is_scored = np.array([bool(picture.scores) for picture, _ in known])
    is_plain = np.array([picture.round == 0 for picture, _ in known])
    is_chosen = np.array([part in config.parts for _, part in known])
    watched = np.flatnonzero(is_scored & np.array([part == "validation" for _, part in known]))
    say(f"{(is_scored & is_chosen).sum()} scored pictures to learn from, {len(watched)} to watch")
    keras.utils.set_random_seed(config.seed)
    trunks = {variant: trunk(variant, weights(variant)) for variant in sorted(set(config.members))}
    seen = _seen(config, [picture for picture, _ in known], trunks, work)
    say("features computed")
    place = work / "-".join(
        (config.name, *config.parts, recipe_id(asdict(config), data_hash(chosen)))
    )
    photos = [known[row][0].pixels() for row in watched[:DRAWN].tolist()]

    def run(model: keras.Model, seen: Scored, rows: NDArray[np.bool_], stage: str) -> None:
        parts: Parts = np.flatnonzero(rows), watched
        told = seen.only(set(seen.features) & set(model.input))
        numbers = getattr(config, stage)
        fitted(model, numbers, told, parts, config=config, work=place / stage, photos=photos)

    ranking = ranking_model(config.members)
    run(ranking, by_overlap(seen, np.flatnonzero(is_plain)), is_plain & is_chosen, "order")
    run(ranking, seen, is_scored & is_chosen, "heads")
    whole = whole_model({name: thawed(each) for name, each in trunks.items()}, ranking)
    if config.whole is not None:
        run(whole, seen, is_scored & is_chosen, "whole")
    if config.last is not None:
        own = np.array([picture.own for picture, _ in known])
        run(whole, of_own(seen, own), (own > 0) & is_chosen, "last")
    return Trained(config, trunks, ranking, chosen, data_hash(chosen))


def _seen(
    config: TrainingConfig, pictures: list[Picture], trunks: dict[str, keras.Model], work: Path
) -> Scored:
    made = f"{data_hash(pictures)[:8]}-{'-'.join(trunks)}-{config.versions}-{config.seed}"
    return scored(
        padded(pictures, config.seed),
        looking(trunks),
        count=config.versions,
        seed=config.seed,
        cache=work / "features" / made,
    )


def by_overlap(seen: Scored, rows: NDArray[np.intp]) -> Scored:
    """The same, with these pictures' boxes scored by what they share with the whole.

    A finished photo is better than a part of it, and of two parts the one that is more like it.
    """
    scores = seen.scores.copy()
    scores[rows] = SPREAD * np.sqrt(areas(seen.boxes[rows]))
    return replace(seen, scores=scores)


def of_own(seen: Scored, own: NDArray[np.intp]) -> Scored:
    """The same, with the scores of so many first boxes of each picture alone, own (n,)."""
    is_own = np.arange(seen.scores.shape[-1]) < own[:, None, None]
    return replace(seen, scores=np.where(is_own, seen.scores, np.float32(np.nan)))
