"""Boxes of a frame and crops of the photo are the same places."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from cropperhead_core.box import Box
from cropperhead_core.boxes import mirrored
from cropperhead_core.candidates import candidates
from cropperhead_core.crop import Crop, Size
from cropperhead_core.frame import Frame
from tests.strategies import sizes

angles = st.just(0.0) | st.floats(-8, 8)
WHOLE = np.array([[0.0, 0.0, 1.0, 1.0]])


def test_the_frame_of_a_level_photo_is_the_photo() -> None:
    size = Size(6000, 4000)
    frame = Frame.inside(size, 0.0, 1.5)
    assert frame.crop(WHOLE[0]) == Crop.whole()


@given(sizes, angles, st.sampled_from([None, 0.5, 1.0, 1.5]))
def test_all_of_a_frame_lies_inside_the_photo(
    size: Size, angle: float, aspect: float | None
) -> None:
    frame = Frame.inside(size, angle, aspect)
    crop = frame.crop(WHOLE[0])
    assert crop.checked(size).extent(size) == pytest.approx(frame.extent, abs=0.05)


boxes = st.lists(st.floats(0, 1), min_size=4, max_size=4).map(
    lambda e: np.array([[*np.minimum(e[:2], e[2:]), *np.maximum(e[:2], e[2:])]])
)
ratios = st.none() | st.fractions(Fraction(1, 5), Fraction(5), max_denominator=1000)


@given(sizes, angles, boxes, ratios)
def test_snapping_keeps_a_box_inside_and_in_place(
    size: Size, angle: float, box: np.ndarray, ratio: Fraction | None
) -> None:
    frame = Frame.inside(size, angle)
    assume((box[0, 2:] - box[0, :2] > 0.05).all())
    snapped = frame.snapped(box, ratio)[0]
    assert (snapped > -1e-9).all()
    assert (snapped < 1 + 1e-9).all()
    off = (snapped[:2] + snapped[2:] - box[0, :2] - box[0, 2:]) / 2 * frame.extent
    assert np.abs(off).max() <= 1.01


@pytest.mark.parametrize("size", [Size(454, 320), Size(427, 320), Size(512, 341)])
def test_a_mirrored_box_is_snapped_to_the_mirror_image(size: Size) -> None:
    frame = Frame.inside(size, 0.0)
    boxes = candidates(size.aspect, None)
    off_centre = np.abs(boxes[:, 0] + boxes[:, 2] - 1) > 1e-3  # the middle has two halves
    snapped = frame.snapped(boxes, None)[off_centre]
    assert mirrored(snapped) == pytest.approx(frame.snapped(mirrored(boxes), None)[off_centre])


@given(st.integers(200, 9000), st.integers(200, 9000), ratios)
def test_the_mirror_image_of_each_snapped_candidate_is_one_too(
    width: int, height: int, ratio: Fraction | None
) -> None:
    frame = Frame.inside(Size(width, height), 0.0)
    boxes = candidates(frame.aspect, None if ratio is None else float(ratio))
    off_centre = np.abs(boxes[:, 0] + boxes[:, 2] - 1) > 1e-3
    snapped = frame.snapped(boxes[off_centre], ratio)
    pixels = [(each[:, ::2] * width).round(3) + 0.0 for each in (snapped, mirrored(snapped))]
    assert {*map(tuple, pixels[0])} == {*map(tuple, pixels[1])}


@given(sizes, boxes, ratios)
def test_snapped_boxes_are_whole_pixels(
    size: Size, box: np.ndarray, ratio: Fraction | None
) -> None:
    assume((box[0, 2:] - box[0, :2] > 0.05).all())
    pixels = Frame.inside(size, 0.0).snapped(box, ratio)[0] * np.tile([size.width, size.height], 2)
    assert pixels == pytest.approx(np.round(pixels), abs=1e-6)


def test_a_ratio_of_small_numbers_is_exact() -> None:
    frame = Frame.inside(Size(6000, 4000), 0.0)
    snapped = frame.snapped(np.array([[0.1, 0.1, 0.637, 0.9]]), Fraction(3, 2))[0]
    width, height = (snapped[2:] - snapped[:2]) * frame.extent
    assert round(width) * 2 == round(height) * 3


@pytest.mark.parametrize("angle", [-8.0, -2.0, 3.0, 8.0])
def test_what_a_frame_shows_is_what_its_crop_would_show(angle: float) -> None:
    picture = data.astronaut()[:400]
    size = Size(512, 400)
    frame = Frame.inside(size, angle)
    shown = frame.pixels(picture).astype(float)
    quad = [xy for corner in _quad_for_pillow(frame, size) for xy in corner]
    exact = Image.fromarray(picture).transform(
        (shown.shape[1], shown.shape[0]), Image.Transform.QUAD, quad, Image.Resampling.BICUBIC
    )
    assert np.abs(shown - np.asarray(exact, float))[4:-4, 4:-4].mean() < 5


def _quad_for_pillow(frame: Frame, size: Size) -> list[tuple[float, float]]:
    top_left, top_right, bottom_right, bottom_left = frame.crop(WHOLE[0]).quad(size)
    return [top_left, bottom_left, bottom_right, top_right]


@pytest.mark.parametrize("angle", [-8.0, 3.0])
def test_no_black_corner_is_visible(angle: float) -> None:
    white = np.full((300, 500, 3), 255, np.uint8)
    assert Frame.inside(Size(5000, 3000), angle, 5 / 3).pixels(white).min() > 250


@pytest.mark.parametrize("angle", [-5.0, 5.0])
def test_a_face_keeps_its_place_when_the_photo_is_levelled(angle: float) -> None:
    size = Size(600, 400)
    frame = Frame.inside(size, angle)
    placed = frame.placed(Box(0.3, 0.3, 0.4, 0.45))
    assert placed is not None
    edges = np.array([placed.left, placed.top, placed.right, placed.bottom])
    quad = np.array(frame.crop(edges).quad(size))
    assert quad.mean(axis=0) == pytest.approx([0.35 * 600, 0.375 * 400], abs=0.01)


def test_a_face_in_the_corner_is_cut_by_levelling() -> None:
    corner = Box(0.0, 0.0, 0.1, 0.1)
    assert Frame.inside(Size(600, 400), 5.0).placed(corner) is None
    assert Frame.inside(Size(600, 400), 0.0).placed(corner) == corner
