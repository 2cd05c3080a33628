"""What a method's answer on one scored photo is worth, and how it behaves there."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.boxes import mirrored, overlaps
from cropperhead_core.crop import Box, along
from cropperhead_core.dataset import Picture
from cropperhead_core.guards import faces_whole
from cropperhead_core.scene import FaceFinding

from .methods import Answer, Method
from .metrics import clipped, correlation, worth

__all__ = ["Exhibit", "Finding", "cut_faces", "exhibits"]

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
BEST = 5
"""First choices among so many best boxes are right: two scorings by the same rules put it there in
96 of 100 photos."""
NEAR_BEST = 0.2
"""Scores that differ by less are noise."""
EDGE = 1e-4
"""Fraction of the frame by which a box may be outside: rounding."""
LEFT = 0.98
"""Overlap with the whole frame from which an answer is to leave the photo."""


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One method on one photo; true scores are 1 to 5, shares and overlaps 0 to 1."""

    answer: Answer
    correlation: float
    choice: float
    is_among_best: bool
    mirror: float
    is_outside: bool
    is_left: bool
    faces_cut: int
    cpu_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """A scored photo, the faces in it, and what each method made of it."""

    picture: Picture
    faces: tuple[Box, ...]
    findings: dict[str, Finding]

    @property
    def full(self) -> float:
        """The whole frame's score."""
        return self.picture.scores[0]

    @property
    def best(self) -> float:
        """The best box's score."""
        return max(self.picture.scores)

    @property
    def is_well_left(self) -> bool:
        """Whether leaving this photo costs no more than noise."""
        return self.best - self.full <= NEAR_BEST + 1e-9


def exhibits(
    pictures: Iterable[Picture], methods: Mapping[str, Method], faces: FaceFinding
) -> Iterator[Exhibit]:
    """Each photo with every method's finding; each method sees the same pixels and boxes."""
    for picture in pictures:
        pixels = picture.pixels()
        seen = faces(pixels)
        found = {name: finding(method, pixels, picture, seen) for name, method in methods.items()}
        yield Exhibit(picture, seen, found)


def finding(method: Method, pixels: Pixels, picture: Picture, faces: Sequence[Box]) -> Finding:
    """One method judged on one scored photo."""
    boxes, true = np.array(picture.boxes), np.array(picture.scores)
    started = time.process_time()
    answer = method(pixels, boxes)
    cpu_ms = (time.process_time() - started) * 1000
    kept = clipped(answer.box)
    scores = overlaps(boxes, kept) if answer.scores is None else answer.scores
    choice = worth(kept, boxes, true)
    return Finding(
        answer=answer,
        correlation=correlation(scores, true),
        choice=choice,
        is_among_best=bool((true > choice).sum() < BEST),
        mirror=_mirror(method, pixels, boxes, answer),
        is_outside=_is_outside(answer),
        is_left=answer.angle == 0 and bool(overlaps(kept[None], boxes[0])[0] >= LEFT),
        faces_cut=cut_faces(answer, faces, pixels.shape[1] / pixels.shape[0]),
        cpu_ms=cpu_ms,
    )


def _mirror(method: Method, pixels: Pixels, boxes: Floats, answer: Answer) -> float:
    """Overlap of the answer for the mirrored photo with the mirrored answer."""
    other = method(np.ascontiguousarray(pixels[:, ::-1]), mirrored(boxes))
    return float(overlaps(clipped(answer.box)[None], clipped(mirrored(other.box[None])[0]))[0])


def _is_outside(answer: Answer) -> bool:
    if answer.angle:  # the corners were looked at when the crop was made
        return answer.is_outside
    box = answer.box
    is_empty = not (box[2:] > box[:2]).all()
    return answer.is_outside or is_empty or bool((box < -EDGE).any() or (box > 1 + EDGE).any())


def cut_faces(answer: Answer, faces: Sequence[Box], aspect: float) -> int:
    """How many faces the answer keeps a part of and cuts."""
    box = clipped(answer.box)[None]
    turned = [_turned(face, answer.angle, aspect) for face in faces]
    return sum(int(faces_whole(box, [face])[0]) for face in turned)


def _turned(face: Box, angle: float, aspect: float) -> Box:
    """The face where the crop's axes see it; upright there, as faces are nearly round."""
    x, y = ((face.left + face.right - 1) / 2 * aspect, (face.top + face.bottom - 1) / 2)
    x, y = along(x, y, -angle)
    x, y = x / aspect + 0.5, y + 0.5
    half_x, half_y = face.width / 2, face.height / 2
    return Box(x - half_x, y - half_y, x + half_x, y + half_y)
