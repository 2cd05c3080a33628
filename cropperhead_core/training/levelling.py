"""From open photos to the model folder that levels: the whole recipe, every number in one place."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cropperhead_core.dataset import Picture, data_hash, parted
from cropperhead_core.horizon import Horizon, belief, mirrored_summary, summary
from cropperhead_core.lines import STEP

from .horizon import level_network, network_weights, write_level_model
from .levelled import confidence
from .make import CREDITS, credits_of
from .offsets import OFFSETS, posterior, targets, usual
from .publishing import publish
from .recipe import require_pictures
from .resuming import epochs_done, goes_on, recipe_id
from .tilting import WIDEST, Tilted, tilted

__all__ = ["LevelConfig", "make_level", "quick_level"]

SHIFT = 10
"""Angles by which evidence is shifted at most: turned once more, for nothing."""
CONTRAST = 0.2
"""Spread of the logarithm of a factor on how much evidence there is."""

Floats = NDArray[np.float64]
Batch = tuple[dict[str, NDArray[np.float32]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class LevelConfig:
    """Every number of the recipe."""

    name: str = "level-1"
    seed: int = 1
    tiers: tuple[str, ...] = ("A",)
    versions: int = 8
    shown: int = 8
    """Versions of a photo that an epoch shows."""
    epochs: tuple[int, ...] = (6, 18)
    """Of each round; between them the photos' own lie is judged anew."""
    batch: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3
    limit: int | None = None
    """Pictures to use at most; for a quick run."""


def quick_level(config: LevelConfig) -> LevelConfig:
    """The same recipe in miniature: a few pictures and steps, to see that all of it runs."""
    return replace(config, versions=2, shown=2, epochs=(1, 1), batch=8, limit=12)


def make_level(
    config: LevelConfig, *, data: Path, work: Path, folder: Path, say: Callable[[str], None]
) -> None:
    """Train by this recipe on `data` and write the model to `folder` once it is made.

    The confidence it asks for comes from the validation pictures, which no weight was fitted to.
    The same seed gives the same weights on the same machine. Evidence, checkpoints and
    TensorBoard's logs are kept in `work`; a run that was killed goes on from its last epoch.
    Raises `SettingsError` for data without photos to learn from or composed ones to calibrate with.
    """
    tf.config.experimental.enable_op_determinism()
    parts = parted(data, config.tiers)
    learnt, held = parts["train"][: config.limit], parts["validation"][: config.limit]
    level = [picture for picture in held if picture.kind == "composed"]
    require_pictures(learnt, level, data)
    say(f"{len(learnt)} pictures to learn from, {len(held)} to calibrate with")
    run = work / f"{config.name}-{recipe_id(asdict(config), data_hash(learnt))}"
    seen, watched = (_seen(config, each, work) for each in (learnt, held))
    network = _trained(config, seen, watched, run, say)
    weights = network_weights(network)
    made = work / f"{config.name}.made"
    shutil.rmtree(made, ignore_errors=True)
    about = {
        "name": config.name,
        "confidence": 1.0,
        "data_sha256": data_hash(learnt),
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__},
        "recipe": asdict(config),
    }
    write_level_model(weights, made, about)
    sure = confidence(Horizon(made), level, config.seed)
    write_level_model(weights, made, about | {"confidence": round(sure, 3)})
    (made / CREDITS).write_text(credits_of(learnt), "utf-8")
    say(f"calibrated: acts from a confidence of {sure:.2f}")
    publish(made, folder)


def _seen(config: LevelConfig, pictures: Sequence[Picture], work: Path) -> _Shown:
    """What is shown of these pictures; their evidence serves other recipes, too."""
    own = f"{data_hash(pictures)[:8]}-{config.versions}-{config.seed}"
    cache = work / "evidence" / own
    found = tilted(pictures, versions=config.versions, seed=config.seed, cache=cache)
    return _Shown.of(found, pictures)


def _trained(
    config: LevelConfig, seen: _Shown, watched: _Shown, run: Path, say: Callable[[str], None]
) -> keras.Model:
    """The network: taught that photos lie as they usually do, then as it has come to see them.

    A composed photo lies level but for some tenths of a degree, a snapshot often does not. What the
    network says of all versions of a photo tells how it lies itself.
    """
    keras.utils.set_random_seed(config.seed)
    network = level_network()
    steps = max(len(seen.angles) * config.shown // config.batch, 1)
    network.compile(
        _optimizer(config, steps), keras.losses.CategoricalCrossentropy(from_logits=True)
    )
    offsets = seen.usual
    for number, epochs in enumerate(config.epochs):
        place = run / f"round-{number + 1}"
        place.mkdir(parents=True, exist_ok=True)
        network.fit(
            seen.batches(offsets, config, (number, epochs_done(place), epochs), steps),
            validation_data=watched.all(),
            steps_per_epoch=steps,
            epochs=epochs,
            shuffle=False,
            callbacks=goes_on(place),
            verbose=2,
        )
        offsets = _lying(network, seen)
        off = (np.abs(OFFSETS[offsets.argmax(axis=1)]) > 0.5).mean()
        say(f"{off:.0%} of the pictures are seen to lie off by over half a degree")
    return network


def _optimizer(config: LevelConfig, steps: int) -> keras.optimizers.Optimizer:
    schedule = keras.optimizers.schedules.CosineDecay(
        config.learning_rate * 0.1,
        steps * sum(config.epochs),
        alpha=0.02,
        warmup_target=config.learning_rate,
        warmup_steps=steps // 2,
    )
    return keras.optimizers.AdamW(schedule, weight_decay=config.weight_decay, clipnorm=1.0)


def _lying(network: keras.Model, seen: _Shown) -> Floats:
    """(n, offsets): how the pictures lie by what is said of their versions."""
    weights = {name: x.astype(np.float32) for name, x in network_weights(network).items()}
    said = [
        [belief(weights, x.astype(np.float32), amount) for x, amount in zip(*each, strict=True)]
        for each in zip(seen.shown, seen.amount, strict=True)
    ]
    return posterior(seen.usual, np.array(said, np.float64), seen.angles)


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """Summaries of the evidence of n pictures, each turned by v angles.

    usual (n, offsets) is how such pictures lie themselves, before anything was seen.
    """

    shown: NDArray[np.float16]
    amount: NDArray[np.float32]
    angles: Floats
    usual: Floats

    @classmethod
    def of(cls, seen: Tilted, pictures: Sequence[Picture]) -> _Shown:
        made = [[summary(x.astype(np.float32)) for x in versions] for versions in seen.seen]
        return cls(
            np.array([[shown.astype(np.float16) for shown, _ in each] for each in made]),
            np.array([[amount for _, amount in each] for each in made], np.float32),
            seen.angles.astype(np.float64),
            usual(pictures),
        )

    def all(self) -> Batch:
        """Every version as it is, for the pictures that are watched."""
        count, versions = self.angles.shape
        offsets = np.repeat(self.usual, versions, axis=0)
        shown = self.shown.reshape(count * versions, *self.shown.shape[2:]).astype(np.float32)
        told = {"shown": shown, "amount": self.amount.reshape(count * versions, -1)}
        return told, targets(offsets, self.angles.ravel())

    def batches(
        self, offsets: Floats, config: LevelConfig, epochs: tuple[int, int, int], steps: int
    ) -> Iterator[Batch]:
        """Batches of all pictures, `shown` times an epoch, each time in a version drawn anew.

        epochs is the number of the round, how many epochs are done, and how many there are. What
        an epoch shows depends on these numbers alone: a run gone on with sees the same.
        """
        number, done, count = epochs
        for epoch in range(done, count + 1):
            random = np.random.default_rng([config.seed, number, epoch])
            order = [random.permutation(len(self.angles)) for _ in range(config.shown)]
            for rows in np.resize(np.concatenate(order), (steps, config.batch)):
                yield self._varied(rows, offsets[rows].copy(), random)

    def _varied(
        self, rows: NDArray[np.intp], offsets: Floats, random: np.random.Generator
    ) -> Batch:
        """Half of them mirrored, all turned a little further, with more or less contrast."""
        which = rows, random.integers(0, self.angles.shape[1], len(rows))
        x, angles = self.shown[which].astype(np.float32), self.angles[which].copy()
        amount = self.amount[which] + random.normal(0, CONTRAST, (len(rows), 1))
        turned_over = random.random(len(rows)) < 0.5
        x[turned_over] = mirrored_summary(x[turned_over])
        angles[turned_over] *= -1
        offsets[turned_over] = offsets[turned_over][:, ::-1]
        for row, shift in enumerate(random.integers(-SHIFT, SHIFT + 1, len(rows))):
            if abs(angles[row] + shift * STEP) <= WIDEST:
                x[row] = x[row][np.clip(np.arange(x.shape[1]) - shift, 0, x.shape[1] - 1)]
                angles[row] += shift * STEP
        return {"shown": x, "amount": amount.astype(np.float32)}, targets(offsets, angles)
