"""Which candidates are chosen from their scores."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.choice import DIFFERENT, chosen, utilities
from cropperhead_core.crop import Box


def random_boxes(rng: np.random.Generator, count: int) -> np.ndarray:
    """The whole frame, then any boxes."""
    ends = np.sort(rng.uniform(0, 1, (count, 2, 2)), axis=1).reshape(count, 4)
    ends[:, 2:] = np.maximum(ends[:, 2:], ends[:, :2] + 0.01)
    return np.concatenate([[[0, 0, 1, 1]], ends])


def areas_of(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)


seeds = st.integers(0, 2**32 - 1).map(np.random.default_rng)


@given(seeds, st.floats(0, 5), st.floats(0, 1), st.floats(0, 1))
def test_a_tighter_wish_never_keeps_more(
    rng: np.random.Generator, gain: float, a: float, b: float
) -> None:
    boxes = random_boxes(rng, 40)
    scores, may = rng.normal(0, 2, 41), np.append(True, rng.uniform(size=40) < 0.7)
    kept = []
    for tightness in sorted((a, b)):
        worth = utilities(scores, areas_of(boxes), tightness=tightness, leave_gain=gain)
        kept.append(areas_of(boxes)[chosen(worth, boxes, may, 1)[0]])
    assert kept[1] <= kept[0] + 1e-12


@given(seeds, st.integers(1, 8))
def test_alternatives_are_really_different_and_best_first(
    rng: np.random.Generator, top: int
) -> None:
    boxes = random_boxes(rng, 60)
    worth = utilities(rng.normal(size=61), areas_of(boxes))
    rows = chosen(worth, boxes, np.ones(61, bool), top)
    picked = [Box(*boxes[row].tolist()) for row in rows]
    assert 1 <= len(rows) <= top
    assert (np.diff(worth[rows]) <= 0).all()
    for i, one in enumerate(picked):
        assert all(one.overlap(other) < DIFFERENT for other in picked[:i])


def test_the_whole_frame_wins_below_the_gain_that_leaving_asks_for() -> None:
    boxes = np.array([[0, 0, 1, 1], [0.1, 0.1, 0.9, 0.9]])
    scores, areas = np.array([3.0, 3.2]), areas_of(boxes)
    may = np.ones(2, bool)
    assert chosen(utilities(scores, areas, leave_gain=0.3), boxes, may, 1) == [0]
    assert chosen(utilities(scores, areas, leave_gain=0.1), boxes, may, 1) == [1]


def test_what_is_forbidden_is_never_chosen() -> None:
    boxes = random_boxes(np.random.default_rng(0), 5)
    assert chosen(np.arange(6.0), boxes, np.zeros(6, bool), 3) == []


def test_equal_boxes_go_to_the_one_in_the_middle() -> None:
    boxes = np.array([[0, 0.2, 0.6, 0.8], [0.4, 0.2, 1, 0.8], [0.2, 0.2, 0.8, 0.8]])
    assert chosen(np.zeros(3), boxes, np.ones(3, bool), 1) == [2]
