"""Folders of models: where those are that came with CropperHead, and whether one is whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from .errors import ModelError

__all__ = [
    "CONFIG",
    "FACES",
    "GRAPH",
    "LEVEL",
    "built_from",
    "is_same_version",
    "read_model",
    "shipped",
]

CONFIG = "config.json"
GRAPH = "model.tflite"
"""The weights of a crop model, by which its folder is known."""
FACES, LEVEL = "faces", "level-1"
"""The models that came with CropperHead beside crop models: what finds faces, what levels."""


def shipped(name: str = "") -> Path:
    """The folder of the model of this name that came with CropperHead, or of them all."""
    return Path(import_module("cropperhead_models").__path__[0], name)


def read_model(folder: Path, kind: str, version: int) -> tuple[dict[str, Any], bytes]:
    """The config of a model of this kind, and its weights if they are those that it names.

    Raises `ModelError` when it is damaged, of another kind or of another version.
    """
    try:
        config: dict[str, Any] = json.loads((folder / CONFIG).read_text("utf-8"))
        known = config["kind"] == kind and is_same_version(config["version"], version)
        weights = Path(folder, config["weights"]).read_bytes()
        expected = config["sha256"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"expected the {kind} model in {folder}, reinstall it: {error}") from error
    if not known:
        raise ModelError(
            f"expected version {version} of the {kind} model in {folder}, update CropperHead"
        )
    if hashlib.sha256(weights).hexdigest() != expected:
        raise ModelError(f"the weights in {folder} do not match their hash, reinstall CropperHead")
    return config, weights


def is_same_version(found: object, known: int) -> bool:
    """Whether a config's version or format is the one we know; neither 1.0 nor true is 1.

    >>> is_same_version(1, 1), is_same_version(1.0, 1), is_same_version(True, 1)
    (True, False, False)
    """
    return type(found) is int and found == known


@contextmanager
def built_from(folder: Path) -> Iterator[None]:
    """What goes wrong while a network is built from this folder, as `ModelError`."""
    try:
        yield
    except (KeyError, ValueError, RuntimeError, TypeError, ArithmeticError) as error:
        raise ModelError(f"expected a whole model in {folder}, reinstall it: {error}") from error
