"""Faces as boxes, from what BlazeFace (full range) answers: pure numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .box import Face
from .boxes import areas, common, overlaps

__all__ = ["MIN_CONFIDENCE", "SIDE", "agreed", "decoded", "distinct"]

SIDE = 192
"""Pixels of the square that the network looks at."""
GRID = 48
MIN_SCORE = 0.35
"""What a single look must give; lower than the network's own .5 because two looks are averaged."""
MIN_CONFIDENCE = 0.5
"""What the looks at a picture and at its mirror image must give on average."""
SAME_FACE = 0.3
"""Overlap above which two boxes are one face (MediaPipe's default)."""
PART_OF_FACE = 0.6
"""Share of the smaller box inside the larger one above which it is a part of the same face."""

Floats = NDArray[np.float32]


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


def agreed(*looks: Floats) -> Floats:
    """(n, 5) what looks at one square show, each a face, from the (n, 5) boxes of each look.

    A face is the mean of its boxes weighted by score; its confidence is the mean of the best score
    in each look, 0 where a look does not see it.
    """
    found = np.concatenate(looks)
    which = np.repeat(np.arange(len(looks)), [len(look) for look in looks])
    faces = []
    left = np.argsort(-found[:, 4], kind="stable")
    while len(left):
        is_same = _overlaps(found[left[0]], found[left])[0] > SAME_FACE
        is_same[0] = True
        same, left = left[is_same], left[~is_same]
        best = [found[same[which[same] == look], 4].max(initial=0) for look in range(len(looks))]
        box = np.average(found[same, :4], axis=0, weights=found[same, 4])
        faces.append([*box, np.mean(best)])
    return np.array(faces, np.float32).reshape(-1, 5)


def distinct(found: Floats) -> tuple[Face, ...]:
    """One box a face, largest first, from (n, 5) faces of overlapping views: the surest of each.

    Boxes are cut at the frame, where a face may go on beyond it.
    """
    faces: list[Face] = []
    rest = found[np.argsort(-found[:, 4], kind="stable")]
    while len(rest):
        union, part = _overlaps(rest[0], rest)
        left, top, right, bottom = np.clip(rest[0, :4], 0, 1).tolist()
        if left < right and top < bottom:
            faces.append(Face(left, top, right, bottom, float(rest[0, 4])))
        is_other = (union <= SAME_FACE) & (part <= PART_OF_FACE)
        is_other[0] = False
        rest = rest[is_other]
    return tuple(sorted(faces, key=lambda face: -face.area))


def _overlaps(box: Floats, others: Floats) -> tuple[NDArray[Any], NDArray[Any]]:
    """Intersection over union, and over the smaller of the two areas."""
    own, boxes = box[:4], others[:, :4]
    return overlaps(boxes, own), common(boxes, own) / np.minimum(areas(own), areas(boxes))
