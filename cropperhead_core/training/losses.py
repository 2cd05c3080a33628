"""Losses and metrics over the boxes of one photo: pure functions, and thin Keras classes."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

__all__ = ["RankingLoss", "first_choice", "ranking"]

Tensor = Any
"""Keras has no type that covers symbolic and eager tensors."""
CLEAR = 0.2
"""Differences of scores below this are noise: two scorings of a photo differ by as much."""


def ranking(y_true: Tensor, y_pred: Tensor, *, huber: float = 1.0, top: float = 1.0) -> Tensor:
    """One number a photo (n,), from scores (n, k): how wrongly its boxes are ordered and spaced.

    Pairs that people would tell apart count by how far they are apart (logistic loss), those of a
    photo's best boxes `top` times more; Huber on scores less their mean keeps the unit.
    """
    gap, said = _pairs(y_true), _pairs(y_pred)
    best = ops.max(y_true, axis=1, keepdims=True)
    near_top = ops.exp(2 * (y_true - best))
    weight = ops.relu(gap - CLEAR) * (1 + top * near_top[:, :, None])
    pairs = ops.sum(weight * ops.softplus(-3 * said), axis=(1, 2)) / (
        ops.sum(weight, axis=(1, 2)) + 1e-6
    )
    off = _centred(y_true) - _centred(y_pred)
    small = ops.minimum(ops.abs(off), 1.0)
    return pairs + huber * ops.mean(small * (ops.abs(off) - small / 2), axis=1)


def first_choice(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The true score of the box that is predicted best, less the best true score, (n,)."""
    chosen = ops.one_hot(ops.argmax(y_pred, axis=1), y_true.shape[1])
    return ops.sum(chosen * y_true, axis=1) - ops.max(y_true, axis=1)


def _pairs(scores: Tensor) -> Tensor:
    """(n, k, k): how much more the first has than the second."""
    return scores[:, :, None] - scores[:, None, :]


def _centred(scores: Tensor) -> Tensor:
    return scores - ops.mean(scores, axis=1, keepdims=True)


@keras.saving.register_keras_serializable("cropperhead")
class RankingLoss(keras.losses.Loss):
    """`ranking` as a loss."""

    def __init__(self, huber: float = 1.0, top: float = 1.0, name: str = "ranking") -> None:
        super().__init__(name=name)
        self.huber, self.top = huber, top

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """One number a photo."""
        return ranking(y_true, y_pred, huber=self.huber, top=self.top)

    def get_config(self) -> dict[str, object]:
        """What makes the same loss again."""
        return {"huber": self.huber, "top": self.top, "name": self.name}
