"""The first CropperHead's network, as its page shipped it: a TensorFlow.js layers model.

Read and run with numpy, so that judging it needs no TensorFlow; the tests compare it with Keras.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from PIL import Image

from cropperhead_core.errors import ModelError

from .methods import Answer, Method, answer_of

__all__ = ["SIDE", "TOPOLOGY", "WEIGHTS", "classic", "read_layers_model", "square"]

TOPOLOGY, WEIGHTS = "model.json", "group1-shard1of1.bin"
SIDE = 300

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class LayersModel:
    """A chain of layers (class and config, as Keras names them), and their weights by name."""

    layers: tuple[tuple[str, dict[str, Any]], ...]
    weights: dict[str, Floats]

    @property
    def parameters(self) -> int:
        """How many numbers were trained."""
        return sum(array.size for array in self.weights.values())

    def __call__(self, image: Floats) -> Floats:
        """The output for one (h, w, c) image; dropout does nothing, as always after training."""
        x = image
        for kind, config in self.layers:
            x = self._applied(kind, config, x)
        return x

    def _applied(self, kind: str, config: dict[str, Any], x: Floats) -> Floats:
        match kind:
            case "Conv2D":
                return _activated(config, _convolved(x, *self._of(config)))
            case "Dense":
                kernel, bias = self._of(config)
                return _activated(config, x @ kernel + bias)
            case "MaxPooling2D":
                height, width = (side // 2 * 2 for side in x.shape[:2])
                return x[:height, :width].reshape(height // 2, 2, width // 2, 2, -1).max((1, 3))
            case "Flatten":
                return x.ravel()
            case _:
                return x

    def _of(self, config: dict[str, Any]) -> tuple[Floats, Floats]:
        name = config["name"]
        return self.weights[f"{name}/kernel"], self.weights[f"{name}/bias"]


def _convolved(x: Floats, kernel: Floats, bias: Floats) -> Floats:
    """A convolution of stride 1 without padding, row by row: the windows of all would be 200 MB."""
    side, outputs = kernel.shape[0], kernel.shape[-1]
    windows = sliding_window_view(x, (side, side), (0, 1)).transpose(0, 1, 3, 4, 2)
    flat = kernel.reshape(-1, outputs)
    rows = [row.reshape(len(row), -1) @ flat + bias for row in windows]
    return np.stack(rows)


def _activated(config: dict[str, Any], x: Floats) -> Floats:
    return np.maximum(x, 0) if config["activation"] == "relu" else x


KNOWN: dict[str, dict[str, object]] = {
    "Conv2D": {"padding": "valid", "strides": [1, 1], "dilation_rate": [1, 1], "use_bias": True},
    "MaxPooling2D": {"padding": "valid", "pool_size": [2, 2], "strides": [2, 2]},
    "Dense": {"use_bias": True},
    "Dropout": {},
    "Flatten": {},
}
"""What of each layer is run as it is written here; a model that says otherwise is refused."""


def read_layers_model(folder: Path) -> LayersModel:
    """The model in this folder; raises `ModelError` if it is damaged or none that can be run.

    One that we trained has a config.json, which knows its hash; the first project's has none.
    """
    try:
        described = json.loads((folder / TOPOLOGY).read_text("utf-8"))
        config = described["modelTopology"]["model_config"]["config"]["layers"]
        layers = tuple((layer["class_name"], layer["config"]) for layer in config)
        manifest = [entry for part in described["weightsManifest"] for entry in part["weights"]]
        content = (folder / WEIGHTS).read_bytes()
        expected = _hash(folder / "config.json")
        stored = np.frombuffer(content, "<f4")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"expected a TensorFlow.js model in {folder}: {error}") from error
    if expected and hashlib.sha256(content).hexdigest() != expected:
        raise ModelError(f"the weights in {folder} do not match their hash, train them again")
    for kind, given in layers:
        fixed = KNOWN.get(kind)
        if fixed is None or any(given.get(name) != value for name, value in fixed.items()):
            raise ModelError(f"expected layers of {', '.join(KNOWN)}, got {kind} in {folder}")
    sizes = [int(np.prod(entry["shape"])) for entry in manifest]
    if sum(sizes) != len(stored):
        raise ModelError(f"expected {sum(sizes)} weights, got {len(stored)} in {folder / WEIGHTS}")
    parts = np.split(stored, np.cumsum(sizes)[:-1])
    named = zip(manifest, parts, strict=True)
    weights = {
        entry["name"]: part.reshape(entry["shape"]).astype(np.float32) for entry, part in named
    }
    return LayersModel(layers, weights)


def _hash(config: Path) -> str | None:
    """Of the weights, as the model's own config says, if it has one."""
    if not config.exists():
        return None
    return str(json.loads(config.read_text("utf-8"))["files"][WEIGHTS])


def square(pixels: Pixels) -> Floats:
    """What the network sees: the whole picture at 300 x 300, 0..1."""
    image = Image.fromarray(pixels).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    return np.asarray(image, np.float32) / np.float32(255)


def classic(folder: Path) -> Method:
    """The network in this folder as a method: five numbers, taken as they come."""
    model = read_layers_model(folder)

    def method(pixels: Pixels, _boxes: NDArray[np.float64]) -> Answer:
        return answer_of(model(square(pixels)).tolist(), pixels)

    return method
