"""From open photos to a model folder: the whole recipe, with every number in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from cropperhead_core.dataset import Picture, data_hash, read_pictures, split

from .callbacks import CropImages, corners
from .data import Scored, scored
from .losses import RankingLoss, first_choice
from .networks import lower_trunk, ranking_model

__all__ = ["Trained", "TrainingConfig", "quick", "train"]

DRAWN = 16
"""Unseen photos whose crops TensorBoard shows after every epoch."""
BACKBONE = Path("backbone", "effnet_lite0_keras_fp16_notop.npz")


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """Every number of the recipe."""

    name: str = "lite0-1"
    seed: int = 1
    tiers: tuple[str, ...] = ("A",)
    versions: int = 6
    epochs: int = 30
    batch: int = 32
    learning_rate: float = 4e-4
    weight_decay: float = 1e-3
    huber: float = 1.0
    top: float = 1.0
    limit: int | None = None
    """Pictures to use at most; for a quick run."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The networks of one run, and what they were made from."""

    config: TrainingConfig
    trunk: keras.Model
    ranking: keras.Model
    pictures: tuple[Picture, ...]
    data_sha256: str


def quick(config: TrainingConfig) -> TrainingConfig:
    """The same recipe in miniature: two steps on a few pictures, to see that all of it runs."""
    return replace(config, versions=2, epochs=1, limit=24, batch=8)


def train(config: TrainingConfig, *, data: Path, work: Path, say: Callable[[str], None]) -> Trained:
    """The networks trained by this recipe on `data` (preferences/, photos/, backbone/).

    Features, checkpoints and TensorBoard's logs are kept in `work`; a run that was killed goes on
    from its last epoch. The same seed gives the same networks on the same machine.
    """
    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    pictures = read_pictures(data, config.tiers)
    parts = split(pictures)
    chosen = [p for p, part in zip(pictures, parts, strict=True) if part == "train"]
    held = [p for p, part in zip(pictures, parts, strict=True) if part == "validation"]
    say(f"{len(chosen)} pictures to learn from, {len(held)} to watch")
    trunk = lower_trunk(data / BACKBONE)
    made = _Run(config, trunk, work / f"{config.name}-{data_hash(chosen)[:8]}")
    ranking = made.ranking(ranking_model(data / BACKBONE), chosen, held)
    return Trained(config, trunk, ranking, tuple(chosen), data_hash(chosen))


@dataclass(frozen=True, slots=True)
class _Run:
    """One run: its recipe, the frozen trunk, and where its files go."""

    config: TrainingConfig
    trunk: keras.Model
    work: Path

    def ranking(
        self, model: keras.Model, chosen: list[Picture], held: list[Picture]
    ) -> keras.Model:
        """The ranking model, fitted to scored pictures."""
        config = self.config
        seen, watched = (
            scored(
                [p for p in pictures if p.scores][: config.limit],
                self.trunk,
                versions=config.versions,
                seed=config.seed,
                cache=self.work / "features" / name,
            )
            for name, pictures in (("scored", chosen), ("watched", held))
        )
        model.compile(
            self._optimizer(config.learning_rate, config.epochs * (len(seen) // config.batch + 1)),
            RankingLoss(config.huber, config.top),
            metrics=[first_choice],
        )
        still = np.zeros(len(watched), np.intp)
        model.fit(
            _shuffled(seen, config),
            validation_data=watched.version(still),
            epochs=config.epochs,
            shuffle=False,
            steps_per_epoch=-(-len(seen) // config.batch),
            callbacks=[*self._callbacks("ranking"), self._drawn(held, watched)],
            verbose=2,
        )
        return model

    def _optimizer(self, rate: float, steps: int) -> keras.optimizers.Optimizer:
        schedule = keras.optimizers.schedules.CosineDecay(
            rate * 0.1, steps, warmup_target=rate, warmup_steps=steps // 15
        )
        decay = self.config.weight_decay
        return keras.optimizers.AdamW(schedule, weight_decay=decay, clipnorm=1.0)

    def _callbacks(self, part: str) -> list[keras.callbacks.Callback]:
        return [
            keras.callbacks.BackupAndRestore(self.work / part / "backup"),
            keras.callbacks.TensorBoard(self.work / part / "logs", write_graph=False),
        ]

    def _drawn(self, held: list[Picture], watched: Scored) -> keras.callbacks.Callback:
        """The best-scored boxes of unseen photos and the model's, as pictures for TensorBoard."""
        seen = watched.part(range(min(DRAWN, len(watched))))
        inputs, scores = seen.version(np.zeros(len(seen), np.intp))
        rows = np.arange(len(seen))

        def said(model: keras.Model) -> np.ndarray:
            return corners(seen.boxes[rows, model.predict(inputs, verbose=0).argmax(axis=1)])

        photos = [picture.pixels() for picture in held if picture.scores][: len(seen)]
        wanted = corners(seen.boxes[rows, scores.argmax(axis=1)])
        return CropImages(self.work / "ranking" / "logs", photos, wanted, said)


def _shuffled(seen: Scored, config: TrainingConfig) -> tf.data.Dataset:
    """Endless batches; each time round every picture once, in a version drawn anew."""

    def batches() -> object:
        random = np.random.default_rng(config.seed)
        while True:
            order = random.permutation(len(seen))
            for start in range(0, len(order), config.batch):
                rows = order[start : start + config.batch]
                yield seen.part(rows).version(random.integers(0, config.versions, len(rows)))

    inputs, scores = seen.part([0]).version(np.zeros(1, np.intp))
    spec = {name: tf.TensorSpec((None, *x.shape[1:]), tf.float32) for name, x in inputs.items()}
    signature = (spec, tf.TensorSpec((None, *scores.shape[1:]), tf.float32))
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(2)


def described(config: TrainingConfig) -> dict[str, object]:
    """The recipe as a model's config.json keeps it."""
    return asdict(config)
