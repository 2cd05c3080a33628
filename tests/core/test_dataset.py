"""The open data, and its split: what is alike or of one series lies on one side."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from cropperhead_core.dataset import (
    data_hash,
    groups,
    likeness,
    parted,
    read_pictures,
    series,
    split,
)
from cropperhead_core.model_folder import CONFIG, shipped
from cropperhead_core.training.recipe import TrainingConfig, known_pictures


def test_a_resized_and_lightened_photo_has_nearly_the_same_fingerprint() -> None:
    photo = data.chelsea()
    lighter = (photo[::2, ::2] * 0.9 + 20).astype(np.uint8)
    assert (likeness(photo) ^ likeness(lighter)).bit_count() <= 8
    assert (likeness(photo) ^ likeness(data.coffee())).bit_count() > 8


def test_a_chain_of_likenesses_is_one_group() -> None:
    assert groups([0, 0xFF, 0xFFFF]) == [0, 0, 0]
    assert len(set(groups([0, 0xFFFF]))) == 2


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("a__canyon-2_000000.jpg", "a__canyon-3_111111.jpg", True),
        ("a__canyon_000000.jpg", "a__canyon-3_111111.jpg", True),
        ("a__20190419-4_000000.jpg", "a__20190419-5_111111.jpg", True),
        ("a__FIG-01-02-003_000000.jpg", "a__FIG-01-02-004_111111.jpg", True),
        ("a__FIG-01-02-003_000000.jpg", "a__FIG-01-03-003_111111.jpg", False),
        ("a__canyon-2_000000.jpg", "b__canyon-3_111111.jpg", False),
        ("kodak__20_000000.jpg", "kodak__21_111111.jpg", False),
        ("a__photo-1029599_000000.jpg", "a__photo-1544724_111111.jpg", False),
        ("Canon_EOS_20D_000000.jpg", "Canon_EOS_450D_111111.jpg", False),
    ],
)
def test_photos_of_one_series_are_grouped(one: str, other: str, alike: bool) -> None:
    assert (series(one) == series(other)) is alike
    assert (len(set(groups([0, 2**64 - 1], [one, other]))) == 1) is alike


def test_no_series_and_no_likeness_is_on_two_sides(shared: Path) -> None:
    pictures = read_pictures(shared / "data")
    parts = split(pictures)
    sides: dict[object, set[str]] = {}
    for picture, part in zip(pictures, parts, strict=True):
        sides.setdefault(series(picture.path.name), set()).add(part)
        sides.setdefault(likeness(picture.pixels()), set()).add(part)
    assert all(len(side) == 1 for side in sides.values())
    scored = [part for picture, part in zip(pictures, parts, strict=True) if picture.scores]
    assert scored.count("test") > 100
    assert scored.count("validation") > 100


def test_all_boxes_of_a_photo_came_with_it(shared: Path) -> None:
    pictures = read_pictures(shared / "data")
    assert {(picture.own, len(picture.scores)) for picture in pictures} == {(25, 25), (0, 0)}


@pytest.mark.parametrize("name", ["lite2-4", "level-1"])
def test_the_data_are_those_that_the_models_were_made_from(shared: Path, name: str) -> None:
    config = json.loads((shipped(name) / CONFIG).read_text())
    chosen = {
        "lite2-4": lambda: [
            picture
            for picture, part in known_pictures(TrainingConfig(), shared / "data")
            if part == "train"
        ],
        "level-1": lambda: parted(shared / "data")["train"],
    }[name]()
    assert data_hash(chosen) == config["data_sha256"]
