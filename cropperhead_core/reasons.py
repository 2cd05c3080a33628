"""Why a crop was chosen, in the photographer's words, told from what it keeps and removes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .box import Box, Face

__all__ = ["Sight", "reasons"]

CUT = 0.03
"""Fraction of a side from which something is removed there."""
CONTRAST = 35.0
"""Luminance (0..255) by which a bright or dark edge differs from what is kept."""
BRIGHT, DARK = 150.0, 70.0
EMPTY = 6.0
"""Mean luminance step between neighbouring cells below which an edge is empty (of 1,260 photos'
edges a third)."""
BUSY = 1.4
"""Steps of an edge over those of what is kept from which it is clutter."""
UNIMPORTANT = 0.35
"""Of the mean importance of what is kept."""
CLOSER = 1.2
"""Growth of the subject's share of the picture from which it comes closer."""
THIRD = 0.06
"""Distance from a line of thirds, or from the middle, that counts as being on it."""
PLACES = {
    "puts the subject on the left third": 1 / 3,
    "puts the subject on the right third": 2 / 3,
    "centres the subject": 1 / 2,
}
SURE_FACE = 0.7
"""Confidence from which a face is told of: of 178 that were looked at 17 were none, and 15 of these
are below it, as is a quarter of the others."""
COUNTS = {1: "the face", 2: "both faces"}
SIDES = {"left": (0, 0), "right": (0, 2), "top": (1, 1), "bottom": (1, 3)}
"""Axis (0 across, 1 down) and the edge of a box on each side."""
MOST = 4

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is in a frame: (64, 64) luminance, importance of any shape, faces, the subject."""

    luminance: Floats
    importance: Floats
    faces: Sequence[Box] = ()
    subject: Box | None = None


def reasons(box: Box, seen: Sight, *, angle: float = 0.0, aspect: str = "") -> tuple[str, ...]:
    """What this box of a frame does for the picture, most important first.

    angle is how far the frame was turned; aspect the ratio somebody asked for ("" for none).

    >>> import numpy as np
    >>> reasons(Box(0, 0, 1, 1), Sight(np.zeros((64, 64)), np.zeros((8, 8))), angle=-1.25)
    ('levels the horizon by 1.2 degrees',)
    """
    asked = [f"fits {aspect}, as asked"] if aspect else []
    told = [
        *([f"levels the horizon by {abs(angle):.1f} degrees"] if angle else []),
        *_faces(box, list(filter(_is_sure, seen.faces))),
        *_removed(box, seen),
        *_subject(box, seen.subject),
    ]
    told = told[: MOST - len(asked)] + asked
    if all(reason.startswith("keeps") for reason in told):  # leaving the photo would do that too
        told.insert(0, f"trims {1 - box.area:.0%} of the frame".replace("%", " %"))
    return tuple(told[:MOST])


def _is_sure(face: Box) -> bool:
    """Whether to tell of this face; a finder that does not say how sure it is, is."""
    return not isinstance(face, Face) or face.confidence >= SURE_FACE


def _faces(box: Box, faces: Sequence[Box]) -> list[str]:
    kept = sum(box.contains(face) for face in faces)
    if not kept or box.area > 1 - CUT:
        return []
    if kept == len(faces):
        return [f"keeps {COUNTS.get(kept, f'all {kept} faces')}"]
    return ["keeps the main face" if kept == 1 else f"keeps the {kept} main faces"]


def _subject(box: Box, subject: Box | None) -> list[str]:
    """Whether the subject is whole, closer, or better placed than before."""
    if subject is None or box.area > 1 - CUT or not box.contains(subject):
        return []
    told = ["keeps the subject whole"]
    if 1 / box.area > CLOSER:
        told = ["brings the subject closer"]
    before = (subject.left + subject.right) / 2
    after = (before - box.left) / box.width
    for what, line in PLACES.items():
        if abs(after - line) <= THIRD < abs(before - line):
            told.append(what)
    return told


def _removed(box: Box, seen: Sight) -> list[str]:
    """What lies in the strips that are cut away, the two widest of them."""
    strips = {side: _strip(box, side) for side in SIDES}
    kept = Box(*(min(max(edge, 0), 1) for edge in (box.left, box.top, box.right, box.bottom)))
    told = _corners(kept, strips, seen.luminance)
    for side, strip in sorted(strips.items(), key=lambda item: -(item[1].area if item[1] else 0)):
        what = _nature(side, strip, kept, seen) if strip else None
        if what and not any(f" {side}" in reason for reason in told):
            told.append(what.format(edge=f"{side} edge", side=_where(side)))
    return told[:2]


def _where(side: str) -> str:
    return f"at the {side}" if side in ("top", "bottom") else f"on the {side}"


def _strip(box: Box, side: str) -> Box | None:
    """What is cut away on one side, None if hardly anything is."""
    if side in ("left", "top"):
        edge = getattr(box, side)
        if edge < CUT:
            return None
        return Box(0, 0, edge, 1) if side == "left" else Box(0, 0, 1, edge)
    edge = getattr(box, side)
    if edge > 1 - CUT:
        return None
    return Box(edge, 0, 1, 1) if side == "right" else Box(0, edge, 1, 1)


def _next(side: str, strip: Box, kept: Box) -> Box:
    """What is kept just inside a strip, as wide."""
    width, height = min(strip.width, kept.width), min(strip.height, kept.height)
    left, top, right, bottom = kept.left, kept.top, kept.right, kept.bottom
    return {
        "left": Box(left, top, left + width, bottom),
        "right": Box(right - width, top, right, bottom),
        "top": Box(left, top, right, top + height),
        "bottom": Box(left, bottom - height, right, bottom),
    }[side]


def _tone(light: float, level: float) -> str:
    """Whether an edge is bright or dark beside what is kept; nothing for neither."""
    if light > max(BRIGHT, level + CONTRAST):
        return "bright"
    return "dark" if light < min(DARK, level - CONTRAST) else ""


def _nature(side: str, strip: Box, kept: Box, seen: Sight) -> str | None:
    """What a strip is, as a reason to remove it.

    It is not removed where what lies next to it is the same and stays.
    """
    light, kept_light = _cells(seen.luminance, strip), _cells(seen.luminance, kept)
    level, beside = kept_light.mean(), _cells(seen.luminance, _next(side, strip, kept))
    tone = _tone(light.mean(), level)
    if tone and tone != _tone(beside.mean(), level):
        return f"removes the {tone} {{edge}}"
    important = _cells(seen.importance, kept).mean()
    if _cells(seen.importance, strip).mean() > UNIMPORTANT * important:
        return None
    if _steps(light) < EMPTY:
        return "trims empty space {side}"
    return "removes clutter {side}" if _steps(light) > BUSY * _steps(kept_light) else None


def _corners(kept: Box, strips: dict[str, Box | None], luminance: Floats) -> list[str]:
    """The bright corner that goes, where both of its sides are cut."""
    level = float(_cells(luminance, kept).mean())
    for down in ("top", "bottom"):
        for across in ("left", "right"):
            vertical, horizontal = strips[down], strips[across]
            if vertical is None or horizontal is None:
                continue
            corner = Box(horizontal.left, vertical.top, horizontal.right, vertical.bottom)
            light = float(_cells(luminance, corner).mean())
            sides = [_cells(luminance, strip).mean() for strip in (vertical, horizontal)]
            beside = _next(across, corner, _next(down, corner, kept))
            bright = max(BRIGHT, level + 2 * CONTRAST)
            is_gone = _cells(luminance, beside).mean() <= bright < light
            if is_gone and max(sides) < level + CONTRAST:
                return [f"removes the bright {down} {across} corner"]
    return []


def _cells(grid: Floats, box: Box) -> Floats:
    """The cells of a picture of any shape that a box covers, at least one."""
    rows, columns = grid.shape
    top, left = round(box.top * rows), round(box.left * columns)
    bottom, right = round(box.bottom * rows), round(box.right * columns)
    top, left = min(top, rows - 1), min(left, columns - 1)
    return grid[top : max(bottom, top + 1), left : max(right, left + 1)]


def _steps(cells: Floats) -> float:
    """Mean luminance step between neighbours across and down."""
    steps = [np.abs(np.diff(cells, axis=axis)) for axis in (0, 1) if cells.shape[axis] > 1]
    return float(np.mean([step.mean() for step in steps])) if steps else 0.0
