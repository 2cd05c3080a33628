"""The networks: EfficientNet-Lite's trunks, from ImageNet, and the members that score boxes.

A member reads one trunk's maps at strides 8, 16 and 32; the members' scores are averaged. While a
trunk is frozen, what it sees in a picture is computed once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import layers, ops
from numpy.typing import NDArray

from .backbones import VARIANTS
from .pooling import BoxGeometry, MassMoments, RegionPool

__all__ = [
    "CONTEXT",
    "GRID",
    "MASSES",
    "SIDE",
    "WIDTH",
    "ranking_model",
    "thawed",
    "trunk",
    "whole_model",
]

SIDE = 224
"""Pixels of the square that the networks see."""
GRID = SIDE // 16
STAGES = (
    # repeats, kernel, stride, expansion, channels (EfficientNet-Lite0)
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
MAPS = {"fine": 2, "middle": 4, "coarse": 6}
"""Stages whose last maps are read: at stride 8 (averaged to 16), 16 and 32."""
WIDTH = 32
MASSES = 8
"""Importance maps a member learns: where each lies in a box, and what of it is cut away."""
CONTEXT = 64
HIDDEN = 96

Tensor = Any
"""Keras has no type that covers symbolic and eager tensors."""


def channels(variant: str) -> list[int]:
    """Of the stages of this variant: Lite0's times its width, in steps of 8."""
    width = VARIANTS[variant][0]
    return [max(8, int(stage[-1] * width + 4) // 8 * 8) for stage in STAGES]


def trunk(variant: str, weights: Mapping[str, NDArray[Any]]) -> keras.Model:
    """Image (n, side, side, 3) of 0..255 -> fine, middle (n, grid, grid, c), coarse at half grid.

    Frozen until it is `thawed`. A weight that is missing is a KeyError.
    """
    image = keras.Input((SIDE, SIDE, 3), name="image")
    x = layers.Rescaling(1 / 128, offset=-127 / 128)(image)
    x = layers.Conv2D(32, 3, 2, padding="same", use_bias=False, name="stem_conv")(x)
    x = layers.ReLU(6)(_norm("stem_bn")(x))
    ends, index, depth = [], 0, VARIANTS[variant][1]
    for stage, width in zip(STAGES, channels(variant), strict=True):
        # The first and the last stage are never repeated.
        repeats = 1 if stage[0] == 1 else math.ceil(stage[0] * depth)
        for repeat in range(repeats):
            x = _block(x, f"b{index}", stage[1], stage[2] if repeat == 0 else 1, stage[3], width)
            index += 1
        ends.append(x)
    maps = {name: ends[stage] for name, stage in MAPS.items()}
    maps["fine"] = layers.AveragePooling2D(2)(maps["fine"])
    model = keras.Model(image, maps, name=variant)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([weights[f"{layer.name}/{each.name}"] for each in layer.weights])
    model.trainable = False
    return model


def thawed(model: keras.Model) -> keras.Model:
    """The same trunk, whose convolutions learn; what ImageNet normalised by stays as it is."""
    model.trainable = True
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = False
    return model


def _block(x: Tensor, name: str, kernel: int, stride: int, expansion: int, width: int) -> Tensor:
    """One inverted residual block (Sandler et al. 2018), without squeeze and excitation."""
    start = x
    if expansion > 1:
        wide = x.shape[-1] * expansion
        x = layers.Conv2D(wide, 1, use_bias=False, name=f"{name}_expand_conv")(x)
        x = layers.ReLU(6)(_norm(f"{name}_expand_bn")(x))
    x = layers.DepthwiseConv2D(
        kernel, stride, padding="same", use_bias=False, name=f"{name}_dw_conv"
    )(x)
    x = layers.ReLU(6)(_norm(f"{name}_dw_bn")(x))
    x = layers.Conv2D(width, 1, use_bias=False, name=f"{name}_project_conv")(x)
    x = _norm(f"{name}_project_bn")(x)
    return layers.add([start, x]) if start.shape == x.shape else x


def _norm(name: str) -> layers.BatchNormalization:
    return layers.BatchNormalization(epsilon=1e-3, name=name)


def inputs_of(variant: str) -> dict[str, Tensor]:
    """What a trunk saw, as inputs `lite0_fine` and so on."""
    found = channels(variant)
    return {
        f"{variant}_{name}": keras.Input(
            (GRID // (2 if name == "coarse" else 1),) * 2 + (found[stage],),
            name=f"{variant}_{name}",
        )
        for name, stage in MAPS.items()
    }


def ranking_model(members: Sequence[str]) -> keras.Model:
    """Trunks' maps, boxes (n, k, 4), aspect (n, 1) -> scores (n, members, k).

    members names the trunk that each reads. Their layers are `view_0`, `head_0` and so on.
    """
    maps = {
        name: each
        for variant in dict.fromkeys(members)
        for name, each in inputs_of(variant).items()
    }
    boxes, aspect = keras.Input((None, 4), name="boxes"), keras.Input((1,), name="aspect")
    scores = []
    for index, variant in enumerate(members):
        seen = view(variant, f"view_{index}")({name: maps[name] for name in inputs_of(variant)})
        scores.append(box_head(f"head_{index}")({**seen, "boxes": boxes, "aspect": aspect}))
    stacked = ops.stack(scores, axis=1)
    return keras.Model({**maps, "boxes": boxes, "aspect": aspect}, stacked, name="ranking")


def whole_model(trunks: Mapping[str, keras.Model], ranking: keras.Model) -> keras.Model:
    """Image (n, side, side, 3), boxes, aspect -> scores (n, members, k), by these very layers."""
    image = keras.Input((SIDE, SIDE, 3), name="image")
    boxes, aspect = keras.Input((None, 4), name="boxes"), keras.Input((1,), name="aspect")
    maps = {
        f"{variant}_{name}": each
        for variant, trunk in trunks.items()
        for name, each in trunk(image).items()
    }
    scores = ranking({**maps, "boxes": boxes, "aspect": aspect})
    return keras.Model({"image": image, "boxes": boxes, "aspect": aspect}, scores, name="whole")


def view(variant: str, name: str) -> keras.Model:
    """A trunk's maps -> map (n, grid, grid, width + masses), context (n, 64).

    Each mass is a softmax over the cells, in means of 1: where something is that matters. What of
    it a box keeps is a part of the box's score, which is how it learns without labels of its own.
    """
    maps = inputs_of(variant)
    fine, middle, coarse = maps.values()
    near = layers.UpSampling2D(2, interpolation="bilinear")(_conv(WIDTH)(coarse))
    seen = layers.ReLU()(layers.add([_conv(WIDTH)(fine), _conv(WIDTH)(middle), near]))
    seen = _conv(WIDTH, 3, activation="relu")(layers.Dropout(0.1)(seen))
    mass = layers.Softmax(axis=1)(layers.Reshape((GRID * GRID, MASSES))(_conv(MASSES)(seen)))
    mass = layers.Reshape((GRID, GRID, MASSES))(layers.Rescaling(float(GRID * GRID))(mass))
    context = _dense(CONTEXT, activation="relu")(layers.GlobalAveragePooling2D()(coarse))
    outputs = {"map": layers.Concatenate()([seen, mass]), "context": layers.Dropout(0.2)(context)}
    return keras.Model(maps, outputs, name=name)


def _conv(width: int, kernel: int = 1, **options: Any) -> layers.Conv2D:
    return layers.Conv2D(width, kernel, padding="same", kernel_initializer=_small(), **options)


def _dense(width: int, **options: Any) -> layers.Dense:
    return layers.Dense(width, kernel_initializer=_small(), **options)


def _small() -> keras.initializers.Initializer:
    """A third of the usual variance: with Glorot's, members learn half as fast and rank worse."""
    return keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")


def box_head(name: str) -> keras.Model:
    """map, context, boxes (n, k, 4), aspect (n, 1) -> scores (n, k)."""
    seen = keras.Input((GRID, GRID, WIDTH + MASSES), name="map")
    context = keras.Input((CONTEXT,), name="context")
    boxes, aspect = keras.Input((None, 4), name="boxes"), keras.Input((1,), name="aspect")
    told = [
        RegionPool()([seen, boxes]),
        MassMoments()([seen[..., WIDTH:], boxes]),
        BoxGeometry()([boxes, aspect]),
    ]
    per_box = _dense(HIDDEN)(layers.LayerNormalization(epsilon=1e-5)(layers.Concatenate()(told)))
    per_photo = layers.Reshape((1, HIDDEN))(_dense(HIDDEN, use_bias=False)(context))
    x = layers.Dropout(0.2)(layers.ReLU()(layers.Add()([per_box, per_photo])))
    x = _dense(48, activation="relu")(x)
    scores = layers.Reshape((-1,))(_dense(1)(x))
    inputs = {"map": seen, "context": context, "boxes": boxes, "aspect": aspect}
    return keras.Model(inputs, scores, name=name)
