"""What of a picture's maps lies in a box, around it, and where: layers that score boxes."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

__all__ = ["BoxGeometry", "MassMoments", "RegionPool"]

CELLS = 5
"""Along each axis of a box's neighbourhood: before it, three thirds of it, behind it."""
MOMENTS, NUMBERS = 7, 11
LEAST = 1e-3
"""Share of a mass below which its centre says nothing."""

Tensor = Any
"""Keras has no type that covers symbolic and eager tensors."""
Shapes = list[tuple[int, ...]]


@keras.saving.register_keras_serializable("cropperhead")
class RegionPool(layers.Layer):
    """Means of a map over the 5 x 5 cells of each box's neighbourhood: (n, k, 25 * channels).

    The inner 3 x 3 are the box, the outer ones what is cut away on that side (0 where nothing is).
    Two matrix products: weights of the rows times the map times weights of the columns.
    """

    def call(self, inputs: list[Tensor]) -> Tensor:
        """Of map (n, g, g, c) and boxes (n, k, 4)."""
        seen, boxes = inputs
        grid, channels = seen.shape[1], seen.shape[-1]
        rows = _weights(boxes[..., 1], boxes[..., 3], grid)
        columns = _weights(boxes[..., 0], boxes[..., 2], grid)
        flat = ops.reshape(seen, (-1, grid, grid * channels))
        x = ops.matmul(ops.reshape(rows, (-1, ops.shape(boxes)[1] * CELLS, grid)), flat)
        x = ops.reshape(x, (-1, CELLS, grid, channels))
        x = ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (-1, grid, CELLS * channels))
        x = ops.matmul(ops.reshape(columns, (-1, CELLS, grid)), x)
        return ops.reshape(x, (-1, ops.shape(boxes)[1], CELLS * CELLS * channels))

    def compute_output_shape(self, shapes: Shapes) -> tuple[int | None, ...]:
        """(n, k, 25 * channels)."""
        return (shapes[0][0], shapes[1][1], CELLS * CELLS * shapes[0][-1])


def _weights(start: Tensor, end: Tensor, grid: int) -> Tensor:
    """(n, k, 5, grid): the share of each of an axis' 5 spans that each cell of the map covers."""
    third = (end - start) / 3
    edges = ops.stack([start * 0, start, start + third, end - third, end, end * 0 + 1], axis=-1)
    first, last = edges[..., :-1, None], edges[..., 1:, None]
    return _covered(first, last, grid) / (last - first + 1e-4)


def _covered(first: Tensor, last: Tensor, grid: int) -> Tensor:
    """How much of each cell of an axis lies between first and last (..., 1): (..., grid)."""
    low = ops.arange(grid, dtype="float32") / grid
    return ops.relu(ops.minimum(last, low + 1 / grid) - ops.maximum(first, low))


@keras.saving.register_keras_serializable("cropperhead")
class MassMoments(layers.Layer):
    """How much of each mass a box keeps, and where in the box it lies: (n, k, 7 * masses).

    The kept share; the centre of what is kept, across and down, in fractions of the box; its
    spread; how far the centre is from the box's middle.
    """

    def call(self, inputs: list[Tensor]) -> Tensor:
        """Of masses (n, g, g, m), means of 1 over the cells, and boxes (n, k, 4)."""
        masses, boxes = inputs
        grid = masses.shape[1]
        left, top, right, bottom = (boxes[..., index : index + 1] for index in range(4))
        columns, rows = _covered(left, right, grid), _covered(top, bottom, grid)
        across = _profile(masses, rows) * columns[..., None]
        down = _profile(ops.transpose(masses, (0, 2, 1, 3)), columns) * rows[..., None]
        kept = ops.sum(across, axis=2)
        x, wide = _moments(across, kept, left, right)
        y, high = _moments(down, kept, top, bottom)
        off = [ops.abs(x - 0.5) * 4, ops.abs(y - 0.5) * 4]
        return ops.concatenate([kept, x * 4, y * 4, wide * 4, high * 4, *off], axis=-1)

    def compute_output_shape(self, shapes: Shapes) -> tuple[int | None, ...]:
        """(n, k, 7 * masses)."""
        return (shapes[0][0], shapes[1][1], MOMENTS * shapes[0][-1])


def _profile(masses: Tensor, rows: Tensor) -> Tensor:
    """Masses (n, g, g, m) summed over rows (n, k, g): (n, k, g, m)."""
    grid, count = masses.shape[1], masses.shape[-1]
    flat = ops.matmul(rows, ops.reshape(masses, (-1, grid, grid * count)))
    return ops.reshape(flat, (-1, ops.shape(rows)[1], grid, count))


def _moments(profile: Tensor, kept: Tensor, start: Tensor, end: Tensor) -> tuple[Tensor, Tensor]:
    """Centre and spread (n, k, m) of profiles (n, k, g, m), in fractions of the box's extent."""
    grid = profile.shape[2]
    middles = (ops.arange(grid, dtype="float32") + 0.5) / grid
    place = ((middles - start) / (end - start))[..., None]
    centre = ops.sum(profile * place, axis=2) / (kept + LEAST)
    square = ops.sum(profile * place * place, axis=2) / (kept + LEAST)
    return centre, ops.sqrt(ops.relu(square - centre * centre) + 1e-6)


@keras.saving.register_keras_serializable("cropperhead")
class BoxGeometry(layers.Layer):
    """(n, k, 11) numbers that say where a box is, how large, and of what shape."""

    def call(self, inputs: list[Tensor]) -> Tensor:
        """Of boxes (n, k, 4) and the picture's aspect (n, 1)."""
        boxes, aspect = inputs
        left, top, right, bottom = (boxes[..., index] for index in range(4))
        width, height = right - left, bottom - top
        shape, own = ops.log(width / height), ops.log(aspect) + 0 * width
        numbers = [left, top, right, bottom, width, height, width * height]
        more = [shape, own, shape + own, ops.abs(left + right - 1)]
        return ops.stack([*numbers, *more], axis=-1)

    def compute_output_shape(self, shapes: Shapes) -> tuple[int | None, ...]:
        """(n, k, 11)."""
        return (shapes[0][0], shapes[0][1], NUMBERS)
