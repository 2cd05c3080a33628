"""What a burst is, and what is only nearly one: in doubt a photo has its own crop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from drawn import draw_raw
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from skimage import data

from cropperhead_core.crop import Crop, Size
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.orientation import Orientation
from cropperhead_core.suggestion import RankedCrop, Suggestion
from cropperhead_plugin.records import suggestion_record
from cropperhead_plugin.watching.entry import Moment
from cropperhead_plugin.watching.sharing import adopted, are_alike, in_burst, moment
from tests.strategies import crops_of

SIZE = Size(6000, 4000)


def suggestion(crop: Crop | None, size: Size = SIZE) -> Suggestion:
    crops = () if crop is None else (RankedCrop(crop, 1.0, 0.25, "original", ("because",)),)
    return Suggestion(
        photo=Path("a.jpg"),
        size=size,
        orientation=Orientation.NORMAL,
        verdict="leave" if crop is None else "crop",
        angle=0.0 if crop is None else crop.angle,
        crops=crops,
        model="m",
    )


OWN = suggestion(Crop(0.1, 0.1, 0.9, 0.9))


@given(crop=crops_of(SIZE, st.floats(-8, 8)))
def test_a_relatives_crop_comes_over_whole(crop: Crop) -> None:
    theirs = suggestion(crop)
    shared = adopted(OWN, suggestion_record(theirs))
    assert shared is not None
    assert shared.best is not None
    assert shared.best.crop == crop.rounded()
    assert (shared.photo, shared.size) == (OWN.photo, OWN.size)


def test_a_relative_that_is_left_leaves_us_and_says_why() -> None:
    shared = adopted(OWN, suggestion_record(replace(suggestion(None), note="no crop gains enough")))
    assert shared is not None
    assert (shared.best, shared.note) == (None, "no crop gains enough")


def test_why_we_would_have_been_left_is_not_said_of_a_relatives_crop() -> None:
    ours = replace(suggestion(None), note="no crop gains enough")
    shared = adopted(ours, suggestion_record(OWN))
    assert shared is not None
    assert (shared.best, shared.note) == (OWN.best, "")


def test_a_raw_with_a_few_rows_more_is_of_the_same_shape() -> None:
    assert adopted(suggestion(None, Size(6024, 4020)), suggestion_record(OWN)) is not None


@pytest.mark.parametrize("size", [Size(4000, 6000), Size(6000, 3376)])
def test_another_shape_has_its_own_crop(size: Size) -> None:
    assert adopted(suggestion(None, size), suggestion_record(OWN)) is None


@pytest.mark.parametrize(
    ("theirs", "is_shared"),
    [
        (Crop(0.1, 0.1, 0.9, 0.9), True),
        (Crop(0.08, 0.12, 0.9, 0.92), True),
        (Crop(0.1, 0.1, 0.9, 0.9, 0.4), True),
        (Crop(0.1, 0.1, 0.9, 0.9, 0.7), False),
        (Crop(0.3, 0.3, 0.9, 0.9), False),
        (None, False),
    ],
)
def test_a_burst_shares_what_each_would_nearly_do(theirs: Crop | None, is_shared: bool) -> None:
    found = in_burst(OWN, suggestion_record(suggestion(theirs)))
    assert (found is not None) == is_shared


def picture(path: Path, *, shift: int = 0, bird: int | None = None, light: float = 1) -> Path:
    """A rocket, moved a little, with a bird somewhere in the sky, lighter or darker."""
    image = Image.fromarray(data.rocket()[:400, shift : shift + 600])
    if bird is not None:
        ImageDraw.Draw(image).ellipse((bird, 50, bird + 50, 90), fill="white")
    image.point(lambda level: int(level * light)).save(path, quality=92)
    return path


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {"shift": 2}, True),
        ({}, {"light": 1.05}, True),
        ({"bird": 100}, {"bird": 103}, True),
        ({}, {"bird": 100}, False),
        ({"bird": 100}, {"bird": 300}, False),
        ({}, {"shift": 40}, False),
        ({}, {"light": 0.4}, False),
    ],
)
def test_photos_are_alike_when_nothing_moved(
    tmp_path: Path, one: dict[str, int], other: dict[str, int], expected: bool
) -> None:
    first, second = (
        picture(tmp_path / f"{name}.jpg", **kind)  # type: ignore[arg-type]  # a table of both
        for name, kind in (("a", one), ("b", other))
    )
    assert are_alike(first, second) == expected


def test_what_cannot_be_read_is_like_nothing(tmp_path: Path) -> None:
    assert not are_alike(picture(tmp_path / "a.jpg"), tmp_path / "none.jpg")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({0x9003: "2026:05:01 12:00:00"}, 0.0),
        ({0x9003: "2026:05:01 12:00:00", 0x9291: "25"}, 0.25),
        ({0x9003: "0000:00:00 00:00:00"}, None),
        ({0x9003: "yesterday"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_the_moment_is_the_cameras(
    tmp_path: Path, name: str, tags: dict[int, str], expected: float | None
) -> None:
    image = Image.new("RGB", (60, 40))
    exif = image.getexif()
    exif[0x0110] = "X100"
    exif.get_ifd(0x8769).update(tags)
    image.save(tmp_path / name, exif=exif)
    found = moment(tmp_path / name)
    assert found == (None if expected is None else Moment("X100", 1777636800 + expected))


@pytest.mark.parametrize("name", ["a.dng", "a.tif"])
def test_a_raw_or_tiff_has_its_moment_in_its_first_directory(tmp_path: Path, name: str) -> None:
    path = draw_raw(tmp_path / "a.dng", 600, 400)
    if name == "a.tif":
        path = tmp_path / name
        Image.new("RGB", (60, 40)).save(path)
    with ExifTool() as exiftool:
        exiftool.write(path, {"Model": "X100", "DateTimeOriginal": "2026:05:01 12:00:00"})
    assert moment(path) == Moment("X100", 1777636800)


def test_without_a_camera_there_is_no_moment(tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 40))
    exif = image.getexif()
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 12:00:00"
    image.save(tmp_path / "a.jpg", exif=exif)
    assert moment(tmp_path / "a.jpg") is None
    assert moment(tmp_path / "none.jpg") is None
