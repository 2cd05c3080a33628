"""A photo and a predictor in, a suggestion out: level, frame, rank, guard, choose, give reasons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .candidates import candidates
from .choice import chosen, utilities
from .crop import Box, Crop, Size
from .evidence import luminance, reason_to_leave, subject_box
from .frame import Frame
from .guards import allowed, group
from .level import Level, level
from .orientation import Orientation
from .photo import Photo, TagReader, read_photo
from .preview import read_preview
from .ranker import Look, Predictor
from .reasons import Seen, reasons
from .wishes import Shape, Wishes

__all__ = ["FaceFinding", "RankedCrop", "Suggestion", "suggest", "suggested"]

PREVIEW_SIDE = 640
"""Pixels of the long side: twice what the networks see, so that turning costs them no sharpness."""
WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)

Verdict = Literal["crop", "leave"]
Pixels = NDArray[np.uint8]
FaceFinding = Callable[[Pixels], tuple[Box, ...]]
"""What finds faces in an upright picture, in fractions of it: a `FaceFinder`."""


@dataclass(frozen=True, slots=True)
class RankedCrop:
    """An upright crop, its score, what it gains over the whole frame, its ratio's name, and why."""

    crop: Crop
    score: float
    gain: float
    aspect: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Ranked crops of one photo and a verdict: crop it like the first, or leave it.

    size is the upright photo's. With the verdict `leave` the crops are what else could be done,
    `best` is None and `note` says why. angle is 0 unless the crops are turned.
    """

    photo: Path
    size: Size
    orientation: Orientation
    verdict: Verdict
    angle: float
    crops: tuple[RankedCrop, ...]
    model: str
    note: str = ""

    @property
    def best(self) -> RankedCrop | None:
        """What to do with the photo; None leaves it."""
        return self.crops[0] if self.verdict == "crop" else None


@dataclass(frozen=True, slots=True)
class _Scene:
    """A frame of the photo and all that was seen in it; boxes are in fractions of the frame."""

    frame: Frame
    look: Look
    faces: tuple[Box, ...]
    seen: Seen


def suggest(
    photo: Path | Photo,
    predictor: Predictor,
    *,
    faces: FaceFinding | None = None,
    wishes: Wishes | None = None,
    reader: TagReader | None = None,
) -> Suggestion:
    """The suggestion for one photo; raises `UnreadablePhoto`.

    Without faces no face is looked for. A reader (exiftool) is asked for the camera's roll angle
    where the file's header does not tell.
    """
    facts = read_photo(photo, reader) if isinstance(photo, Path) else photo
    preview = read_preview(facts, PREVIEW_SIDE)
    return suggested(facts, preview.pixels, predictor, faces=faces, wishes=wishes)


def suggested(
    photo: Photo,
    pixels: Pixels,
    predictor: Predictor,
    *,
    faces: FaceFinding | None = None,
    wishes: Wishes | None = None,
) -> Suggestion:
    """The suggestion for a photo whose upright (h, w, 3) sRGB preview is at hand already."""
    wishes = wishes or Wishes()
    shape = wishes.shape(photo.upright)
    asked = shape.ratio is not None and not shape.is_original
    because = reason_to_leave(pixels, photo.upright, any_shape=asked)
    if because:
        return _left(photo, predictor, because)
    scene, turn = _scene(photo, pixels, predictor, faces, wishes, shape)
    crops, is_whole = _ranked(scene, predictor, wishes, shape)
    if not crops and not is_whole:
        return _left(photo, predictor, "every crop of this shape would cut a face")
    return Suggestion(
        photo=photo.path,
        size=photo.upright,
        orientation=photo.orientation,
        verdict="leave" if is_whole else "crop",
        angle=scene.frame.angle,
        crops=crops[: wishes.top],
        model=predictor.name,
        note=turn.note or ("no crop gains enough over the whole frame" if is_whole else ""),
    )


def _left(photo: Photo, predictor: Predictor, because: str) -> Suggestion:
    """The suggestion to leave a photo, for this reason, without any crops."""
    return Suggestion(
        photo.path,
        photo.upright,
        photo.orientation,
        verdict="leave",
        angle=0.0,
        crops=(),
        model=predictor.name,
        note=because,
    )


def _scene(
    photo: Photo,
    pixels: Pixels,
    predictor: Predictor,
    finder: FaceFinding | None,
    wishes: Wishes,
    shape: Shape,
) -> tuple[_Scene, Level]:
    """The photo as it lies, or levelled if that is called for and cuts no face."""
    look = predictor.look(pixels)
    found = finder(pixels) if finder else ()
    turn = level(look.angles, predictor.bins, photo.roll, limit=wishes.max_angle)
    angle = turn.angle if wishes.level else 0.0
    if angle:
        frame = Frame.inside(photo.upright, angle, shape.ratio if shape.is_original else None)
        faces = _held(frame, found)
        if faces is not None:
            inside = frame.pixels(pixels)
            return _seen(frame, inside, predictor.look(inside), faces), turn
        turn = Level(0.0, turn.confidence, "none", "levelling it would cut a face")
    return _seen(Frame.inside(photo.upright, 0.0), pixels, look, found), turn


def _held(frame: Frame, faces: tuple[Box, ...]) -> tuple[Box, ...] | None:
    """The faces in a frame; None if it cuts one of the group. Others that it cuts are no loss."""
    placed = [(face, frame.holds(face)) for face in faces]
    main = group(faces)
    if any(inside is None and face in main for face, inside in placed):
        return None
    return tuple(inside for _, inside in placed if inside)


def _seen(frame: Frame, pixels: Pixels, look: Look, faces: tuple[Box, ...]) -> _Scene:
    seen = Seen(luminance(pixels), look.subject, faces, subject_box(look.subject))
    return _Scene(frame, look, faces, seen)


def _ranked(
    scene: _Scene, predictor: Predictor, wishes: Wishes, shape: Shape
) -> tuple[tuple[RankedCrop, ...], bool]:
    """The best crops, best first, and whether leaving the photo as it is beats them all.

    The frame that is as the photo (row 0) wins unless another gains enough over it; where another
    ratio is asked for, the largest box of it has no such right.
    """
    frame, keeps_shape = scene.frame, shape.ratio is None or shape.is_original
    ratio = None if shape.ratio is None else shape.ratio
    boxes = frame.snapped(_candidates(frame, shape), ratio)
    scores = scene.look.scores(np.concatenate([WHOLE, boxes.astype(np.float32)]))
    full, scores = float(scores[0]), scores[1:]
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    gain = predictor.leave_gain if keeps_shape else 0.0
    worth = utilities(scores, areas, tightness=wishes.tightness, leave_gain=gain)
    may = allowed(boxes, scene.faces, scene.seen.subject)
    rows = chosen(worth, boxes, may, wishes.top + 1)
    is_whole = bool(keeps_shape and frame.angle == 0 and rows and rows[0] == 0)
    if keeps_shape and frame.angle == 0:
        rows = [row for row in rows if row]
    ranked = tuple(
        _described(scene, boxes[row], float(scores[row]), full, shape, asked=not keeps_shape)
        for row in rows[: wishes.top]
    )
    return ranked, is_whole


def _candidates(frame: Frame, shape: Shape) -> NDArray[np.float64]:
    """Candidate boxes of this shape in the frame, (n, 4); the first is the largest."""
    ratio = None if shape.ratio is None else float(shape.ratio)
    return candidates(frame.aspect, ratio).astype(np.float64)


def _described(
    scene: _Scene, box: NDArray[np.float64], score: float, full: float, shape: Shape, *, asked: bool
) -> RankedCrop:
    """One chosen box as a crop of the photo, with all that is told about it."""
    edges = Box(*box.tolist())
    angle = scene.frame.angle
    return RankedCrop(
        crop=scene.frame.crop(box),
        score=score,
        gain=score - full,
        aspect=shape.label(edges.width / edges.height * scene.frame.aspect),
        reasons=reasons(edges, scene.seen, angle=angle, aspect=shape.name if asked else ""),
    )
