"""One run of Keras over what was seen of pictures; killed and gone on with, it ends the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from .backbones import VARIANTS
from .callbacks import CropImages, corners
from .data import Scored
from .losses import RankingLoss, first_choice
from .recipe import Stage, TrainingConfig
from .resuming import epochs_done, goes_on

__all__ = ["Parts", "fitted"]

Rows = NDArray[np.intp]
Parts = tuple[Rows, Rows]
"""Which pictures are learnt from, and which are watched."""


def fitted(
    model: keras.Model,
    stage: Stage,
    seen: Scored,
    parts: Parts,
    *,
    config: TrainingConfig,
    work: Path,
    photos: Sequence[NDArray[np.uint8]] = (),
    also: Sequence[keras.callbacks.Callback] = (),
) -> None:
    """Fit a model of what was seen and boxes to the scores of the first part; watch the second.

    Goes on where a killed run in `work` stopped. photos are the first of those watched.
    """
    tf.config.experimental.enable_op_determinism()
    rows, watched = parts
    steps = -(-len(rows) // stage.batch)
    model.compile(
        _optimizer(stage, steps, model), RankingLoss(config.huber, config.top), metrics=[_first]
    )
    model.fit(
        _batches(seen, rows, stage, config.seed, epochs_done(work)),
        validation_data=seen.batch(watched),
        validation_batch_size=stage.batch,
        epochs=stage.epochs,
        shuffle=False,
        steps_per_epoch=steps,
        callbacks=[*_callbacks(work, seen, watched[: len(photos)], photos), *also],
        verbose=2,
    )


def _first(y_true: Any, y_pred: Any) -> Any:
    """`first_choice` of the members' mean."""
    return first_choice(y_true, keras.ops.mean(y_pred, axis=1))


def _optimizer(stage: Stage, steps: int, model: keras.Model) -> keras.optimizers.Optimizer:
    rate, total = stage.learning_rate, stage.epochs * steps
    schedule = keras.optimizers.schedules.CosineDecay(
        rate * 0.1, total, alpha=0.02, warmup_target=rate, warmup_steps=total // 15
    )
    optimizer = keras.optimizers.AdamW(
        schedule,
        weight_decay=stage.weight_decay,
        clipnorm=1.0,
        use_ema=True,
        ema_momentum=stage.average,
    )
    # What ImageNet taught a trunk is not to be forgotten by shrinking it.
    trunks = [layer for layer in model.layers if layer.name in VARIANTS]
    optimizer.exclude_from_weight_decay([v for each in trunks for v in each.trainable_variables])
    return optimizer


def _callbacks(
    work: Path, seen: Scored, drawn: Rows, photos: Sequence[NDArray[np.uint8]]
) -> list[keras.callbacks.Callback]:
    return [
        keras.callbacks.SwapEMAWeights(swap_on_epoch=False),
        *goes_on(work),
        *([_drawn(seen.batch(drawn), photos, work / "logs")] if photos else []),
    ]


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


def _batches(seen: Scored, rows: Rows, stage: Stage, seed: int, start: int) -> tf.data.Dataset:
    """Endless batches; each time round every picture once, in a version drawn anew.

    The order depends on the number of the epoch alone: a run gone on with sees the same.
    """

    def batches() -> Iterator[tuple[dict[str, Any], Any]]:
        for epoch in range(start, stage.epochs + 1):
            random = np.random.default_rng([seed, epoch])
            order = random.permutation(rows)
            which = random.integers(0, seen.versions, len(rows))
            for first in range(0, len(rows), stage.batch):
                part = slice(first, first + stage.batch)
                yield seen.batch(order[part], which[part])

    inputs, scores = seen.batch(rows[:1])
    spec = {name: tf.TensorSpec((None, *x.shape[1:]), tf.float32) for name, x in inputs.items()}
    signature = (spec, tf.TensorSpec((None, *scores.shape[1:]), tf.float32))
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(2)
