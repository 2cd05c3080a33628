"""The angle that levels a photo: what the network saw and what the camera measured, weighed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .wishes import USUAL_LIMIT

__all__ = ["NO_TILT", "Level", "level"]

MIN_ANGLE = 0.2
"""Degrees; less is not seen, costs sharpness all over and trims the edges."""
MIN_CONFIDENCE = 0.55
"""Share of the belief that must lie near the angle; a model's config may ask for another."""
NEAR = 0.75
"""Degrees around the likeliest angle that count as the same answer: three bins of a quarter."""
STEPS = 20
"""Of the mean shift; it halves its error in each."""
ROLL_SPREAD = 0.6
"""Degrees; electronic levels are good to a few tenths, and the hand moves while it presses."""
ROLL_TRUST = 0.9
"""How often the camera's level and what looks level agree; slopes and facades disagree."""
UNKNOWN = "nothing in the picture tells for sure what is level"
LEVEL_ALREADY = "level already, as far as can be told"
NO_TILT = ("", UNKNOWN, LEVEL_ALREADY)
"""Notes that there is nothing to straighten (most photos', 38 of 40: UNKNOWN); any other says why a
tilt was left."""

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Level:
    """A straightening angle (degrees, sign of `Crop.angle`) and how sure it is.

    The angle is 0 when there is nothing to do or nothing to go by; `note` says which, in words.
    """

    angle: float
    confidence: float
    note: str = ""


def level(
    probabilities: Floats,
    bins: Floats,
    roll: float | None = None,
    *,
    limit: float = USUAL_LIMIT,
    min_confidence: float = MIN_CONFIDENCE,
) -> Level:
    """The angle to level by, from the network's (bins,) probabilities and the camera's roll.

    bins are degrees, rising, each the crop angle that would level; so is roll (None: unknown). The
    two are multiplied, the roll as a normal distribution over a floor, so a sure picture overrules
    the camera and a blank one leaves the word to it.

    >>> import numpy as np
    >>> bins = np.arange(-10, 10.25, 0.25)
    >>> level(np.exp(-8 * (bins - 1.3) ** 2), bins).angle
    1.3
    >>> level(np.ones(81), bins).note
    'nothing in the picture tells for sure what is level'
    """
    if roll is not None and not abs(roll) <= abs(bins).max():
        note = f"the camera was tilted by {abs(roll):.1f} degrees, so the tilt is taken as meant"
        return Level(0.0, 0.0, note)
    seen = np.asarray(probabilities, np.float64) / probabilities.sum()
    belief = seen if roll is None else seen * _prior(bins, roll)
    belief = belief / belief.sum()
    angle, confidence = _peak(belief, bins)
    if confidence < min_confidence:
        return Level(0.0, confidence, UNKNOWN)
    if limit < abs(angle) >= MIN_ANGLE:
        note = f"tilted by {abs(angle):.1f} degrees, more than the {limit:g} that may be levelled"
        return Level(0.0, confidence, note)
    worth = _worth(belief, bins, angle)
    if abs(angle) < MIN_ANGLE or worth < min_confidence:
        return Level(0.0, confidence, LEVEL_ALREADY)
    return Level(round(angle, 2), min(confidence, worth))


def _prior(bins: Floats, roll: float) -> Floats:
    """How likely each angle is, given the camera's: a bell around it, and a floor everywhere."""
    bell = np.exp(-0.5 * ((bins - roll) / ROLL_SPREAD) ** 2)
    prior: Floats = ROLL_TRUST * bell / bell.sum() + (1 - ROLL_TRUST) / len(bins)
    return prior


def _peak(belief: Floats, bins: Floats) -> tuple[float, float]:
    """The likeliest angle, between the bins, and the share of the belief near it.

    From the middle of the heaviest stretch uphill to where the belief is densest (mean shift): a
    mean over whole bins would lean by up to .05 degrees to the side that has one bin more.
    """
    near = np.abs(bins[:, None] - bins) <= NEAR + 1e-6
    masses = near @ belief
    # The middle of the heaviest stretches, so that a mirrored photo has the mirrored angle.
    heaviest = np.flatnonzero(masses >= masses.max() - 1e-9)
    angle = float(bins[heaviest[0]] + bins[heaviest[-1]]) / 2
    for _ in range(STEPS):
        weights = belief * np.exp(-2 * ((bins - angle) / NEAR) ** 2)
        angle = float((weights * bins).sum() / weights.sum())
    return angle, float(masses[heaviest[0]])


def _worth(belief: Floats, bins: Floats, angle: float) -> float:
    """How likely turning by this angle comes nearer to level than leaving."""
    sign = 1 if angle > 0 else -1
    return float(belief[sign * bins > abs(angle) / 2].sum())
