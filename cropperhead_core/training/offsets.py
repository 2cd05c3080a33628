"""How far from level the training photos are themselves: a belief in each one's offset.

A photo that was turned by a known angle is level after turning it back only if it was level before.
Many are not, so what a network that never saw the photo says of its turned versions is weighed
against how such photos usually lie.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.dataset import Picture
from cropperhead_core.horizon import BINS
from cropperhead_core.lines import STEP

__all__ = ["OFFSETS", "posterior", "targets", "usual"]

OFFSETS = np.arange(-8, 8 + STEP / 2, STEP)
"""Degrees: the crop angles that would level a photo as it is."""
USUAL = {"composed": ((0.85, 0.15), (0.15, 0.9)), "snapshot": ((0.5, 0.25), (0.5, 1.4))}
"""Shares and spreads (degrees) of the bells that offsets of a kind of photo are drawn from."""
VOICE = 3.0
"""How many independent photos all versions of one count as: they are turned copies."""
DOUBT = 1e-3
"""Probability that any angle has, whatever a network says."""
INSIDE = 9.0
"""Degrees up to which a version is heard; beyond, the answer is cut off at its ends."""
SURE = 0.2
"""Degrees; the spread of a target around an offset that is known."""

Floats = NDArray[np.float64]


def usual(pictures: Sequence[Picture]) -> Floats:
    """(n, offsets) beliefs before anything was seen."""
    kinds = {
        kind: sum(share * _bell(OFFSETS, spread) for share, spread in bells)
        for kind, bells in USUAL.items()
    }
    return np.array([kinds[picture.kind] for picture in pictures])


def posterior(before: Floats, said: Floats, angles: Floats) -> Floats:
    """(n, offsets) beliefs after hearing probabilities (n, v, bins) of versions.

    angles (n, v) are what would level a version if its photo is level.
    """
    heard = np.log(before + 1e-12)
    for row, (beliefs, turns) in enumerate(zip(np.log(said + DOUBT), angles, strict=True)):
        inside = np.abs(turns) < INSIDE
        voices = [
            np.interp(turn + OFFSETS, BINS, belief, belief.min(), belief.min())
            for turn, belief in zip(turns[inside], beliefs[inside], strict=True)
        ]
        heard[row] += VOICE * np.mean(voices, axis=0) if voices else 0
    after = np.exp(heard - heard.max(axis=1, keepdims=True))
    return np.asarray(after / after.sum(axis=1, keepdims=True))


def targets(offsets: Floats, angles: Floats) -> NDArray[np.float32]:
    """(n, bins): what levels a picture turned by (n,) angles, from beliefs (n, offsets)."""
    apart = BINS[None, :, None] - angles[:, None, None] - OFFSETS
    found = np.einsum("nbo,no->nb", np.exp(-0.5 * (apart / SURE) ** 2), offsets) + 1e-6
    return (found / found.sum(axis=1, keepdims=True)).astype(np.float32)


def _bell(x: Floats, spread: float) -> Floats:
    found = np.exp(-0.5 * (x / spread) ** 2)
    return np.asarray(found / found.sum())
