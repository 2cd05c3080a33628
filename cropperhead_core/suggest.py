"""A photo and a predictor in, a suggestion out: level, frame, rank, guard, choose, give reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .boxes import WHOLE, areas, mirrored
from .candidates import candidates, nearness
from .choice import chosen, utilities
from .crop import Box
from .evidence import reason_to_leave
from .frame import Frame
from .guards import allowed
from .level import NO_TILT
from .photo import Photo, TagReader, read_photo
from .preview import read_preview
from .ranker import Predictor
from .reasons import reasons
from .scene import Eyes, FaceFinding, HorizonFinding, Scene, scene
from .suggestion import RankedCrop, Suggestion
from .wishes import Shape, Wishes

__all__ = ["CUTS_FACES", "NO_GAIN", "PREVIEW_SIDE", "suggest", "suggested"]

PREVIEW_SIDE = 512
"""Pixels of the long side: twice what the crop network sees and more: turning costs no sharpness;
enough for the nearest view of a face, and what levelling looks at."""
CUTS_FACES = "every crop of this shape would cut a face"
NO_GAIN = "no crop gains enough over the whole frame"

Floats = NDArray[np.float64]


def suggest(
    photo: Path | Photo,
    predictor: Predictor,
    *,
    faces: FaceFinding | None = None,
    horizon: HorizonFinding | None = None,
    wishes: Wishes | None = None,
    reader: TagReader | None = None,
) -> Suggestion:
    """The suggestion for one photo; raises `UnreadablePhoto`.

    Without `faces` (a `FaceFinder`) no face is looked for, without `horizon` (a `Horizon`) nothing
    is levelled. A reader (exiftool) gives the camera's roll angle, which no header holds; without
    one only the picture counts.
    """
    facts = read_photo(photo, reader) if isinstance(photo, Path) else photo
    preview = read_preview(facts, PREVIEW_SIDE)
    return suggested(facts, preview.pixels, Eyes(predictor, faces, horizon), wishes or Wishes())


def suggested(photo: Photo, pixels: NDArray[np.uint8], eyes: Eyes, wishes: Wishes) -> Suggestion:
    """The suggestion for a photo whose upright (h, w, 3) sRGB preview is at hand already."""
    shape = wishes.shape(photo.upright)
    because = reason_to_leave(pixels, photo.upright, any_shape=shape.is_asked)
    if because:
        return _suggestion(photo, eyes, (), because)
    found = scene(pixels, photo.upright, eyes, wishes, photo.roll)
    crops, is_best_whole = _ranked(found, eyes.predictor.leave_gain, wishes, shape)
    if is_best_whole:
        tilt = found.level.note
        return _suggestion(photo, eyes, crops, NO_GAIN if tilt in NO_TILT else tilt)
    if not crops:
        return _suggestion(photo, eyes, crops, CUTS_FACES)
    return _suggestion(photo, eyes, crops, found.level.note, found)


def _suggestion(
    photo: Photo, eyes: Eyes, crops: tuple[RankedCrop, ...], note: str, cut: Scene | None = None
) -> Suggestion:
    """To crop in that scene, or to leave the photo if there is none."""
    return Suggestion(
        photo=photo.path,
        size=photo.upright,
        orientation=photo.orientation,
        verdict="crop" if cut else "leave",
        angle=cut.frame.angle if cut else 0.0,
        crops=crops,
        model=eyes.predictor.name,
        note=note,
        exif=photo.exif,
    )


def _ranked(
    found: Scene, leave_gain: float, wishes: Wishes, shape: Shape
) -> tuple[tuple[RankedCrop, ...], bool]:
    """The best crops, best first, and whether leaving the photo as it is beats them all.

    The frame shaped as the photo (row 0) wins unless another gains enough over it; where another
    ratio is asked for, the largest box of it has no such right.
    """
    boxes, scores, full = _scored(found, shape)
    gain = 0.0 if shape.is_asked else leave_gain
    worth = utilities(scores, areas(boxes), tightness=wishes.tightness, leave_gain=gain)
    may = allowed(boxes, found.seen.faces, found.seen.subject)
    rows = chosen(worth, boxes, may, wishes.top + 1)
    is_row_0_whole = found.frame.angle == 0 and not shape.is_asked
    crops = [
        _described(found, boxes[row], (float(scores[row]), full), shape)
        for row in rows
        if row or not is_row_0_whole
    ]
    return tuple(crops[: wishes.top]), is_row_0_whole and rows[:1] == [0]


def _scored(found: Scene, shape: Shape) -> tuple[Floats, Floats, float]:
    """Candidates of this shape in the frame, what they are worth, and what the whole frame is.

    Boxes (n, 4) are at whole pixels, the first is the largest. Scores (n,) are means over
    neighbours; so is that of the whole frame, where it is a candidate.
    """
    aspects = found.frame.aspect, _wanted(shape, found.frame)
    boxes = _snapped(found, candidates(*aspects), shape)
    scores = found.look.scores(np.concatenate([[WHOLE], boxes]).astype(np.float32))
    # Rounded, so that candidates of the same worth are that in whatever order they are added.
    means = (nearness(*aspects) @ scores[1:]).round(9)
    return boxes, means, float(scores[0] if shape.is_asked else means[0])


def _snapped(found: Scene, boxes: Floats, shape: Shape) -> Floats:
    """The boxes at whole pixels; in a mirror the same ones, also where a centre has to give way."""
    if not found.is_lit_from_left:
        return found.frame.snapped(boxes, shape.ratio)
    return mirrored(found.frame.snapped(mirrored(boxes), shape.ratio))


def _wanted(shape: Shape, frame: Frame) -> float | None:
    """The aspect to place candidates by: the frame's own where it is that to a pixel."""
    if shape.is_original:
        return frame.aspect
    return None if shape.ratio is None else float(shape.ratio)


def _described(found: Scene, box: Floats, scores: tuple[float, float], shape: Shape) -> RankedCrop:
    """One box of the scene, with its score and the whole frame's, as a crop of the photo."""
    edges, frame = Box(*box.tolist()), found.frame
    asked = shape.name if shape.is_asked else ""
    return RankedCrop(
        crop=frame.crop(box),
        score=scores[0],
        gain=scores[0] - scores[1],
        aspect=shape.label(edges.width / edges.height * frame.aspect),
        reasons=reasons(edges, found.seen, angle=frame.angle, aspect=asked),
    )
