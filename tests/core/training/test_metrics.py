"""Rank correlation, overlap, worth and intervals, against hand and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from cropperhead_core.crop import Box
from cropperhead_core.training.evaluate.metrics import (
    clipped,
    correlation,
    foretold,
    interval,
    overlaps,
    worth,
)

BOXES = np.array([[0, 0, 1, 1], [0, 0, 0.5, 1], [0.5, 0, 1, 1], [0.1, 0.1, 0.9, 0.9]])
edges = st.tuples(st.floats(0, 0.99), st.floats(0.01, 1)).map(lambda x: (x[0], min(1, sum(x))))


@st.composite
def boxes(draw: st.DrawFn) -> np.ndarray:
    (left, right), (top, bottom) = draw(edges), draw(edges)
    return np.array([left, top, right, bottom])


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=3, max_size=25))
def test_correlation_is_scipys_ties_too(pairs: list[tuple[int, int]]) -> None:
    one, other = np.array(pairs, float).T
    if one.std() and other.std():
        assert correlation(one, other) == pytest.approx(spearmanr(one, other)[0])
    else:
        assert correlation(one, other) == 0


@given(boxes(), boxes())
def test_overlap_is_symmetric_and_that_of_boxes(one: np.ndarray, other: np.ndarray) -> None:
    here, there = overlaps(one[None], other)[0], overlaps(other[None], one)[0]
    assert here == pytest.approx(there)
    assert here == pytest.approx(Box(*one).overlap(Box(*other)))
    assert 0 <= here <= 1 + 1e-9


def test_overlap_by_hand() -> None:
    assert overlaps(BOXES, BOXES[0]).tolist() == pytest.approx([1, 0.5, 0.5, 0.64])
    assert overlaps(BOXES, BOXES[1])[2] == 0


@given(boxes())
def test_a_box_among_equally_good_ones_is_as_good(box: np.ndarray) -> None:
    assert worth(box, BOXES, np.full(4, 3.5)) == pytest.approx(3.5)


def test_a_scored_box_is_worth_its_score() -> None:
    scores = np.array([1.0, 2.0, 3.0, 4.0])
    assert [worth(box, BOXES, scores) for box in BOXES] == [1, 2, 3, 4]


def test_many_boxes_are_foretold_as_one_by_one() -> None:
    scores = np.array([1.0, 2.0, 3.0, 4.0])
    asked = np.array([[0, 0, 0.9, 0.9], [0.1, 0.2, 0.6, 1]])
    together = foretold(asked, BOXES, scores).tolist()
    assert together == pytest.approx([worth(box, BOXES, scores) for box in asked])


def test_a_box_between_two_is_worth_something_between() -> None:
    assert 3 < worth(np.array([0.05, 0.05, 0.95, 0.95]), BOXES, np.array([3.0, 1, 1, 4])) < 4


def test_what_is_outside_is_not_kept_and_nothing_means_everything() -> None:
    assert clipped(np.array([-0.2, 0.1, 0.5, 1.3])).tolist() == [0, 0.1, 0.5, 1]
    assert clipped(np.array([0.8, 0.1, 0.5, 0.9])).tolist() == [0, 0, 1, 1]


def test_an_interval_holds_its_mean_and_narrows_with_photos() -> None:
    values = np.random.default_rng(1).normal(3, 1, 400)
    few, many = interval(values[:25]), interval(values)
    assert few is not None
    assert many is not None
    assert many[1] < many[0] < many[2]
    assert many[2] - many[1] < few[2] - few[1]
    assert many[2] - many[1] == pytest.approx(2 * 1.96 / 20, rel=0.2)


def test_an_interval_passes_over_what_is_unknown() -> None:
    assert interval(np.array([np.nan, 2.0, np.nan])) == (2, 2, 2)
    assert interval(np.array([np.nan])) is None
