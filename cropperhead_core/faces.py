"""Where the faces are in a picture: BlazeFace (models/faces) through LiteRT."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from PIL import Image

from .blazeface import MIN_CONFIDENCE, agreed, decoded, distinct
from .box import Face
from .boxes import mirrored
from .light import is_lit_from_left
from .model_folder import FACES, built_from, read_model, shipped
from .views import View, corners, views

__all__ = ["FaceFinder"]

VERSION = 1
"""Of a model folder's config.json, and of the network whose answers are read here."""
SMALL = 0.12
"""Height of a face over the long side below which there may be more that only show from near."""
FAINT = 0.05
"""If no place in the whole picture scores this much, closer views are skipped: of 595 faces in 705
photos none would be lost."""
SURE = 0.8
"""Score from which a face needs no second look, at the mirror image: no other faces of 595."""

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class FaceFinder:
    """Finds faces; holds one interpreter, so one finder serves one thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """From a model folder (None: the one that came with CropperHead).

        Raises `ModelError` when it is damaged or of an unknown version.
        """
        place = folder or shipped(FACES)
        _, weights = read_model(place, "faces", VERSION)
        with built_from(place):
            self._interpreter = Interpreter(model_content=weights, num_threads=1)
            self._interpreter.allocate_tensors()
            self._input = self._interpreter.get_input_details()[0]["index"]
            outputs = self._interpreter.get_output_details()
            boxes, scores = sorted(outputs, key=lambda tensor: -int(tensor["shape"][-1]))
            self._outputs = boxes["index"], scores["index"]

    def __call__(self, pixels: Pixels) -> tuple[Face, ...]:
        """The faces in an upright (h, w, 3) sRGB picture, largest first, in fractions of it.

        Looks at the whole picture and, if it is oblong, at the squares at its two ends; if the
        faces there are small, at the four corners too. The picture is looked at as it is or
        mirrored, whichever puts its light to the right, so that a mirrored photo has the mirrored
        faces.
        """
        image = Image.fromarray(pixels)
        if not is_lit_from_left(pixels):
            return self._found(image)
        faces = self._found(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
        return tuple(face.mirrored for face in faces)

    def _found(self, image: Image.Image) -> tuple[Face, ...]:
        """The faces, each once, largest first."""
        whole, *ends = views(*image.size)
        faces, likeliest = self._faces(image, whole)
        if likeliest < FAINT:
            return ()
        found = [faces, *(self._faces(image, view)[0] for view in ends)]
        least = SMALL * max(image.size) / image.height
        if any(face.height < least for face in distinct(np.concatenate(found))):
            found += [self._faces(image, view)[0] for view in corners(*image.size)]
        return distinct(np.concatenate(found))

    def _faces(self, image: Image.Image, view: View) -> tuple[Floats, float]:
        """(n, 5) faces of one view, and the score of what is likeliest to be one there.

        Faces are fractions of the whole picture and a confidence. Where one is seen and not sure,
        the view's mirror image is a second look.
        """
        square = view.square(image)
        direct, likeliest = self._look(square)
        faces = agreed(direct)
        if (view.placed(faces)[:, 4] < SURE).any():
            turned_over, _ = self._look(square[:, ::-1])
            turned_over[:, :4] = mirrored(turned_over[:, :4])
            faces = agreed(direct, turned_over)
        return view.placed(faces[faces[:, 4] >= MIN_CONFIDENCE]), likeliest

    def _look(self, square: Pixels) -> tuple[Floats, float]:
        """(n, 5) boxes and scores in one (192, 192, 3) square, and the highest score of all."""
        shown = square[None].astype(np.float32)
        shown /= 127.5
        shown -= 1
        self._interpreter.set_tensor(self._input, shown)
        self._interpreter.invoke()
        boxes, scores = (self._interpreter.get_tensor(index)[0] for index in self._outputs)
        return decoded(boxes, scores[:, 0]), float(1 / (1 + np.exp(-scores.max())))
