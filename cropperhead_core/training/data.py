"""Pictures into what the members train on: the frozen trunks' features, computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from cropperhead_core.dataset import Picture

from .augment import versions

__all__ = ["Scored", "looking", "scored"]

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Looking = Callable[[Pixels], dict[str, NDArray[np.generic]]]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Features of n pictures in v versions, and their k scored boxes.

    features: each (n, v, g, g, c) in half precision, and the squares themselves, (n, v, side, side,
    3) in bytes, as image; boxes (n, v, k, 4); scores (n, v, k), NaN where a box has none; aspect
    (n, v). Version 0 is the picture as it is, 1 its mirror image.
    """

    features: Mapping[str, NDArray[np.generic]]
    boxes: Floats
    scores: Floats
    aspect: Floats

    def __len__(self) -> int:
        return len(self.scores)

    @property
    def versions(self) -> int:
        """Of each picture."""
        return self.scores.shape[1]

    def only(self, names: Iterable[str]) -> Scored:
        """The same, with these features alone."""
        return replace(self, features={name: self.features[name] for name in names})

    def batch(
        self, rows: NDArray[np.intp], which: NDArray[np.intp] | int = 0
    ) -> tuple[dict[str, Floats], Floats]:
        """Inputs and scores of these pictures, each in the version which says."""
        inputs = {
            name: each[rows, which].astype(np.float32) for name, each in self.features.items()
        }
        inputs |= {"boxes": self.boxes[rows, which], "aspect": self.aspect[rows, which][..., None]}
        return inputs, self.scores[rows, which]


def looking(trunks: Mapping[str, keras.Model]) -> Looking:
    """A square as `image`, and what the trunks see in it, by `lite0_fine` and so on, by LiteRT.

    LiteRT needs a third of Keras' time on a CPU, and is what looks in the end.
    """
    runners = {}
    for variant, trunk in trunks.items():
        # One picture at a time: LiteRT is fastest when shapes are fixed.
        one = keras.Input(trunk.input.shape[1:], batch_size=1, name="image")
        with redirect_stdout(StringIO()):  # Keras lists some two hundred captured tensors
            converter = tf.lite.TFLiteConverter.from_keras_model(keras.Model(one, trunk(one)))
            converted = converter.convert()
        interpreter = Interpreter(model_content=converted, num_threads=1)
        runners[variant] = interpreter.get_signature_runner()

    def look(square: Pixels) -> dict[str, NDArray[np.generic]]:
        image = np.ascontiguousarray(square, np.float32)[None]
        return {"image": square} | {
            f"{variant}_{name}": each[0].astype(np.float16)
            for variant, runner in runners.items()
            for name, each in runner(image=image).items()
        }

    return look


def scored(
    pictures: Sequence[Picture], look: Looking, *, count: int, seed: int, cache: Path
) -> Scored:
    """Scored pictures in `count` versions, looked at; kept in `cache` for the next time."""
    done, names = cache / "done.txt", "\n".join(picture.path.name for picture in pictures)
    if not done.exists() or done.read_text("utf-8") != names:
        cache.mkdir(parents=True, exist_ok=True)
        held: dict[str, NDArray[np.generic]] = {}
        for index, picture in enumerate(pictures):
            # One generator a picture: the same versions whatever the other pictures are.
            random = np.random.default_rng([seed, *picture.path.name.encode()])
            for number, version in enumerate(versions(picture, count, random)):
                row = look(version.square) | {"boxes": version.boxes, "scores": version.scores}
                row["aspect"] = np.array(version.aspect, np.float32)
                for name, each in row.items():
                    if name not in held:
                        held[name] = np.zeros((len(pictures), count, *each.shape), each.dtype)
                    held[name][index, number] = each
        for name, array in held.items():
            np.save(cache / f"{name}.npy", array)
        done.write_text(names, "utf-8")
    arrays = {path.stem: np.load(path, mmap_mode="r") for path in sorted(cache.glob("*.npy"))}
    boxes, scores, aspect = (np.array(arrays.pop(name)) for name in ("boxes", "scores", "aspect"))
    return Scored(arrays, boxes, scores, aspect)
