"""Whose a crop is, and what stands in the way of another."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import copy

import pytest

from cropperhead_core.errors import InvalidCrop, SidecarConflict
from cropperhead_core.sidecar import Editor, find_crop, read_crop, remove_crop, write_crop
from tests.editor import histories

from .conftest import RAW_SIZE
from .test_darktable import REACHED_PX, apart
from .test_writing import CROP, EDITORS, OTHER

SOMEBODYS = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
   crs:HasCrop="True" crs:CropTop="0.3" crs:CropLeft="0.3" crs:CropBottom="0.6"
   crs:CropRight="0.6" crs:CropAngle="{}"/>
 </rdf:RDF>
</x:xmpmeta>
"""

UNCROPPED = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" {}/>
 </rdf:RDF>
</x:xmpmeta>
"""
EXTENSION = "xmlns:p='http://ns.adobe.com/photoshop/1.0/' p:SidecarForExtension='{}'"


def test_a_crop_of_somebody_elses_is_kept_unless_replaced(raw: Path) -> None:
    path = raw.with_suffix(".xmp")
    path.write_text(SOMEBODYS.format("0"))
    with pytest.raises(SidecarConflict, match=r"a crop already in .*IMG\.xmp: --replace"):
        write_crop(raw, CROP, "lightroom")
    assert path.read_text() == SOMEBODYS.format("0")
    write_crop(raw, CROP, "lightroom", replace=True)
    assert apart(read_crop(raw, "lightroom"), CROP, RAW_SIZE) < 0.1


def test_a_crop_that_keeps_the_whole_frame_is_nobodys(jpeg: Path) -> None:
    histories.sidecar(jpeg, histories.exposure(), histories.crop(0, 0, 1, 1))
    write_crop(jpeg, CROP)
    assert apart(read_crop(jpeg), CROP, RAW_SIZE) < REACHED_PX


def test_a_crop_that_was_changed_since_is_not_ours_any_more(raw: Path) -> None:
    path = write_crop(raw, CROP, "lightroom").path
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-XMP-crs:CropTop=0.25", path], check=True
    )
    found = find_crop(raw)
    assert found is not None
    assert not found.ours
    with pytest.raises(SidecarConflict, match="--replace"):
        write_crop(raw, OTHER, "lightroom")
    with pytest.raises(SidecarConflict, match="not ours any more"):
        remove_crop(raw, "lightroom", None)


@pytest.mark.parametrize("angle", ["nan", "60", "nothing"])
def test_numbers_that_are_no_crop_are_kept_unless_replaced(raw: Path, angle: str) -> None:
    path = raw.with_suffix(".xmp")
    path.write_text(SOMEBODYS.format(angle))
    with pytest.raises(InvalidCrop, match=r"IMG\.xmp"):
        write_crop(raw, CROP, "lightroom")
    assert path.read_text() == SOMEBODYS.format(angle)
    write_crop(raw, CROP, "lightroom", replace=True)
    assert apart(read_crop(raw, "lightroom"), CROP, RAW_SIZE) < 0.1


def test_a_crop_outside_the_frame_is_reported_with_its_file(raw: Path) -> None:
    raw.with_suffix(".xmp").write_text(SOMEBODYS.format("0").replace('"0.6"', '"1.6"'))
    with pytest.raises(InvalidCrop, match=r"inside the 600x400 frame.*, in .*IMG\.xmp"):
        read_crop(raw)
    with pytest.raises(InvalidCrop, match=r"IMG\.xmp"):
        write_crop(raw, CROP, "lightroom")


@pytest.mark.parametrize(("first", "second"), [EDITORS, EDITORS[::-1]])
def test_two_editors_would_crop_twice(raw: Path, first: Editor, second: Editor) -> None:
    write_crop(raw, CROP, first)
    with pytest.raises(SidecarConflict, match="darktable would apply both"):
        write_crop(raw, CROP, second)
    assert len(list(raw.parent.glob("*.xmp"))) == 1


def test_the_sidecar_of_a_raw_is_not_that_of_the_jpeg_beside_it(raw: Path, jpeg: Path) -> None:
    write_crop(raw, CROP, "lightroom")
    assert read_crop(jpeg) is None
    assert read_crop(raw) is not None
    with pytest.raises(SidecarConflict, match=r"IMG\.xmp has a crop for lightroom"):
        write_crop(jpeg, CROP, "darktable")


def test_a_raws_sidecar_is_not_written_beside_a_cropped_jpeg(raw: Path, jpeg: Path) -> None:
    """darktable would apply the raw's IMG.xmp to the JPEG, too."""
    write_crop(jpeg, CROP, "darktable")
    with pytest.raises(SidecarConflict, match=r"IMG\.jpg\.xmp has a crop for darktable"):
        write_crop(raw, CROP, "lightroom")
    assert [path.name for path in raw.parent.glob("*.xmp")] == ["IMG.jpg.xmp"]


@pytest.mark.parametrize("beside", ["uncropped", "damaged", "gone", "of another name"])
def test_a_jpeg_that_would_not_be_cropped_twice_is_in_nobodys_way(
    raw: Path, jpeg: Path, beside: str
) -> None:
    path = write_crop(jpeg, CROP, "darktable").path
    if beside == "uncropped":
        remove_crop(jpeg, "darktable", None)
    elif beside == "damaged":
        jpeg.write_bytes(b"no photo")
    elif beside == "gone":
        jpeg.unlink()
    else:
        jpeg.rename(jpeg.with_name("IMG.1.jpg"))
        path.rename(path.with_name("IMG.1.jpg.xmp"))
    write_crop(raw, CROP, "lightroom")
    assert read_crop(raw, "lightroom") is not None


def test_two_raws_of_a_name_do_not_overwrite_each_others_crop(raw: Path) -> None:
    other = Path(copy(raw, raw.with_suffix(".NEF")))
    path = write_crop(raw, CROP, "lightroom").path
    before = path.read_bytes()
    for replace in (False, True):
        with pytest.raises(SidecarConflict, match=r"IMG\.xmp to name IMG\.NEF .* IMG\.CR2: rename"):
            write_crop(other, OTHER, "lightroom", replace)
    assert path.read_bytes() == before
    write_crop(raw, OTHER, "lightroom")
    assert apart(read_crop(raw, "lightroom"), OTHER, RAW_SIZE) < 0.1


@pytest.mark.parametrize("said", ["", "crs:RawFileName='IMG.NEF'", EXTENSION.format("NEF")])
def test_a_sidecar_that_may_be_another_raws_is_kept(raw: Path, said: str) -> None:
    copy(raw, raw.with_suffix(".NEF"))
    path = raw.with_suffix(".xmp")
    path.write_text(UNCROPPED.format(said))
    with pytest.raises(SidecarConflict, match=r"to name IMG\.CR2 as its raw"):
        write_crop(raw, CROP, "lightroom")
    assert path.read_text() == UNCROPPED.format(said)


@pytest.mark.parametrize("said", ["crs:RawFileName='IMG.CR2'", EXTENSION.format("CR2")])
def test_a_sidecar_that_names_its_raw_is_written_whatever_is_beside_it(
    raw: Path, said: str
) -> None:
    copy(raw, raw.with_suffix(".NEF"))
    raw.with_suffix(".xmp").write_text(UNCROPPED.format(said))
    write_crop(raw, CROP, "lightroom")
    assert apart(read_crop(raw, "lightroom"), CROP, RAW_SIZE) < 0.1


def test_a_raw_that_was_renamed_with_its_sidecar_is_cropped_again(raw: Path) -> None:
    path = write_crop(raw, CROP, "lightroom").path
    path.rename(path.with_name("new.xmp"))
    new = raw.rename(raw.with_name("new.CR2"))
    write_crop(new, OTHER, "lightroom")
    assert apart(read_crop(new, "lightroom"), OTHER, RAW_SIZE) < 0.1
