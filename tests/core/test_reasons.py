"""Reasons say what was really kept and removed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.box import Box, Face
from cropperhead_core.reasons import Sight, reasons

MIDDLE = Box(0.15, 0.15, 0.85, 0.85)
FACES = [Face(0.3, 0.3, 0.4, 0.4), Face(0.5, 0.3, 0.6, 0.4), Face(0.6, 0.3, 0.7, 0.4)]


def scene(luminance: np.ndarray | None = None, **seen: object) -> Sight:
    """A gray, evenly important scene with a fine pattern, but for what is said."""
    pattern = 90 + 10.0 * (np.indices((64, 64)).sum(axis=0) % 2)
    return Sight(pattern if luminance is None else luminance, np.ones((8, 8)), **seen)


@pytest.mark.parametrize(
    ("count", "words"), [(1, "keeps the face"), (2, "keeps both faces"), (3, "keeps all 3 faces")]
)
def test_faces_that_are_kept_are_counted(count: int, words: str) -> None:
    assert words in reasons(MIDDLE, scene(faces=FACES[:count]))


def test_what_may_be_no_face_is_not_told_of() -> None:
    perhaps = replace(FACES[1], confidence=0.6)
    assert "keeps the face" in reasons(MIDDLE, scene(faces=[FACES[0], perhaps]))
    assert not any("face" in reason for reason in reasons(MIDDLE, scene(faces=[perhaps])))


def test_a_face_left_out_is_not_claimed_as_kept() -> None:
    far = Box(0.9, 0.1, 0.92, 0.12)
    assert "keeps the main face" in reasons(MIDDLE, scene(faces=[FACES[0], far]))


def test_levelling_is_told_first() -> None:
    told = reasons(MIDDLE, scene(faces=FACES), angle=1.23)
    assert told[0] == "levels the horizon by 1.2 degrees"


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
@pytest.mark.parametrize(("light", "word"), [(250.0, "bright"), (5.0, "dark")])
def test_a_bright_or_dark_edge_is_named_by_its_side(side: str, light: float, word: str) -> None:
    picture = np.full((64, 64), 110.0)
    where = {"left": np.s_[:, :8], "right": np.s_[:, 56:], "top": np.s_[:8], "bottom": np.s_[56:]}
    picture[where[side]] = light
    kept = {
        "left": Box(0.125, 0, 1, 1),
        "right": Box(0, 0, 0.875, 1),
        "top": Box(0, 0.125, 1, 1),
        "bottom": Box(0, 0, 1, 0.875),
    }[side]
    assert reasons(kept, scene(picture)) == (f"removes the {word} {side} edge",)


def test_a_bright_corner_is_named() -> None:
    picture = np.full((64, 64), 60.0)
    picture[:8, 56:] = 255
    told = reasons(Box(0, 0.125, 0.875, 1), scene(picture))
    assert "removes the bright top right corner" in told


def test_an_edge_that_stays_is_not_called_removed() -> None:
    picture = np.full((64, 64), 110.0)
    picture[:, :8] = 250
    assert not any("bright" in reason for reason in reasons(Box(0, 0, 0.8, 1), scene(picture)))


def test_an_edge_that_goes_on_inside_is_not_called_removed() -> None:
    picture = np.full((64, 64), 110.0)
    picture[:, 48:] = 250
    assert reasons(Box(0, 0, 0.95, 1), scene(picture)) == ("trims 5 % of the frame",)


def test_a_corner_that_goes_on_inside_is_not_called_removed() -> None:
    picture = np.full((64, 64), 60.0)
    picture[:16, 48:] = 255
    assert not any("corner" in reason for reason in reasons(Box(0, 0.1, 0.9, 1), scene(picture)))


def test_both_bright_sides_are_told() -> None:
    picture = np.full((64, 64), 110.0)
    picture[:, :8] = picture[:, 56:] = 250
    told = reasons(Box(0.125, 0, 0.875, 1), scene(picture))
    assert told == ("removes the bright left edge", "removes the bright right edge")


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.4), st.floats(0.6, 1))
def test_reasons_of_the_mirrored_picture_are_mirrored(seed: int, left: float, right: float) -> None:
    blocks = np.random.default_rng(seed).uniform(0, 255, (8, 8))
    picture = np.kron(blocks, np.ones((8, 8)))
    told = reasons(Box(left, 0, right, 1), Sight(picture, np.ones((8, 8))))
    mirrored = reasons(Box(1 - right, 0, 1 - left, 1), Sight(picture[:, ::-1], np.ones((8, 8))))
    swapped = {"left": "right", "right": "left"}
    words = [" ".join(swapped.get(word, word) for word in reason.split()) for reason in mirrored]
    assert sorted(words) == sorted(told)


def test_empty_space_is_told_where_nothing_matters() -> None:
    picture = scene().luminance.copy()
    picture[:16] = 95
    importance = np.ones((8, 8))
    importance[:2] = 0.05
    assert "trims empty space at the top" in reasons(Box(0, 0.25, 1, 1), Sight(picture, importance))


def test_clutter_is_told_where_nothing_matters() -> None:
    picture = scene().luminance.copy()
    picture[:, 48:] = 95 + 30 * (np.indices((64, 16)).sum(axis=0) % 2 - 0.5)
    importance = np.ones((8, 8))
    importance[:, 6:] = 0.05
    assert "removes clutter on the right" in reasons(Box(0, 0, 0.75, 1), Sight(picture, importance))


def test_a_subject_that_grows_comes_closer() -> None:
    assert "brings the subject closer" in reasons(MIDDLE, scene(subject=Box(0.4, 0.4, 0.6, 0.6)))


def test_a_subject_that_is_cut_is_not_praised() -> None:
    told = reasons(MIDDLE, scene(subject=Box(0.0, 0.4, 0.6, 0.6)))
    assert not any("subject" in reason for reason in told)


def test_a_subject_moved_to_a_third_is_told() -> None:
    told = reasons(Box(0.25, 0, 1, 1), scene(subject=Box(0.45, 0.4, 0.55, 0.6)))
    assert "puts the subject on the left third" in told


def test_there_is_always_a_reason() -> None:
    assert reasons(Box(0, 0, 0.99, 0.99), scene()) == ("trims 2 % of the frame",)


def test_the_ratio_asked_for_is_told() -> None:
    assert "fits 4:5, as asked" in reasons(MIDDLE, scene(), aspect="4:5")
