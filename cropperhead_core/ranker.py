"""Preview and candidates in, scores out: the trained network (models/) through LiteRT.

One graph with two signatures: `features` looks at a picture once, `score` rates boxes by what it
saw. A picture is looked at as it is or mirrored, whichever puts its light to the right, so that
the mirrored photo gets the mirrored answer for the price of one look.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from PIL import Image

from .boxes import mirrored
from .errors import ModelError
from .importance import PROBES, importance
from .light import is_lit_from_left
from .model_folder import CONFIG, GRAPH, built_from, is_same_version

__all__ = ["FORMAT", "Look", "Predictor", "Ranker", "load_model", "squared"]

FORMAT = 1
"""Of a model folder's config.json."""
MOST_GAIN = 4.0
"""Scores go from 1 to 5."""

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class Look(Protocol):
    """What the network saw in one picture."""

    @property
    def subject(self) -> Floats:
        """(g, g) importance 0..1 over the picture."""

    def scores(self, boxes: Floats) -> Floats:
        """(n,) scores, higher is better, of (n, 4) left, top, right, bottom in fractions."""


class Predictor(Protocol):
    """What can look at a picture."""

    @property
    def name(self) -> str:
        """The model's name."""

    @property
    def leave_gain(self) -> float:
        """How much better than the whole frame a crop must score to be suggested."""

    def look(self, pixels: Pixels) -> Look:
        """One look at an upright (h, w, 3) sRGB picture."""


class Ranker:
    """The network of a model folder; holds one interpreter, so one ranker serves one thread.

    Raises ValueError when the config makes no sense or does not fit the graph.
    """

    def __init__(self, weights: bytes, config: dict[str, Any]) -> None:
        _require_sense(config)
        self.name: str = config["name"]
        self.leave_gain: float = config["leave_gain"]
        self._side: int = config["input"]
        self._batch: int = config["boxes"]
        self._interpreter = Interpreter(model_content=weights, num_threads=1)
        self._features = self._interpreter.get_signature_runner("features")
        self._score = self._interpreter.get_signature_runner("score")
        _require_shape(self._features, "image", (1, self._side, self._side, 3))
        _require_shape(self._score, "boxes", (self._batch, 4))

    def look(self, pixels: Pixels) -> NetworkLook:
        """One look at an upright (h, w, 3) sRGB picture."""
        square = squared(pixels, self._side)
        is_mirrored = is_lit_from_left(square)
        square = square[:, ::-1] if is_mirrored else square
        aspect = np.array([pixels.shape[1] / pixels.shape[0]], np.float32)
        features = self._features(image=np.ascontiguousarray(square, np.float32)[None])
        return NetworkLook(self, features, aspect, is_mirrored)

    def scored(self, features: dict[str, Floats], aspect: Floats, boxes: Floats) -> Floats:
        """(n,) scores of boxes in the picture that was looked at, mirrored if that was."""
        found = []
        for start in range(0, len(boxes), self._batch):
            part = boxes[start : start + self._batch]
            filled = np.zeros((self._batch, 4), np.float32)
            filled[:, 2:] = 1
            filled[: len(part)] = part
            seen = {"map": features["map"], "context": features["context"]}
            scores = self._score(boxes=filled, aspect=aspect, **seen)["scores"]
            found.append(scores[: len(part)])
        return np.concatenate(found) if found else np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class NetworkLook:
    """What one look saw; a `Look`."""

    ranker: Ranker
    features: dict[str, Floats]
    aspect: Floats
    is_mirrored: bool

    @property
    def subject(self) -> Floats:
        """(32, 32) importance 0..1 over the picture, from the scores of close crops."""
        return importance(self.scores(PROBES))

    def scores(self, boxes: Floats) -> Floats:
        """(n,) scores, higher is better."""
        boxes = np.asarray(boxes, np.float32)
        if self.is_mirrored:
            boxes = mirrored(boxes)
        return self.ranker.scored(self.features, self.aspect, boxes)


def squared(pixels: Pixels, side: int) -> Pixels:
    """The whole picture at side x side pixels: what the network sees, in training too."""
    image = Image.fromarray(pixels)
    return np.asarray(
        image.resize((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0), np.uint8
    )


def load_model(folder: Path) -> Ranker:
    """The ranker in a model folder; raises `ModelError` if it is damaged or of another format."""
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
        weights = (folder / GRAPH).read_bytes()
        version, expected = config["format"], config["files"][GRAPH]
    except FileNotFoundError as error:
        lacking = Path(error.filename).name
        raise ModelError(
            f"expected a crop model ({CONFIG} and {GRAPH}) in {folder}, got no {lacking}"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"expected a crop model in {folder}, reinstall it: {error}") from error
    if not is_same_version(version, FORMAT):
        raise ModelError(
            f"expected model format {FORMAT}, got {version!r} in {folder}: update CropperHead"
        )
    if hashlib.sha256(weights).hexdigest() != expected:
        raise ModelError(f"the weights in {folder} do not match their hash, reinstall the model")
    with built_from(folder):
        return Ranker(weights, config)


def _require_sense(config: dict[str, Any]) -> None:
    name, gain = config["name"], config["leave_gain"]
    if not (name and isinstance(name, str)):
        raise ValueError(f"expected a name, got {name!r}")
    if type(gain) not in (int, float) or not 0 <= gain <= MOST_GAIN:  # NaN is in no order
        raise ValueError(f"expected a leave_gain from 0 to {MOST_GAIN:g}, got {gain!r}")
    for key in ("input", "boxes"):
        if type(config[key]) is not int:
            raise ValueError(f"expected a whole number as {key}, got {config[key]!r}")


def _require_shape(runner: Any, name: str, expected: tuple[int, ...]) -> None:
    shape = tuple(map(int, runner.get_input_details()[name]["shape"]))
    if shape != expected:
        raise ValueError(f"expected a graph that takes {name} as {expected}, got {shape}")
