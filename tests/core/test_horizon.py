"""The belief in how a picture lies follows the picture, its mirror image too."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cropperhead_core.crop import Crop, Size
from cropperhead_core.errors import ModelError
from cropperhead_core.horizon import BINS, WEIGHTS, Horizon
from cropperhead_core.level import level
from cropperhead_core.lines import ANGLES, evidence, luma
from cropperhead_core.preview import rotated
from cropperhead_core.ranker import load_model
from cropperhead_core.suggest import suggest

from .test_lines import chart

MODELS = Path(__file__).resolve().parents[2] / "models"
FOLDER = MODELS / "level-1"
RANKER = min(MODELS.glob("*/model.tflite")).parent


@pytest.fixture(scope="module")
def horizon() -> Horizon:
    return Horizon(FOLDER)


def turned(angle: float) -> np.ndarray:
    """The chart turned by a crop angle, without the corners that this lays bare."""
    return rotated(chart(), angle)[130:-130, 150:-150]


def mean(belief: np.ndarray) -> float:
    return float((belief * BINS).sum())


@pytest.mark.parametrize("angle", [-6, -3, -1.2, 1.2, 3, 6])
def test_a_turned_picture_is_turned_back(horizon: Horizon, angle: float) -> None:
    found = level(horizon(turned(angle)), BINS, min_confidence=horizon.confidence)
    assert found.angle == pytest.approx(-angle, abs=0.25)


def test_a_level_picture_is_left(horizon: Horizon) -> None:
    found = level(horizon(turned(0)), BINS, min_confidence=horizon.confidence)
    assert (found.angle, found.note) == (0, "level already, as far as can be told")


@pytest.mark.parametrize("name", ["astronaut", "coffee", "rocket", "chelsea"])
def test_the_mirrored_picture_is_believed_to_lie_the_other_way(horizon: Horizon, name: str) -> None:
    picture = getattr(data, name)()
    there, back = horizon(picture), horizon(np.ascontiguousarray(picture[:, ::-1]))
    assert mean(back) == pytest.approx(-mean(there), abs=0.05)
    assert np.abs(there - back[::-1]).max() < 0.01


@pytest.mark.parametrize("picture", [np.zeros, np.ones])
@pytest.mark.parametrize("shape", [(64, 64), (1, 1), (3, 900), (900, 3)])
def test_a_flat_picture_tells_nothing(horizon: Horizon, picture: object, shape: object) -> None:
    belief = horizon(picture((*shape, 3), np.uint8) * 200)
    assert belief.sum() == pytest.approx(1, abs=1e-4)
    found = level(belief, BINS, min_confidence=horizon.confidence)
    assert (found.angle, found.note) == (0, "nothing in the picture tells for sure what is level")


@pytest.mark.parametrize("name", ["grass", "gravel", "astronaut", "chelsea", "coins", "moon"])
def test_textures_portraits_and_close_ups_are_left(horizon: Horizon, name: str) -> None:
    picture = np.asarray(Image.fromarray(getattr(data, name)()).convert("RGB"))
    assert level(horizon(picture), BINS, min_confidence=horizon.confidence).angle == 0


def test_a_tilt_beyond_the_limit_is_told_and_left(horizon: Horizon) -> None:
    found = level(horizon(turned(-9.5)), BINS, min_confidence=0.5)
    assert found.angle == 0
    assert "more than the 8 that may be levelled" in found.note


def test_noise_turns_nothing(horizon: Horizon) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (320, 480, 3), np.uint8)
    assert level(horizon(noise), BINS, min_confidence=horizon.confidence).angle == 0


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "level"))


def test_damaged_weights_are_refused(copied: Path) -> None:
    (copied / WEIGHTS).write_bytes(b"\0" + (copied / WEIGHTS).read_bytes()[1:])
    with pytest.raises(ModelError, match="do not match their hash"):
        Horizon(copied)


def test_a_model_of_another_version_is_refused(copied: Path) -> None:
    config = json.loads((copied / "config.json").read_text())
    (copied / "config.json").write_text(json.dumps(config | {"version": 9}))
    with pytest.raises(ModelError, match=r"version 1 of the level model .* update"):
        Horizon(copied)


def test_a_config_that_lacks_something_is_refused(copied: Path) -> None:
    config = json.loads((copied / "config.json").read_text())
    del config["confidence"]
    (copied / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match=r"expected a whole model in .* reinstall it"):
        Horizon(copied)


@pytest.mark.parametrize("confidence", [float("nan"), -0.1, 1.1, "a", None, True])
def test_a_confidence_that_makes_no_sense_is_refused(copied: Path, confidence: object) -> None:
    config = json.loads((copied / "config.json").read_text())
    (copied / "config.json").write_text(json.dumps(config | {"confidence": confidence}))
    with pytest.raises(ModelError, match="expected a confidence from 0 to 1"):
        Horizon(copied)


@pytest.mark.parametrize("name", ["config.json", WEIGHTS])
def test_a_folder_without_its_files_is_refused(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(ModelError, match="reinstall it"):
        Horizon(copied)


@pytest.mark.parametrize("angle", [-3, 3])
def test_a_suggested_crop_of_a_tilted_photo_is_level(
    horizon: Horizon, tmp_path: Path, angle: float
) -> None:
    Image.fromarray(turned(angle)).save(tmp_path / "tilted.jpg", quality=95)
    found = suggest(tmp_path / "tilted.jpg", load_model(RANKER), horizon=horizon)
    assert found.best is not None
    assert found.angle == pytest.approx(-angle, abs=0.25)
    assert "levels the horizon by" in " ".join(found.best.reasons)
    cut = cropped(turned(angle), found.best.crop)
    runs = evidence(luma(cut)).sum(axis=(1, 2))
    assert np.median(ANGLES[runs.argmax(axis=0)]) == pytest.approx(0, abs=0.25)


def cropped(pixels: np.ndarray, crop: Crop) -> np.ndarray:
    """What a crop keeps, cut out by its own corners."""
    size = Size(pixels.shape[1], pixels.shape[0])
    (left, top), (right, up), _, (down, bottom) = crop.quad(size)
    width, height = (round(x) for x in crop.extent(size))
    matrix = ((right - left) / width, (down - left) / height, left)
    matrix += ((up - top) / width, (bottom - top) / height, top)
    how = Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(pixels).transform((width, height), *how))
