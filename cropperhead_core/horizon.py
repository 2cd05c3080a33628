"""Which angle would level a picture, as a belief over angles: a small network (models/level-1).

It sees no pixels, only how much runs at which angle (`lines.evidence`), and slides the same weights
over all angles: turning the picture by a degree moves the belief by a degree.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .lines import ANGLES, CELLS, evidence, luma
from .model_folder import LEVEL, built_from, read_model, shipped

__all__ = [
    "BINS",
    "MARGIN",
    "VERSION",
    "WEIGHTS",
    "Horizon",
    "belief",
    "mirrored_summary",
    "summary",
]

VERSION = 1
"""Of a model folder's config.json, and of the network that `belief` computes."""
WEIGHTS = "weights.npz"
MARGIN = 12
"""Angles at either end that are evidence only."""
BINS = ANGLES[MARGIN:-MARGIN]
"""Degrees, rising: the crop angles that would level."""
FLOOR = 0.02
"""Added to the mean of each kind of evidence, so that nothing is not divided by nothing."""

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Weights = Mapping[str, Floats]


class Horizon:
    """Says how a picture lies; safe to share between threads."""

    def __init__(self, folder: Path | None = None) -> None:
        """From a model folder (None: the one that came with CropperHead).

        Raises `ModelError` when it is damaged or of an unknown version.
        """
        place = folder or shipped(LEVEL)
        config, content = read_model(place, "level", VERSION)
        with built_from(place):
            self._weights = _arrays(content)
            self.name: str = config["name"]
            self.confidence: float = config["confidence"]
            if type(self.confidence) not in (int, float) or not 0 <= self.confidence <= 1:
                raise ValueError(f"expected a confidence from 0 to 1, got {self.confidence!r}")

    def __call__(self, pixels: Pixels) -> Floats:
        """(bins,) probabilities of the angles `BINS` for an upright (h, w, 3) sRGB picture."""
        return belief(self._weights, *summary(np.sqrt(evidence(luma(pixels)))))


def summary(seen: Floats) -> tuple[Floats, Floats]:
    """(angles, 72) and (8,): what the network is shown of the square root of the evidence.

    By angle, of each kind of evidence how much there is in each row and column of the picture and
    at the most in one cell, all of it relative to the mean; and the logarithms of those means.
    """
    mean = seen.mean(axis=(0, 1, 2)) + np.float32(FLOOR)
    x = np.log1p(seen / mean)
    parts = [x.mean(axis=2), x.mean(axis=1), x.max(axis=(1, 2))[:, None]]
    return np.concatenate(parts, axis=1).reshape(len(x), -1), np.log(mean)


def mirrored_summary(shown: Floats) -> Floats:
    """What a summary (..., angles, 72) would be for the mirrored picture."""
    kinds = shown.reshape(*shown.shape[:-1], 2 * CELLS + 1, -1)
    rows, columns, most = kinds[..., :CELLS, :], kinds[..., CELLS:-1, :], kinds[..., -1:, :]
    there = np.concatenate([rows, columns[..., ::-1, :], most], axis=-2)
    return there[..., ::-1, :, :].reshape(shown.shape)


def belief(weights: Weights, shown: Floats, amount: Floats) -> Floats:
    """(bins,) probabilities from a `summary`.

    The mean of what the network says of the picture and of its mirror image: the belief in the
    mirrored picture is the mirrored belief.
    """
    there, back = _logits(weights, np.stack([shown, mirrored_summary(shown)]), amount)
    logits = (there + back[::-1]) / 2
    likely = np.exp(logits - logits.max())
    found: Floats = likely / likely.sum()
    return found


def _logits(weights: Weights, shown: Floats, amount: Floats) -> Floats:
    """(n, bins) of summaries (n, angles, 72) that have this much evidence, (8,), in common."""
    amounts = np.repeat(amount[None], len(shown), axis=0)
    context = np.concatenate([amounts, shown.mean(axis=1), shown.max(axis=1)], axis=1)
    context = _relu(context @ weights["context/kernel"] + weights["context/bias"])
    context = context @ weights["scene/kernel"] + weights["scene/bias"]
    x = _relu(_convolved(weights, "near", shown) + context[:, None])
    x = _relu(_convolved(weights, "far", x))
    x = _relu(_convolved(weights, "farther", x, dilation=2))
    return _convolved(weights, "answer", x)[:, MARGIN:-MARGIN, 0]


def _convolved(weights: Weights, name: str, x: Floats, dilation: int = 1) -> Floats:
    """(..., angles, out) of (..., angles, in): correlated along the angles, zeros beyond them."""
    kernel = weights[f"{name}/kernel"]
    reach = len(kernel) // 2 * dilation
    wide = np.pad(x, [*[(0, 0)] * (x.ndim - 2), (reach, reach), (0, 0)])
    count = x.shape[-2]
    found: Floats = weights[f"{name}/bias"] + wide[..., :count, :] @ kernel[0]
    for tap in range(1, len(kernel)):
        found += wide[..., tap * dilation : tap * dilation + count, :] @ kernel[tap]
    return found


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0)


def _arrays(content: bytes) -> Weights:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}
