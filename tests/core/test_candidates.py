"""The boxes that are scored: inside the frame, of the shape asked for, the same in a mirror."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.candidates import NEAR, OWN, candidates, nearness

aspects = st.floats(0.1, 10)
wishes = st.none() | aspects


@given(aspects, wishes)
def test_every_box_lies_in_the_frame(frame: float, aspect: float | None) -> None:
    boxes = candidates(frame, aspect)
    assert boxes.min() >= 0
    assert boxes.max() <= 1
    assert (boxes[:, 2:] > boxes[:, :2]).all()


@given(aspects, aspects)
def test_every_box_has_the_shape_asked_for(frame: float, aspect: float) -> None:
    boxes = candidates(frame, aspect).astype(float)
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    assert width * frame / height == pytest.approx(round(aspect, 6), rel=1e-3)


@given(aspects, wishes)
def test_the_mirror_image_of_each_box_is_among_them(frame: float, aspect: float | None) -> None:
    boxes = candidates(frame, aspect)
    flipped = np.stack([1 - boxes[:, 2], boxes[:, 1], 1 - boxes[:, 0], boxes[:, 3]], axis=1)
    nearest = np.abs(boxes[:, None] - flipped[::7]).max(axis=2).min(axis=0)
    assert nearest.max() < 1e-5


@given(aspects, wishes)
def test_the_first_is_the_largest_and_none_comes_twice(frame: float, aspect: float | None) -> None:
    boxes = candidates(frame, aspect)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    assert areas[0] == pytest.approx(areas.max(), rel=1e-4)
    assert boxes[0, :2] == pytest.approx(1 - boxes[0, 2:], abs=1e-6)  # and in the middle
    assert len({tuple(box) for box in boxes.round(6)}) == len(boxes)


def test_the_whole_frame_comes_first_where_its_shape_is_kept() -> None:
    assert candidates(1.5, 1.5)[0].tolist() == [0, 0, 1, 1]
    assert candidates(1.5)[0].tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("aspect", [1.5, None])
def test_there_are_enough_to_choose_from_and_few_enough_to_score(aspect: float | None) -> None:
    assert 200 <= len(candidates(1.5, aspect)) <= 1600


@given(aspects)
def test_free_crops_keep_two_fifths_of_the_frame(frame: float) -> None:
    boxes = candidates(frame)
    assert (boxes[:, 2:] - boxes[:, :2]).prod(axis=1).min() >= 0.4 - 1e-6


@given(aspects, wishes)
def test_candidates_of_one_score_keep_it_among_neighbours(
    frame: float, aspect: float | None
) -> None:
    weights = nearness(frame, aspect)
    assert weights.min() >= 0
    assert weights @ np.full(len(weights), 3.0) == pytest.approx(3.0)
    assert (weights.diagonal() >= OWN).all()


@given(aspects, wishes)
def test_only_near_candidates_have_a_say_and_nearer_ones_more(
    frame: float, aspect: float | None
) -> None:
    boxes = candidates(frame, aspect)
    apart = np.abs(boxes[:, None] - boxes).max(axis=2)
    others = nearness(frame, aspect)
    others = others - OWN * np.eye(len(boxes))
    assert (others[apart > NEAR] == 0).all()
    assert (others.argmax(axis=1) == np.arange(len(boxes))).all()
    row = len(boxes) // 2
    by_distance = others[row][np.argsort(apart[row])]
    assert (np.diff(by_distance) <= 1e-6).all()


@pytest.mark.parametrize("aspect", [1.5, None, 0.8])
def test_in_a_mirror_neighbours_are_the_same(aspect: float | None) -> None:
    boxes = candidates(1.5, aspect)
    flipped = np.stack([1 - boxes[:, 2], boxes[:, 1], 1 - boxes[:, 0], boxes[:, 3]], axis=1)
    image = np.abs(boxes[:, None] - flipped).max(axis=2).argmin(axis=1)
    weights = nearness(1.5, aspect)
    assert weights[np.ix_(image, image)] == pytest.approx(weights, abs=1e-6)
