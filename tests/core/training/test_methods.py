"""What methods answer: without pixels, other people's, and the first CropperHead's network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from cropperhead_core.dataset import Picture
from cropperhead_core.errors import ModelError
from cropperhead_core.training.evaluate.methods import Answer, Method, answer_of, blind, choice
from cropperhead_core.training.evaluate.peers import smartcrop, vips_attention
from cropperhead_core.training.evaluate.tfjs import classic, read_layers_model, square

PHOTO = data.coffee()
BOXES = np.array([[0, 0, 1, 1], [0.1, 0.1, 0.9, 0.9], [0, 0, 0.5, 0.5]])
CORNERS = tuple(map(tuple, BOXES.tolist()))
LEARNT = [Picture(Path("a"), "composed", "", CORNERS, (3.0, 4.0, 1.0))] * 2


@pytest.mark.parametrize("name", ["full frame", "centre 90 %", "training-mean box", "random crop"])
def test_a_method_without_pixels_proposes_a_box_in_the_frame(name: str) -> None:
    box = blind(LEARNT)[name](PHOTO, BOXES).box
    assert 0 <= box[0] < box[2] <= 1
    assert 0 <= box[1] < box[3] <= 1


def test_the_mean_box_is_that_of_the_best() -> None:
    assert blind(LEARNT)["training-mean box"](PHOTO, BOXES).box.tolist() == list(CORNERS[1])


def test_geometry_learns_what_size_is_liked() -> None:
    answer = blind(LEARNT)["geometry only"](PHOTO, BOXES)
    assert answer.scores is not None
    assert int(answer.scores.argmax()) == 1
    assert answer.box.tolist() == list(CORNERS[1])


def test_a_random_crop_is_the_same_for_the_same_photo_only() -> None:
    random = blind(LEARNT)["random crop"]
    assert random(PHOTO, BOXES).box.tolist() == random(PHOTO, BOXES).box.tolist()
    assert random(PHOTO, BOXES).box.tolist() != random(PHOTO[:, ::-1], BOXES).box.tolist()


@pytest.mark.parametrize("make", [smartcrop, vips_attention])
def test_other_peoples_croppers_see_where_the_picture_is(make: object) -> None:
    method: Method = make()  # type: ignore[operator]
    half = np.full((300, 600, 3), 200, np.uint8)
    half[:, 450:] = np.random.default_rng(0).integers(0, 255, (300, 150, 3))
    left, right = (method(np.ascontiguousarray(x), BOXES).box for x in (half[:, ::-1], half))
    assert left[0] < right[0] or left[2] < right[2]
    assert min(left.min(), right.min()) >= 0
    assert max(left.max(), right.max()) <= 1


def test_a_photo_is_left_unless_a_box_gains_enough() -> None:
    scores = np.array([3.0, 3.3, 3.1])
    assert [choice(scores, gain) for gain in (0, 0.2, 0.4)] == [1, 1, 0]
    assert choice(np.array([3.0, 3.0])) == 0


def test_five_numbers_are_a_crop_with_its_angle() -> None:
    answer = answer_of((0.1, 0.2, 0.8, 0.9, 0.0), PHOTO)
    assert answer.box.tolist() == pytest.approx([0.2, 0.1, 0.9, 0.8])
    assert answer_of((0.2, 0.2, 0.8, 0.8, 3.0), PHOTO).angle == 3


@pytest.mark.parametrize(
    "numbers",
    [(-0.2, 0.1, 0.8, 0.9, 1.0), (0.5, 0.1, 0.2, 0.9, 0.0), (0, 0, 1, 1, 4.0), (0, 0, 1, 1, 80)],
)
def test_five_numbers_that_are_no_crop_are_outside(numbers: tuple[float, ...]) -> None:
    assert answer_of(numbers, PHOTO).is_outside


def test_the_original_network_has_all_its_parameters_and_sees_the_photo(shared: Path) -> None:
    model = read_layers_model(shared / "data/seed")
    assert model.parameters == 958_789
    one, other = model(square(PHOTO)), model(square(data.astronaut()))
    assert one.shape == (5,)
    assert np.abs(one - other).max() > 0.01
    answer: Answer = classic(shared / "data/seed")(PHOTO, BOXES)
    assert answer.box.shape == (4,)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "model.json").unlink(), "expected a TensorFlow.js model"),
        (
            lambda folder: (folder / "config.json").write_text("{}"),
            "expected a TensorFlow.js model",
        ),
        (
            lambda folder: (folder / "config.json").write_text(
                '{"files": {"group1-shard1of1.bin": "0"}}'
            ),
            "do not match their hash",
        ),
        (lambda folder: (folder / "model.json").write_text("{}"), "expected a TensorFlow.js model"),
        (
            lambda folder: (folder / "group1-shard1of1.bin").write_bytes(b"\0" * 8),
            "expected 958789 weights, got 2",
        ),
        (lambda folder: _said(folder, '"padding": "valid"', '"padding": "same"'), "got Conv2D"),
        (lambda folder: _said(folder, '"Flatten"', '"LSTM"'), "got LSTM"),
    ],
)
def test_a_damaged_network_is_refused(
    shared: Path, tmp_path: Path, damage: object, message: str
) -> None:
    for name in ("model.json", "group1-shard1of1.bin"):
        (tmp_path / name).write_bytes((shared / "data/seed" / name).read_bytes())
    damage(tmp_path)  # type: ignore[operator]
    with pytest.raises(ModelError, match=message):
        read_layers_model(tmp_path)


def _said(folder: Path, old: str, new: str) -> None:
    text = (folder / "model.json").read_text()
    assert old in text
    (folder / "model.json").write_text(json.dumps(json.loads(text.replace(old, new))))
