"""darktable exports the region that our sidecars ask for, and keeps the edits that were there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cropperhead_core import Crop, write_crop
from cropperhead_core.orientation import Orientation
from cropperhead_core.sidecar import find_crop
from cropperhead_core.sidecar.darktable import Step
from cropperhead_core.sidecar.embedded import embedded_packet

from . import chart, histories
from .chart import SIZE, apart, cropped, region, turns
from .conftest import Darktable

pytestmark = pytest.mark.xdist_group("darktable")

REACHED_PX, FLIPPED_PX = 1.2, 2.5
"""How far off a corner may be. darktable exports whatever it flips enlarged by about one pixel in
its shorter side, with or without a crop (measured on 4.2.1)."""
FLIPPED_RAW_PX = 4.5
"""Enlarged raws are demosaiced from the next whole cell of the mosaic, up to two pixels away. A
crop that darktable's own module makes is exported farther off: the last tests below."""

NEW = [
    *((1, angle) for angle in (0, 0.3, -0.3, 2, -2, 8, -8)),
    *((2, 0), (2, -8), (3, 0.3), (3, -2), (4, 8), (4, 2), (5, -0.3), (5, 2)),
    *((6, 0), (6, -2), (6, 8), (7, 0.3), (7, -8), (8, 0), (8, 2), (8, -0.3)),
]
"""Orientation and angle: every angle upright, every orientation turned both ways."""


def allowed(orientation: int) -> float:
    return REACHED_PX if orientation == 1 else FLIPPED_PX


def missed_by(photo: Path, angle: float, exported: Darktable) -> float:
    """Pixels between the crop that we write for this photo and what darktable exports."""
    write_crop(photo, cropped(angle))
    return apart(region(exported(photo)), cropped(angle).quad(SIZE))


def dark(image: Image.Image) -> float:
    """How bright the dark parts of the chart are."""
    pixels = np.asarray(image)
    return float(np.median(pixels[pixels < 128]))


@pytest.fixture(scope="module")
def brightened(exported: Darktable, tmp_path_factory: pytest.TempPathFactory) -> float:
    """The same where a stop was added and nothing cropped."""
    photo = chart.jpeg(tmp_path_factory.mktemp("brightened") / "chart.jpg")
    histories.sidecar(photo, histories.exposure())
    found = dark(exported(photo))
    assert found > 1.4 * chart.DARK
    return found


@pytest.mark.parametrize(("orientation", "angle"), NEW)
def test_a_jpeg_is_cropped_as_asked(
    tmp_path: Path, exported: Darktable, orientation: int, angle: float
) -> None:
    photo = chart.jpeg(tmp_path / "chart.jpg", Orientation(orientation))
    assert missed_by(photo, angle, exported) < allowed(orientation)


@pytest.mark.parametrize(("orientation", "angle"), [(1, 2), (2, -2), (4, 0.3), (6, 2), (7, -8)])
def test_a_heic_is_cropped_as_asked(
    tmp_path: Path, exported: Darktable, orientation: int, angle: float
) -> None:
    photo = chart.heic(tmp_path / "chart.heic", Orientation(orientation))
    assert missed_by(photo, angle, exported) < allowed(orientation)


MERGED: list[tuple[str, int, float, Sequence[Step]]] = [
    ("exposure", 1, 0, [histories.exposure()]),
    ("exposure", 6, -2, [histories.exposure()]),
    ("exposure", 5, 0.3, [histories.exposure()]),
    ("cropped", 1, 8, [histories.exposure(), histories.crop(0.3, 0.3, 0.5, 0.6)]),
    ("turned", 1, 0, [histories.ashift(5, (0.1, 0.9, 0.1, 0.9)), histories.exposure()]),
    ("turned", 8, -0.3, [histories.ashift(-3), histories.exposure()]),
    ("clipped", 1, 2, [histories.clipping(5, (0.2, 0.2, 0.8, 0.8)), histories.exposure()]),
    ("clipped", 3, -8, [histories.clipping(0, (0.2, 0.2, 0.8, 0.8)), histories.exposure()]),
    ("flipped", 1, -2, [histories.flip(0), histories.flip(6), histories.exposure()]),
    ("unflipped", 6, 2, [histories.flip(-1, is_enabled=False), histories.exposure()]),
]


@pytest.mark.parametrize(
    ("name", "orientation", "angle", "steps"), MERGED, ids=lambda value: str(value)[:12]
)
def test_a_crop_is_added_to_edits_that_stay(
    tmp_path: Path,
    exported: Darktable,
    name: str,
    orientation: int,
    angle: float,
    steps: Sequence[Step],
    brightened: float,
) -> None:
    photo = chart.jpeg(tmp_path / f"{name}.jpg", Orientation(orientation))
    histories.sidecar(photo, *steps)
    write_crop(photo, cropped(angle), replace=True)
    image = exported(photo)
    is_flipped = orientation > 1 or name == "flipped"
    expected = cropped(angle).quad(SIZE)
    assert min(apart(turned, expected) for turned in turns(region(image))) < (
        FLIPPED_PX if is_flipped else REACHED_PX
    )
    assert dark(image) == pytest.approx(brightened, abs=1)


def test_what_darktable_exports_is_cropped_already(tmp_path: Path, exported: Darktable) -> None:
    photo = chart.jpeg(tmp_path / "chart.jpg", Orientation.NORMAL)
    write_crop(photo, cropped(2))
    exported(photo)
    export = photo.with_suffix(".png")
    assert b"CropTop" in (embedded_packet(export) or b"")
    assert find_crop(export) is None


def test_a_crop_is_added_to_a_history_without_numbers(
    tmp_path: Path, exported: Darktable, brightened: float
) -> None:
    photo = chart.jpeg(tmp_path / "old.jpg")
    path = histories.sidecar(photo, histories.exposure(), histories.crop(0.4, 0.4, 0.6, 0.6))
    histories.as_format_2(path)
    write_crop(photo, cropped(2), replace=True)
    image = exported(photo)
    assert apart(region(image), cropped(2).quad(SIZE)) < REACHED_PX
    assert dark(image) == pytest.approx(brightened, abs=1)


@pytest.mark.parametrize(
    "crop",
    [
        Crop(0, 0, 1, 0.5),
        Crop(0.5, 0.5, 1, 1),
        Crop(0, 0.25, 1, 0.75),
        Crop(1 / 800, 1 / 1200, 799 / 800, 1199 / 1200),
        Crop(0.1, 0.85, 0.9, 1),
        Crop(0.333333, 0.333333, 0.777777, 0.777777),
    ],
    ids=["left half", "corner", "middle", "a pixel less", "edge", "odd"],
)
def test_every_corner_of_the_photo_is_reached(
    tmp_path: Path, exported: Darktable, crop: Crop
) -> None:
    photo = chart.jpeg(tmp_path / "chart.jpg")
    write_crop(photo, crop)
    image = exported(photo)
    assert image.size == pytest.approx(crop.extent(SIZE), abs=1)
    assert apart(region(image), crop.quad(SIZE)) < REACHED_PX


@pytest.mark.parametrize(
    ("orientation", "angle", "steps"),
    [
        (1, 2, []),
        (1, -8, [histories.exposure()]),
        (6, -0.3, []),
        (8, 2, [histories.exposure()]),
        (3, 0, []),
        (5, 8, []),
        (2, -2, []),
    ],
)
def test_a_raw_is_cropped_as_asked(
    tmp_path: Path,
    exported: Darktable,
    orientation: int,
    angle: float,
    steps: Sequence[Step],
) -> None:
    photo = chart.raw(tmp_path / "chart.dng", Orientation(orientation))
    if steps:
        histories.sidecar(photo, *steps)
    write_crop(photo, cropped(angle))
    off = apart(region(exported(photo)), cropped(angle).quad(SIZE))
    assert off < (REACHED_PX if orientation == 1 else FLIPPED_RAW_PX)


def test_a_raw_is_developed_as_without_a_sidecar(tmp_path: Path, exported: Darktable) -> None:
    photo = chart.raw(tmp_path / "chart.dng")
    plain = np.asarray(exported(photo), float)
    write_crop(photo, Crop(0.1, 0.1, 0.9, 0.9))
    ours = np.asarray(exported(photo), float)
    assert np.abs(ours - plain[80:720, 120:1080]).mean() < 0.67


@pytest.mark.parametrize("orientation", [2, 3, 6, 8])
def test_a_flipped_raw_is_cropped_as_darktables_own_module_crops_it(
    tmp_path: Path, exported: Darktable, orientation: int
) -> None:
    crop = cropped(0)
    ours = chart.raw(tmp_path / "ours.dng", Orientation(orientation))
    write_crop(ours, crop)
    own = chart.raw(tmp_path / "own.dng", Orientation(orientation))
    histories.sidecar(own, histories.crop(crop.left, crop.top, crop.right, crop.bottom))
    written, made = region(exported(ours)), region(exported(own))
    assert apart(written, made) < REACHED_PX
    assert apart(written, crop.quad(SIZE)) < apart(made, crop.quad(SIZE))
