"""Which files are photos, and the facts of one, in every format and orientation."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from drawn import draw_raw
from PIL import Image
from pillow_heif import register_heif_opener

from cropperhead_core.crop import Size
from cropperhead_core.errors import UnreadablePhoto
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.orientation import Orientation
from cropperhead_core.photo import is_photo, is_raw, levelling, photos, read_photo

from . import drawn_photos
from .drawn_photos import fujifilm, olympus, panasonic, with_notes

NAMES = ("a.jpg", "a.png", "a.tif", "a16.tif", "a.webp", "a.heic")


@pytest.fixture(scope="module")
def exiftool() -> Iterator[ExifTool]:
    with ExifTool() as exiftool:
        yield exiftool


def touch(folder: Path, *names: str) -> list[Path]:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return [folder / name for name in names]


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("name", NAMES)
def test_size_and_orientation_come_from_the_header(
    tmp_path: Path, name: str, orientation: Orientation
) -> None:
    facts = read_photo(drawn_photos.save(tmp_path / name, orientation))
    assert facts.upright == Size(120, 80)
    assert facts.orientation == orientation
    assert facts.size == (Size(80, 120) if orientation >= 5 else Size(120, 80))
    assert facts.exif == (orientation if name.endswith("heic") else None)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_an_orientation_in_xmp_only_counts_as_upright(tmp_path: Path, name: str) -> None:
    facts = read_photo(drawn_photos.turned_in_xmp(tmp_path / name))
    assert (facts.size, facts.orientation) == (Size(120, 80), Orientation.NORMAL)


def test_xmp_behind_the_pixels_of_a_png_does_not_turn_it(tmp_path: Path) -> None:
    path = drawn_photos.turned_in_xmp(tmp_path / "a.png")
    data = path.read_bytes()
    start = data.index(b"iTXt") - 4
    end = start + 12 + int.from_bytes(data[start : start + 4])
    path.write_bytes(data[:start] + data[end:-12] + data[start:end] + data[-12:])
    with Image.open(path) as image:
        assert image.getexif()[0x0112] == 6, "Pillow sees it there"
    assert read_photo(path).orientation == Orientation.NORMAL


def test_a_heic_is_turned_by_its_own_means_whatever_exif_says(tmp_path: Path) -> None:
    facts = read_photo(drawn_photos.turned_otherwise(tmp_path / "a.heic"))
    assert (facts.size, facts.orientation, facts.exif) == (Size(80, 120), 6, 1)


@pytest.mark.parametrize("name", [b"\xff.dng", b"\xff\x01.CR2"])
def test_a_raw_may_have_any_name(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    assert read_photo(raw(path, 6)).upright == Size(400, 600)


@pytest.mark.parametrize("number", range(1, 9))
def test_a_raw_says_its_orientation(tmp_path: Path, number: int) -> None:
    facts = read_photo(raw(tmp_path / "a.dng", number))
    assert (facts.size, facts.orientation) == (Size(600, 400), number)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.heic"])
def test_exif_cut_short_says_nothing(tmp_path: Path, name: str) -> None:
    register_heif_opener()
    Image.new("RGB", (120, 80)).save(tmp_path / name, exif=b"Exif\0\0MM\0*\0\0")
    facts = read_photo(tmp_path / name)
    assert (facts.size, facts.orientation, facts.camera) == (Size(120, 80), 1, "")


def raw(path: Path, orientation: int) -> Path:
    """A drawn raw of 600x400 that says this orientation."""
    draw_raw(path, 600, 400)
    data = path.read_bytes()
    entry = struct.pack("<HHIH", 0x0112, 3, 1, 1)
    assert data.count(entry) == 1
    path.write_bytes(data.replace(entry, struct.pack("<HHIH", 0x0112, 3, 1, orientation)))
    return path


def test_the_camera_is_named(tmp_path: Path) -> None:
    assert read_photo(with_notes(tmp_path / "a.jpg", "Panasonic", b"")).camera == "Tested"


@pytest.mark.parametrize("number", [0, 9, 255])
def test_an_orientation_that_is_none_counts_as_upright(tmp_path: Path, number: int) -> None:
    path = with_notes(tmp_path / "a.jpg", "", b"", number)
    assert read_photo(path).orientation == Orientation.NORMAL


@pytest.mark.parametrize(
    ("make", "notes"),
    [
        ("Panasonic", panasonic(1.5)),
        ("OLYMPUS CORPORATION", olympus(1.5)),
        ("FUJIFILM", fujifilm(1.5)),
    ],
    ids=["panasonic", "olympus", "fujifilm"],
)
def test_the_roll_angle_comes_from_the_makers_notes(
    tmp_path: Path, exiftool: ExifTool, make: str, notes: bytes
) -> None:
    facts = read_photo(with_notes(tmp_path / "a.jpg", make, notes), exiftool)
    assert facts.roll == pytest.approx(-1.5)


def test_a_level_that_was_off_says_nothing(tmp_path: Path, exiftool: ExifTool) -> None:
    notes = olympus(1.5, is_on=False)
    assert read_photo(with_notes(tmp_path / "a.jpg", "OLYMPUS", notes), exiftool).roll is None


def test_a_photo_without_notes_has_no_roll(tmp_path: Path, exiftool: ExifTool) -> None:
    path = drawn_photos.save(tmp_path / "a.jpg", Orientation.NORMAL)
    assert read_photo(path, exiftool).roll is None


class Unasked:
    """A reader that must not be needed."""

    def tags(self, paths: Sequence[Path], names: Sequence[str]) -> list[dict[str, Any]]:
        raise AssertionError(f"asked for {names} of {paths}")


def test_makers_without_a_level_cost_no_exiftool(tmp_path: Path) -> None:
    assert read_photo(with_notes(tmp_path / "a.jpg", "Apple", b""), Unasked()).roll is None


@pytest.mark.parametrize(
    ("roll", "angle"),
    [
        *((0, 0.0), (1.5, -1.5), (-2, 2.0), (90, 0.0), (91.5, -1.5), (-88, -2.0), (180, 0.0)),
        *((359, 1.0), ("n/a", None), (None, None), (float("nan"), None), (361, None)),
    ],
)
def test_the_angle_that_levels_undoes_the_roll(roll: object, angle: float | None) -> None:
    assert levelling(roll) == angle


def test_photos_are_known_by_their_names() -> None:
    known = ["a.JPG", "a.jpeg", "b.Cr2", "c.dng", "d.HEIC", "e.tif", "f.webp", "g.png", "h.nef"]
    assert all(is_photo(Path(name)) for name in known)
    assert not any(is_photo(Path(name)) for name in ["a.xmp", "a.jpg.xmp", "a.txt", "jpg", "a.gif"])
    assert [is_raw(Path(name)) for name in ("a.CR3", "a.dng", "a.jpg")] == [True, False, False]


def test_folders_are_searched_in_order_and_hidden_files_are_not(tmp_path: Path) -> None:
    touch(tmp_path, "b.jpg", "a.NEF", "sub/c.png", ".hidden.jpg", ".git/d.jpg", "notes.txt")
    touch(tmp_path, "~b.jpg", "@eaDir/b.jpg", "darktable_exported/b.jpg")
    found = [str(path.relative_to(tmp_path)) for path in photos([tmp_path])]
    assert found == ["a.NEF", "b.jpg", "sub/c.png"]


def test_each_photo_comes_once(tmp_path: Path) -> None:
    a, b = touch(tmp_path, "a.jpg", "b.jpg")
    assert list(photos([b, tmp_path, a])) == [b, a]


def test_a_photo_in_other_words_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, link = *touch(tmp_path, "p/a.jpg"), tmp_path / "link"
    link.symlink_to(a.parent)
    monkeypatch.chdir(tmp_path)
    spelled = [Path("p/a.jpg"), a, link, Path("link/../p/a.jpg"), Path("p")]
    assert list(photos(spelled)) == [Path("p/a.jpg")]
    assert list(photos(spelled[::-1])) == [Path("p/a.jpg")]


def test_a_link_to_a_photo_is_another_one(tmp_path: Path) -> None:
    (a,) = touch(tmp_path, "a.jpg")
    (tmp_path / "b.jpg").symlink_to(a)
    assert list(photos([tmp_path])) == [a, tmp_path / "b.jpg"]


def test_what_was_named_itself_is_told_from_what_was_found_in_a_folder(tmp_path: Path) -> None:
    a, b, c, d = touch(tmp_path, "p/a.jpg", "p/b.jpg", "q/c.jpg", "d.jpg")
    found = photos([a.parent, b, tmp_path / "q*", tmp_path / "*.jpg"])
    assert found == {a: False, b: True, c: False, d: True}
    assert list(found) == [a, b, c, d]


def test_globs_are_expanded_unless_a_file_is_called_so(tmp_path: Path) -> None:
    a, b, odd = touch(tmp_path, "a.jpg", "b.txt", "[x].jpg")
    assert list(photos([tmp_path / "*.jpg"])) == [odd, a]
    assert list(photos([odd])) == [odd]
    assert list(photos([tmp_path / "no*.jpg"])) == [tmp_path / "no*.jpg"]
    assert list(photos([Path("n" * 300)])) == [Path("n" * 300)]
    assert list(photos([b])) == [b], "what is named itself is for others to refuse"


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp", "heic", "dng", "cr2"])
@pytest.mark.parametrize(
    "data", [b"", b"text\n" * 100, bytes(5000)], ids=["empty", "text", "zeros"]
)
def test_what_is_no_photo_is_named(tmp_path: Path, suffix: str, data: bytes) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(data)
    with pytest.raises(UnreadablePhoto, match=rf"a\.{suffix}"):
        read_photo(path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("b.jpg", "JPEG"), ("b.PNG", "PNG"), ("b.tif", "TIFF"), ("b.webp", "WEBP"), ("b", "nothing")],
)
def test_a_heic_by_another_name_is_told(tmp_path: Path, name: str, kind: str) -> None:
    drawn_photos.save(tmp_path / "a.heic", Orientation.NORMAL).rename(tmp_path / name)
    with pytest.raises(UnreadablePhoto, match=f"the name says {kind}, the content HEIC"):
        read_photo(tmp_path / name)


def test_content_of_no_kind_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("text")
    with pytest.raises(UnreadablePhoto, match=r"a\.jpg: its content is of no format"):
        read_photo(tmp_path / "a.jpg")


@pytest.mark.parametrize("name", ["missing.jpg", "folder.jpg", "pipe.jpg", "loop.jpg"])
def test_what_is_no_file_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    with pytest.raises(UnreadablePhoto, match=name.replace(".", r"\.")):
        read_photo(tmp_path / name)


def test_a_link_to_a_photo_is_one(tmp_path: Path) -> None:
    drawn_photos.save(tmp_path / "a.jpg", Orientation(6))
    (tmp_path / "b.jpg").symlink_to("a.jpg")
    assert read_photo(tmp_path / "b.jpg").upright == Size(120, 80)


def test_a_huge_size_is_told_without_decoding(tmp_path: Path) -> None:
    Image.new("1", (30000, 300)).save(tmp_path / "a.png")
    assert read_photo(tmp_path / "a.png").size == Size(30000, 300)
