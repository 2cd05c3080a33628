"""Losses of a crop said as five numbers: pure functions by name, and the Keras class around them.

All take (n, 5): top, left, bottom, right in fractions of the photo, and the angle in degrees.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from cropperhead_core.crop import MAX_ANGLE

__all__ = ["LOSSES", "CropLoss", "clip_penalty"]

Tensor = Any
"""Keras has no type that covers symbolic and eager tensors."""
DEGREES = 10.0
"""That count as much as a whole side of the photo: a degree is seen like an edge that is off by a
tenth. The first CropperHead weighed a degree like a side, and its boxes came out all alike."""
TINY = 1e-7


def mse(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Mean square of the five differences, (n,)."""
    return ops.mean(ops.square(_scaled(y_true) - _scaled(y_pred)), axis=-1)


def clip_penalty(y_pred: Tensor) -> Tensor:
    """How far a crop is from one that can be, (n,): edges outside 0..1, sides of no extent.

    The angle is free up to 45 degrees either way.
    """
    top, left, bottom, right, angle = _parts(y_pred)
    edges = y_pred[..., :4]
    outside = ops.sum(ops.square(ops.relu(-edges) + ops.relu(edges - 1)), axis=-1)
    turned_over = ops.square(ops.relu(top - bottom)) + ops.square(ops.relu(left - right))
    return outside + turned_over + ops.square(ops.relu(ops.abs(angle) - MAX_ANGLE) / DEGREES)


def mse_clip(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """`mse` with `clip_penalty`, (n,)."""
    return mse(y_true, y_pred) + clip_penalty(y_pred)


def iou(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """One less the overlap of the boxes, and the square of the angle's difference, (n,)."""
    both, union, _ = _areas(y_true, y_pred)
    return 1 - both / (union + TINY) + _angle_off(y_true, y_pred)


def giou(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """`iou` that also knows how far apart boxes are that do not meet (Rezatofighi et al. 2019)."""
    both, union, around = _areas(y_true, y_pred)
    generalized = both / (union + TINY) - (around - union) / (around + TINY)
    return 1 - generalized + _angle_off(y_true, y_pred)


def _areas(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What both boxes cover, what either does, and the box around them; no extent has no area."""
    t0, l0, b0, r0, _ = _parts(one)
    t1, l1, b1, r1, _ = _parts(other)
    both = _area(ops.maximum(t0, t1), ops.maximum(l0, l1), ops.minimum(b0, b1), ops.minimum(r0, r1))
    around = _area(
        ops.minimum(t0, t1), ops.minimum(l0, l1), ops.maximum(b0, b1), ops.maximum(r0, r1)
    )
    return both, _area(t0, l0, b0, r0) + _area(t1, l1, b1, r1) - both, around


def _area(top: Tensor, left: Tensor, bottom: Tensor, right: Tensor) -> Tensor:
    return ops.relu(bottom - top) * ops.relu(right - left)


def _angle_off(one: Tensor, other: Tensor) -> Tensor:
    return ops.square((one[..., 4] - other[..., 4]) / DEGREES)


def _scaled(crops: Tensor) -> Tensor:
    return crops * ops.array([1, 1, 1, 1, 1 / DEGREES], dtype=crops.dtype)


def _parts(crops: Tensor) -> tuple[Tensor, ...]:
    return tuple(crops[..., index] for index in range(5))


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "mse": mse,
    "mse+clip": mse_clip,
    "iou": iou,
    "giou": giou,
}
"""By the name that `--loss` takes."""


@keras.saving.register_keras_serializable("cropperhead")
class CropLoss(keras.losses.Loss):
    """The loss of this name."""

    def __init__(self, kind: str = "mse+clip", name: str = "crop") -> None:
        super().__init__(name=name)
        self.kind = kind

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """One number a photo."""
        return LOSSES[self.kind](y_true, y_pred)

    def get_config(self) -> dict[str, object]:
        """What makes the same loss again."""
        return {"kind": self.kind, "name": self.name}
