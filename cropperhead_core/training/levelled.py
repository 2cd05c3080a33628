"""How well photos are levelled: those turned by known angles, and the same ones untouched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropperhead_core.crop import Size, largest_inside
from cropperhead_core.dataset import Picture
from cropperhead_core.horizon import BINS
from cropperhead_core.level import level
from cropperhead_core.scene import HorizonFinding

from .evaluate.tilt import HARM_DEGREES
from .tilting import resampled, usual_tilts

__all__ = ["Figures", "confidence", "figures", "heard"]

BEARABLE_HARM = 0.015
"""Share of untouched photos that may be turned by more than .3 degrees when a model is calibrated:
less than the 2 % that are bearable, because few photos calibrate it."""
CONFIDENCES = np.arange(0.5, 0.99, 0.02)

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
Way = Literal["plain", "alike"]
"""`plain`: untouched are the file's pixels, turned ones are turned in high quality. `alike`: both
are resampled as in training, so that resampling tells nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What was believed of n photos turned by `tilts` (degrees) and of the untouched, (n, bins)."""

    tilts: Floats
    turned: NDArray[np.float32]
    untouched: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares are of all photos, but `within_half` of those that were turned."""

    acted: float
    error: float
    """Degrees left on average where it acted."""
    within_half: float
    harm: float
    turned_untouched: float


def heard(
    horizon: Callable[[Pixels], NDArray[np.float32]],
    pictures: Sequence[Picture],
    *,
    seed: int,
    way: Way = "plain",
) -> Heard:
    """What this network believes of the photos, turned by the usual tilts and untouched."""
    random = np.random.default_rng(seed)
    tilts = usual_tilts(len(pictures), random)
    turned, untouched = [], []
    for picture, tilt in zip(pictures, tilts, strict=True):
        pixels = picture.pixels()
        if way == "plain":
            shown = (_finely_turned(pixels, float(tilt)), pixels)
        else:
            shown = (resampled(pixels, float(tilt), random), resampled(pixels, 0.0, random))
        turned.append(horizon(shown[0]))
        untouched.append(horizon(shown[1]))
    return Heard(tilts, np.array(turned), np.array(untouched))


def _finely_turned(pixels: Pixels, angle: float) -> Pixels:
    """The largest part of the picture of its shape, turned at twice its size; no corner shows."""
    height, width = pixels.shape[:2]
    large = Image.fromarray(pixels).resize((2 * width, 2 * height), Image.Resampling.LANCZOS)
    large = large.rotate(angle, Image.Resampling.BICUBIC)
    inside = np.array(largest_inside(Size(2 * width, 2 * height), angle, width / height))
    margin = np.ceil((np.array([2 * width, 2 * height]) - inside) / 2) + 2
    box = (*margin, 2 * width - margin[0], 2 * height - margin[1])
    size = np.round(inside / 2).astype(int) - 2
    return np.asarray(large.resize(tuple(size), Image.Resampling.LANCZOS, box))


def figures(found: Heard, confidence: float) -> Figures:
    """How well they are levelled when this confidence is asked for."""
    turned, untouched = (
        np.array([level(each, BINS, min_confidence=confidence).angle for each in beliefs])
        for beliefs in (found.turned, found.untouched)
    )
    has_acted = turned != 0
    errors = np.abs(turned + found.tilts)[has_acted]
    return Figures(
        acted=float(has_acted.mean()),
        error=float(errors.mean()) if len(errors) else 0.0,
        within_half=float((errors <= 0.5).mean()) if len(errors) else 0.0,
        harm=float((np.abs(untouched) > HARM_DEGREES).mean()),
        turned_untouched=float((untouched != 0).mean()),
    )


def confidence(horizon: HorizonFinding, pictures: Sequence[Picture], seed: int) -> float:
    """The least confidence that harms hardly any of these pictures, which it was not fitted to."""
    ways: tuple[Way, ...] = ("plain", "alike")
    found = [heard(horizon, pictures, seed=seed, way=way) for way in ways]
    for sure in CONFIDENCES:
        if all(figures(each, float(sure)).harm <= BEARABLE_HARM for each in found):
            return float(sure)
    return 1.0
