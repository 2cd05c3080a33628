"""Scores given for this project: on their photo's scale, of photos that nothing is judged by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.dataset import Picture, read_pictures, split
from cropperhead_core.training.opinions import Opinion, joined, read_opinions

WHOLE = (0.0, 0.0, 1.0, 1.0)
BOXES = (WHOLE, (0.0, 0.0, 0.8, 0.8), (0.2, 0.2, 1.0, 1.0), (0.1, 0.0, 0.9, 0.8))
PLAIN = Picture(Path("a.jpg"), "composed", "CC0")
SCORED = replace(PLAIN, boxes=BOXES, scores=(3.0, 2.0, 3.5, 2.5), round=2, own=4)


def test_a_photo_without_scores_takes_them_from_the_opinion() -> None:
    (found,) = joined([PLAIN], {"a.jpg": [Opinion(BOXES, (4.0, 3.0, 2.0, 1.0))]})
    assert found == replace(PLAIN, boxes=BOXES, scores=(4.0, 3.0, 2.0, 1.0))


def test_who_has_no_opinion_stays_as_he_is() -> None:
    assert joined([PLAIN, SCORED], {"b.jpg": [Opinion(BOXES, (4.0,) * 4)]}) == [PLAIN, SCORED]


@given(st.floats(-2, 2))
def test_a_kinder_scorer_says_the_same(kindness: float) -> None:
    opinion = Opinion(BOXES, (3.0, 2.0, 3.6, 2.4))
    kinder = Opinion(BOXES, tuple(score + kindness for score in opinion.scores))
    one, other = (joined([SCORED], {"a.jpg": [each]})[0] for each in (opinion, kinder))
    assert one.boxes == other.boxes == (*BOXES, *BOXES[1:])
    assert one.scores[: one.own] == SCORED.scores
    assert one.scores == pytest.approx(other.scores, abs=1e-9)


def test_on_average_an_opinion_agrees_with_the_scores_known() -> None:
    (found,) = joined([SCORED], {"a.jpg": [Opinion(BOXES, (1.0, 4.2, 3.9, 4.8))]})
    assert np.mean(found.scores[4:]) == pytest.approx(np.mean(SCORED.scores[1:]), abs=0.05)


def test_the_opinions_are_whole_and_in_range() -> None:
    for opinions in read_opinions().values():
        for opinion in opinions:
            boxes = np.array(opinion.boxes)
            assert opinion.boxes[0] == WHOLE
            assert len(opinion.boxes) == len(opinion.scores)
            assert ((boxes >= 0) & (boxes <= 1)).all()
            assert (boxes[:, :2] < boxes[:, 2:]).all()
            assert 1 <= min(opinion.scores) <= max(opinion.scores) <= 5


def test_each_round_adds_to_those_before() -> None:
    counts = [sum(map(len, read_opinions(rounds).values())) for rounds in range(3)]
    assert counts == [0, 1920, 3292]
    assert all(
        later[: len(read_opinions(1)[name])] == read_opinions(1)[name]
        for name, later in list(read_opinions(2).items())[:3]
    )


def test_nothing_that_a_model_is_judged_by_has_an_opinion(shared: Path) -> None:
    pictures = read_pictures(shared / "data")
    parts = {each.path.name: part for each, part in zip(pictures, split(pictures), strict=True)}
    assert {parts[name] for name in read_opinions()} == {"train"}
