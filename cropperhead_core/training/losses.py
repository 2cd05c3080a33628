"""Losses and metrics over the boxes of one photo: pure functions, and thin Keras classes.

Scores are (..., k); a true one that nobody gave is NaN and counts nowhere.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

__all__ = ["RankingLoss", "first_choice", "ranking"]

Tensor = Any
"""Keras has no type that covers symbolic and eager tensors."""
CLEAR = 0.2
"""Differences of scores below this are noise: two scorings of a photo differ by as much."""
STEEP = 3.0
"""Of the logistic loss: pairs a third of a score apart in the right order count for little."""


def ranking(y_true: Tensor, y_pred: Tensor, *, huber: float = 1.0, top: float = 1.0) -> Tensor:
    """One number a photo (...), from scores (..., k): how wrongly its boxes are ordered and spaced.

    Pairs that people would tell apart count by how far they are apart (logistic loss), those of a
    photo's best boxes `top` times more; Huber on scores less their mean keeps the unit.
    """
    known, true = _known(y_true)
    gap, said = _pairs(true), _pairs(y_pred)
    best = ops.max(ops.where(known > 0, true, -1e3), axis=-1, keepdims=True)
    near_top = ops.exp(2 * ops.minimum(true - best, 0))
    both = known[..., :, None] * known[..., None, :]
    weight = ops.relu(gap - CLEAR) * (1 + top * near_top[..., :, None]) * both
    pairs = ops.sum(weight * ops.softplus(-STEEP * said), axis=(-2, -1)) / (
        ops.sum(weight, axis=(-2, -1)) + 1e-6
    )
    off = ops.abs(_centred(true, known) - _centred(y_pred, known)) * known
    small = ops.minimum(off, 1.0)
    count = ops.sum(known, axis=-1) + 1e-6
    return pairs + huber * ops.sum(small * (off - small / 2), axis=-1) / count


def first_choice(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The true score of the box that is predicted best, less the best true score, (...).

    0 where no box has one.
    """
    known, true = _known(y_true)
    told = ops.where(known > 0, y_pred, -1e3)
    chosen = ops.one_hot(ops.argmax(told, axis=-1), y_true.shape[-1])
    lost = ops.sum(chosen * true, axis=-1) - ops.max(ops.where(known > 0, true, -1e3), axis=-1)
    return lost * ops.max(known, axis=-1)


def _known(scores: Tensor) -> tuple[Tensor, Tensor]:
    """1 where there is a score, and the scores with 0 where there is none."""
    missing = ops.isnan(scores)
    return ops.cast(ops.logical_not(missing), scores.dtype), ops.where(missing, 0.0, scores)


def _pairs(scores: Tensor) -> Tensor:
    """(..., k, k): how much more the first has than the second."""
    return scores[..., :, None] - scores[..., None, :]


def _centred(scores: Tensor, known: Tensor) -> Tensor:
    mean = ops.sum(scores * known, axis=-1, keepdims=True)
    return scores - mean / (ops.sum(known, axis=-1, keepdims=True) + 1e-6)


@keras.saving.register_keras_serializable("cropperhead")
class RankingLoss(keras.losses.Loss):
    """`ranking` as a loss; of members' scores (n, members, k) the mean, each judged by itself."""

    def __init__(self, huber: float = 1.0, top: float = 1.0, name: str = "ranking") -> None:
        super().__init__(name=name)
        self.huber, self.top = huber, top

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """One number a photo."""
        each = ranking(y_true[:, None], y_pred, huber=self.huber, top=self.top)
        return ops.mean(each, axis=-1)

    def get_config(self) -> dict[str, object]:
        """What makes the same loss again."""
        return {"huber": self.huber, "top": self.top, "name": self.name}
