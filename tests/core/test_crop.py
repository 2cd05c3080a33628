"""Crops, sizes and boxes: the geometry, by its laws and by what Lightroom exported."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.crop import Box, Crop, Quad, Size, largest_inside
from cropperhead_core.errors import InvalidCrop
from tests.strategies import angles, crops_of, sizes

SIZE = Size(6000, 4000)
GOLDEN = [f"export-{number:02}" for number in range(33)]
EXPORTED_PX = 1.5
"""How far Lightroom's whole pixels are from the formula's."""

fractions = st.floats(0, 1)
boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    *(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 0.9), st.floats(0.01, 0.9)),
)


@st.composite
def sized_crops(draw: st.DrawFn) -> tuple[Size, Crop]:
    """A size, and a crop inside a photo of it."""
    size = draw(sizes)
    return size, draw(crops_of(size))


def apart(one: Quad, other: Quad) -> float:
    """The largest distance between corners of the same name, in pixels."""
    return max(math.dist(a, b) for a, b in zip(one, other, strict=True))


@pytest.fixture(scope="module")
def golden(shared: Path) -> dict[str, dict[str, Any]]:
    """Measured Lightroom exports by name."""
    exports = json.loads((shared / "data/crs/golden.json").read_text())["exports"]
    return {export["name"]: export for export in exports}


def said(export: dict[str, Any]) -> Crop:
    return Crop(*(export[key] for key in ("top", "left", "bottom", "right", "angle")))


def test_every_measured_export_is_tested(golden: dict[str, dict[str, Any]]) -> None:
    assert sorted(golden) == GOLDEN


@pytest.mark.parametrize("name", GOLDEN)
def test_a_crop_is_as_large_as_lightroom_exported_it(
    golden: dict[str, dict[str, Any]], name: str
) -> None:
    export = golden[name]
    extent = said(export).extent(Size(export["w"], export["h"]))
    exported = (export["export_w"], export["export_h"])
    if export["display"] == "portrait":
        exported = exported[::-1]
    assert extent == pytest.approx(exported, abs=EXPORTED_PX)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_crop_lies_where_lightroom_had_it(golden: dict[str, dict[str, Any]], name: str) -> None:
    export = golden[name]
    size, (a, b, c, d) = Size(export["w"], export["h"]), export["quad"]
    assert apart(said(export).quad(size), (a, b, c, d)) < EXPORTED_PX
    assert said(export).checked(size) == said(export)


@given(sized_crops())
def test_a_crop_inside_has_its_corners_inside(sized: tuple[Size, Crop]) -> None:
    size, crop = sized
    assert crop.checked(size) == crop
    for x, y in crop.quad(size):
        assert -0.01 <= x <= size.width + 0.01
        assert -0.01 <= y <= size.height + 0.01


@given(sized_crops())
def test_edges_and_turned_undo_each_other(sized: tuple[Size, Crop]) -> None:
    size, crop = sized
    again = Crop.turned(crop.edges(size), size, crop.angle)
    assert apart(again.quad(size), crop.quad(size)) < 1e-6


@given(sized_crops())
def test_a_quad_and_its_angle_are_the_crop(sized: tuple[Size, Crop]) -> None:
    size, crop = sized
    again = Crop.from_quad(crop.quad(size), size, crop.angle)
    assert apart(again.quad(size), crop.quad(size)) < 1e-6


@given(sized_crops())
def test_a_quad_is_a_box_turned_clockwise(sized: tuple[Size, Crop]) -> None:
    size, crop = sized
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = crop.quad(size)
    width, height = crop.extent(size)
    assert math.dist((ax, ay), (bx, by)) == pytest.approx(width, abs=1e-6)
    assert math.dist((bx, by), (cx, cy)) == pytest.approx(height, abs=1e-6)
    assert (ax + cx, ay + cy) == pytest.approx((bx + dx, by + dy), abs=1e-6)
    assert math.degrees(math.atan2(by - ay, bx - ax)) == pytest.approx(crop.angle, abs=1e-3)


@given(sized_crops())
def test_the_formula_of_the_page_gives_the_extent(sized: tuple[Size, Crop]) -> None:
    size, crop = sized
    x, y = (crop.right - crop.left) * size.width, (crop.bottom - crop.top) * size.height
    c, s = math.cos(math.radians(crop.angle)), math.sin(math.radians(crop.angle))
    assert crop.extent(size) == pytest.approx((x * c + y * s, -x * s + y * c), abs=1e-6)


@given(sized_crops())
def test_six_decimals_move_no_corner_by_a_tenth_of_a_pixel(sized: tuple[Size, Crop]) -> None:
    size, crop = sized
    rounded = crop.rounded()
    assert rounded == rounded.rounded()
    assert apart(rounded.quad(size), crop.quad(size)) < 0.1
    rounded.checked(size)


def test_rounding_leaves_no_minus_before_nothing() -> None:
    rounded = Crop(-0.0, -1e-9, 1, 1, -1e-9).rounded()
    assert str(rounded) == str(Crop(0.0, 0.0, 1.0, 1.0, 0.0))


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_are_none_are_no_crop(place: int, number: float) -> None:
    numbers = [0.1, 0.1, 0.9, 0.9, 0.0]
    numbers[place] = number
    with pytest.raises(InvalidCrop, match="expected finite numbers"):
        Crop(*numbers)


@pytest.mark.parametrize("angle", [45.001, -46, 90, 180])
def test_an_angle_beyond_45_is_no_crop(angle: float) -> None:
    with pytest.raises(InvalidCrop, match="at most 45 degrees"):
        Crop(0.4, 0.4, 0.6, 0.6, angle)


@pytest.mark.parametrize("edges", [(0.5, 0.1, 0.5, 0.9), (0.1, 0.9, 0.9, 0.2), (0.9, 0.1, 0.2, 1)])
def test_edges_that_cross_are_no_crop(edges: tuple[float, float, float, float]) -> None:
    with pytest.raises(InvalidCrop, match="left < right and top < bottom"):
        Crop(*edges)


def test_left_may_be_beyond_right_at_a_large_angle() -> None:
    crop = Crop(0.1, 0.62, 0.8, 0.41, 38.5)
    width, height = crop.extent(SIZE)
    assert width > 0
    assert height > 0


def test_a_turned_crop_of_no_height_is_refused() -> None:
    with pytest.raises(InvalidCrop, match=r"at least 0\.5 px wide and high"):
        Crop(0.5, 0.1, 0.5, 0.9, 5).checked(SIZE)


@pytest.mark.parametrize("size", [SIZE, Size(1_000_000, 400)])
@pytest.mark.parametrize("angle", [0, 1e-8])
def test_a_crop_of_which_six_decimals_leave_nothing_is_refused(size: Size, angle: float) -> None:
    with pytest.raises(InvalidCrop):
        Crop(0.1, 0.5, 0.9, 0.5000005, angle).checked(size)


@pytest.mark.parametrize("length", [1, 2, 3, 600, 65_535])
def test_one_pixel_is_a_crop(length: int) -> None:
    size = Size(length, 1)
    assert Crop(0, 0, 1, 1 / length).checked(size).output(size) == Size(1, 1)


@pytest.mark.parametrize("over", [0.4, 0.6])
def test_half_a_pixel_outside_is_still_inside(over: float) -> None:
    crop = Crop(0, -over / SIZE.width, 1, 1)
    if over < 0.5:
        assert crop.checked(SIZE) == crop
    else:
        with pytest.raises(InvalidCrop, match=r"inside the 6000x4000 frame, got a corner at \(-0"):
            crop.checked(SIZE)


def test_a_whole_frame_that_is_turned_leaves_the_frame() -> None:
    with pytest.raises(InvalidCrop, match="expected a crop inside"):
        Crop(0, 0, 1, 1, 2).checked(SIZE)


def test_only_what_keeps_everything_is_whole() -> None:
    assert Crop.whole().is_whole(SIZE)
    assert Crop(0, 0.4 / SIZE.width, 1, 1).is_whole(SIZE)
    assert not Crop(0, 0.6 / SIZE.width, 1, 1).is_whole(SIZE)
    assert not Crop(0.2, 0.2, 0.8, 0.8, 1).is_whole(SIZE)


@given(sizes, angles)
def test_the_largest_inside_touches_the_frame_and_stays_in(size: Size, angle: float) -> None:
    width, height = largest_inside(size, angle)
    edges = (-width / 2, -height / 2, width / 2, height / 2)
    corners = Crop.turned(edges, size, angle).checked(size).quad(size)
    gaps = [min(x, y, size.width - x, size.height - y) for x, y in corners]
    assert min(gaps) == pytest.approx(0, abs=1e-3)


@given(sizes, angles, st.floats(0.2, 5))
def test_the_largest_of_an_aspect_has_it_and_is_no_larger(
    size: Size, angle: float, aspect: float
) -> None:
    width, height = largest_inside(size, angle, aspect)
    best = largest_inside(size, angle)
    assert width / height == pytest.approx(aspect)
    assert width * height <= best[0] * best[1] * (1 + 1e-9)


@pytest.mark.parametrize("size", [(0, 10), (10, 0), (-1, 5)])
def test_a_photo_has_at_least_one_pixel(size: tuple[int, int]) -> None:
    with pytest.raises(InvalidCrop, match="at least 1x1"):
        Size(*size)


@given(boxes, boxes)
def test_overlap_is_symmetric_and_full_only_with_itself(one: Box, other: Box) -> None:
    assert one.overlap(other) == pytest.approx(other.overlap(one))
    assert 0 <= one.overlap(other) <= 1 + 1e-9
    assert one.overlap(one) == pytest.approx(1)


@given(boxes)
def test_mirroring_twice_changes_nothing(box: Box) -> None:
    twice = box.mirrored.mirrored
    edges = (twice.left, twice.top, twice.right, twice.bottom)
    assert edges == pytest.approx((box.left, box.top, box.right, box.bottom))


@given(boxes, boxes)
def test_a_box_that_contains_another_meets_all_of_it(one: Box, other: Box) -> None:
    if one.contains(other):
        assert one.intersection(other) == pytest.approx(other.area)
