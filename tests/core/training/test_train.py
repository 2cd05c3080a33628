"""Photos that nobody scored: the boxes they borrow, and who tells their scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
keras = pytest.importorskip("keras")

from cropperhead_core.dataset import Picture  # noqa: E402 (TF)
from cropperhead_core.training.data import Scored  # noqa: E402
from cropperhead_core.training.networks import ranking_model  # noqa: E402
from cropperhead_core.training.recipe import lent  # noqa: E402
from cropperhead_core.training.train import by_overlap, taught  # noqa: E402

BOXES = ((0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 0.5, 0.5), (0.5, 0.0, 1.0, 1.0))


@pytest.fixture(scope="module")
def seen() -> Scored:
    random = np.random.default_rng(1)
    shapes = {"fine": (16, 16, 40), "middle": (16, 16, 112), "coarse": (8, 8, 320)}
    features = {
        f"lite0_{name}": random.normal(0, 1, (3, 2, *shape)).astype(np.float16)
        for name, shape in shapes.items()
    }
    boxes = np.tile(np.array(BOXES, np.float32), (3, 2, 1, 1))
    scores = np.full((3, 2, 3), np.nan, np.float32)
    scores[0] = (3, 2, 1)
    features["image"] = np.zeros((3, 2, 4, 4, 3), np.uint8)
    return Scored(features, boxes, scores, np.full((3, 2), 1.5, np.float32))


def test_a_photo_without_scores_borrows_boxes_and_has_no_score_yet() -> None:
    scored = Picture(Path("a.jpg"), "composed", "CC0", BOXES, (3.0, 2.0, 1.0))
    plain = Picture(Path("b.jpg"), "composed", "CC0")
    first, second = lent([scored, plain], seed=1)
    assert first == scored
    assert second.boxes == BOXES
    assert np.isnan(second.scores).all()


def test_of_parts_of_a_finished_photo_the_whole_is_best(seen: Scored) -> None:
    scores = by_overlap(seen, np.array([1])).scores
    assert (np.argsort(-scores[1], axis=-1) == (0, 2, 1)).all()
    assert (scores[0] == seen.scores[0]).all()
    assert np.isnan(scores[2]).all()


def test_the_members_score_what_nobody_scored(seen: Scored) -> None:
    keras.utils.set_random_seed(0)
    ranking = ranking_model(["lite0", "lite0"])
    told = taught(ranking, seen, np.array([1, 2]))
    assert (told.scores[0] == seen.scores[0]).all()
    assert np.isfinite(told.scores).all()
    assert (told.scores[1, 0] == told.scores[1, 1]).all()  # a version and its mirror image
    members = [
        ranking.predict(seen.only(set(seen.features) - {"image"}).batch(np.array([1]), which)[0])
        for which in (0, 1)
    ]
    assert told.scores[1, 0] == pytest.approx(np.mean(members, axis=(0, 2))[0], abs=1e-5)
