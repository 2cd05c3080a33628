"""From open photos to trained networks: the whole recipe, with every number in one place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cropperhead_core.dataset import Picture, data_hash, read_pictures, split

from .backbones import weights
from .callbacks import CropImages, corners
from .data import Scored, looking, scored
from .losses import RankingLoss, first_choice
from .networks import ranking_model, trunk

__all__ = ["Known", "Trained", "TrainingConfig", "fitted", "known_pictures", "quick", "train"]

Rows = NDArray[np.intp]
Known = tuple[Picture, str]

DRAWN = 16
"""Unseen photos whose crops TensorBoard shows after every epoch."""


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Every number of the recipe."""

    name: str = "lite02-1"
    seed: int = 1
    tiers: tuple[str, ...] = ("A",)
    parts: tuple[str, ...] = ("train", "validation")
    """Parts of the split that weights are fitted to."""
    members: tuple[str, ...] = ("lite2", "lite2", "lite0", "lite0")
    versions: int = 8
    epochs: int = 48
    batch: int = 24
    learning_rate: float = 5e-4
    weight_decay: float = 1e-2
    average: float = 0.997
    """Momentum of the moving average of the weights, which is what is kept."""
    huber: float = 1.0
    top: float = 1.0
    limit: int | None = None
    """Pictures of each part to use at most; for a quick run."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The networks of one run, and what they were made from."""

    config: TrainingConfig
    trunks: dict[str, keras.Model]
    ranking: keras.Model
    pictures: tuple[Picture, ...]
    data_sha256: str


def quick(config: TrainingConfig) -> TrainingConfig:
    """The same recipe in miniature: two steps on a few pictures, to see that all of it runs."""
    return replace(config, versions=2, epochs=1, limit=8, batch=4, members=("lite0", "lite0"))


def known_pictures(config: TrainingConfig, data: Path) -> list[Known]:
    """The scored pictures in `data` (preferences/, photos/) with the part each belongs to.

    Those of the test part are left out: nothing is decided by them.
    """
    pictures = read_pictures(data, config.tiers)
    found = zip(pictures, split(pictures), strict=True)
    known: list[Known] = [(p, part) for p, part in found if p.scores]
    kept = [
        row
        for wanted in ("train", "validation")
        for row in [row for row, (_, part) in enumerate(known) if part == wanted][: config.limit]
    ]
    return [known[row] for row in sorted(kept)]


def train(
    config: TrainingConfig, known: Sequence[Known], *, work: Path, say: Callable[[str], None]
) -> Trained:
    """The networks trained by this recipe on those of the known pictures in its parts.

    Features, checkpoints and TensorBoard's logs are kept in `work`; a run that was killed goes on
    from its last epoch. The same seed gives the same networks on the same machine.
    """
    rows, watched = (
        np.flatnonzero([part in wanted for _, part in known])
        for wanted in (config.parts, ("validation",))
    )
    chosen = [known[row][0] for row in rows.tolist()]
    say(f"{len(rows)} pictures to learn from, {len(watched)} to watch")
    trunks = {variant: trunk(variant, weights(variant)) for variant in sorted(set(config.members))}
    every = [picture for picture, _ in known]
    made = f"{data_hash(every)[:8]}-{'-'.join(trunks)}-{config.versions}-{config.seed}"
    seen = scored(
        every,
        looking(trunks),
        count=config.versions,
        seed=config.seed,
        cache=work / "features" / made,
    )
    say("features computed")
    photos = [every[row].pixels() for row in watched[:DRAWN].tolist()]
    place = work / f"{config.name}-{'-'.join(config.parts)}-{_recipe(config, data_hash(chosen))}"
    ranking = fitted(config, seen, (rows, watched), work=place, photos=photos)
    return Trained(config, trunks, ranking, tuple(chosen), data_hash(chosen))


def _recipe(config: TrainingConfig, data_sha256: str) -> str:
    """Eight digits that change with any number of the recipe and with the data.

    A run with other numbers must not go on from where this one stopped.
    """
    told = json.dumps([described(config), data_sha256], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def fitted(
    config: TrainingConfig,
    seen: Scored,
    parts: tuple[Rows, Rows],
    *,
    work: Path,
    photos: Sequence[NDArray[np.uint8]] = (),
    also: Sequence[keras.callbacks.Callback] = (),
) -> keras.Model:
    """The ranking model fitted to the first part of what was seen, watched on the second.

    Goes on where a killed run in `work` stopped. photos are the first of those watched.
    """
    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    model = ranking_model(config.members)
    rows, watched = parts
    steps = -(-len(rows) // config.batch)
    model.compile(
        _optimizer(config, steps), RankingLoss(config.huber, config.top), metrics=[_first]
    )
    model.fit(
        _batches(seen, rows, config, _epochs_done(work / "backup")),
        validation_data=seen.batch(watched),
        epochs=config.epochs,
        shuffle=False,
        steps_per_epoch=steps,
        callbacks=[*_callbacks(work, seen, watched[: len(photos)], photos), *also],
        verbose=2,
    )
    return model


def _first(y_true: Any, y_pred: Any) -> Any:
    """`first_choice` of the members' mean."""
    return first_choice(y_true, keras.ops.mean(y_pred, axis=1))


def _optimizer(config: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
    rate, total = config.learning_rate, config.epochs * steps
    schedule = keras.optimizers.schedules.CosineDecay(
        rate * 0.1, total, alpha=0.02, warmup_target=rate, warmup_steps=total // 15
    )
    return keras.optimizers.AdamW(
        schedule,
        weight_decay=config.weight_decay,
        clipnorm=1.0,
        use_ema=True,
        ema_momentum=config.average,
    )


def _callbacks(
    work: Path, seen: Scored, drawn: Rows, photos: Sequence[NDArray[np.uint8]]
) -> list[keras.callbacks.Callback]:
    return [
        _Reseeded(),
        keras.callbacks.SwapEMAWeights(swap_on_epoch=False),
        keras.callbacks.BackupAndRestore(work / "backup", delete_checkpoint=False),
        keras.callbacks.TensorBoard(work / "logs", write_graph=False),
        *([_drawn(seen.batch(drawn), photos, work / "logs")] if photos else []),
    ]


class _Reseeded(keras.callbacks.Callback):
    """Dropout drawn by the number of the epoch, so that a run gone on with is the same run."""

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002 (Keras' signature)
        """Set the state of every layer that draws."""
        for number, layer in enumerate(self.model._flatten_layers()):
            seeds = getattr(layer, "seed_generator", None)
            if seeds is not None:
                seeds.state.assign(np.array([epoch, number], np.uint32))


def _drawn(
    unseen: tuple[dict[str, Any], Any], photos: Sequence[NDArray[np.uint8]], logs: Path
) -> keras.callbacks.Callback:
    """The best-scored boxes of unseen photos and the model's, as pictures for TensorBoard."""
    inputs, scores = unseen
    rows = np.arange(len(photos))

    def said(model: keras.Model) -> NDArray[np.floating]:
        scores = model.predict(inputs, verbose=0).mean(axis=1)
        return corners(inputs["boxes"][rows, scores.argmax(axis=1)])

    return CropImages(logs, photos, corners(inputs["boxes"][rows, scores.argmax(axis=1)]), said)


def _epochs_done(backup: Path) -> int:
    """How many epochs a killed run finished."""
    told = backup / "training_metadata.json"
    return int(json.loads(told.read_text("utf-8"))["epoch"]) if told.exists() else 0


def _batches(seen: Scored, rows: Rows, config: TrainingConfig, start: int) -> tf.data.Dataset:
    """Endless batches; each time round every picture once, in a version drawn anew.

    The order depends on the number of the epoch alone: a run gone on with sees the same.
    """

    def batches() -> Iterator[tuple[dict[str, Any], Any]]:
        for epoch in range(start, config.epochs + 1):
            random = np.random.default_rng([config.seed, epoch])
            order = random.permutation(rows)
            which = random.integers(0, seen.versions, len(rows))
            for first in range(0, len(rows), config.batch):
                part = slice(first, first + config.batch)
                yield seen.batch(order[part], which[part])

    inputs, scores = seen.batch(rows[:1])
    spec = {name: tf.TensorSpec((None, *x.shape[1:]), tf.float32) for name, x in inputs.items()}
    signature = (spec, tf.TensorSpec((None, *scores.shape[1:]), tf.float32))
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(2)


def described(config: TrainingConfig) -> dict[str, object]:
    """The recipe as a model's config.json keeps it."""
    return asdict(config)
