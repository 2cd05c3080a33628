"""The network that levels, in Keras: as `cropperhead_core.horizon` computes it, layer by layer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from cropperhead_core.horizon import BINS, MARGIN, VERSION, WEIGHTS
from cropperhead_core.lines import ANGLES, CELLS, CHANNELS

__all__ = ["level_network", "network_weights", "write_level_model"]

WIDTH = 40
"""Channels."""


def level_network(dropout: float = 0.2) -> keras.Model:
    """A `horizon.summary`, (n, angles, 72) and (n, 8) -> logits (n, bins)."""
    shown = keras.Input((len(ANGLES), (2 * CELLS + 1) * CHANNELS), name="shown")
    amount = keras.Input((CHANNELS,), name="amount")
    most, mean = layers.GlobalMaxPooling1D()(shown), layers.GlobalAveragePooling1D()(shown)
    context = layers.Dropout(dropout)(layers.Concatenate()([amount, mean, most]))
    context = layers.Dense(16, activation="relu", name="context")(context)
    context = layers.Reshape((1, WIDTH))(layers.Dense(WIDTH, name="scene")(context))
    x = layers.Conv1D(WIDTH, 7, padding="same", name="near")(shown)
    x = layers.Dropout(dropout)(layers.ReLU()(layers.Add()([x, context])))
    x = layers.Conv1D(WIDTH, 9, padding="same", activation="relu", name="far")(x)
    x = layers.Conv1D(WIDTH, 9, padding="same", dilation_rate=2, activation="relu", name="farther")(
        x
    )
    x = layers.Conv1D(1, 9, padding="same", name="answer")(layers.Dropout(dropout)(x))
    return keras.Model({"shown": shown, "amount": amount}, x[:, MARGIN:-MARGIN, 0], name="level")


def network_weights(network: keras.Model) -> dict[str, NDArray[np.float16]]:
    """By the names that `horizon.belief` knows, in half precision."""
    return {
        f"{layer.name}/{variable.name}": variable.numpy().astype(np.float16)
        for layer in network.layers
        for variable in layer.weights
    }


def write_level_model(
    weights: Mapping[str, NDArray[np.float16]], folder: Path, more: Mapping[str, object]
) -> None:
    """A model folder of these weights, with `more` (name, confidence, recipe) in its config."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / WEIGHTS).open("wb") as file:
        np.savez(file, allow_pickle=False, **weights)
    config = {
        "kind": "level",
        "version": VERSION,
        "weights": WEIGHTS,
        "sha256": hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest(),
        "bins": [float(BINS[0]), float(BINS[-1]), len(BINS)],
        **more,
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", "utf-8")
