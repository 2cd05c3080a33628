"""Trains the classic network, the baseline: every number of its recipe, and its folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cropperhead_core.dataset import Picture, data_hash, parted

from .box_losses import CropLoss
from .callbacks import CropImages
from .classic import classic_network, write_layers_model
from .crops import Crops, crops, mirrored_labels, quads
from .evaluate.tfjs import WEIGHTS
from .publishing import publish
from .recipe import require_pictures
from .resuming import epochs_done, goes_on, recipe_id

__all__ = ["ClassicConfig", "make_classic", "quick_classic"]

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
DRAWN = 16
"""Unseen photos whose crops TensorBoard shows after every epoch."""


@dataclass(frozen=True, slots=True)
class ClassicConfig:
    """Every number of the recipe."""

    name: str = "classic"
    seed: int = 1
    loss: str = "mse+clip"
    tiers: tuple[str, ...] = ("A",)
    epochs: int = 5
    """The loss on photos not trained on ends to fall at the third."""
    batch: int = 32
    learning_rate: float = 5e-4
    limit: int | None = None
    """Photos to use at most; for a quick run."""


def quick_classic(config: ClassicConfig) -> ClassicConfig:
    """The same recipe in miniature: two steps on a few photos."""
    return replace(config, epochs=1, batch=4, limit=4)


def make_classic(
    config: ClassicConfig, *, data: Path, work: Path, folder: Path, say: Callable[[str], None]
) -> None:
    """Train by this recipe on `data` and write the network to `folder` once it is made.

    Checkpoints and TensorBoard's logs are kept in `work`; a run that was killed goes on from its
    last epoch. What is written is the epoch that was best on photos not trained on. Raises
    `SettingsError` for data without photos to learn from or to watch.
    """
    keras.utils.set_random_seed(config.seed)
    tf.config.experimental.enable_op_determinism()
    parts = parted(data, config.tiers)
    chosen = [picture for picture in parts["train"] if picture.scores][: config.limit]
    held = [picture for picture in parts["validation"] if picture.scores][: config.limit]
    require_pictures(chosen, held, data)
    say(f"{len(chosen)} photos to learn from, {len(held)} to watch")
    own = recipe_id(asdict(config), data_hash(chosen))
    run = work / f"{config.name}-{config.loss}-{own}"
    model = _fitted(config, crops(chosen, is_turned=True), held, run)
    made = work / f"{config.name}.made"
    shutil.rmtree(made, ignore_errors=True)
    _write(model, config, chosen, made)
    publish(made, folder)


def _fitted(config: ClassicConfig, seen: Crops, held: list[Picture], run: Path) -> keras.Model:
    watched = crops(held, is_turned=False)
    unseen = (_floats(watched.photos), watched.labels)
    run.mkdir(parents=True, exist_ok=True)
    best = run / "best.weights.h5"
    model = classic_network()
    model.compile(keras.optimizers.Adam(config.learning_rate), CropLoss(config.loss))
    kept = keras.callbacks.ModelCheckpoint(
        best,
        monitor="val_loss",
        save_best_only=True,
        save_weights_only=True,
        initial_value_threshold=_best_loss(config, best, unseen),
    )
    model.fit(
        _batches(seen, config, epochs_done(run)),
        validation_data=unseen,
        epochs=config.epochs,
        shuffle=False,
        steps_per_epoch=-(-len(seen) // config.batch),
        callbacks=[
            kept,
            *goes_on(run),
            _drawn(watched, held, run / "logs"),
        ],
        verbose=2,
    )
    model.load_weights(best)
    return model


def _best_loss(config: ClassicConfig, best: Path, unseen: tuple[Floats, Floats]) -> float | None:
    """The loss on unseen photos of the best epoch so far, where a run goes on."""
    if not best.exists():
        return None
    model = classic_network()
    model.load_weights(best)  # before it has an optimizer, which would want its own numbers too
    model.compile(loss=CropLoss(config.loss))
    return float(model.evaluate(*unseen, verbose=0))


def _batches(seen: Crops, config: ClassicConfig, done: int) -> tf.data.Dataset:
    """Endless batches of photos and labels, some lighter or darker, half of them mirrored.

    They depend on the number of the epoch alone: a run gone on with sees the same.
    """
    flipped = mirrored_labels(seen.labels, seen.aspects)

    def batches() -> Iterator[tuple[Floats, Floats]]:
        for epoch in range(done, config.epochs + 1):
            random = np.random.default_rng([config.seed, epoch])
            order = random.permutation(len(seen))
            for start in range(0, len(order), config.batch):
                rows = order[start : start + config.batch]
                is_mirrored = random.random(len(rows)) < 0.5
                photos = seen.photos[rows]
                photos[is_mirrored] = photos[is_mirrored, :, ::-1]
                light = np.exp(random.normal(0, 0.1, (len(rows), 1, 1, 1))).astype(np.float32)
                labels = np.where(is_mirrored[:, None], flipped[rows], seen.labels[rows])
                yield (_floats(photos) * light).clip(0, 1), labels

    signature = (
        tf.TensorSpec((None, *seen.photos.shape[1:]), tf.float32),
        tf.TensorSpec((None, 5), tf.float32),
    )
    return tf.data.Dataset.from_generator(batches, output_signature=signature).prefetch(2)


def _floats(photos: Pixels) -> Floats:
    """The photos as the network takes them, 0..1."""
    return photos.astype(np.float32) / np.float32(255)


def _drawn(watched: Crops, held: list[Picture], logs: Path) -> keras.callbacks.Callback:
    """What the network says of unseen photos, as pictures for TensorBoard."""
    shown = slice(0, min(DRAWN, len(held)))
    aspects = watched.aspects[shown]
    images = _floats(watched.photos[shown])

    def said(model: keras.Model) -> np.ndarray:
        return quads(model.predict(images, verbose=0), aspects)

    photos = [picture.pixels() for picture in held[shown]]
    return CropImages(logs, photos, quads(watched.labels[shown], aspects), said)


def _write(model: keras.Model, config: ClassicConfig, chosen: list[Picture], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_layers_model(model, folder)
    described = {
        "kind": "classic",
        "name": config.name,
        "files": {WEIGHTS: hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()},
        "data_sha256": data_hash(chosen),
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__},
        "recipe": asdict(config),
    }
    (folder / "config.json").write_text(json.dumps(described, indent=1) + "\n", "utf-8")
