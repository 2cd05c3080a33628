"""The first CropperHead's network: a photo in, five numbers out, 958,789 parameters.

Kept in the format that its page reads (TensorFlow.js), so that old and new are run by one reader.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers

from .evaluate.tfjs import SIDE, TOPOLOGY, WEIGHTS

__all__ = ["classic_network", "write_layers_model"]

CHANNELS = 64
KEPT = (
    "filters kernel_size strides padding data_format dilation_rate activation use_bias units"
    " pool_size rate"
).split()
"""What of a layer's config makes it."""


def classic_network() -> keras.Model:
    """(n, 300, 300, 3) of 0..1 -> (n, 5): top, left, bottom, right as fractions, and degrees."""
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            _seen("conv2d"),
            layers.MaxPooling2D(name="max_pooling2d"),
            _seen("conv2d_1"),
            layers.MaxPooling2D(name="max_pooling2d_1"),
            layers.Dropout(0.1, name="dropout"),
            _seen("conv2d_2"),
            layers.MaxPooling2D(name="max_pooling2d_2"),
            _seen("conv2d_3"),
            layers.MaxPooling2D(name="max_pooling2d_3"),
            layers.Dropout(0.1, name="dropout_1"),
            _seen("conv2d_4"),
            _seen("conv2d_5", 1),
            layers.Flatten(name="flatten"),
            layers.Dense(64, activation="relu", name="dense"),
            layers.Dense(32, activation="relu", name="dense_1"),
            layers.Dense(5, name="dense_2"),
        ],
        name="classic",
    )


def _seen(name: str, kernel: int = 3) -> layers.Conv2D:
    return layers.Conv2D(CHANNELS, kernel, activation="relu", name=name)


def write_layers_model(model: keras.Model, folder: Path) -> None:
    """Write the network as a TensorFlow.js layers model into an existing folder."""
    weights = [(_name(each), each.numpy().astype("<f4")) for each in model.weights]
    config = {"name": model.name, "layers": [_layer(layer) for layer in model.layers]}
    config["layers"][0]["config"]["batch_input_shape"] = [None, SIDE, SIDE, 3]
    manifest = [{"name": n, "shape": list(x.shape), "dtype": "float32"} for n, x in weights]
    described = {
        "format": "layers-model",
        "modelTopology": {"model_config": {"class_name": "Sequential", "config": config}},
        "weightsManifest": [{"paths": [WEIGHTS], "weights": manifest}],
    }
    (folder / TOPOLOGY).write_text(json.dumps(described), "utf-8")
    (folder / WEIGHTS).write_bytes(np.concatenate([x.ravel() for _, x in weights]).tobytes())


def _layer(layer: keras.Layer) -> dict[str, Any]:
    config = layer.get_config()
    kept = {name: _listed(config[name]) for name in KEPT if name in config}
    return {"class_name": type(layer).__name__, "config": {"name": layer.name, **kept}}


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _name(weight: keras.Variable) -> str:
    """Layer and variable, as TensorFlow.js names them."""
    return "/".join(weight.path.split("/")[-2:])
