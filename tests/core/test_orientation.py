"""The eight orientations: maps that invert, and what they do to a crop's angle."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from cropperhead_core.crop import Crop, Size
from cropperhead_core.orientation import Orientation, stored_crop, upright_crop, upright_size
from tests.strategies import crops_of, orientations, sizes

points = st.tuples(st.floats(0, 1), st.floats(0, 1))
EXIF_ORIENTATION = 0x0112


@st.composite
def stored_crops(draw: st.DrawFn) -> tuple[Crop, Size, Orientation]:
    """A crop of a stored photo of this size and orientation."""
    size = draw(sizes)
    return draw(crops_of(size)), size, draw(orientations)


@given(points, orientations)
def test_an_orientation_and_its_inverse_undo_each_other(
    point: tuple[float, float], orientation: Orientation
) -> None:
    there = orientation.upright(point)
    assert orientation.inverse.upright(there) == pytest.approx(point)
    assert orientation.inverse.inverse == orientation


@given(points, orientations, orientations)
def test_one_orientation_then_another_is_one(
    point: tuple[float, float], first: Orientation, second: Orientation
) -> None:
    both = second.upright(first.upright(point))
    assert first.then(second).upright(point) == pytest.approx(both)


@given(stored_crops())
def test_a_crop_comes_back_from_the_upright_frame(
    stored: tuple[Crop, Size, Orientation],
) -> None:
    crop, size, orientation = stored
    upright = upright_size(size, orientation)
    again = stored_crop(upright_crop(crop, size, orientation), upright, orientation)
    pairs = zip(again.quad(size), crop.quad(size), strict=True)
    assert max(math.dist(a, b) for a, b in pairs) < 1e-5
    assert again.angle == crop.angle


@given(stored_crops())
def test_mirrors_negate_the_angle_and_rotations_keep_it(
    stored: tuple[Crop, Size, Orientation],
) -> None:
    crop, size, orientation = stored
    sign = -1 if orientation in (2, 4, 5, 7) else 1
    assert upright_crop(crop, size, orientation).angle == sign * crop.angle


@given(stored_crops())
def test_a_crop_that_is_put_upright_stays_inside_and_as_large(
    stored: tuple[Crop, Size, Orientation],
) -> None:
    crop, size, orientation = stored
    upright = upright_size(size, orientation)
    turned = upright_crop(crop, size, orientation).checked(upright)
    extent = turned.extent(upright)
    expected = crop.extent(size)
    assert extent == pytest.approx(expected[::-1] if orientation >= 5 else expected, abs=1e-5)


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("point", [(0, 0), (2, 0), (0, 1), (2, 1), (1, 0)])
def test_pixels_go_where_pillow_puts_them(number: int, point: tuple[int, int]) -> None:
    image = Image.new("L", (3, 2))
    image.putpixel(point, 255)
    image.getexif()[EXIF_ORIENTATION] = number
    shown = ImageOps.exif_transpose(image)
    upright = upright_size(Size(3, 2), Orientation(number))
    x, y = Orientation(number).upright(((point[0] + 0.5) / 3, (point[1] + 0.5) / 2))
    assert shown.size == (upright.width, upright.height)
    assert shown.getpixel((int(x * upright.width), int(y * upright.height))) == 255
