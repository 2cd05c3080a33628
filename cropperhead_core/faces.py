"""Where the faces are in a picture: BlazeFace (models/faces) through LiteRT, decoded in numpy."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cropperhead_models
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from PIL import Image

from .crop import Box
from .errors import ModelError

__all__ = ["FaceFinder", "agreed", "decoded", "distinct"]

SIDE = 192
GRID = 48
MIN_SCORE = 0.35
"""What a single look must give; lower than the network's own .5 because two looks are averaged."""
MIN_CONFIDENCE = 0.5
"""What the looks at a picture and at its mirror image must give on average."""
SAME_FACE = 0.3
"""Overlap above which two boxes are one face (MediaPipe's default)."""
PART_OF_FACE = 0.6
"""Share of the smaller box inside the larger one above which it is a part of the same face."""
OBLONG = 1.2
"""Long over short side from which the two ends of a picture are looked at closer."""
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
        folder = folder or Path(cropperhead_models.__path__[0]) / "faces"
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
        found = [self._faces(pixels, view) for view in _views(width, height)]
        side = max(width, height)
        if any(face.height * height < SMALL * side for face in distinct(np.concatenate(found))):
            found += [self._faces(pixels, view) for view in _corners(width, height)]
        return distinct(np.concatenate(found))

    def _faces(self, pixels: Pixels, view: _View) -> Floats:
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


def decoded(raw: Floats, logits: Floats) -> Floats:
    """(n, 5) left, top, right, bottom in fractions of the square, and score; best first.

    raw is (2304, 16): centre and size in pixels of the 192 px square, relative to the centre of
    the cell (48 x 48 of them, row by row), then six landmarks that nobody here needs.
    """
    likely = np.flatnonzero(logits > np.log(MIN_SCORE / (1 - MIN_SCORE)))
    likely = likely[np.argsort(-logits[likely], kind="stable")]
    rows, columns = np.divmod(likely, GRID)
    centres = (np.stack([columns, rows], axis=1) + 0.5) / GRID + raw[likely, :2] / SIDE
    halves = raw[likely, 2:4] / SIDE / 2
    scores = 1 / (1 + np.exp(-logits[likely, None]))
    boxes = np.concatenate([centres - halves, centres + halves, scores], axis=1)
    return boxes[(halves > 0).all(axis=1)].astype(np.float32)


def agreed(direct: Floats, mirrored: Floats) -> Floats:
    """(n, 5) faces that two looks at one square agree on, from the (n, 5) boxes of each.

    A face is the mean of its boxes weighted by score; its confidence is the mean of the best score
    in each look, 0 where a look does not see it.
    """
    found = np.concatenate([direct, mirrored])
    which = np.repeat([0, 1], [len(direct), len(mirrored)])
    faces = []
    left = np.argsort(-found[:, 4], kind="stable")
    while len(left):
        is_same = _overlaps(found[left[0]], found[left])[0] > SAME_FACE
        is_same[0] = True
        same, left = left[is_same], left[~is_same]
        confidence = sum(found[same[which[same] == look], 4].max(initial=0) / 2 for look in (0, 1))
        box = np.average(found[same, :4], axis=0, weights=found[same, 4])
        faces.append([*box, confidence])
    each = np.array(faces, np.float32).reshape(-1, 5)
    return each[each[:, 4] >= MIN_CONFIDENCE]


def distinct(found: Floats) -> tuple[Box, ...]:
    """One box a face, largest first, from (n, 5) faces of overlapping views: the surest of each.

    Boxes are cut at the frame, where a face may go on beyond it.
    """
    faces: list[Box] = []
    rest = found[np.argsort(-found[:, 4], kind="stable")]
    while len(rest):
        union, part = _overlaps(rest[0], rest)
        left, top, right, bottom = np.clip(rest[0, :4], 0, 1).tolist()
        if left < right and top < bottom:
            faces.append(Box(left, top, right, bottom))
        is_other = (union <= SAME_FACE) & (part <= PART_OF_FACE)
        is_other[0] = False
        rest = rest[is_other]
    return tuple(sorted(faces, key=lambda face: -face.area))


def _overlaps(box: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Intersection over union, and over the smaller of the two areas."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:4], others[:, 2:4])
    both = np.prod(np.maximum(high - low, 0), axis=1)
    area, areas = np.prod(box[2:4] - box[:2]), np.prod(others[:, 2:4] - others[:, :2], axis=1)
    return both / (area + areas - both), both / np.minimum(area, areas)


@dataclass(frozen=True, slots=True)
class _View:
    """A part of a picture that is shown to the network, in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    frame: tuple[int, int]

    @property
    def _extent(self) -> tuple[int, int]:
        """Width and height inside the square: even, so that both margins are alike."""
        width, height = self.right - self.left, self.bottom - self.top
        half = SIDE / 2 / max(width, height)
        return max(round(width * half), 1) * 2, max(round(height * half), 1) * 2

    def square(self, pixels: Pixels) -> Pixels:
        """The part at 192 px, in the middle of a black square."""
        width, height = self._extent
        part = Image.fromarray(pixels).resize(
            (width, height),
            Image.Resampling.BILINEAR,
            (self.left, self.top, self.right, self.bottom),
        )
        square = np.zeros((SIDE, SIDE, 3), np.uint8)
        x, y = (SIDE - width) // 2, (SIDE - height) // 2
        square[y : y + height, x : x + width] = np.asarray(part)
        return square

    def placed(self, boxes: Floats) -> Floats:
        """Boxes of the square as boxes of the picture, without those that the part's edge cuts."""
        spans = ((self.left, self.right), (self.top, self.bottom))
        placed, is_cut = boxes.copy(), np.zeros(len(boxes), bool)
        for axis, (start, end) in enumerate(spans):
            inside = self._extent[axis] / SIDE
            within = (boxes[:, [axis, axis + 2]] - 0.5) / inside + 0.5
            is_cut |= (within[:, 0] < 0) & (start > 0)
            is_cut |= (within[:, 1] > 1) & (end < self.frame[axis])
            placed[:, [axis, axis + 2]] = (within * (end - start) + start) / self.frame[axis]
        return placed[~is_cut]


def _views(width: int, height: int) -> list[_View]:
    """The whole picture, and the squares at its ends when it is oblong."""
    frame, side = (width, height), min(width, height)
    whole = _View(0, 0, width, height, frame)
    if max(frame) < OBLONG * side:
        return [whole]
    last = _View(width - side, height - side, width, height, frame)
    return [whole, _View(0, 0, side, side, frame), last]


def _corners(width: int, height: int) -> list[_View]:
    """Four squares, one in each corner, that overlap by a tenth of the long side."""
    frame, side = (width, height), min(width, height, 0.55 * max(width, height))
    return [
        _View(x, y, x + side, y + side, frame)
        for x in (0, width - side)
        for y in (0, height - side)
    ]


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
