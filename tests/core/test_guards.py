"""What a crop must not cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.crop import Box
from cropperhead_core.guards import (
    allowed,
    faces_whole,
    group_whole,
    inside_frame,
    subject_whole,
)

FACE = Box(0.4, 0.3, 0.5, 0.45)
OTHER = Box(0.7, 0.3, 0.8, 0.44)
PASSER_BY = Box(0.9, 0.3, 0.92, 0.33)
WHOLE = (0.0, 0.0, 1.0, 1.0)


def rows(*boxes: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(boxes)


@pytest.mark.parametrize(
    "box", [(0.45, 0, 1, 1), (0, 0.31, 1, 1), (0, 0, 0.49, 1), (0, 0, 1, 0.44)]
)
def test_a_box_that_cuts_a_face_is_forbidden(box: tuple[float, float, float, float]) -> None:
    forbidden = faces_whole(rows(box, WHOLE), [FACE])
    assert forbidden.tolist() == [True, False]


def test_a_box_beside_a_face_cuts_nothing() -> None:
    assert not faces_whole(rows((0.5, 0, 1, 1)), [FACE]).any()


def test_a_face_of_the_group_may_not_be_left_out() -> None:
    forbidden = group_whole(rows((0, 0, 0.6, 1), (0.3, 0.1, 0.9, 0.9)), [FACE, OTHER])
    assert forbidden.tolist() == [True, False]


def test_a_far_smaller_face_may_be_left_out_whole() -> None:
    assert allowed(rows((0.2, 0, 0.85, 1)), [FACE, PASSER_BY], None).all()


def test_a_far_smaller_face_may_not_be_cut() -> None:
    assert not allowed(rows((0.2, 0, 0.91, 1)), [FACE, PASSER_BY], None).any()


def test_hair_and_chin_are_kept_where_they_can_be() -> None:
    tight, roomy = (0.395, 0.29, 1, 1), (0.3, 0.2, 1, 1)
    assert allowed(rows(tight, roomy), [FACE], None).tolist() == [False, True]


def test_where_no_head_fits_the_faces_still_do() -> None:
    assert allowed(rows((0.395, 0.29, 1, 1)), [FACE], None).all()


def test_where_every_box_cuts_a_face_none_is_allowed() -> None:
    assert not allowed(rows((0.45, 0, 1, 1), (0, 0, 0.45, 1)), [FACE], None).any()


def test_a_box_that_cuts_the_subject_is_forbidden() -> None:
    forbidden = subject_whole(rows((0.45, 0, 1, 1), WHOLE), FACE)
    assert forbidden.tolist() == [True, False]


def test_the_subject_gives_way_before_a_face_does() -> None:
    cuts_face, cuts_subject = (0.45, 0, 1, 1), (0, 0, 0.75, 1)
    boxes = rows(cuts_face, cuts_subject)
    assert allowed(boxes, [FACE], Box(0.6, 0.5, 0.9, 0.9)).tolist() == [False, True]


@pytest.mark.parametrize(
    "box", [(-0.01, 0, 1, 1), (0, 0, 1.01, 1), (0.5, 0, 0.5, 1), (0, float("nan"), 1, 1)]
)
def test_a_box_outside_the_frame_or_empty_is_forbidden(
    box: tuple[float, float, float, float],
) -> None:
    assert inside_frame(rows(box)).all()


def test_a_face_at_the_frames_edge_keeps_the_edge() -> None:
    edge = Box(0.0, 0.3, 0.1, 0.5)
    assert allowed(rows((0, 0, 0.9, 1), (0.01, 0, 1, 1)), [edge], None).tolist() == [True, False]


def test_a_subject_at_the_frames_edge_may_lose_what_whole_pixels_cost() -> None:
    subject = Box(0.0, 0.3, 0.5, 0.6)
    boxes = rows((0.002, 0, 1, 1), (0.02, 0, 1, 1), (0, 0.302, 1, 1))
    assert allowed(boxes, [], subject).tolist() == [True, False, False]


spots = st.tuples(*[st.floats(0, 0.9)] * 2, *[st.floats(0.02, 0.5)] * 2).map(
    lambda s: Box(s[0], s[1], min(s[0] + s[2], 1.0), min(s[1] + s[3], 1.0))
)


@given(st.lists(spots, max_size=4), spots | st.none())
def test_the_whole_frame_is_always_allowed(faces: list[Box], subject: Box | None) -> None:
    assert allowed(rows(WHOLE, (0.2, 0.2, 0.8, 0.8)), faces, subject)[0]


@given(st.lists(spots, min_size=1, max_size=5), spots, st.lists(spots, max_size=3))
def test_what_is_allowed_cuts_no_face(boxes: list[Box], subject: Box, faces: list[Box]) -> None:
    edges = rows(*[(box.left, box.top, box.right, box.bottom) for box in boxes])
    for box, may in zip(boxes, allowed(edges, faces, subject), strict=True):
        cuts = any(box.intersection(face) > 1e-3 and not _about(box, face) for face in faces)
        assert not (may and cuts)


def _about(box: Box, face: Box) -> bool:
    grown = Box(box.left - 2e-4, box.top - 2e-4, box.right + 2e-4, box.bottom + 2e-4)
    return grown.contains(face)


@given(st.lists(spots, min_size=1, max_size=5), spots, st.lists(spots, max_size=3))
def test_a_mirrored_photo_has_the_mirrored_guards(
    boxes: list[Box], subject: Box, faces: list[Box]
) -> None:
    edges = rows(*[(box.left, box.top, box.right, box.bottom) for box in boxes])
    inwards = np.array([1e-7, 1e-7, -1e-7, -1e-7])
    turned = np.stack([1 - edges[:, 2], edges[:, 1], 1 - edges[:, 0], edges[:, 3]], axis=1)
    there = allowed(edges + inwards, faces, subject)
    back = allowed(turned + inwards, [face.mirrored for face in faces], subject.mirrored)
    assert there.tolist() == back.tolist()
