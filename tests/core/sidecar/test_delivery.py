"""What a running darktable is to append, and which crops it must leave alone."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.crop import Crop, Size
from cropperhead_core.errors import NotExpressible, SidecarConflict
from cropperhead_core.orientation import Orientation, upright_crop
from cropperhead_core.photo import Photo
from cropperhead_core.sidecar import darkroom
from cropperhead_core.sidecar.darktable import Step, decoded, turn_step
from cropperhead_core.sidecar.delivery import Framing
from cropperhead_core.sidecar.provenance import Provenance
from tests.strategies import crops_of, orientations

SIZE = Size(600, 400)
PHOTO = Photo(Path("a.jpg"), SIZE)
CROP, OTHER = Crop(0.1, 0.2, 0.8, 0.9), Crop(0.2, 0.2, 0.7, 0.8, 2.0)


def framing(*steps: Step, ours: tuple[Crop, ...] = (), photo: Photo = PHOTO) -> Framing:
    """The framing of a photo that has these steps, and to which these crops were suggested."""
    return Framing.told(steps, photo, ours)


def now(*steps: Step, photo: Photo = PHOTO) -> Crop | None:
    """The upright crop that these steps make."""
    crop = decoded(steps, photo.size, photo.orientation)
    return None if crop is None else upright_crop(crop, photo.size, photo.orientation)


@st.composite
def delivered(draw: st.DrawFn) -> tuple[Photo, list[Crop]]:
    photo = Photo(Path("a.jpg"), SIZE, draw(orientations))
    small = st.one_of(st.just(0.0), st.floats(-8, 8))
    return photo, [draw(crops_of(photo.upright, small)) for _ in range(3)]


@given(delivered())
def test_each_crop_comes_whichever_was_there_before(given_crops: tuple[Photo, list[Crop]]) -> None:
    photo, crops = given_crops
    steps: list[Step] = []
    for crop, added in zip(crops, framing(photo=photo).deliveries(crops), strict=True):
        steps += added
        shown = now(*steps, photo=photo)
        assert shown is not None
        assert shown.angle == pytest.approx(crop.angle, abs=1e-4)
        for edge, wanted in zip(shown.edges(photo.upright), crop.edges(photo.upright), strict=True):
            assert edge == pytest.approx(wanted, abs=1.3)


def test_a_heic_that_darktable_may_turn_otherwise_gets_none() -> None:
    photo = Photo(Path("a.heic"), SIZE, Orientation(6), exif=Orientation(1))
    with pytest.raises(NotExpressible, match=r"a\.heic turned otherwise"):
        framing(photo=photo)


@given(delivered())
def test_before_leads_back_from_each_of_them(given_crops: tuple[Photo, list[Crop]]) -> None:
    photo, crops = given_crops
    begun = framing(photo=photo)
    for added in begun.deliveries(crops):
        assert now(*added, *begun.before(crops), photo=photo) is None


@given(delivered())
def test_what_we_delivered_is_ours(given_crops: tuple[Photo, list[Crop]]) -> None:
    photo, crops = given_crops
    for added in framing(photo=photo).deliveries(crops):
        framing(*added, ours=tuple(crops), photo=photo).require_ours()


def test_a_crop_of_the_photographer_is_not_ours() -> None:
    (own,) = framing().deliveries([CROP])
    with pytest.raises(SidecarConflict, match="your own"):
        framing(*own).require_ours()
    with pytest.raises(SidecarConflict):
        framing(*own, ours=(OTHER,)).require_ours()


def test_our_crop_turned_by_hand_is_theirs() -> None:
    (ours,) = framing().deliveries([CROP])
    turned = turn_step(1.5)
    with pytest.raises(SidecarConflict):
        framing(*ours, turned, ours=(CROP,)).require_ours()


def test_perspective_is_no_crop() -> None:
    shifted = struct.pack("<2f", 0.0, 0.3) + turn_step(0).params[8:]
    with pytest.raises(NotExpressible, match=r"perspective.*, in a\.jpg"):
        framing(Step("ashift", 5, shifted)).require_ours()


def test_a_flip_that_is_not_known_is_named_with_its_photo() -> None:
    with pytest.raises(NotExpressible, match=r"version 1 of flip.*, in a\.jpg"):
        framing(Step("flip", 1, bytes(4)))


def test_a_history_that_crops_to_nothing_is_named_with_its_photo() -> None:
    nothing = Step("crop", 1, struct.pack("<4f2i", 0.6, 0, 0.3, 1, 0, 0))
    with pytest.raises(NotExpressible, match=r", in a\.jpg"):
        framing(nothing).require_ours()


def test_the_whole_frame_is_nobodys_crop() -> None:
    framing(Step("crop", 1, struct.pack("<4f2i", 0, 0, 1, 1, 0, 0))).require_ours()
    framing().require_ours()


def test_a_crop_that_darktable_refuses_stands_in_the_way_of_no_other() -> None:
    corner = Crop(0.05, 0.95, 0.9, 1.0)
    there = framing(ours=(corner, CROP))
    assert [there.can_say(crop) for crop in (corner, CROP)] == [False, True]
    with pytest.raises(NotExpressible, match=r"outermost tenth.*, in a\.jpg"):
        there.deliveries([corner])
    framing(*there.deliveries([CROP])[0], ours=(corner, CROP)).require_ours()


def test_an_earlier_crop_of_theirs_comes_back() -> None:
    (own,) = framing().deliveries([OTHER])
    there = framing(*own)
    (ours,) = there.deliveries([CROP])
    shown = now(*own, *ours)
    assert shown is not None
    assert shown.angle == 0
    back = framing(*own, *ours, ours=(CROP,)).before([CROP])
    assert now(*own, *ours, *back) == now(*own)


def test_clipping_is_switched_off_and_on_again() -> None:
    edges = struct.pack("<9f", 0, 0.1, 0.1, 0.9, 0.9, 0, 0, 0, 0)
    clipping = Step("clipping", 5, edges.ljust(84, b"\0"))
    (ours,) = framing(clipping).deliveries([CROP])
    shown = now(clipping, *ours)
    assert shown is not None
    assert shown.left == pytest.approx(CROP.left, abs=1e-3)
    back = framing(clipping, *ours, ours=(CROP,)).before([CROP])
    assert now(clipping, *ours, *back) == now(clipping)


def test_a_crop_written_by_apply_is_ours() -> None:
    sidecar = darkroom.with_crop(None, PHOTO, CROP, Provenance(), "a.jpg.xmp")
    Framing.of(sidecar, PHOTO, (), "a.jpg.xmp").require_ours()


def test_the_photo_may_have_been_turned_in_darktable() -> None:
    flip = Step("flip", 2, struct.pack("<i", 6))
    there = framing(flip)
    (ours,) = there.deliveries([CROP])
    shown = now(flip, *ours)
    assert shown is not None
    assert shown.left == pytest.approx(CROP.left, abs=2 / 400)
