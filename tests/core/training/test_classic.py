"""The classic network: as large as the first, read by the same reader; its losses and its labels.

Each fault that the first project's training had is a test here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from cropperhead_core.crop import Crop, Size
from cropperhead_core.dataset import Picture

pytestmark = [
    pytest.mark.xdist_group("tensorflow"),
    # Keras 3.15 asks TensorFlow's variables for arrays as NumPy 1 did.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy"),
]
keras = pytest.importorskip("keras")

from cropperhead_core.training import classic_fit  # noqa: E402
from cropperhead_core.training.box_losses import LOSSES, CropLoss, clip_penalty  # noqa: E402 (TF)
from cropperhead_core.training.classic import classic_network, write_layers_model  # noqa: E402
from cropperhead_core.training.classic_fit import (  # noqa: E402
    ClassicConfig,
    make_classic,
    quick_classic,
)
from cropperhead_core.training.crops import crops, label, mirrored_labels, quads  # noqa: E402
from cropperhead_core.training.evaluate.tfjs import (  # noqa: E402 (TF)
    WEIGHTS,
    read_layers_model,
    square,
)
from cropperhead_core.training.resuming import goes_on  # noqa: E402 (TF)

PHOTO = data.coffee()
SIZE = Size(600, 400)
ASPECT = np.array([1.5], np.float32)
box = st.tuples(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0.6, 1), st.floats(0.6, 1))


def numbers(*values: float) -> np.ndarray:
    return np.array([values], np.float32)


def loss(name: str, true: np.ndarray, said: np.ndarray) -> float:
    return float(LOSSES[name](keras.ops.array(true), keras.ops.array(said))[0])


def test_the_network_has_exactly_the_parameters_of_the_first() -> None:
    assert classic_network().count_params() == 958_789


def test_keras_and_our_reader_say_what_the_first_network_says(shared: Path) -> None:
    first = read_layers_model(shared / "data/seed")
    network = classic_network()
    names = [f"{layer.name}/{w.name}" for layer in network.layers for w in layer.weights]
    network.set_weights([first.weights[name] for name in names])
    image = square(PHOTO)
    said = network(image[None], training=False)[0].numpy()
    assert first(image) == pytest.approx(said, abs=1e-4)


def test_the_layers_are_those_of_the_first(shared: Path, tmp_path: Path) -> None:
    write_layers_model(classic_network(), tmp_path)
    ours, first = read_layers_model(tmp_path), read_layers_model(shared / "data/seed")
    assert [kind for kind, _ in ours.layers] == [kind for kind, _ in first.layers]
    for (_, one), (_, other) in zip(ours.layers, first.layers, strict=True):
        assert one.items() <= other.items()


def test_a_written_network_says_what_it_said(tmp_path: Path) -> None:
    network = classic_network()
    write_layers_model(network, tmp_path)
    image = square(PHOTO)
    said = network(image[None], training=False)[0].numpy()
    assert read_layers_model(tmp_path)(image) == pytest.approx(said, abs=1e-4)


@given(box, st.floats(-10, 10))
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_nothing_where_all_is_right(
    name: str, edges: tuple[float, ...], angle: float
) -> None:
    crop = numbers(*edges, angle)
    assert loss(name, crop, crop) == pytest.approx(0, abs=1e-5)


@given(box, box)
@settings(max_examples=40, deadline=None)
def test_generalized_overlap_lies_between_minus_one_and_overlap(
    one: tuple[float, ...], other: tuple[float, ...]
) -> None:
    true, said = numbers(*one, 0), numbers(*other, 0)
    assert loss("giou", true, said) >= loss("iou", true, said) - 1e-6
    assert -1e-5 <= loss("giou", true, said) <= 2
    assert loss("iou", true, said) == pytest.approx(loss("iou", said, true), abs=1e-6)


def test_only_the_generalized_overlap_knows_how_far_apart_boxes_are() -> None:
    true, near, far = (numbers(0, x, 0.2, x + 0.2, 0) for x in (0, 0.3, 0.8))
    assert loss("iou", true, near) == pytest.approx(loss("iou", true, far))
    assert loss("giou", true, near) < loss("giou", true, far)


def test_overlap_by_hand() -> None:
    assert loss("iou", numbers(0, 0, 1, 1, 0), numbers(0, 0, 1, 0.5, 0)) == pytest.approx(0.5)


def test_fault_the_clip_penalty_keeps_boxes_inside() -> None:
    inside = numbers(0.1, 0.1, 0.9, 0.9, 0)
    for wrong in ((-0.1, 0.1, 0.9, 0.9, 0), (0.1, 0.1, 0.9, 1.2, 0), (0.9, 0.1, 0.1, 0.9, 0)):
        assert float(clip_penalty(keras.ops.array(numbers(*wrong)))[0]) > 0
        assert loss("mse+clip", inside, numbers(*wrong)) > loss("mse", inside, numbers(*wrong))
    assert float(clip_penalty(keras.ops.array(inside))[0]) == 0


@pytest.mark.parametrize("angle", [-3.0, 0.0, 1.5, 8.0])
def test_fault_the_angle_is_not_clipped_to_between_0_and_1(angle: float) -> None:
    assert float(clip_penalty(keras.ops.array(numbers(0, 0, 1, 1, angle)))[0]) == 0
    assert float(clip_penalty(keras.ops.array(numbers(0, 0, 1, 1, 50)))[0]) > 0


def test_fault_a_degree_does_not_weigh_like_a_side() -> None:
    crop = numbers(0.1, 0.1, 0.9, 0.9, 0)
    edge_off, angle_off = numbers(0.2, 0.1, 0.9, 0.9, 0), numbers(0.1, 0.1, 0.9, 0.9, 1)
    assert loss("mse", crop, edge_off) == pytest.approx(loss("mse", crop, angle_off), rel=1e-4)


@pytest.mark.parametrize("angle", [-8.0, 0.0, 2.5])
def test_fault_a_mirrored_label_is_the_mirrored_crop(angle: float) -> None:
    crop = label(np.array([0.1, 0.2, 0.7, 0.9]), SIZE, angle)[None]
    flipped = mirrored_labels(crop, ASPECT)
    assert flipped[0, 4] == -angle
    seen = quads(crop, ASPECT)[0] * (-1, 1) + (1, 0)
    assert quads(flipped, ASPECT)[0] == pytest.approx(seen[[1, 0, 3, 2]], abs=1e-5)
    assert mirrored_labels(flipped, ASPECT) == pytest.approx(crop, abs=1e-5)


@pytest.mark.parametrize("angle", [-5.0, 0.0, 3.0])
def test_a_label_is_a_crop_inside_the_photo(angle: float) -> None:
    top, left, bottom, right, said = label(np.array([0.0, 0, 1, 1]), SIZE, angle).tolist()
    Crop(top, left, bottom, right, said).checked(SIZE)
    assert said == angle


@pytest.mark.parametrize("angle", [-5.0, 0.0, 3.0])
def test_corners_are_those_of_the_crop(angle: float) -> None:
    crop = label(np.array([0.1, 0.2, 0.7, 0.9]), SIZE, angle)
    top, left, bottom, right, said = crop.tolist()
    expected = np.array(Crop(top, left, bottom, right, said).quad(SIZE)) / (600, 400)
    assert quads(crop[None], ASPECT)[0] == pytest.approx(expected, abs=1e-5)


def test_fault_a_photo_that_is_best_left_is_an_example_too(tmp_path: Path) -> None:
    Image.fromarray(PHOTO).save(tmp_path / "a.jpg")
    boxes = ((0.0, 0.0, 1.0, 1.0), (0.2, 0.2, 0.8, 0.8))
    picture = Picture(tmp_path / "a.jpg", "composed", "", boxes, (4.0, 3.0))
    seen = crops([picture], is_turned=True)
    assert len(seen) == 2
    assert seen.labels[0].tolist() == [0, 0, 1, 1, 0]
    assert seen.labels[1, 4] != 0


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_comes_back_from_its_config(name: str) -> None:
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(CropLoss(name))
    )
    crop = numbers(0.1, 0.1, 0.9, 0.9, 0)
    assert again.kind == name
    assert float(again(crop, crop)) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_lowered_by_its_gradient(name: str) -> None:
    import tensorflow as tf

    said, true = tf.Variable(numbers(0.3, -0.1, 0.8, 1.1, 4)), numbers(0.1, 0.1, 0.9, 0.9, 0)
    optimizer = keras.optimizers.Adam(0.02)
    before = loss(name, true, said.numpy())
    for _ in range(30):
        with tf.GradientTape() as tape:
            wrong = LOSSES[name](true, said)
        optimizer.apply([tape.gradient(wrong, said)], [said])
    assert loss(name, true, said.numpy()) < before / 2


def test_a_run_that_was_killed_ends_as_if_it_had_not_been(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = replace(quick_classic(ClassicConfig()), epochs=3)

    class Killed(Exception):
        """In place of a signal."""

    class Killing(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002 (Keras' signature)
            if epoch == 2:
                raise Killed

    def made(name: str, seed: int = 1) -> bytes:
        folder = tmp_path / f"{name}-{seed}"
        numbers = replace(config, seed=seed)
        make_classic(numbers, data=shared / "data", work=tmp_path / name, folder=folder, say=print)
        return (folder / WEIGHTS).read_bytes()

    with monkeypatch.context() as patched:
        patched.setattr(classic_fit, "goes_on", lambda run: [*goes_on(run), Killing()])
        with pytest.raises(Killed):
            made("killed")
    whole = made("whole")
    assert made("killed") == whole
    assert made("killed", seed=2) != whole
