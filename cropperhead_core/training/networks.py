"""The networks: EfficientNet-Lite0's trunk, and the heads that score boxes.

The trunk's lower part stays as ImageNet made it, so its features are computed once per picture;
the upper part and the heads are trained.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers, ops

__all__ = ["GRID", "SIDE", "lower_trunk", "ranking_model"]

SIDE = 256
"""Pixels of the square that the network sees."""
GRID = SIDE // 16
BLOCKS = (
    # kernel, stride, expansion, channels of blocks b0..b15 (EfficientNet-Lite0)
    *((3, 1, 1, 16),),
    *((3, 2, 6, 24), (3, 1, 6, 24)),
    *((5, 2, 6, 40), (5, 1, 6, 40)),
    *((3, 2, 6, 80), (3, 1, 6, 80), (3, 1, 6, 80)),
    *((5, 1, 6, 112), (5, 1, 6, 112), (5, 1, 6, 112)),
    *((5, 2, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192)),
    *((3, 1, 6, 320),),
)
FINE, SPLIT = 4, 11
"""The last block at stride 8, and the first of the upper part, after the last at stride 16."""
CHANNELS = {"fine": 40, "middle": 112}
WIDTH = 32
CELLS = 5
"""Along each axis of a box's neighbourhood: before it, three thirds of it, behind it."""

Tensor = Any
"""Keras has no type that covers symbolic and eager tensors."""


def lower_trunk(weights: Path) -> keras.Model:
    """Image (n, side, side, 3) of 0..255 -> fine (n, grid, grid, 40), middle (n, grid, grid, 112).

    fine is the stride 8 map averaged to stride 16. Weights: data/backbone, Apache-2.0.
    """
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(image)
    x = layers.Conv2D(32, 3, 2, padding="same", use_bias=False, name="stem_conv")(x)
    x = layers.ReLU(6)(_norm("stem_bn")(x))
    fine = x
    for index in range(SPLIT):
        x = _block(x, index)
        fine = x if index == FINE else fine
    model = keras.Model(image, {"fine": layers.AveragePooling2D(2)(fine), "middle": x})
    _fill(model, weights)
    model.trainable = False
    return model


def _block(x: Tensor, index: int) -> Tensor:
    """One inverted residual block (Sandler et al. 2018), without squeeze and excitation."""
    kernel, stride, expansion, channels = BLOCKS[index]
    name, start = f"b{index}", x
    if expansion > 1:
        wide = x.shape[-1] * expansion
        x = layers.Conv2D(wide, 1, use_bias=False, name=f"{name}_expand_conv")(x)
        x = layers.ReLU(6)(_norm(f"{name}_expand_bn")(x))
    x = layers.DepthwiseConv2D(
        kernel, stride, padding="same", use_bias=False, name=f"{name}_dw_conv"
    )(x)
    x = layers.ReLU(6)(_norm(f"{name}_dw_bn")(x))
    x = layers.Conv2D(channels, 1, use_bias=False, name=f"{name}_project_conv")(x)
    x = _norm(f"{name}_project_bn")(x)
    return layers.add([start, x]) if start.shape == x.shape else x


def _norm(name: str) -> layers.BatchNormalization:
    """Batch normalisation that keeps ImageNet's statistics: our batches are small."""
    norm = layers.BatchNormalization(epsilon=1e-3, name=name)
    norm.trainable = False
    return norm


def _fill(model: keras.Model, weights: Path) -> None:
    """Give every layer of the trunk its weights by name; a missing one is a KeyError."""
    arrays = np.load(weights)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([_array(arrays, layer.name, w.name) for w in layer.weights])


def _array(arrays: np.lib.npyio.NpzFile, layer: str, variable: str) -> np.ndarray:
    return arrays[f"{layer}/{variable}"].astype(np.float32)


def ranking_model(weights: Path) -> keras.Model:
    """fine, middle, boxes (n, k, 4), aspect (n, 1) -> scores (n, k); map, context and subject too.

    The subject is where a softmax over the cells puts its mass; what of it a box keeps is a part
    of the box's score, which is how it learns without labels of its own.
    """
    fine = keras.Input((GRID, GRID, CHANNELS["fine"]), name="fine")
    middle = keras.Input((GRID, GRID, CHANNELS["middle"]), name="middle")
    features = _features(weights)({"fine": fine, "middle": middle})
    boxes, aspect = keras.Input((None, 4), name="boxes"), keras.Input((1,), name="aspect")
    scores = box_head()(
        {"map": features["map"], "context": features["context"], "boxes": boxes, "aspect": aspect}
    )
    inputs = {"fine": fine, "middle": middle, "boxes": boxes, "aspect": aspect}
    return keras.Model(inputs, scores, name="ranking")


def _features(weights: Path) -> keras.Model:
    """The upper trunk: fine, middle -> map (n, grid, grid, 33), context (n, 64), subject."""
    fine = keras.Input((GRID, GRID, CHANNELS["fine"]), name="fine")
    middle = keras.Input((GRID, GRID, CHANNELS["middle"]), name="middle")
    x = middle
    for index in range(SPLIT, len(BLOCKS)):
        x = _block(x, index)
    _fill(keras.Model(middle, x), weights)
    coarse = layers.UpSampling2D(2, interpolation="bilinear")(_reduced(x))
    seen = layers.ReLU()(layers.add([_reduced(fine), _reduced(middle), coarse]))
    seen = layers.Conv2D(WIDTH, 3, padding="same", activation="relu")(layers.Dropout(0.1)(seen))
    mass = layers.Reshape((GRID * GRID,))(layers.Conv2D(1, 1)(seen))
    mass = layers.Reshape((GRID, GRID, 1))(layers.Softmax()(mass))
    context = layers.Dense(64, activation="relu")(layers.GlobalAveragePooling2D()(x))
    whole = layers.Concatenate()([seen, layers.Rescaling(float(GRID * GRID))(mass)])
    outputs = {"map": whole, "context": layers.Dropout(0.2)(context), "subject": mass}
    return keras.Model({"fine": fine, "middle": middle}, outputs, name="features")


def _reduced(x: Tensor) -> Tensor:
    return layers.Conv2D(WIDTH, 1)(x)


def box_head() -> keras.Model:
    """map, context, boxes (n, k, 4), aspect (n, 1) -> scores (n, k)."""
    seen = keras.Input((GRID, GRID, WIDTH + 1), name="map")
    context = keras.Input((64,), name="context")
    boxes, aspect = keras.Input((None, 4), name="boxes"), keras.Input((1,), name="aspect")
    pooled = RegionPool()([seen, boxes])
    shape = BoxGeometry()([boxes, aspect])
    per_box = layers.Dense(96)(layers.Concatenate()([pooled, shape]))
    per_photo = layers.Reshape((1, 96))(layers.Dense(96, use_bias=False)(context))
    x = layers.Dropout(0.2)(layers.ReLU()(layers.Add()([per_box, per_photo])))
    x = layers.Dense(48, activation="relu")(x)
    scores = layers.Reshape((-1,))(layers.Dense(1)(x))
    inputs = {"map": seen, "context": context, "boxes": boxes, "aspect": aspect}
    return keras.Model(inputs, scores, name="box_head")


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

    def compute_output_shape(self, shapes: list[tuple[int, ...]]) -> tuple[int | None, ...]:
        """(n, k, 25 * channels)."""
        return (shapes[0][0], shapes[1][1], CELLS * CELLS * shapes[0][-1])


def _weights(start: Tensor, end: Tensor, grid: int) -> Tensor:
    """(n, k, 5, grid): the share of each of an axis' 5 spans that each cell of the map covers."""
    third = (end - start) / 3
    edges = ops.stack([start * 0, start, start + third, end - third, end, end * 0 + 1], axis=-1)
    low = ops.arange(grid, dtype="float32") / grid
    first, last = edges[..., :-1, None], edges[..., 1:, None]
    covered = ops.relu(ops.minimum(last, low + 1 / grid) - ops.maximum(first, low))
    return covered / (last - first + 1e-4)


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

    def compute_output_shape(self, shapes: list[tuple[int, ...]]) -> tuple[int | None, ...]:
        """(n, k, 11)."""
        return (shapes[0][0], shapes[0][1], 11)
