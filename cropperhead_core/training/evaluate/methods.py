"""What each method would do with a picture: ours, and those that need no outside library."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.boxes import WHOLE
from cropperhead_core.crop import Crop, Size
from cropperhead_core.dataset import Picture
from cropperhead_core.errors import InvalidCrop
from cropperhead_core.ranker import Predictor
from cropperhead_core.suggestion import Suggestion

__all__ = [
    "FULL_FRAME",
    "Answer",
    "Method",
    "Pixels",
    "answer_of",
    "blind",
    "choice",
    "ranker",
    "whole_suggestion",
]

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
FULL_FRAME = "full frame"
"""The row of whoever leaves everything as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a method would keep of a picture.

    box (4,) is left, top, right, bottom in fractions, along the axes of the picture turned about
    its centre so that the crop is upright; angle is the crop's. scores (n,) are the method's own
    of the boxes that it was offered, None if it proposes one box.
    """

    box: Floats
    angle: float = 0.0
    scores: Floats | None = None
    is_outside: bool = False


Method = Callable[[Pixels, Floats], Answer]
"""Of upright (h, w, 3) sRGB pixels and boxes (n, 4) to rank, if it ranks; the first is the whole
frame."""


def ranker(predictor: Predictor) -> Method:
    """Our network alone, choosing among the boxes it is offered, leaving where little is gained."""

    def method(pixels: Pixels, boxes: Floats) -> Answer:
        scores = predictor.look(pixels).scores(boxes.astype(np.float32)).astype(np.float64)
        return Answer(boxes[choice(scores, predictor.leave_gain)], scores=scores)

    return method


def whole_suggestion(suggest: Callable[[Pixels], Suggestion]) -> Method:
    """All of ours: levelled, candidates of its own, guards, and the verdict."""

    def method(pixels: Pixels, _boxes: Floats) -> Answer:
        best = suggest(pixels).best
        if best is None:
            return Answer(np.array(WHOLE))
        return answer_of(best.crop.numbers, pixels)

    return method


def answer_of(numbers: Sequence[float], pixels: Pixels) -> Answer:
    """The answer that a crop's five numbers are: top, left, bottom, right, angle in degrees.

    They need not be a crop that can be: then the answer is outside.
    """
    top, left, bottom, right, angle = map(float, numbers)
    size = Size(pixels.shape[1], pixels.shape[0])
    try:
        crop = Crop(top, left, bottom, right, angle)
        edges = np.array(crop.edges(size)).reshape(2, 2) / (size.width, size.height) + 0.5
    except InvalidCrop:
        return Answer(np.array([left, top, right, bottom]), is_outside=True)
    try:
        crop.checked(size)
    except InvalidCrop:
        return Answer(edges.ravel(), crop.angle, is_outside=True)
    return Answer(edges.ravel(), crop.angle)


def blind(learnt: Sequence[Picture]) -> dict[str, Method]:
    """Methods that see no pixels; two of them learn from these pictures."""
    mean = np.mean([_box_of_best(picture) for picture in learnt], axis=0)
    weights = _fitted(learnt)

    def by_geometry(_pixels: Pixels, boxes: Floats) -> Answer:
        scores = _geometry(boxes) @ weights
        return Answer(boxes[choice(scores)], scores=scores)

    return {
        FULL_FRAME: _always(np.array(WHOLE)),
        "centre 90 %": _always(np.array([0.05, 0.05, 0.95, 0.95])),
        "training-mean box": _always(mean),
        "geometry only": by_geometry,
        "random crop": _random,
    }


def choice(scores: Floats, leave_gain: float = 0.0) -> int:
    """The box chosen by these scores; box 0 is the whole frame, kept unless another gains more."""
    best = int(np.argmax(scores))
    return best if scores[best] - scores[0] > leave_gain else 0


def _always(box: Floats) -> Method:
    return lambda _pixels, _boxes: Answer(box)


def _random(pixels: Pixels, _boxes: Floats) -> Answer:
    """A box anywhere, its sides 66 to 100 % of the frame's: 90 % of photographers' crops."""
    digest = hashlib.sha256(pixels[::4, ::4].tobytes()).digest()
    random = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    spans = random.uniform(0.66, 1, 2)
    starts = random.uniform(0, 1 - spans)
    return Answer(np.concatenate([starts, starts + spans]))


def _box_of_best(picture: Picture) -> Floats:
    """The best-scored box."""
    return np.array(picture.boxes[int(np.argmax(picture.scores))])


def _geometry(boxes: Floats) -> Floats:
    """(n, 8) numbers that say where a box is, how large and of what shape."""
    left, top, right, bottom = boxes.T
    width, height = right - left, bottom - top
    shape = np.abs(np.log(width / height))
    off = np.abs(left + right - 1), np.abs(top + bottom - 1)
    area = width * height
    return np.stack([area, area**2, shape, shape**2, *off, bottom - 1, top], axis=1)


def _fitted(learnt: Sequence[Picture]) -> Floats:
    """Least squares of scores less their mean on the geometry less its own."""
    seen = [_geometry(np.array(picture.boxes)) for picture in learnt]
    x = np.concatenate([each - each.mean(axis=0) for each in seen])
    y = np.concatenate([np.array(p.scores) - np.mean(p.scores) for p in learnt])
    weights: Floats = np.linalg.lstsq(x, y, rcond=None)[0]
    return weights
