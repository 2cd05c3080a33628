"""Where the faces are in a picture: BlazeFace (models/faces) through LiteRT."""

from __future__ import annotations

import hashlib
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from .blazeface import agreed, decoded, distinct
from .crop import Box
from .errors import ModelError
from .views import View, corners, views

__all__ = ["FaceFinder"]

SMALL = 0.12
"""Height of a face over the long side below which there may be more that only show from near."""

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class FaceFinder:
    """Finds faces; holds one interpreter, so one finder serves one thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """From a model folder (None: the one that came with CropperHead).

        Raises `ModelError` when it is damaged or of an unknown version.
        """
        folder = folder or Path(import_module("cropperhead_models").__path__[0], "faces")
        self._interpreter = Interpreter(model_content=_weights(folder), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        outputs = self._interpreter.get_output_details()
        boxes, scores = sorted(outputs, key=lambda tensor: -int(tensor["shape"][-1]))
        self._outputs = boxes["index"], scores["index"]

    def __call__(self, pixels: Pixels) -> tuple[Box, ...]:
        """The faces in an upright (h, w, 3) sRGB picture, largest first, in fractions of it.

        Looks at the whole picture and, if it is oblong, at the squares at its two ends; if the
        faces there are small, at the four corners too. Each is looked at together with its mirror
        image, so that a mirrored photo has the mirrored faces.
        """
        width, height = pixels.shape[1], pixels.shape[0]
        found = [self._faces(pixels, view) for view in views(width, height)]
        side = max(width, height)
        if any(face.height * height < SMALL * side for face in distinct(np.concatenate(found))):
            found += [self._faces(pixels, view) for view in corners(width, height)]
        return distinct(np.concatenate(found))

    def _faces(self, pixels: Pixels, view: View) -> Floats:
        """(n, 5) faces of one view: fractions of the whole picture, and the confidence."""
        square = view.square(pixels)
        direct = self._look(square)
        if not len(direct):  # a face that the mirror image alone shows is never sure enough
            return direct
        mirrored = self._look(square[:, ::-1])
        mirrored[:, [0, 2]] = 1 - mirrored[:, [2, 0]]
        return view.placed(agreed(direct, mirrored))

    def _look(self, square: Pixels) -> Floats:
        """(n, 5) boxes and scores in one (192, 192, 3) square."""
        self._interpreter.set_tensor(self._input, square[None].astype(np.float32) / 127.5 - 1)
        self._interpreter.invoke()
        boxes, scores = (self._interpreter.get_tensor(index)[0] for index in self._outputs)
        return decoded(boxes, scores[:, 0])


def _weights(folder: Path) -> bytes:
    """The network's file, if it is the one that config.json names; raises `ModelError`."""
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        known = (config["kind"], config["version"]) == ("faces", 1)
        weights = Path(folder, config["weights"]).read_bytes()
        expected = config["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"expected a face model in {folder}, reinstall it: {error}") from error
    if not known:
        raise ModelError(f"expected version 1 of a face model in {folder}, update CropperHead")
    if hashlib.sha256(weights).hexdigest() != expected:
        raise ModelError(f"the weights in {folder} do not match their hash, reinstall CropperHead")
    return weights
