"""What a crop must not do: cut a face, lose one of a group, cut the subject, leave the frame.

A guard is a pure function of candidate boxes, (n, 4) left, top, right, bottom in fractions of the
frame; it says which of them it forbids, (n,).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .box import Box

__all__ = ["allowed", "faces_whole", "group_whole", "inside_frame", "subject_whole"]

HEAD = (0.2, 0.5, 0.2, 0.2)
"""Room for ears, hair, ears and chin, in widths and heights of the box around a face: BlazeFace's
reaches from the brows to the chin."""
OF_GROUP = 0.4
"""Height of a face over the largest one's from which it belongs to the group."""
SLACK = 1e-4
"""Fraction of the frame that is no cut: rounding to whole pixels."""
AT_FRAME = 0.01
"""The same where a part reaches the frame's edge and goes on beyond it: so much may whole pixels of
an asked ratio cost, or of a turned frame, and the largest box would be forbidden."""

Boxes = NDArray[np.floating]
Mask = NDArray[np.bool_]


def inside_frame(boxes: Boxes) -> Mask:
    """Forbids boxes with an edge outside the frame, or without any extent."""
    outside = (boxes < -SLACK).any(axis=1) | (boxes > 1 + SLACK).any(axis=1)
    empty = (boxes[:, 2] <= boxes[:, 0]) | (boxes[:, 3] <= boxes[:, 1])
    forbidden: Mask = outside | empty | ~np.isfinite(boxes).all(axis=1)
    return forbidden


def faces_whole(boxes: Boxes, faces: Sequence[Box], at_frame: float = SLACK) -> Mask:
    """Forbids boxes that keep a part of a face and cut the rest.

    At the frame's edge at_frame, a fraction of the frame, is no cut.
    """
    cut = np.zeros(len(boxes), bool)
    for face in faces:
        cut |= _touches(boxes, face) & ~_keeps(boxes, face, at_frame)
    return cut


def group_whole(boxes: Boxes, faces: Sequence[Box], at_frame: float = SLACK) -> Mask:
    """Forbids boxes that lose a face of the group; smaller ones may go whole."""
    lost = np.zeros(len(boxes), bool)
    for face in group(faces):
        lost |= ~_keeps(boxes, face, at_frame)
    return lost


def subject_whole(boxes: Boxes, subject: Box | None) -> Mask:
    """Forbids boxes that cut the main subject; None is a picture without one."""
    if subject is None:
        return np.zeros(len(boxes), bool)
    return ~_keeps(boxes, subject, AT_FRAME)


def allowed(boxes: Boxes, faces: Sequence[Box], subject: Box | None) -> Mask:
    """Which boxes no guard forbids, (n,); none is True when every one of them cuts a face.

    Where no box keeps it all (another aspect ratio than the photo's), the room around the heads is
    given up first and the subject next; the faces never.
    """
    inside = ~inside_frame(boxes)
    heads = [head(face) for face in faces]
    faced = inside & ~faces_whole(boxes, faces) & ~group_whole(boxes, faces)
    room = faced & ~faces_whole(boxes, heads, AT_FRAME) & ~group_whole(boxes, heads, AT_FRAME)
    whole = ~subject_whole(boxes, subject)
    for mask in (room & whole, faced & whole, room):
        if mask.any():
            return mask
    return faced


def group(faces: Sequence[Box]) -> tuple[Box, ...]:
    """The faces that belong together: not much smaller than the largest."""
    largest = max((face.height for face in faces), default=0.0)
    return tuple(face for face in faces if face.height >= OF_GROUP * largest)


def head(face: Box) -> Box:
    """The whole head, from the box around its face; cut at the frame."""
    left, top, right, bottom = HEAD
    return Box(
        max(face.left - left * face.width, min(face.left, 0)),
        max(face.top - top * face.height, min(face.top, 0)),
        min(face.right + right * face.width, max(face.right, 1)),
        min(face.bottom + bottom * face.height, max(face.bottom, 1)),
    )


def _keeps(boxes: Boxes, part: Box, at_frame: float) -> Mask:
    starts, ends = np.array([part.left, part.top]), np.array([part.right, part.bottom])
    starts = starts + np.where(starts <= 0, at_frame, SLACK)
    ends = ends - np.where(ends >= 1, at_frame, SLACK)
    kept: Mask = np.all((boxes[:, :2] <= starts) & (boxes[:, 2:] >= ends), axis=1)
    return kept


def _touches(boxes: Boxes, part: Box) -> Mask:
    touched: Mask = (
        (boxes[:, 0] < part.right - SLACK)
        & (boxes[:, 1] < part.bottom - SLACK)
        & (boxes[:, 2] > part.left + SLACK)
        & (boxes[:, 3] > part.top + SLACK)
    )
    return touched
