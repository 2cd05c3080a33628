"""The shipped model through LiteRT, and the folders it refuses."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cropperhead_core.errors import ModelError
from cropperhead_core.ranker import Ranker, load_model

MODELS = Path(__file__).resolve().parents[2] / "models"
(FOLDER,) = (path.parent for path in MODELS.glob("*/config.json") if "boxes" in path.read_text())
MOST_BYTES = 20_000_000
PHOTOS = {"cat": data.chelsea(), "coffee": data.coffee(), "rocket": data.rocket()}
RANDOM = np.random.default_rng(0)
STARTS = RANDOM.uniform(0, 0.4, (300, 2))
BOXES = np.concatenate([STARTS, STARTS + RANDOM.uniform(0.3, 0.6, (300, 2))], axis=1)


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return load_model(FOLDER)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "model"))


def flipped(boxes: np.ndarray) -> np.ndarray:
    return np.stack([1 - boxes[:, 2], boxes[:, 1], 1 - boxes[:, 0], boxes[:, 3]], axis=1)


@pytest.mark.parametrize("name", PHOTOS)
def test_the_mirrored_photo_has_the_mirrored_scores(ranker: Ranker, name: str) -> None:
    pixels = PHOTOS[name]
    here, there = ranker.look(pixels), ranker.look(np.ascontiguousarray(pixels[:, ::-1]))
    assert there.scores(flipped(BOXES)) == pytest.approx(here.scores(BOXES), abs=1e-3)
    assert there.subject[:, ::-1] == pytest.approx(here.subject, abs=1e-3)


def test_a_box_has_the_same_score_in_whatever_company(ranker: Ranker) -> None:
    look = ranker.look(PHOTOS["cat"])
    assert look.scores(BOXES[:1])[0] == pytest.approx(look.scores(BOXES)[0], abs=1e-5)
    assert len(look.scores(BOXES[:0])) == 0


@pytest.mark.parametrize("side", [320, 640])
def test_scores_hardly_depend_on_the_size_of_the_preview(ranker: Ranker, side: int) -> None:
    photo = Image.fromarray(PHOTOS["rocket"])
    small = np.asarray(photo.resize((side, side * photo.height // photo.width)))
    expected = ranker.look(PHOTOS["rocket"]).scores(BOXES)
    assert np.corrcoef(ranker.look(small).scores(BOXES), expected)[0, 1] > 0.98


def test_a_cut_through_the_cat_is_worse_than_the_cat(ranker: Ranker) -> None:
    look = ranker.look(PHOTOS["cat"])
    whole, half, corner = look.scores(
        np.array([[0.1, 0, 0.95, 1], [0.5, 0, 1, 1], [0, 0.6, 0.3, 1]])
    )
    assert whole > half > corner


def test_the_model_is_small_enough_to_ship() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MOST_BYTES


def changed(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    config = json.loads((folder / "config.json").read_text())
    change(config)
    (folder / "config.json").write_text(json.dumps(config))


def test_weights_that_do_not_match_their_hash_are_refused(copy: Path) -> None:
    weights = copy / "model.tflite"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(ModelError, match=r"do not match their hash.*reinstall"):
        load_model(copy)


def test_a_format_of_another_time_is_refused(copy: Path) -> None:
    changed(copy, lambda config: config.update(format=99))
    with pytest.raises(ModelError, match="expected model format 1, got 99"):
        load_model(copy)


@pytest.mark.parametrize("key", ["files", "format", "name", "boxes", "leave_gain"])
def test_a_config_that_lacks_something_is_refused(copy: Path, key: str) -> None:
    changed(copy, lambda config: config.pop(key))
    with pytest.raises(ModelError, match=str(copy)):
        load_model(copy)


@pytest.mark.parametrize(
    ("key", "values", "message"),
    [
        ("leave_gain", [float("nan"), float("inf"), -5, 4.5, "a", None, True], "leave_gain from 0"),
        ("input", [128, 0, -224, 224.0, "224", None, True], "as input|takes image as"),
        ("boxes", [64, 0, -1, 128.0, [128], None, True], "as boxes|takes boxes as"),
        ("format", [True, 1.0, "1", None, [1]], "expected model format 1"),
        ("name", [None, "", 4], "expected a name"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(
    copy: Path, key: str, values: list[object], message: str
) -> None:
    for value in values:
        changed(copy, lambda config, value=value: config.update({key: value}))
        with pytest.raises(ModelError, match=message):
            load_model(copy)


@pytest.mark.parametrize("text", ["", "[]", "{", "null"])
def test_a_config_that_is_no_config_is_refused(copy: Path, text: str) -> None:
    (copy / "config.json").write_text(text)
    with pytest.raises(ModelError, match="expected a crop model"):
        load_model(copy)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"expected a crop model .* got no config\.json"):
        load_model(tmp_path / "nothing")


def test_a_model_of_another_kind_is_not_to_be_reinstalled() -> None:
    with pytest.raises(ModelError, match=r"expected a crop model .* got no model\.tflite") as found:
        load_model(FOLDER.with_name("level-1"))
    assert "reinstall" not in str(found.value)


def test_the_credits_list_every_photo_that_was_learnt_from() -> None:
    with (FOLDER / "CREDITS.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == json.loads((FOLDER / "config.json").read_text())["pictures"]
    assert all(row["licence"] and row["source"] for row in rows)
