"""Crops embedded in photos: exiftool writes the packet, and all else stays as it was."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import libxmp
import numpy as np
import pytest
import tifffile
from PIL import Image

from cropperhead_core.crop import Crop
from cropperhead_core.errors import (
    NotExpressible,
    SidecarConflict,
    SidecarError,
    ToolError,
    UnreadablePhoto,
)
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.opening import opened
from cropperhead_core.orientation import Orientation
from cropperhead_core.sidecar import find_crop, remove_crop, write_crop
from cropperhead_core.sidecar.embedded import embedded_packet, extension, with_packet
from tests.core import drawn_photos
from tests.editor import chart

from .conftest import Witness
from .test_corpus import others

NAMES = ("a.jpg", "a.png", "a.tif", "a16.tif", "a.webp", "a.heic", "a.dng")
CROP = Crop(0.1, 0.15, 0.85, 0.9, 1.5)
SCAN = b"\xff\xda"
PLACES = (
    *("StripOffsets", "ThumbnailOffset", "Offset", "Start", "ByteCounts", "Length"),
    *("MediaData", "MediaDataSize", "WebP_Flags"),
)
"""What exiftool says of places in the file, or of there being a packet."""


@pytest.fixture(scope="module")
def tool() -> Iterator[ExifTool]:
    with ExifTool() as tool:
        yield tool


def annotated(path: Path) -> Path:
    """A photo with what a photographer's programs leave in it."""
    orientation = Orientation(1 if path.suffix == ".heic" else 6)
    if path.suffix == ".dng":
        chart.raw(path, orientation)
    else:
        drawn_photos.save(path, orientation)
    tags = ["-Artist=Käthe", "-XMP-dc:Subject=a, b", "-XMP-xmp:Rating=4", "-XMP-dc:Rights=ours"]
    tags += ["-EXIF:FNumber=2.8", "-GPSLatitude=47.1", "-GPSLatitudeRef=N", "-IPTC:City=Bern"]
    tags += ["-XMP-crs:Exposure2012=+0.5"]
    subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", *tags, path], check=False)
    return path


def pixels(path: Path) -> np.ndarray:
    if path.suffix == ".dng":
        import rawpy

        with rawpy.imread(str(path)) as raw:
            return raw.raw_image.copy()
    with opened(path) as image:
        return np.asarray(image)


def embed(path: Path, tool: ExifTool, crop: Crop = CROP) -> None:
    write_crop(path, crop, "lightroom", embed=True, exiftool=tool)


@pytest.mark.parametrize("name", NAMES)
def test_the_crop_is_all_that_changes(
    tmp_path: Path, tool: ExifTool, exiftool: Witness, name: str
) -> None:
    path = annotated(tmp_path / name)
    before, seen = exiftool.tags(path), pixels(path)
    embed(path, tool)
    after = exiftool.tags(path)
    assert after["XMP-crs:HasCrop"] is True
    assert kept(after, before) == kept(before, before)
    assert np.array_equal(pixels(path), seen)
    found = find_crop(path, "lightroom")
    assert found is not None
    assert found.ours
    assert found.source == path
    assert [each.name for each in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_a_photo_without_a_packet_gets_one(
    tmp_path: Path, tool: ExifTool, exiftool: Witness, name: str
) -> None:
    path = tmp_path / name
    chart.raw(path) if name == "a.dng" else drawn_photos.save(path, Orientation.NORMAL)
    before, seen = exiftool.tags(path), pixels(path)
    assert embedded_packet(path) is None
    embed(path, tool)
    after = exiftool.tags(path)
    assert kept(after, before) == kept(before, before)
    assert {tag for tag in after if tag.startswith("XMP-photoshop")} == set()
    assert np.array_equal(pixels(path), seen)


@pytest.mark.parametrize("number", [1, 2, 6, 7])
def test_a_heic_has_the_crop_of_its_upright_frame(
    tmp_path: Path, tool: ExifTool, exiftool: Witness, number: int
) -> None:
    path = drawn_photos.save(tmp_path / "a.heic", Orientation(number))
    embed(path, tool)
    tags = exiftool.tags(path)
    said = [tags[f"XMP-crs:Crop{name}"] for name in ("Top", "Left", "Bottom", "Right", "Angle")]
    assert said == [CROP.top, CROP.left, CROP.bottom, CROP.right, CROP.angle]
    assert (tags["XMP-tiff:Orientation"], tags["XMP-tiff:ImageWidth"]) == (1, 120)
    found = find_crop(path, "lightroom")
    assert found is not None
    assert found.crop == CROP


def test_a_heic_that_exif_turns_otherwise_is_cropped_for_lightroom_only(
    tmp_path: Path, tool: ExifTool
) -> None:
    path = drawn_photos.turned_otherwise(tmp_path / "a.heic")
    with pytest.raises(NotExpressible, match=r"a\.heic turned otherwise"):
        write_crop(path, CROP)
    embed(path, tool)
    found = find_crop(path)
    assert found is not None
    assert found.crop == CROP
    assert [each.name for each in tmp_path.iterdir()] == ["a.heic"]


def test_a_crop_behind_the_pixels_of_a_png_is_somebodys(tmp_path: Path, tool: ExifTool) -> None:
    path = tmp_path / "a.png"
    drawn_photos.save(path, Orientation(1))
    edges = [f"-XMP-crs:Crop{edge}=0.{n}" for n, edge in enumerate(("Top", "Left"), 1)]
    edges += ["-XMP-crs:CropBottom=0.8", "-XMP-crs:CropRight=0.9", "-XMP-crs:CropAngle=0"]
    tags = ["-XMP-crs:HasCrop=True", *edges]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, path], check=True)
    path.write_bytes(with_text_last(path.read_bytes()))
    assert find_crop(path) is not None
    with pytest.raises(SidecarConflict):
        write_crop(path, Crop(0.2, 0.2, 0.8, 0.8), "lightroom", embed=True, exiftool=tool)


def with_text_last(data: bytes) -> bytes:
    """A PNG with its iTXt behind its IDAT, and every checksum right."""
    place, chunks = 8, []
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        chunks.append(data[place : place + 12 + length])
        place += 12 + length
    chunks.sort(key=lambda chunk: (chunk[4:8] == b"IEND", chunk[4:8] == b"iTXt"))  # stable
    return data[:8] + b"".join(chunks)


def test_a_packet_that_is_numbers_is_refused(tmp_path: Path) -> None:
    path, told = tmp_path / "a.tif", [(700, "H", 3, (1, 2, 300), True)]
    tifffile.imwrite(path, drawn_photos.quarters(), photometric="rgb", extratags=told)
    with pytest.raises(UnreadablePhoto, match=r"a\.tif: expected XMP in its tag, got tuple"):
        embedded_packet(path)


def test_a_raw_in_a_container_of_its_makers_has_no_packet(tmp_path: Path) -> None:
    path = tmp_path / "a.RAF"
    path.write_bytes(b"FUJIFILMCCD-RAW 0201FF383501")
    assert embedded_packet(path) is None


def kept(tags: dict[str, object], before: dict[str, object]) -> dict[str, object]:
    """Tags that may not change; a photo without settings gets those that a crop needs."""
    said = {name: value for name, value in others(tags).items() if not name.endswith(PLACES)}
    return {name: value for name, value in said.items() if name in before}


@pytest.mark.parametrize("name", NAMES)
def test_written_twice_is_written_once(tmp_path: Path, tool: ExifTool, name: str) -> None:
    path = annotated(tmp_path / name)
    embed(path, tool)
    once = path.read_bytes()
    embed(path, tool)
    assert path.read_bytes() == once


@pytest.mark.parametrize("name", NAMES)
def test_taking_it_out_leaves_the_tags_as_they_were(
    tmp_path: Path, tool: ExifTool, exiftool: Witness, name: str
) -> None:
    path = annotated(tmp_path / name)
    before, packet = exiftool.tags(path), embedded_packet(path)
    embed(path, tool)
    remove_crop(path, "lightroom", packet, exiftool=tool)
    after = exiftool.tags(path)
    assert find_crop(path, "lightroom") is None
    assert kept(after, before) == kept(before, before)
    assert "XMP-crs:HasCrop" not in after


@pytest.mark.parametrize("name", NAMES)
def test_without_embed_the_option_is_named(tmp_path: Path, name: str) -> None:
    path = annotated(tmp_path / name)
    before = path.read_bytes()
    with pytest.raises(NotExpressible, match="--embed"):
        write_crop(path, CROP, "lightroom")
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["a.jpg", "a.dng"])
def test_the_photo_is_whole_when_exiftool_is_not_there(tmp_path: Path, name: str) -> None:
    path = annotated(tmp_path / name)
    before = path.read_bytes()
    with ExifTool("/nowhere/exiftool") as tool, pytest.raises(ToolError, match="/nowhere"):
        embed(path, tool)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("does", "error"),
    [("exit 1", ToolError), ("truncate -s 100 {}", SidecarError), ("true", SidecarError)],
    ids=["dies", "cuts the file short", "does nothing"],
)
def test_the_photo_is_whole_when_exiftool_fails(
    tmp_path: Path, does: str, error: type[Exception]
) -> None:
    path = annotated(tmp_path / "a.jpg")
    before = path.read_bytes()
    with ExifTool() as tool, pytest.raises(error):
        embed(path, Failing(tool, does))
    assert path.read_bytes() == before


class Failing(ExifTool):
    """exiftool, except that writing goes wrong in a certain way."""

    def __init__(self, tool: ExifTool, does: str) -> None:
        super().__init__()
        self._tool, self._does = tool, does

    def everything(self, path: Path) -> dict[str, object]:
        return self._tool.everything(path)

    def write(self, path: Path, *_: object, **__: object) -> str:
        if self._does == "exit 1":
            raise ToolError("exiftool stopped answering")
        subprocess.run(["sh", "-c", self._does.format(path)], check=True)
        return "0 image files updated"


def test_a_picture_that_cannot_be_read_is_named_as_the_photo(
    tmp_path: Path, tool: ExifTool
) -> None:
    path = drawn_photos.save(tmp_path / "a.webp", Orientation.NORMAL)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadablePhoto, match=str(path)):
        with_packet(path, b"", tool)


def test_a_photo_that_is_gone_by_now_is_named_as_the_photo(tmp_path: Path) -> None:
    path = drawn_photos.save(tmp_path / "a.jpg", Orientation.NORMAL)
    with pytest.raises(UnreadablePhoto, match=str(path)):
        with_packet(path, b"", Losing(path))
    with pytest.raises(UnreadablePhoto, match=str(path)):
        extension(path, b"HasExtendedXMP")


class Losing(ExifTool):
    """exiftool, except that the photo is lost while it looks at the copy."""

    def __init__(self, photo: Path) -> None:
        super().__init__()
        self._photo = photo

    def everything(self, _: Path) -> dict[str, object]:
        self._photo.unlink()
        return {}


def test_a_packet_in_several_parts_is_refused(tmp_path: Path, tool: ExifTool) -> None:
    path = drawn_photos.save(tmp_path / "a.jpg", Orientation.NORMAL)
    (tmp_path / "long.txt").write_text("long " * 20000)
    long = f"-XMP-dc:Description<={tmp_path / 'long.txt'}"
    subprocess.run(
        [
            "exiftool",
            "-q",
            "-overwrite_original",
            long,
            "-XMP-dc:Title=t",
            "-XMP-xmp:Rating=3",
            path,
        ],
        check=True,
    )
    before = path.read_bytes()
    assert b"http://ns.adobe.com/xmp/extension/" in before
    with pytest.raises(SidecarError, match="expected XMP in one part, got several"):
        embed(path, tool)
    assert path.read_bytes() == before


def test_a_crop_in_a_later_part_of_the_packet_is_somebodys(tmp_path: Path, tool: ExifTool) -> None:
    path = drawn_photos.save(tmp_path / "a.jpg", Orientation.NORMAL)
    crs, edges = "http://ns.adobe.com/camera-raw-settings/1.0/", "Top Left Bottom Right".split()
    meta = libxmp.XMPMeta()
    meta.set_property(crs, "HasCrop", "True")
    for edge, value in zip(edges, ("0.2", "0.1", "0.8", "0.9"), strict=True):
        meta.set_property(crs, f"Crop{edge}", value)
    meta.set_property(crs, "Exposure2012", "+1.00")
    meta.set_property(crs, "MaskGroup", "mask " * 20000)
    file = libxmp.XMPFiles(file_path=str(path), open_forupdate=True)
    file.put_xmp(meta)
    file.close_file()
    before = path.read_bytes()
    assert b"HasExtendedXMP" in before
    assert b"HasCrop" not in (embedded_packet(path) or b"")
    found = find_crop(path)
    assert found is not None
    assert (found.crop.top, found.ours) == (0.2, False)
    for replace in (False, True):
        with pytest.raises(SidecarError, match="expected XMP in one part"):
            write_crop(path, CROP, "lightroom", replace, embed=True, exiftool=tool)
    assert path.read_bytes() == before


def test_a_photo_that_was_exported_with_its_settings_is_not_developed_twice(
    tmp_path: Path, tool: ExifTool
) -> None:
    path = annotated(tmp_path / "a.jpg")
    tags = ["-XMP-crs:AlreadyApplied=True", "-XMP-crs:HasCrop=False"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, path], check=True)
    before = path.read_bytes()
    with pytest.raises(NotExpressible, match=r"a\.jpg was developed already, by Exposure2012"):
        embed(path, tool)
    assert path.read_bytes() == before


def test_a_picture_that_changed_is_noticed(tmp_path: Path, tool: ExifTool) -> None:
    path = annotated(tmp_path / "a.jpg")
    before = path.read_bytes()

    class Repainting(Failing):
        def write(self, path: Path, *arguments: object, **options: object) -> str:
            with Image.open(path) as image:
                exif = image.info.get("exif", b"")
            report = self._tool.write(path, *arguments, **options)  # type: ignore[arg-type]
            packet = embedded_packet(path) or b""
            Image.new("RGB", (80, 120)).save(path, exif=exif, xmp=packet)
            return report

    with pytest.raises(SidecarError, match="would have changed"):
        embed(path, Repainting(tool, ""))
    assert path.read_bytes() == before


@pytest.mark.parametrize("fill", [b"", b"\xff"], ids=["plain", "fill bytes"])
def test_another_picture_behind_the_same_tags_is_noticed(
    tmp_path: Path, tool: ExifTool, fill: bytes
) -> None:
    red, blue = (painted(tmp_path / f"{colour}.jpg", colour, fill) for colour in ("red", "blue"))
    path, other = tmp_path / "red.jpg", blue[blue.rindex(SCAN) :]

    class Swapping(Failing):
        def write(self, path: Path, *arguments: object, **options: object) -> str:
            report = self._tool.write(path, *arguments, **options)  # type: ignore[arg-type]
            written = path.read_bytes()
            segments = b"\xff" + written[2 : written.rindex(SCAN)].lstrip(b"\xff")
            path.write_bytes(written[:2] + fill + segments + other)
            return report

    with pytest.raises(SidecarError, match="would have changed its picture"):
        embed(path, Swapping(tool, ""))
    assert path.read_bytes() == red


def painted(path: Path, colour: str, fill: bytes) -> bytes:
    """A JPEG with these bytes before its second marker, which the format allows (T.81, B.1.1.2)."""
    Image.new("RGB", (120, 80), colour).save(path)
    plain = path.read_bytes()
    path.write_bytes(plain[:2] + fill + plain[2:])
    return path.read_bytes()
