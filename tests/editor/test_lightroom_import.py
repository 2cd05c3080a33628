"""darktable's own importer of Lightroom sidecars makes of ours what Lightroom means."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cropperhead_core import write_crop
from cropperhead_core.orientation import Orientation
from cropperhead_core.photo import read_photo
from cropperhead_core.sidecar import Provenance, lightroom

from . import chart
from .chart import SIZE, apart, cropped, region
from .conftest import Darktable

pytestmark = pytest.mark.xdist_group("lightroom import")

IMPORTED_PX = 2.5
FLIPPED_PX = 3.0
"""Where darktable flips, its export adds about one and a half (see test_darktable)."""


@pytest.fixture
def imported(exported: Darktable) -> Darktable:
    """A darktable that heeds Lightroom's sidecar whenever it renders a photo for the first time."""
    if not exported.is_older_than(5):
        pytest.skip("darktable 5 imports Lightroom's crop only as the darkroom opens a new photo")
    return exported


def allowed(orientation: int) -> float:
    return IMPORTED_PX if orientation == 1 else FLIPPED_PX


@pytest.mark.parametrize(("orientation", "angle"), [(1, 0), (1, 2), (1, -8), (6, -2), (8, 0.3)])
def test_a_raw_beside_our_sidecar_is_cropped_as_asked(
    tmp_path: Path, imported: Darktable, orientation: int, angle: float
) -> None:
    photo = chart.raw(tmp_path / "IMG.CR2", Orientation(orientation))
    change = write_crop(photo, cropped(angle), "lightroom")
    assert change.path.name == "IMG.xmp"
    off = apart(region(imported(photo)), cropped(angle).quad(SIZE))
    assert off < allowed(orientation)


@pytest.mark.parametrize(
    ("orientation", "angle"), [(1, -2), (2, 2), (3, 8), (4, 0.3), (5, -2), (6, 0), (7, 2), (8, -2)]
)
def test_our_packet_means_the_same_in_every_orientation(
    tmp_path: Path, imported: Darktable, orientation: int, angle: float
) -> None:
    photo = chart.jpeg(tmp_path / "IMG.jpg", Orientation(orientation))
    facts = read_photo(photo)
    packet = lightroom.with_crop(None, facts, cropped(angle), Provenance(), photo)
    photo.with_suffix(".xmp").write_bytes(packet)
    off = apart(region(imported(photo)), cropped(angle).quad(SIZE))
    assert off < allowed(orientation)


def test_exiftool_reads_the_tags_back(tmp_path: Path) -> None:
    photo = chart.raw(tmp_path / "IMG.CR2", Orientation(6))
    path = write_crop(photo, cropped(-2), "lightroom").path
    names = ("HasCrop", "CropTop", "CropLeft", "CropBottom", "CropRight", "CropAngle")
    names += ("Orientation", "ImageWidth", "ImageHeight", "SidecarForExtension", "HasSettings")
    done = subprocess.run(
        ["exiftool", "-s", "-n", *(f"-XMP:{name}" for name in names), path],
        capture_output=True,
        text=True,
        check=True,
    )
    said = dict(map(str.strip, line.split(":")) for line in done.stdout.splitlines())
    stored = lightroom.read(path.read_bytes(), read_photo(photo), path)[0]
    assert said["HasCrop"] == "True"
    assert said["CropAngle"] == "-2"
    assert (said["Orientation"], said["ImageWidth"]) == ("6", "800")
    assert said["SidecarForExtension"] == "CR2"
    assert stored is not None
    assert apart(stored.quad(SIZE), cropped(-2).quad(SIZE)) < 0.1
