"""The straightening angle from the network's belief and the camera's roll."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.level import MIN_ANGLE, level

BINS = np.arange(-10, 10.01, 0.25)
FLAT = np.ones(len(BINS)) / len(BINS)


def seen(angle: float, spread: float = 0.3) -> np.ndarray:
    """What a network that sees this angle says."""
    bell = np.exp(-0.5 * ((BINS - angle) / spread) ** 2)
    return bell / bell.sum()


@pytest.mark.parametrize("angle", [-7.9, -2.13, -0.5, 0.31, 1.0, 3.62, 7.5])
def test_a_sure_picture_is_levelled_between_the_bins(angle: float) -> None:
    assert level(seen(angle), BINS).angle == pytest.approx(angle, abs=0.02)


def test_no_evidence_turns_nothing() -> None:
    found = level(FLAT, BINS)
    assert (found.angle, found.note) == (0, "nothing in the picture tells for sure what is level")


def test_two_equally_likely_angles_turn_nothing() -> None:
    assert level(seen(-3) + seen(3), BINS).angle == 0


def test_a_tilt_beyond_the_limit_is_told_and_left() -> None:
    found = level(seen(9), BINS)
    assert found.angle == 0
    assert "9.0 degrees, more than the 8" in found.note


def test_a_tilt_that_nobody_sees_is_none_whatever_may_be_levelled() -> None:
    assert level(seen(0.1), BINS, limit=0.0).note == "level already, as far as can be told"


def test_the_limit_is_the_callers() -> None:
    assert level(seen(3), BINS, limit=2).angle == 0


@pytest.mark.parametrize("angle", [-0.15, -0.05, 0.0, 0.1, 0.19])
def test_a_tilt_that_nobody_sees_is_left(angle: float) -> None:
    assert level(seen(angle), BINS).angle == 0


def test_a_small_tilt_that_may_be_none_is_left() -> None:
    vague = seen(0.4, 0.45)
    assert level(vague, BINS, min_confidence=0.8).angle == 0
    assert level(seen(0.4, 0.2), BINS, min_confidence=0.8).angle != 0


def test_a_blank_picture_leaves_the_word_to_the_camera() -> None:
    found = level(FLAT, BINS, 2.4)
    assert found.angle == pytest.approx(2.4, abs=0.02)


def test_a_sure_picture_overrules_the_camera() -> None:
    found = level(seen(0), BINS, 4.0)
    assert (found.angle, found.note) == (0, "level already, as far as can be told")


def test_camera_and_picture_together_lie_between() -> None:
    found = level(seen(1.0, 0.5), BINS, 1.6)
    assert 1.0 < found.angle < 1.6


def test_a_camera_that_agrees_makes_surer() -> None:
    vague = seen(2, 1.2)
    assert level(vague, BINS, 2.0).confidence > level(vague, BINS).confidence


def test_a_camera_turned_far_was_turned_on_purpose() -> None:
    found = level(seen(3), BINS, 30.0)
    assert found.angle == 0
    assert "30.0 degrees" in found.note


def test_a_model_may_ask_for_more_confidence() -> None:
    vague = seen(2, 0.6)
    assert level(vague, BINS).angle != 0
    assert level(vague, BINS, min_confidence=0.95).angle == 0


beliefs = st.lists(st.floats(1e-6, 1), min_size=len(BINS), max_size=len(BINS)).map(np.array)
rolls = st.none() | st.floats(-45, 45)


@given(beliefs, rolls)
def test_a_mirrored_photo_is_levelled_the_other_way(belief: np.ndarray, roll: float | None) -> None:
    there = level(belief, BINS, roll)
    back = level(belief[::-1], BINS, None if roll is None else -roll)
    assert back.angle == pytest.approx(-there.angle, abs=0.011)


@given(beliefs, rolls, st.floats(0, 10))
def test_an_angle_is_0_or_seen_and_within_the_limit(
    belief: np.ndarray, roll: float | None, limit: float
) -> None:
    angle = abs(level(belief, BINS, roll, limit=limit).angle)
    assert angle == 0 or MIN_ANGLE - 0.01 <= angle <= limit + 0.01
