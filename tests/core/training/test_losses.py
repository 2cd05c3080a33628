"""What the ranking loss rewards: the order of what differs, the top most, and the spacing."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
keras = pytest.importorskip("keras")

from cropperhead_core.training.losses import (  # noqa: E402 (TF)
    RankingLoss,
    first_choice,
    ranking,
)

TRUE = np.array([[1.0, 2.0, 3.0, 4.5]], np.float32)


def loss(said: list[float], true: np.ndarray = TRUE, **options: float) -> float:
    return float(ranking(true, np.array([said], np.float32), **options)[0])


def test_the_right_order_costs_less_than_the_wrong_one() -> None:
    assert loss([1, 2, 3, 4.5]) < loss([2, 1, 3, 4.5]) < loss([4.5, 3, 2, 1])


def test_a_mistake_at_the_top_costs_more_than_one_at_the_bottom() -> None:
    bottom, top = [2.0, 1.0, 3.0, 4.0], [1.0, 2.0, 4.0, 3.0]
    even = np.array([[1.0, 2.0, 3.0, 4.0]], np.float32)
    assert loss(top, even, top=2.0) > loss(bottom, even, top=2.0)
    assert loss(top, even, top=0.0) == pytest.approx(loss(bottom, even, top=0.0), rel=1e-5)


def test_only_differences_count_so_that_no_photo_is_better_than_another() -> None:
    assert loss([11, 12, 13, 14.5]) == pytest.approx(loss([1, 2, 3, 4.5]), rel=1e-5)


def test_pairs_that_nobody_would_tell_apart_cost_nothing() -> None:
    close = np.array([[3.0, 3.1]], np.float32)
    assert loss([0, 1], close, huber=0.0) == loss([1, 0], close, huber=0.0) == 0


def test_a_box_without_a_score_counts_nowhere() -> None:
    true = np.concatenate([TRUE, [[np.nan]]], axis=1).astype(np.float32)
    with_it = [loss([1, 2.5, 3, 4, score], true) for score in (-9.0, 0.0, 9.0)]
    assert with_it == pytest.approx([loss([1, 2.5, 3, 4])] * 3, rel=1e-4)


def test_its_slope_is_finite_where_scores_are_missing() -> None:
    import tensorflow as tf

    true = tf.constant([[np.nan, 2.0, 3.0]])
    said = tf.Variable([[1.0, 2.0, 1.0]])
    with tf.GradientTape() as tape:
        value = tf.reduce_sum(ranking(true, said))
    slope = tape.gradient(value, said).numpy()[0]
    assert np.isfinite(slope).all()
    assert slope[0] == 0
    assert slope[2] < 0  # it must rise


def test_the_first_choice_is_judged_by_what_it_loses() -> None:
    said = np.array([[0.0, 0.0, 9.0, 1.0]], np.float32)
    assert float(first_choice(TRUE, said)[0]) == pytest.approx(-1.5)
    nothing = np.full((1, 4), np.nan, np.float32)
    assert float(first_choice(nothing, said)[0]) == 0


def test_members_are_judged_each_by_itself() -> None:
    one, other = [1, 2, 3, 4.5], [4.5, 3, 2, 1]
    both = float(RankingLoss()(TRUE, np.array([[one, other]], np.float32)))
    assert both == pytest.approx((loss(one) + loss(other)) / 2, rel=1e-5)
    again = RankingLoss.from_config(RankingLoss(huber=0.5, top=3.0).get_config())
    assert (again.huber, again.top) == (0.5, 3.0)
