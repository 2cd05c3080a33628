"""What a picture offers to go by: whether there is anything to see, and where its subject is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .crop import Box, Size

__all__ = ["luminance", "reason_to_leave", "subject_box"]

SMALL = 64
"""Pixels of the short side below which no network sees anything."""
PANORAMA = 4.0
"""Long over short side from which a photo was stitched or cropped on purpose."""
GRID = 64
"""Cells along each side of the little luminance picture that is judged."""
FLAT = 3.0
"""Standard deviation of luminance (0..255) below which a picture shows nothing."""
NOISE = 0.3
"""Correlation of neighbouring cells below which a picture is noise; photos have .5 at least."""
IMPORTANT = 0.85
"""Of the highest importance: what belongs to the subject."""
SPREAD = 0.6
"""Area of the frame from which a subject is the scene itself, which any crop may cut."""
FAINT = 0.7
"""Highest importance below which there is no subject: good close crops agree on nothing."""


def luminance(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The brightness 0..255 in GRID by GRID cells, each the mean of what it covers."""
    gray = Image.fromarray(pixels).convert("L")
    return np.asarray(gray.resize((GRID, GRID), Image.Resampling.BOX), np.float32)


def reason_to_leave(
    pixels: NDArray[np.uint8], size: Size, *, any_shape: bool = False
) -> str | None:
    """Why this photo must be left as it is, in words, or None.

    pixels is its preview, size the full photo's. With any_shape a panorama is no reason: somebody
    asked for another shape.
    """
    short, long = sorted((size.width, size.height))
    if short < SMALL or min(pixels.shape[:2]) < 2:
        return f"it is only {size} pixels"
    if long > PANORAMA * short and not any_shape:
        return "it is a panorama"
    cells = luminance(pixels)
    if cells.std() < FLAT:
        return "there is nothing to see"
    return "it is noise" if _alikeness(cells) < NOISE else None


def _alikeness(cells: NDArray[np.float32]) -> float:
    """Correlation between neighbouring cells, the better one of both directions."""
    centred = cells - cells.mean()
    across = (centred[:, 1:] * centred[:, :-1]).mean()
    down = (centred[1:] * centred[:-1]).mean()
    return float(max(across, down) / centred.var())


def subject_box(importance: NDArray[np.floating]) -> Box | None:
    """The box around the main subject, or None if there is none or it is the whole scene.

    importance is (rows, columns), 0..1 over the picture. The subject is what hangs together with
    the most important cell and is nearly as important.
    """
    highest = importance.max()
    if not highest > FAINT:
        return None
    mask = importance >= IMPORTANT * highest
    part = np.zeros_like(mask)
    part[np.unravel_index(importance.argmax(), importance.shape)] = True
    while True:
        grown = _grown(part) & mask
        if (grown == part).all():
            break
        part = grown
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    height, width = importance.shape
    box = Box(
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )
    return box if box.area < SPREAD else None


def _grown(part: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part and the cells beside it."""
    grown = part.copy()
    grown[1:] |= part[:-1]
    grown[:-1] |= part[1:]
    grown[:, 1:] |= part[:, :-1]
    grown[:, :-1] |= part[:, 1:]
    return grown
