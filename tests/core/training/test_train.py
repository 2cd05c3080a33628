"""Photos that nobody scored: the boxes they borrow, and the order that is learnt from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
keras = pytest.importorskip("keras")

from cropperhead_core.dataset import Picture  # noqa: E402 (TF)
from cropperhead_core.training.data import Scored  # noqa: E402
from cropperhead_core.training.recipe import padded  # noqa: E402
from cropperhead_core.training.train import by_overlap, of_own  # noqa: E402

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
    first, second = padded([scored, plain], seed=1)
    assert first == scored
    assert second.boxes == BOXES
    assert np.isnan(second.scores).all()


def test_who_has_fewer_boxes_gets_the_whole_frame_without_a_score() -> None:
    many = Picture(Path("a.jpg"), "composed", "CC0", BOXES, (3.0, 2.0, 1.0))
    few = Picture(Path("b.jpg"), "composed", "CC0", BOXES[1:], (2.0, 1.0))
    _, filled = padded([many, few], seed=1)
    assert filled.boxes == (*BOXES[1:], (0.0, 0.0, 1.0, 1.0))
    assert filled.scores[:2] == few.scores
    assert np.isnan(filled.scores[2])


def test_of_parts_of_a_finished_photo_the_whole_is_best(seen: Scored) -> None:
    scores = by_overlap(seen, np.array([1])).scores
    assert (np.argsort(-scores[1], axis=-1) == (0, 2, 1)).all()
    assert (scores[0] == seen.scores[0]).all()
    assert np.isnan(scores[2]).all()


def test_at_last_only_scores_that_came_with_a_photo_count(seen: Scored) -> None:
    scores = of_own(seen, np.array([2, 0, 1])).scores
    assert (scores[0, :, :2] == (3, 2)).all()
    assert np.isnan(scores[0, :, 2]).all()
    assert np.isnan(scores[1:]).all()
