"""The darktable dialect: parameters of crop, ashift, clipping and flip, and what is no crop."""

from __future__ import annotations

import base64
import math
import struct
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from lxml import etree

from cropperhead_core.crop import Crop, Size, largest_inside
from cropperhead_core.errors import CropperHeadError, NotExpressible
from cropperhead_core.orientation import Orientation, stored_crop
from cropperhead_core.photo import Photo
from cropperhead_core.sidecar import Provenance, darkroom, darktable, history
from cropperhead_core.sidecar.darktable import Step, decoded, flipped, params, turn_step
from cropperhead_core.sidecar.packet import NEW, parsed
from tests.strategies import crops_of, orientations, sizes

SIZE = Size(1200, 800)
NORMAL = Orientation.NORMAL
REACHED_PX = 1.2
"""How near darktable's whole pixels come to a crop, for up to 8 degrees."""


@st.composite
def photos_with_crops(draw: st.DrawFn, limit: float = 45) -> tuple[Photo, Crop]:
    """A photo, and an upright crop of it that darktable can say."""
    photo = Photo(Path("a.jpg"), draw(sizes), draw(orientations))
    angles = st.one_of(st.just(0.0), st.floats(-limit, limit), st.floats(-8, 8))
    crop = draw(crops_of(photo.upright, angles)).rounded()
    return photo, crop


def apart(one: Crop | None, other: Crop, size: Size) -> float:
    """The largest distance between the corners of two crops, in pixels."""
    assert one is not None
    return max(math.dist(a, b) for a, b in zip(one.quad(size), other.quad(size), strict=True))


TURNED_OTHERWISE = Photo(Path("a.heic"), SIZE, Orientation(6), exif=NORMAL)
"""A HEIC that darktable may show otherwise than all others do."""


def crop_step(left: float, top: float, right: float, bottom: float) -> Step:
    return Step("crop", 1, struct.pack("<4f2i", left, top, right, bottom, 0, 0))


def flip_step(flags: int, *, is_enabled: bool = True) -> Step:
    return Step("flip", 2, struct.pack("<i", flags), is_enabled)


def clipping_step(
    angle: float, edges: tuple[float, float, float, float], *, auto: int = 0, shift: float = 0
) -> Step:
    corners = (0.2, 0.2, 0.8, 0.2, 0.8, 0.8, 0.2, 0.8)
    fields = (angle, *edges, shift, 0.0, *corners, 0, 0, 0, auto, -1, -1)
    return Step("clipping", 5, struct.pack("<15f6i", *fields))


def ashift_step(version: int, *, shift: float = 0, shear: float = 0, inner: float = 0) -> Step:
    """ashift turned by 3 degrees, in each version's layout."""
    cut = (inner, 1 - inner, inner, 1 - inner)
    head, lens = (3.0, shift, 0.0), (28.0, 1.0, 100.0, 1.0)
    packed = {
        1: struct.pack("<3fi", *head, 0),
        2: struct.pack("<7f2i", *head, *lens, 0, 0),
        3: struct.pack("<7f3i4f", *head, *lens, 0, 0, 0, *cut),
        4: struct.pack("<8f3i4f", *head, shear, *lens, 0, 0, 0, *cut),
        5: struct.pack("<8f2i4f", *head, shear, *lens, 0, 0, *cut).ljust(892, b"\0"),
    }
    return Step("ashift", version, packed[version])


@given(photos_with_crops())
def test_a_crop_comes_back_from_a_sidecar_in_every_orientation(
    pictured: tuple[Photo, Crop],
) -> None:
    photo, crop = pictured
    try:
        data = darkroom.with_crop(None, photo, crop, Provenance(), "a.xmp")
    except NotExpressible:
        assume(False)
    read, is_ours = darkroom.read(data, photo, "a.xmp")
    assert is_ours
    assert apart(read, crop, photo.upright) < REACHED_PX
    assert read is not None
    assert read.angle == pytest.approx(crop.angle, abs=1e-5)


@given(photos_with_crops(limit=8))
def test_what_was_read_is_written_the_same(pictured: tuple[Photo, Crop]) -> None:
    photo, crop = pictured
    stored = stored_crop(crop, photo.upright, photo.orientation)
    try:
        written = darktable.crop_step(stored, photo.size, photo.orientation)
    except NotExpressible:
        assume(False)
    again = decoded([turn_step(stored.angle), written], photo.size, photo.orientation)
    assert again is not None
    written_again = darktable.crop_step(
        replace(again, angle=stored.angle), photo.size, photo.orientation
    )
    assert edges(written_again.params) == pytest.approx(edges(written.params), abs=1e-6)


def edges(data: bytes) -> tuple[float, ...]:
    return struct.unpack_from("<4f", data)


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
def test_every_version_of_ashift_turns(version: int) -> None:
    steps = [ashift_step(version), crop_step(0.2, 0.2, 0.8, 0.8)]
    crop = decoded(steps, SIZE, NORMAL)
    assert crop is not None
    assert crop.angle == 3
    assert apart(crop, Crop.turned((-372, -258.5, 372, 258.5), SIZE, 3), SIZE) < 2


@pytest.mark.parametrize("version", [3, 4, 5])
def test_the_inner_crop_of_ashift_counts(version: int) -> None:
    inner = decoded([ashift_step(version, inner=0.2)], SIZE, NORMAL)
    outer = decoded([ashift_step(version), crop_step(0.2, 0.2, 0.8, 0.8)], SIZE, NORMAL)
    assert outer is not None
    assert apart(inner, outer, SIZE) < 2


@pytest.mark.parametrize(
    "step",
    [
        *(ashift_step(version, shift=0.1) for version in (1, 2, 3, 4, 5)),
        *(ashift_step(version, shear=0.1) for version in (4, 5)),
        clipping_step(0, (0.1, 0.1, 0.9, 0.9), shift=0.1),
    ],
    ids=lambda step: f"{step.operation}-{step.version}",
)
def test_perspective_is_no_crop(step: Step) -> None:
    with pytest.raises(NotExpressible, match="perspective"):
        decoded([step], SIZE, NORMAL)


@pytest.mark.parametrize("extra", [0, 4, 8, 12])
def test_later_versions_of_crop_begin_with_the_same_edges(extra: int) -> None:
    step = crop_step(0.1, 0.2, 0.9, 0.8)
    longer = Step("crop", 3, step.params + bytes(extra))
    assert apart(decoded([longer], SIZE, NORMAL), Crop(0.2, 0.1, 0.8, 0.9), SIZE) < 1e-3


@pytest.mark.parametrize("number", range(1, 9))
def test_flags_of_flip_are_exifs_orientations(number: int) -> None:
    flags = {1: 0, 2: 2, 3: 3, 4: 1, 5: 4, 6: 5, 7: 7, 8: 6}[number]
    assert flipped([flip_step(flags)], NORMAL) == number


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        ([], 6),
        ([flip_step(-1)], 6),
        ([flip_step(0)], 1),
        ([flip_step(0), flip_step(3)], 3),
        ([flip_step(3), flip_step(-1)], 6),
        ([flip_step(3, is_enabled=False)], 1),
    ],
    ids=["none", "exif", "not at all", "the last", "exif again", "off"],
)
def test_the_last_flip_says_how_a_photo_is_shown(steps: list[Step], shown: int) -> None:
    assert flipped(steps, Orientation(6)) == shown


@given(st.data())
def test_clipping_from_the_bounding_box_is_the_crop_turned_back(data: st.DataObject) -> None:
    angle = data.draw(st.floats(-8, 8))
    step = clipping_step(angle, (0.3, 0.3, 0.7, 0.7))
    crop = decoded([step], SIZE, NORMAL)
    assert crop is not None
    assert crop.angle == pytest.approx(-angle, abs=1e-5)
    a, s = math.radians(angle), abs(math.sin(math.radians(angle)))
    box = (SIZE.width * math.cos(a) + SIZE.height * s, SIZE.width * s + SIZE.height * math.cos(a))
    assert crop.extent(SIZE) == pytest.approx((0.4 * box[0], 0.4 * box[1]), abs=0.01)


def test_clipping_may_keep_to_what_lies_inside_the_photo() -> None:
    whole = decoded([clipping_step(5, (0, 0, 1, 1), auto=1)], SIZE, NORMAL)
    assert whole is not None
    assert whole.checked(SIZE).extent(SIZE) == pytest.approx(largest_inside(SIZE, 5, 1.5), abs=0.1)


def test_a_negative_edge_of_clipping_mirrors_what_is_seen() -> None:
    crop = decoded([clipping_step(0, (0.1, 0.2, -0.8, 0.7))], SIZE, NORMAL)
    assert apart(crop, Crop(0.2, 0.2, 0.7, 0.9), SIZE) < 1e-3


@pytest.mark.parametrize("edges", [(0, 0, 1, 1), (0, 0, -1, 1), (0, 0, -1, -1)])
def test_clipping_that_keeps_everything_is_no_crop(
    edges: tuple[float, float, float, float],
) -> None:
    assert decoded([clipping_step(0, edges)], SIZE, NORMAL) is None


def test_two_modules_that_crop_are_no_one_crop() -> None:
    steps = [clipping_step(0, (0.1, 0.1, 0.9, 0.9)), crop_step(0.1, 0.1, 0.9, 0.9)]
    with pytest.raises(NotExpressible, match="two modules at once"):
        decoded(steps, SIZE, NORMAL)


def test_modules_that_are_off_do_not_count() -> None:
    off = [replace(step, is_enabled=False) for step in (ashift_step(5), crop_step(0, 0, 0.5, 0.5))]
    assert decoded(off, SIZE, NORMAL) is None


@pytest.mark.parametrize(
    "edges", [(0.95, 0.1, 0.99, 0.9), (0.1, 0.95, 0.9, 0.99), (0, 0, 0.05, 1), (0, 0, 1, 0.05)]
)
def test_a_crop_that_darktable_would_move_is_refused(
    edges: tuple[float, float, float, float],
) -> None:
    left, top, right, bottom = edges
    with pytest.raises(NotExpressible, match="outermost tenth"):
        darktable.crop_step(Crop(top, left, bottom, right), SIZE, NORMAL)


@pytest.mark.parametrize("edges", [(0.6, 0.2, 0.3, 0.8), (0.2, 0.6, 0.8, 0.3), (0.5, 0, 0.5, 1)])
@pytest.mark.parametrize("turned", [[], [ashift_step(5)]], ids=["upright", "turned"])
def test_a_crop_of_no_extent_is_refused(
    edges: tuple[float, float, float, float], turned: list[Step]
) -> None:
    tree = parsed(NEW, "a.xmp")
    history.append(tree, [*turned, crop_step(*edges)], "a.xmp")
    with pytest.raises(NotExpressible, match=r", in a\.xmp"):
        darkroom.read(etree.tostring(tree), Photo(Path("a.jpg"), SIZE), "a.xmp")


@pytest.mark.parametrize("left", [-200, -200.5, -201.5, 0, 300.5, 301.5])
@pytest.mark.parametrize("angle", [0, 2])
def test_a_crop_of_one_pixel_comes_back(left: float, angle: float) -> None:
    edges = (left, 0.5, left + 1, 1.5)
    photo, crop = Photo(Path("a.jpg"), SIZE), Crop.turned(edges, SIZE, angle)
    data = darkroom.with_crop(None, photo, crop, Provenance(), "a.xmp")
    assert apart(darkroom.read(data, photo, "a.xmp")[0], crop, SIZE) < REACHED_PX


@given(st.binary(max_size=40), st.sampled_from(["crop", "ashift", "clipping", "flip"]))
def test_any_parameters_give_a_crop_or_our_error(data: bytes, operation: str) -> None:
    with suppress(CropperHeadError):
        decoded([Step(operation, 1, data)], SIZE, NORMAL)


@pytest.mark.parametrize("length", [84, 892])
@given(data=st.data())
def test_any_numbers_give_a_crop_or_our_error(length: int, data: st.DataObject) -> None:
    numbers = data.draw(st.lists(st.floats(width=32), min_size=21, max_size=21))
    packed = struct.pack("<21f", *numbers).ljust(length, b"\0")
    with suppress(CropperHeadError):
        decoded([Step("clipping" if length == 84 else "ashift", 5, packed)], SIZE, NORMAL)


@pytest.mark.parametrize("number", [math.inf, math.nan, -math.inf])
def test_numbers_that_are_none_are_no_crop(number: float) -> None:
    ashift = Step("ashift", 5, struct.pack("<f", number) + turn_step(0).params[4:])
    for step in (crop_step(number, 0, 1, 1), clipping_step(number, (0, 0, 1, 1)), ashift):
        with pytest.raises(NotExpressible, match=f"numbers in the parameters of {step.operation}"):
            decoded([step], SIZE, NORMAL)


@given(st.binary(min_size=1, max_size=900))
def test_parameters_are_read_in_both_spellings(data: bytes) -> None:
    assert params(data.hex()) == data
    assert params("gz12" + base64.b64encode(zlib.compress(data)).decode()) == data


@pytest.mark.parametrize("text", ["xyz", "123", "gz12", "gz12!!!!", "gz12QUJD", "gz"])
def test_parameters_that_cannot_be_read_are_our_error(text: str) -> None:
    with pytest.raises(NotExpressible, match="cannot be read"):
        params(text)


def test_parameters_that_would_fill_the_memory_are_our_error() -> None:
    bomb = "gz99" + base64.b64encode(zlib.compress(bytes(1 << 24))).decode()
    with pytest.raises(NotExpressible, match="expected all of at most"):
        params(bomb)


def test_a_crop_of_a_heic_that_may_be_turned_otherwise_is_not_written() -> None:
    with pytest.raises(NotExpressible, match=r"expected the orientation 6 .* got 1: exiftool"):
        darkroom.with_crop(None, TURNED_OTHERWISE, Crop(0.1, 0.1, 0.9, 0.9), Provenance(), "a")


def test_a_crop_of_a_heic_that_may_be_turned_otherwise_is_not_read() -> None:
    photo = replace(TURNED_OTHERWISE, exif=Orientation(6))
    data = darkroom.with_crop(None, photo, Crop(0.1, 0.1, 0.9, 0.9), Provenance(), "a")
    with pytest.raises(NotExpressible, match="turned otherwise"):
        darkroom.read(data, TURNED_OTHERWISE, "a")
    assert darkroom.read(NEW, TURNED_OTHERWISE, "a") == (None, False)
