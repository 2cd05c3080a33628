"""The recipe: what is seen of a picture, the same seed the same weights, killed runs go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

pytestmark = [
    pytest.mark.xdist_group("tensorflow"),
    # Keras 3.15 asks TensorFlow's variables for arrays as NumPy 1 did.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy"),
]
keras = pytest.importorskip("keras")

from cropperhead_core.boxes import mirrored  # noqa: E402
from cropperhead_core.dataset import Picture  # noqa: E402 (TF)
from cropperhead_core.training.augment import versions, windowed  # noqa: E402
from cropperhead_core.training.data import Scored, scored  # noqa: E402
from cropperhead_core.training.fit import fitted  # noqa: E402
from cropperhead_core.training.networks import GRID, ranking_model  # noqa: E402
from cropperhead_core.training.recipe import Stage, TrainingConfig  # noqa: E402

CONFIG = TrainingConfig(seed=5)
STAGE = Stage(epochs=3, learning_rate=5e-4, batch=4)
RANDOM = np.random.default_rng(0)
BOXES = np.concatenate([[[0, 0, 1, 1]], RANDOM.uniform(0, 0.3, (24, 2)).repeat(2, axis=1)])
BOXES[1:, 2:] = 1 - BOXES[1:, [1, 0]]
BOXES[1:, 1] = BOXES[1:, 0]
SCORES = RANDOM.uniform(1, 5, 25).round(1)


@pytest.fixture
def picture(tmp_path: Path) -> Picture:
    path = tmp_path / "cat_000000.png"
    Image.fromarray(data.chelsea()[:, :400]).save(path)
    boxes = tuple(tuple(box) for box in BOXES.tolist())
    return Picture(path, "snapshot", "CC0", boxes, tuple(SCORES.tolist()), 2)


@pytest.fixture(scope="module")
def seen() -> Scored:
    random = np.random.default_rng(1)
    sides = {"fine": (GRID, 40), "middle": (GRID, 112), "coarse": (GRID // 2, 320)}
    features = {
        f"lite0_{name}": random.normal(0, 1, (12, 2, side, side, width)).astype(np.float16)
        for name, (side, width) in sides.items()
    }
    boxes = np.tile(BOXES.astype(np.float32), (12, 2, 1, 1))
    scores = random.uniform(1, 5, (12, 2, 25)).astype(np.float32)
    return Scored(features, boxes, scores, np.full((12, 2), 1.5, np.float32))


PARTS = (np.arange(8), np.arange(8, 12))


def run(
    seen: Scored, work: Path, also: tuple[keras.callbacks.Callback, ...] = ()
) -> list[np.ndarray]:
    keras.utils.set_random_seed(CONFIG.seed)
    model = ranking_model(["lite0"])
    fitted(model, STAGE, seen, PARTS, config=CONFIG, work=work, also=also)
    return list(model.get_weights())


def test_every_other_version_is_the_mirror_image_of_the_one_before(picture: Picture) -> None:
    found = list(versions(picture, 6, np.random.default_rng(0)))
    assert len(found) == 6
    for one, other in zip(found[::2], found[1::2], strict=True):
        assert (one.square[:, ::-1] == other.square).all()
        assert mirrored(one.boxes) == pytest.approx(other.boxes)
    assert found[0].boxes == pytest.approx(BOXES, abs=1e-6)
    assert found[0].scores == pytest.approx(SCORES)


def test_a_part_of_a_picture_shows_its_boxes_where_they_were() -> None:
    rows, columns = np.mgrid[0:300, 0:400]
    pixels = np.stack([columns % 256, rows % 256, columns // 256], axis=-1).astype(np.uint8)
    boxes, scores = BOXES.astype(np.float32), SCORES.astype(np.float32)
    part, inside, left = windowed(pixels, boxes, scores, np.random.default_rng(4))
    assert part.shape < pixels.shape
    assert 10 <= np.isfinite(left).sum() < len(boxes)
    corner = part[0, 0].astype(int)
    start = np.array([corner[0] + 256 * corner[2], corner[1]])
    for box, was in zip(inside[np.isfinite(left)], boxes[np.isfinite(left)], strict=True):
        at = start + box[:2] * (part.shape[1], part.shape[0])
        assert at == pytest.approx(was[:2] * (400, 300), abs=6)


def test_features_are_computed_once(picture: Picture, tmp_path: Path) -> None:
    looks: list[int] = []

    def look(square: np.ndarray) -> dict[str, np.ndarray]:
        looks.append(1)
        return {"lite0_fine": square[::64, ::64].astype(np.float32)}

    first = scored([picture], look, count=4, seed=1, cache=tmp_path / "cache")
    again = scored([picture], look, count=4, seed=1, cache=tmp_path / "cache")
    assert len(looks) == 4
    assert (first.features["lite0_fine"] == again.features["lite0_fine"]).all()
    inputs, scores = again.batch(np.array([0]), np.array([1]))
    assert inputs["boxes"][0] == pytest.approx(mirrored(BOXES.astype(np.float32)), abs=1e-6)
    assert scores[0] == pytest.approx(SCORES)


@pytest.fixture(scope="module")
def whole(seen: Scored, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[np.ndarray]]:
    return run(seen, tmp_path_factory.mktemp("whole"))


def test_the_same_seed_gives_the_same_weights(
    seen: Scored, whole: list[np.ndarray], tmp_path: Path
) -> None:
    same, finished = run(seen, tmp_path), run(seen, tmp_path)  # the second has nothing left to do
    for one, other, third in zip(whole, same, finished, strict=True):
        assert (one == other).all()
        assert (one == third).all()


def test_a_run_that_was_killed_ends_as_if_it_had_not_been(
    seen: Scored, whole: list[np.ndarray], tmp_path: Path
) -> None:
    class Killed(Exception):
        """In place of a signal."""

    class Killing(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002 (Keras' signature)
            if epoch == 2:
                raise Killed

    with pytest.raises(Killed):
        run(seen, tmp_path, (Killing(),))
    for one, other in zip(whole, run(seen, tmp_path), strict=True):
        assert one == pytest.approx(other, abs=1e-6)
