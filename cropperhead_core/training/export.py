"""Trained networks into a model folder: one LiteRT graph with two signatures, and its config."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from cropperhead_core.errors import ModelError
from cropperhead_core.model_folder import CONFIG, GRAPH
from cropperhead_core.ranker import FORMAT

from .networks import CONTEXT, GRID, MASSES, SIDE, WIDTH
from .train import Trained

__all__ = ["export", "graph", "set_threshold"]

BOXES = 128
"""Boxes a call of `score` takes: LiteRT is fastest when shapes are fixed."""
CLOSE = 2e-2
"""Scores may differ by this much from Keras': half precision's rounding on noise is half of it, and
two scorings of a photo differ by ten times as much."""


class _Graph(tf.Module):
    """The networks as LiteRT gets them: the members' maps and contexts side by side."""

    def __init__(self, trained: Trained) -> None:
        super().__init__()
        self.trunks = trained.trunks
        count = range(len(trained.config.members))
        self.views = [trained.ranking.get_layer(f"view_{index}") for index in count]
        self.heads = [trained.ranking.get_layer(f"head_{index}") for index in count]
        self.features = tf.function(
            self._features, input_signature=[tf.TensorSpec((1, SIDE, SIDE, 3), name="image")]
        )
        self.score = tf.function(
            self._score,
            input_signature=[
                tf.TensorSpec((BOXES, 4), name="boxes"),
                tf.TensorSpec((1,), name="aspect"),
                tf.TensorSpec((1, GRID, GRID, len(count) * (WIDTH + MASSES)), name="map"),
                tf.TensorSpec((1, len(count) * CONTEXT), name="context"),
            ],
        )

    def _features(self, image: Any) -> dict[str, Any]:
        """All that one look sees."""
        maps = {
            f"{variant}_{name}": each
            for variant, trunk in self.trunks.items()
            for name, each in trunk(image, training=False).items()
        }
        seen = [view({x: maps[x] for x in view.input}, training=False) for view in self.views]
        return {
            "map": tf.concat([each["map"] for each in seen], -1),
            "context": tf.concat([each["context"] for each in seen], -1),
        }

    def _score(self, boxes: Any, aspect: Any, map: Any, context: Any) -> dict[str, Any]:  # noqa: A002 (the signature's name)
        """The scores of boxes in the picture that was looked at: the members' mean."""
        count = len(self.heads)
        parts = zip(self.heads, tf.split(map, count, -1), tf.split(context, count, -1), strict=True)
        given = {"boxes": boxes[None], "aspect": aspect[None]}
        scores = [
            head({"map": x, "context": c, **given}, training=False)[0] for head, x, c in parts
        ]
        return {"scores": tf.add_n(scores) / count}


def graph(trained: Trained) -> bytes:
    """The LiteRT file of these networks, weights in half precision."""
    module = _Graph(trained)
    signatures = {"features": _frozen(module.features), "score": _frozen(module.score)}
    with TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, list(signatures))
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        return bytes(converter.convert())


def _frozen(function: Any) -> Any:
    """The function with its weights as constants.

    Converted as variables, as Keras 3 saves them, LiteRT reads them before they are set, as NaN.
    """
    concrete = function.get_concrete_function()
    constant = convert_variables_to_constants_v2(concrete)
    names, outputs = list(concrete.structured_outputs), concrete.structured_outputs
    flat = [tensor.name for tensor in concrete.outputs]
    order = {name: flat.index(outputs[name].name) for name in names}

    def call(**inputs: Any) -> dict[str, Any]:
        found = constant(*[inputs[spec.name.split(":")[0]] for spec in constant.inputs])
        return {name: found[index] for name, index in order.items()}

    specs = concrete.structured_input_signature
    given = {spec.name: spec for spec in [*specs[0], *specs[1].values()]}
    return tf.function(call).get_concrete_function(**given)


def export(trained: Trained, folder: Path) -> float:
    """Write a model folder that has no threshold yet; gives how far its scores are from Keras'.

    Raises `ModelError`, and writes nothing, when that is more than anybody could put up with.
    """
    weights = graph(trained)
    off = difference(trained, weights)
    if not off <= CLOSE:
        raise ModelError(f"expected scores within {CLOSE} of Keras', got {off:.4f}: not exported")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / GRAPH).write_bytes(weights)
    config = {
        "format": FORMAT,
        "name": trained.config.name,
        "files": {GRAPH: hashlib.sha256(weights).hexdigest()},
        "input": SIDE,
        "boxes": BOXES,
        "leave_gain": 0.0,
        "pictures": len(trained.pictures),
        "data_sha256": trained.data_sha256,
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__},
        "recipe": asdict(trained.config),
    }
    _write(folder, config)
    return off


def set_threshold(folder: Path, leave_gain: float) -> None:
    """Write a model's threshold into its config."""
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    _write(folder, config | {"leave_gain": round(leave_gain, 3)})


def _write(folder: Path, config: dict[str, Any]) -> None:
    (folder / CONFIG).write_text(json.dumps(config, indent=1) + "\n", "utf-8")


def difference(trained: Trained, weights: bytes) -> float:
    """The largest difference between LiteRT's scores and Keras' on noise and random boxes."""
    random = np.random.default_rng(0)
    image = random.uniform(0, 255, (1, SIDE, SIDE, 3)).astype(np.float32)
    starts = random.uniform(0, 0.4, (BOXES, 2))
    boxes = np.concatenate([starts, starts + 0.5], axis=1).astype(np.float32)
    aspect = np.array([1.5], np.float32)
    given: dict[str, Any] = {"boxes": boxes[None], "aspect": aspect[None]}
    for variant, trunk in trained.trunks.items():
        maps = trunk(image, training=False)
        given |= {f"{variant}_{name}": each.numpy() for name, each in maps.items()}
    expected = trained.ranking(given, training=False)[0].numpy().mean(axis=0)
    interpreter = Interpreter(model_content=weights, num_threads=1)
    seen = interpreter.get_signature_runner("features")(image=image)
    score = interpreter.get_signature_runner("score")
    got = score(boxes=boxes, aspect=aspect, map=seen["map"], context=seen["context"])["scores"]
    return float(np.abs(got - expected).max())
