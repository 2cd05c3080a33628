"""What may be asked of a suggestion."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cropperhead_core.crop import Size
from cropperhead_core.errors import SettingsError
from cropperhead_core.wishes import Shape, Wishes

LYING, STANDING = Size(6000, 4000), Size(4000, 6000)


@pytest.mark.parametrize(
    ("aspect", "size", "ratio"),
    [
        ("original", LYING, Fraction(3, 2)),
        ("square", LYING, Fraction(1)),
        ("portrait", LYING, Fraction(2, 3)),
        ("portrait", STANDING, Fraction(2, 3)),
        ("landscape", STANDING, Fraction(3, 2)),
        ("4:5", LYING, Fraction(4, 5)),
        ("2.39:1", LYING, Fraction(239, 100)),
        ("free", LYING, None),
    ],
)
def test_an_aspect_is_taken_as_said(aspect: str, size: Size, ratio: Fraction | None) -> None:
    assert Wishes(aspect=aspect).shape(size).ratio == ratio


def test_a_photo_within_a_pixel_of_a_ratio_has_it() -> None:
    shape = Wishes(aspect="3:2").shape(Size(6001, 4000))
    assert shape == Shape("3:2", Fraction(3, 2), is_original=True)


def test_only_another_ratio_needs_a_crop() -> None:
    asked = {aspect: Wishes(aspect=aspect).shape(LYING).is_asked for aspect in ("3:2", "2:3")}
    assert asked == {"3:2": False, "2:3": True}
    assert not Wishes(aspect="free").shape(LYING).is_asked


@pytest.mark.parametrize("aspect", ["", "3", "0:1", "3:0", "11:1", "a:b", "-3:2", "3:2:1", "nan:1"])
def test_an_aspect_that_is_none_is_refused(aspect: str) -> None:
    with pytest.raises(SettingsError, match="expected an aspect"):
        Wishes(aspect=aspect)


@pytest.mark.parametrize(
    "option",
    [
        {"top": 0},
        {"top": 101},
        {"max_angle": -1.0},
        {"max_angle": float("nan")},
        {"tightness": 1.1},
        {"tightness": float("nan")},
    ],
)
def test_an_option_out_of_range_is_refused(option: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match="expected"):
        Wishes(**option)


@pytest.mark.parametrize("aspect", ["original", "landscape"])
def test_a_shape_that_the_photo_has_is_called_original(aspect: str) -> None:
    assert Wishes(aspect=aspect).shape(LYING).label(1.5) == "original"


@pytest.mark.parametrize(
    ("aspect", "name"), [(1.5, "3:2"), (0.75, "3:4"), (1.002, "1:1"), (1.43, "free")]
)
def test_a_free_crop_is_called_by_a_ratio_that_people_know(aspect: float, name: str) -> None:
    assert Wishes(aspect="free").shape(LYING).label(aspect) == name
