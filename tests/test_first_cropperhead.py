"""The known faults of the first CropperHead, each held away.

Those of its training are in core/training; that a mirrored photo gets the mirrored suggestion, and
that no suggestion leaves the frame, is in core/test_suggest.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from drawn import draw_raw
from PIL import Image
from skimage import data

from cropperhead_core import Crop, FaceFinder, Wishes, load_model, read_crop, suggest, write_crop
from cropperhead_core.crop import Size
from cropperhead_core.errors import InvalidCrop
from cropperhead_core.harvest import outcome
from cropperhead_core.orientation import Orientation, stored_crop, upright_crop
from cropperhead_core.photo import read_photo
from cropperhead_core.sidecar import Editor, find_crop
from cropperhead_plugin.cli.work import model_folder
from cropperhead_plugin.protocol import boxes
from cropperhead_plugin.records import Shown
from cropperhead_plugin.settings import Settings

EDITORS: list[Editor] = ["darktable", "lightroom"]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw by its name, so that Lightroom reads a sidecar of it."""
    return draw_raw(tmp_path / "a.nef", 1500, 1000)


def tags(path: Path, *names: str) -> list[float]:
    done = subprocess.run(
        ["exiftool", "-s3", "-n", *(f"-XMP-crs:{name}" for name in names), path],
        check=True,
        capture_output=True,
    )
    return [float(line) for line in done.stdout.split()]


def test_x_and_y_are_not_swapped_on_the_way_out() -> None:
    record = Shown(
        Path("a.jpg"), Size(600, 400), Crop(top=0.1, left=0.2, bottom=0.9, right=1)
    ).record()
    assert record["quad"] == [[120, 40], [600, 40], [600, 360], [120, 360]]
    assert record["pixels"] == [480, 320]


def test_x_and_y_are_not_swapped_on_the_way_in() -> None:
    assert boxes("[[0.2, 0.1, 1, 0.9]]") == [(0.2, 0.1, 1.0, 0.9)]


def test_x_and_y_are_not_swapped_in_a_sidecar(raw: Path) -> None:
    path = write_crop(raw, Crop(top=0.1, left=0.2, bottom=0.9, right=1), "lightroom").path
    names = ("CropTop", "CropLeft", "CropBottom", "CropRight")
    assert tags(path, *names) == [0.1, 0.2, 0.9, 1]


@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.parametrize("angle", [-7.5, -0.4, 0.4, 1.5, 7.5])
def test_an_angle_is_in_degrees_of_either_sign(raw: Path, editor: Editor, angle: float) -> None:
    size = read_photo(raw).upright
    write_crop(raw, Crop.turned((-400, -250, 300, 200), size, angle), editor)
    found = read_crop(raw, editor)
    assert found is not None
    assert found.angle == pytest.approx(angle, abs=1e-4)


@pytest.mark.parametrize("number", [2, 4, 5, 7])
def test_a_mirrored_crop_turns_the_other_way(number: int) -> None:
    stored = Size(1500, 1000)
    crop = Crop.turned((-300, -200, 300, 200), stored, 3.0)
    assert upright_crop(crop, stored, Orientation(number)).angle == -3.0


@pytest.mark.parametrize("number", [6, 8])
@pytest.mark.parametrize("editor", EDITORS)
def test_a_portrait_has_its_crop_in_the_frame_that_people_see(
    tmp_path: Path, editor: Editor, number: int
) -> None:
    """Upright here, in the sensor's frame in the file."""
    path, exif = tmp_path / "a.jpg", Image.Exif()
    exif[0x0112] = number
    Image.new("RGB", (600, 400)).save(path, exif=exif)
    upper_half = Crop(top=0, left=0, bottom=0.5, right=1)
    assert read_photo(path).upright == Size(400, 600)
    if editor == "darktable":
        write_crop(path, upper_half)
        found = read_crop(path)
    else:
        stored = stored_crop(upper_half, Size(400, 600), Orientation(number))
        edges = (stored.top, stored.left, stored.bottom, stored.right)
        assert edges == ((0, 0, 1, 0.5) if number == 6 else (0, 0.5, 1, 1))
        found = upright_crop(stored, Size(600, 400), Orientation(number))
    assert found is not None
    assert (found.top, found.left, found.bottom, found.right) == pytest.approx(
        (0, 0, 0.5, 1), abs=4e-3
    )


@pytest.mark.parametrize("said", [["-XMP-crs:AlreadyApplied=True"], ["-XMP-crs:HasCrop=False"]])
def test_an_export_that_is_cropped_already_has_no_crop(tmp_path: Path, said: list[str]) -> None:
    path = tmp_path / "export.jpg"
    Image.new("RGB", (600, 400)).save(path)
    crop = ["-XMP-crs:HasCrop=True", "-XMP-crs:CropTop=0.1", "-XMP-crs:CropLeft=0.1"]
    crop += ["-XMP-crs:CropBottom=0.9", "-XMP-crs:CropRight=0.9", "-XMP-crs:CropAngle=0"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *crop, path], check=True)
    assert find_crop(path) is not None
    subprocess.run(["exiftool", "-q", "-overwrite_original", *said, path], check=True)
    assert find_crop(path) is None


def test_a_photo_that_stays_uncropped_says_something(tmp_path: Path) -> None:
    size, crop = Size(600, 400), Crop(0.1, 0.1, 0.9, 0.9)
    assert outcome([crop], None, size) == "rejected"
    assert outcome([], None, size, said="accepted") == "accepted"
    assert outcome([], crop, size) == "adjusted"


def test_leaving_a_photo_is_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "gray.png"
    Image.new("RGB", (600, 400), "gray").save(path)
    found = suggest(path, load_model(model_folder(Settings())))
    assert (found.verdict, found.best) == ("leave", None)


@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.parametrize(
    "crop", [Crop(0.2, -0.1, 0.9, 0.8), Crop(0, 0, 1, 1.01), Crop(0, 0, 1, 1, angle=2)]
)
def test_a_box_outside_the_frame_is_never_written(raw: Path, editor: Editor, crop: Crop) -> None:
    with pytest.raises(InvalidCrop):
        write_crop(raw, crop, editor)
    assert list(raw.parent.iterdir()) == [raw]


def test_suggestions_are_not_one_mean_box(tmp_path: Path) -> None:
    """A square from photos with their subjects in different places."""
    predictor, faces = load_model(model_folder(Settings())), FaceFinder()
    square = Wishes(aspect="1:1")
    astronaut = Image.fromarray(data.astronaut())
    places = []
    for number, left in enumerate((0, 600)):
        wide = Image.new("RGB", (1112, 512), (90, 90, 90))
        wide.paste(astronaut, (left, 0))
        path = tmp_path / f"{number}.png"
        wide.save(path)
        best = suggest(path, predictor, faces=faces, wishes=square).crops[0].crop
        places.append((best.left + best.right) / 2)
    assert places[1] - places[0] > 0.3
