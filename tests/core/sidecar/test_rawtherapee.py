"""RawTherapee's profiles: the corpus, and crops as RawTherapee itself rendered them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.crop import Crop, Quad, Size
from cropperhead_core.errors import DamagedSidecar, NotExpressible
from cropperhead_core.orientation import Orientation
from cropperhead_core.photo import Photo
from cropperhead_core.sidecar import find_crop
from cropperhead_core.sidecar.rawtherapee import read

SIZE = Size(1200, 800)
PHOTO = Photo(Path("a.jpg"), SIZE)
RENDERED_PX = 1.0

CROP = "[Crop]\nEnabled=true\nX={}\nY={}\nW={}\nH={}\n"
WIDE, TALL = CROP.format(100, 50, 600, 400), CROP.format(100, 50, 400, 600)
COARSE = "[Coarse Transformation]\nRotate={}\nHorizontalFlip={}\nVerticalFlip={}\n"
UNFILLED = "[Common Properties for Transformations]\nAutoFill=false\n"
TURN = "[Rotation]\nDegree=5\n"

RENDERED: dict[str, tuple[str, Quad]] = {
    "cut": (WIDE, ((100, 50), (700, 50), (700, 450), (100, 450))),
    "turned": (TURN, ((100.6, 0), (1161.3, 92.8), (1099.4, 800), (38.7, 707.2))),
    "both": (WIDE + TURN, ((185.1, 51.8), (715.5, 98.3), (684.5, 452.1), (154.1, 405.6))),
    "unfilled": (
        CROP.format(300, 250, 600, 400) + TURN + UNFILLED,
        ((314.2, 224.3), (912.0, 276.7), (877.1, 675.4), (279.3, 623.0)),
    ),
    "quarter": (
        TALL + COARSE.format(90, "false", "false"),
        ((50, 700), (50, 300), (650, 300), (650, 700)),
    ),
    "quarter and turned": (
        TALL + TURN + COARSE.format(90, "false", "false"),
        ((90.6, 622.7), (121.6, 269.0), (652.0, 315.4), (621.0, 669.2)),
    ),
    "half": (
        TALL + TURN + COARSE.format(180, "false", "false"),
        ((1015.0, 748.1), (661.2, 717.1), (707.7, 186.7), (1061.5, 217.6)),
    ),
    "mirrored": (
        WIDE + TURN + COARSE.format(0, "true", "false"),
        ((484.5, 98.3), (1014.9, 51.8), (1045.9, 405.6), (515.5, 452.1)),
    ),
    "upside down": (
        WIDE + TURN + COARSE.format(0, "false", "true"),
        ((715.5, 701.7), (185.1, 748.2), (154.1, 394.4), (684.5, 347.9)),
    ),
    "quarter and mirrored": (
        TALL + TURN + COARSE.format(90, "true", "false"),
        ((121.6, 531.0), (90.6, 177.3), (621.0, 130.8), (652.0, 484.6)),
    ),
}
"""Profiles and the corners that rawtherapee-cli 5.9 exported of a chart of 1200x800."""


def same_region(one: Quad, other: Quad) -> float:
    """How far the corners of one are from the nearest of the other, in pixels."""
    return max(min(math.dist(a, b) for b in other) for a in one)


@pytest.mark.parametrize("name", RENDERED)
def test_a_profile_is_read_as_it_was_rendered(name: str) -> None:
    profile, rendered = RENDERED[name]
    crop, is_ours = read(profile.encode(), PHOTO, "a.jpg.pp3")
    assert crop is not None
    assert not is_ours
    assert same_region(crop.quad(SIZE), rendered) < RENDERED_PX


@pytest.mark.parametrize("extent", [(-60, 50), (50, -60), (0, 50), (50, 0)])
@pytest.mark.parametrize("turn", ["", TURN])
def test_a_crop_of_no_extent_is_refused(extent: tuple[int, int], turn: str) -> None:
    with pytest.raises(NotExpressible, match=r", in a\.jpg\.pp3"):
        read((CROP.format(300, 200, *extent) + turn).encode(), PHOTO, "a.jpg.pp3")


@pytest.mark.parametrize("number", range(1, 6))
def test_profiles_with_a_crop_have_one_inside_the_photo(shared: Path, number: int) -> None:
    name = f"synthetic_pp3_{number:03}.pp3"
    data = (shared / "data/crs/corpus/synthetic_pp3" / name).read_bytes()
    photo = Photo(Path("a.CR2"), Size(6000, 4000))
    crop, _ = read(data, photo, name)
    assert crop is not None
    turn, width = {1: (0, 3000), 2: (1.35, 4000), 3: (-2.5, 2400), 4: (0, 100), 5: (12.75, 2800)}[
        number
    ]
    assert crop.checked(photo.size).angle == pytest.approx(turn)
    assert crop.extent(photo.size)[0] <= width + 1e-6


def test_profiles_without_a_crop_have_none(shared: Path) -> None:
    found = sorted((shared / "data/crs/corpus/pp3").glob("*.pp3"))
    assert len(found) == 9
    for path in found:
        assert read(path.read_bytes(), PHOTO, path.name) == (None, False), path.name


def test_what_is_turned_but_not_filled_is_no_crop() -> None:
    with pytest.raises(NotExpressible, match=r"empty corners are kept, in a\.pp3"):
        read((TURN + UNFILLED).encode(), PHOTO, "a.pp3")


@pytest.mark.parametrize(
    "perspective",
    [
        "Horizontal=3\nVertical=0\n",
        "Method=simple\nHorizontal=0\nVertical=-2.5\n",
        "Method=camera_based\nCameraPitch=2\nCameraFocalLength=24\n",
    ],
)
def test_perspective_is_no_crop(perspective: str) -> None:
    with pytest.raises(NotExpressible, match=r"perspective was changed.* a\.pp3"):
        read((WIDE + "[Perspective]\n" + perspective).encode(), PHOTO, "a.pp3")


def test_perspective_that_is_off_does_not_count() -> None:
    off = "[Perspective]\nMethod=camera_based\nHorizontal=3\nCameraFocalLength=24\nCameraPitch=0\n"
    assert read((WIDE + off).encode(), PHOTO, "a.pp3")[0] == Crop(
        50 / 800, 100 / 1200, 450 / 800, 700 / 1200
    )


def test_a_photo_that_exif_mirrors_is_reported() -> None:
    photo = Photo(Path("a.jpg"), SIZE, Orientation.MIRRORED)
    with pytest.raises(NotExpressible, match="ignores that the photo is mirrored"):
        read(WIDE.encode(), photo, "a.pp3")


@pytest.mark.parametrize(
    "data",
    [
        b"no profile",
        b"[Crop\nEnabled=true",
        b"\xff\xfe\0",
        b"[Crop]\nEnabled=true\nX=left\n",
        b"[Crop]\nEnabled=yep\n",
        b"[Crop]\nEnabled=true\nX=1" + bytes(b"0" * 400) + b"\n",
        b"[Perspective]\nMethod=camera_based\nCameraPitch=x\n[Crop]\nEnabled=true\n",
    ],
)
def test_a_damaged_profile_is_named(data: bytes) -> None:
    with pytest.raises(DamagedSidecar, match=r"a\.pp3"):
        read(data, PHOTO, "a.pp3")


def test_a_turn_that_is_no_quarter_is_named() -> None:
    data = b"[Coarse Transformation]\nRotate=45\n[Crop]\nEnabled=1\n"
    with pytest.raises(NotExpressible, match=r"^expected quarter turns, got Rotate=45, in a\.pp3$"):
        read(data, PHOTO, "a.pp3")


@given(st.text(max_size=200))
def test_any_text_is_a_profile_or_our_error(text: str) -> None:
    try:
        read(text.encode(), PHOTO, "a.pp3")
    except DamagedSidecar:
        return


def test_it_is_found_after_all_others(raw: Path) -> None:
    profile = raw.with_name("IMG.CR2.pp3")
    profile.write_text(CROP.format(60, 40, 480, 320))
    found = find_crop(raw)
    assert found is not None
    assert (found.editor, found.source, found.ours) == ("rawtherapee", profile, False)
    assert found.crop == Crop(0.1, 0.1, 0.9, 0.9)
    assert find_crop(raw, "darktable") is None
    assert find_crop(raw, "lightroom") is None
