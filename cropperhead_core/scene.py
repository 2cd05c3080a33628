"""The frame to crop in, levelled where that is called for, and what the models saw in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .box import Box
from .crop import Size
from .evidence import luminance, subject_box
from .frame import Frame
from .horizon import BINS
from .level import Level, level
from .light import is_lit_from_left
from .ranker import Look, Predictor
from .reasons import Sight
from .wishes import Shape, Wishes

__all__ = ["Eyes", "FaceFinding", "HorizonFinding", "Scene", "scene"]

TURN_CUTS_FACE = "levelling it would cut a face"

Pixels = NDArray[np.uint8]
FaceFinding = Callable[[Pixels], tuple[Box, ...]]
"""What finds faces in an upright picture, in fractions of it: a `FaceFinder`."""


class HorizonFinding(Protocol):
    """What says how an upright picture lies: a `Horizon`."""

    @property
    def confidence(self) -> float:
        """Share of the belief that must agree before anything is turned."""

    def __call__(self, pixels: Pixels) -> NDArray[np.float32]:
        """(bins,) probabilities over `horizon.BINS`."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A frame of the photo and what was seen in it; boxes are fractions of the frame.

    is_lit_from_left tells a picture from its mirror image, which must be dealt with alike.
    """

    frame: Frame
    look: Look
    seen: Sight
    level: Level
    is_lit_from_left: bool = False


@dataclass(frozen=True, slots=True)
class Eyes:
    """What looks at pictures: the network, and what finds faces and the horizon, if wanted."""

    predictor: Predictor
    faces: FaceFinding | None = None
    horizon: HorizonFinding | None = None


def scene(
    pixels: Pixels, size: Size, eyes: Eyes, wishes: Wishes, roll: float | None = None
) -> Scene:
    """The scene to crop in, levelled if that is called for and cuts no face.

    pixels is the (h, w, 3) upright preview of a photo of this size, roll the camera's.
    """
    faces = eyes.faces(pixels) if eyes.faces else ()
    turn = _turn(pixels, eyes.horizon if wishes.level else None, wishes.max_angle, roll)
    if turn.angle:
        frame = Frame.inside(size, turn.angle, _kept_ratio(wishes.shape(size)))
        held = _held(frame, faces)
        if held is not None:
            inside = frame.pixels(pixels)
            levelled = eyes.predictor.look(inside)
            seen = _seen(inside, levelled, held)
            return Scene(frame, levelled, seen, turn, is_lit_from_left(inside))
        turn = Level(0.0, turn.confidence, TURN_CUTS_FACE)
    look = eyes.predictor.look(pixels)
    seen, frame = _seen(pixels, look, faces), Frame.inside(size, 0.0)
    return Scene(frame, look, seen, turn, is_lit_from_left(pixels))


def _turn(
    pixels: Pixels, horizon: HorizonFinding | None, limit: float, roll: float | None
) -> Level:
    if horizon is None:
        return Level(0.0, 0.0)
    return level(horizon(pixels), BINS, roll, limit=limit, min_confidence=horizon.confidence)


def _kept_ratio(shape: Shape) -> float | None:
    """The ratio of a levelled frame: the photo's where that is kept, else the largest area."""
    return float(shape.ratio) if shape.ratio is not None and shape.is_original else None


def _held(frame: Frame, faces: tuple[Box, ...]) -> tuple[Box, ...] | None:
    """The faces in a frame; None if it cuts one of them."""
    placed = [frame.placed(face) for face in faces]
    inside = tuple(face for face in placed if face is not None)
    return inside if len(inside) == len(faces) else None


def _seen(pixels: Pixels, look: Look, faces: tuple[Box, ...]) -> Sight:
    subject = look.subject
    return Sight(luminance(pixels), subject, faces, subject_box(subject))
