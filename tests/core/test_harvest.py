"""The outcome of a suggestion, read from the crop that the photo has now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.crop import Crop, Size
from cropperhead_core.harvest import is_same, outcome, rank
from tests.strategies import crops_of

SIZE = Size(6000, 4000)
FIRST, SECOND = Crop(0.1, 0.1, 0.8, 0.8, 1.5), Crop(0, 0.25, 1, 0.75)
OTHER = Crop(0.3, 0.3, 0.9, 0.9)


@pytest.mark.parametrize(
    ("suggested", "now", "said", "expected"),
    [
        ([FIRST, SECOND], FIRST, None, "untouched"),
        ([FIRST, SECOND], FIRST, "accepted", "accepted"),
        ([FIRST, SECOND], SECOND, "accepted", "accepted"),
        ([FIRST, SECOND], OTHER, None, "adjusted"),
        ([FIRST, SECOND], OTHER, "accepted", "adjusted"),
        ([FIRST, SECOND], None, None, "rejected"),
        ([FIRST, SECOND], Crop.whole(), None, "rejected"),
        ([FIRST, SECOND], OTHER, "rejected", "rejected"),
        ([], None, None, "untouched"),
        ([], None, "accepted", "accepted"),
        ([], None, "rejected", "rejected"),
        ([], OTHER, None, "adjusted"),
    ],
)
def test_the_outcome_follows_from_the_crop_and_the_word(
    suggested: list[Crop], now: Crop | None, said: str | None, expected: str
) -> None:
    assert outcome(suggested, now, SIZE, said=said) == expected


@pytest.mark.parametrize(
    ("now", "said", "expected"),
    [
        (FIRST, None, "untouched"),
        (FIRST, "accepted", "accepted"),
        (OTHER, "accepted", "adjusted"),
        (None, "accepted", "accepted"),
        (None, None, "untouched"),
    ],
)
def test_an_alternative_to_leaving_is_no_crop_of_ones_own(
    now: Crop | None, said: str | None, expected: str
) -> None:
    assert outcome([], now, SIZE, alternatives=[FIRST, SECOND], said=said) == expected


@pytest.mark.parametrize(
    ("now", "said", "expected"),
    [
        (None, None, "untouched"),
        (Crop.whole(), None, "untouched"),
        (None, "accepted", "rejected"),
        (OTHER, None, "adjusted"),
    ],
)
def test_a_crop_that_never_was_there_is_not_rejected_by_its_absence(
    now: Crop | None, said: str | None, expected: str
) -> None:
    assert outcome([FIRST], now, SIZE, said=said, was_there=False) == expected


@given(crop=crops_of(SIZE))
def test_a_crop_is_the_same_as_what_a_sidecar_can_hold_of_it(crop: Crop) -> None:
    assert is_same(crop, crop.rounded(), SIZE)


@given(one=crops_of(SIZE), other=crops_of(SIZE))
def test_being_the_same_is_symmetric(one: Crop, other: Crop) -> None:
    assert is_same(one, other, SIZE) == is_same(other, one, SIZE)


@given(shift=st.floats(7, 500))
def test_a_corner_moved_by_more_than_rounding_is_another_crop(shift: float) -> None:
    moved = Crop(FIRST.top, FIRST.left, FIRST.bottom, FIRST.right - shift / SIZE.width, 1.5)
    assert not is_same(FIRST, moved, SIZE)


def test_a_turn_alone_is_another_crop() -> None:
    assert not is_same(SECOND, Crop(0.02, 0.26, 0.98, 0.74, 1.0), SIZE)


def test_the_rank_is_the_crop_that_was_taken() -> None:
    assert rank([FIRST, SECOND], SECOND, SIZE) == 1
    assert rank([FIRST, SECOND], OTHER, SIZE) is None
    assert rank([FIRST], None, SIZE) is None
