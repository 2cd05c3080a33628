"""What we read from a profile is what RawTherapee renders."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from cropperhead_core import read_crop
from cropperhead_core.orientation import Orientation

from . import chart
from .chart import SIZE, apart, region, turns

pytestmark = pytest.mark.xdist_group("rawtherapee")

RENDERED_PX = 1.5
PROFILE = """[Version]
AppVersion=5.9
Version=349

[Crop]
Enabled={is_cut}
X=100
Y=50
W=400
H=600
FixedRatio=false

[Coarse Transformation]
Rotate={coarse}
HorizontalFlip=false
VerticalFlip=false

[Common Properties for Transformations]
AutoFill=true

[Rotation]
Degree={degree}
"""


def rendered(photo: Path) -> Image.Image:
    """RawTherapee's export of the photo with the profile beside it."""
    if shutil.which("rawtherapee-cli") is None:
        pytest.skip("RawTherapee is not installed (Debian: apt install rawtherapee)")
    output = photo.with_suffix(".png")
    command = ["rawtherapee-cli", "-o", output, "-n", "-b8", "-d", "-S", "-Y", "-c", photo]
    home = {"HOME": str(photo.parent)}
    done = subprocess.run(command, capture_output=True, check=False, env=os.environ | home)
    assert output.exists(), done.stdout + done.stderr
    with Image.open(output) as image:
        return image.convert("RGB")


@pytest.mark.parametrize(
    ("orientation", "coarse", "degree", "is_cut"),
    [
        (1, 0, 0, True),
        (1, 0, -3, True),
        (6, 0, 5, True),
        (8, 90, -5, True),
        (3, 270, 2, True),
        (1, 0, 5, False),
    ],
)
def test_a_profile_is_read_as_it_is_rendered(
    tmp_path: Path, orientation: int, coarse: int, degree: float, *, is_cut: bool
) -> None:
    photo = chart.jpeg(tmp_path / "chart.jpg", Orientation(orientation))
    said = PROFILE.format(coarse=coarse, degree=degree, is_cut=str(is_cut).lower())
    photo.with_name("chart.jpg.pp3").write_text(said)
    crop = read_crop(photo)
    assert crop is not None
    found = region(rendered(photo))
    assert min(apart(turned, crop.quad(SIZE)) for turned in turns(found)) < RENDERED_PX
