"""The whole way from data to a model folder that can be shipped: train, export, calibrate."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from cropperhead_core.dataset import read_pictures, split
from cropperhead_core.ranker import load_model

from .calibrate import leave_gain
from .export import export, set_threshold
from .fit import TrainingConfig, train

__all__ = ["make_model"]


def make_model(
    config: TrainingConfig, *, data: Path, work: Path, folder: Path, say: Callable[[str], None]
) -> None:
    """Train by this recipe on `data` and write the model to `folder`, whole or not at all.

    The threshold comes from the validation pictures, which no weight was fitted to. Raises
    `ModelError` when the exported graph does not say what Keras says.
    """
    trained = train(config, data=data, work=work, say=say)
    made = work / f"{config.name}.made"
    shutil.rmtree(made, ignore_errors=True)
    off = export(trained, made)
    say(f"exported: scores within {off:.4f} of Keras'")
    pictures = read_pictures(data, config.tiers)
    parts = zip(pictures, split(pictures), strict=True)
    held = [picture for picture, part in parts if part == "validation"]
    ranker = load_model(made)
    gain = leave_gain(ranker, [picture for picture in held if picture.scores][: config.limit])
    set_threshold(made, gain)
    say(f"calibrated: gain {gain:.2f}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(made, folder, dirs_exist_ok=True)
