"""Crops through the front door: whose they are, where they go, and what stands in the way."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from shutil import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from cropperhead_core.crop import Crop
from cropperhead_core.errors import (
    DamagedSidecar,
    InvalidCrop,
    NotExpressible,
    SidecarConflict,
    SidecarError,
)
from cropperhead_core.sidecar import (
    Change,
    Editor,
    Provenance,
    find_crop,
    read_crop,
    remove_crop,
    write_crop,
)
from cropperhead_core.sidecar.darktable import Step
from cropperhead_core.sidecar.history import append
from cropperhead_core.sidecar.packet import DARKTABLE, RDF, packed, parsed, tag
from tests.editor import histories
from tests.strategies import crops_of

from .conftest import RAW_SIZE
from .test_darktable import REACHED_PX, apart

CROP, OTHER = Crop(0.1, 0.2, 0.8, 0.9, 1.5), Crop(0.2, 0.2, 0.7, 0.7)
EDITORS: tuple[Editor, ...] = ("darktable", "lightroom")
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

photos_stay = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


@pytest.mark.parametrize("editor", EDITORS)
@given(data=st.data())
@photos_stay
def test_what_is_written_is_read_and_written_again_is_the_same(
    raw: Path, editor: Editor, data: st.DataObject
) -> None:
    crop = data.draw(crops_of(RAW_SIZE)).rounded()
    for path in raw.parent.glob("*.xmp"):
        path.unlink()
    try:
        change = write_crop(raw, crop, editor)
    except NotExpressible:
        return
    assert apart(read_crop(raw, editor), crop, RAW_SIZE) < REACHED_PX
    assert not write_crop(raw, crop, editor).is_needed
    assert change.path.read_bytes() == change.after


@pytest.mark.parametrize("editor", EDITORS)
def test_our_own_crop_is_replaced_by_a_new_one(raw: Path, editor: Editor) -> None:
    write_crop(raw, OTHER, editor)
    write_crop(raw, CROP, editor)
    found = find_crop(raw)
    assert found is not None
    assert (found.editor, found.ours) == (editor, True)
    assert apart(found.crop, CROP, RAW_SIZE) < REACHED_PX


@pytest.mark.parametrize("editor", EDITORS)
def test_a_dry_run_writes_nothing_and_says_what_it_would(raw: Path, editor: Editor) -> None:
    change = write_crop(raw, CROP, editor, is_dry=True)
    assert change.is_needed
    assert change.before is None
    assert [path.name for path in raw.parent.iterdir()] == [raw.name]


@pytest.mark.parametrize("editor", EDITORS)
def test_somebody_is_told_before_a_file_changes_and_may_stop_it(raw: Path, editor: Editor) -> None:
    def stop(change: Change) -> None:
        assert not change.path.exists()
        raise SidecarError("stopped")

    with pytest.raises(SidecarError, match="stopped"):
        write_crop(raw, CROP, editor, about_to=stop)
    assert [path.name for path in raw.parent.iterdir()] == [raw.name]


def test_a_sidecar_that_changes_under_our_hands_stays(raw: Path) -> None:
    path = write_crop(raw, OTHER).path

    def meanwhile(change: Change) -> None:
        change.path.write_bytes(change.after + b"<!-- rated meanwhile -->")

    with pytest.raises(SidecarConflict, match="changed meanwhile"):
        write_crop(raw, CROP, about_to=meanwhile)
    assert path.read_bytes().endswith(b"<!-- rated meanwhile -->")


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


@pytest.mark.parametrize("is_replaced", [False, True])
@pytest.mark.parametrize(
    ("step", "said"), [(histories.crop(0.1, 0.1, 0.9, 0.9), "zz"), (histories.flip(1), "00")]
)
def test_parameters_that_cannot_be_read_are_reported_with_their_file(
    jpeg: Path, step: Step, said: str, is_replaced: bool
) -> None:
    path = histories.sidecar(jpeg, step)
    path.write_text(path.read_text().replace(step.params.hex(), said))
    with pytest.raises(NotExpressible, match=r", in .*IMG\.jpg\.xmp$"):
        write_crop(jpeg, OTHER, replace=is_replaced)


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


@pytest.mark.parametrize("editor", EDITORS)
def test_a_crop_outside_the_photo_is_never_written(raw: Path, editor: Editor) -> None:
    with pytest.raises(InvalidCrop, match="inside the 600x400 frame"):
        write_crop(raw, Crop(0, 0, 1, 1, 3), editor)
    assert [path.name for path in raw.parent.iterdir()] == [raw.name]


@pytest.mark.parametrize("editor", EDITORS)
def test_a_linked_sidecar_stays_a_link(raw: Path, editor: Editor) -> None:
    path = write_crop(raw, OTHER, editor).path
    real = raw.parent / "elsewhere.xml"
    path.rename(real)
    path.symlink_to(real)
    write_crop(raw, CROP, editor)
    assert path.is_symlink()
    assert apart(read_crop(raw, editor), CROP, RAW_SIZE) < REACHED_PX


def test_what_was_switched_off_is_on_again_when_our_crop_is_taken_out(jpeg: Path) -> None:
    edits = (histories.clipping(2, (0.1, 0.1, 0.9, 0.9)), histories.exposure())
    path = histories.sidecar(jpeg, *edits)
    before, was = path.read_bytes(), read_crop(jpeg)
    write_crop(jpeg, CROP, replace=True)
    remove_crop(jpeg, "darktable", before)
    assert read_crop(jpeg) == was


def test_a_rotation_comes_back_when_our_straight_crop_is_taken_out(jpeg: Path) -> None:
    path = histories.sidecar(jpeg, histories.ashift(3, (0.1, 0.9, 0.1, 0.9)))
    before, was = path.read_bytes(), read_crop(jpeg)
    write_crop(jpeg, OTHER, replace=True)
    remove_crop(jpeg, "darktable", before)
    assert read_crop(jpeg) == was


TURN, CLIPPED = histories.ashift(3), histories.clipping(2, (0.1, 0.1, 0.9, 0.9))


@pytest.mark.parametrize("crop", [OTHER, CROP, Crop(0.2, 0.3, 0.7, 0.8, 3)])
@pytest.mark.parametrize(
    "steps",
    [
        [TURN.switched_off, histories.exposure(), histories.ashift(1)],
        [histories.ashift(0).switched_off, histories.exposure(), histories.ashift(1)],
        [TURN, TURN.switched_off, histories.exposure(), TURN],
        [CLIPPED.switched_off, histories.exposure(), CLIPPED],
        [CLIPPED, CLIPPED.switched_off, histories.exposure(), CLIPPED],
    ],
    ids=["turn", "no turn", "turn on again", "clipping", "clipping on again"],
)
def test_what_the_photographer_switched_off_stays_when_our_crop_is_taken_out(
    jpeg: Path, steps: list[Step], crop: Crop
) -> None:
    path = histories.sidecar(jpeg, *steps)
    before = path.read_bytes()
    write_crop(jpeg, crop, replace=True)
    remove_crop(jpeg, "darktable", before)
    assert entries(path.read_bytes()) == entries(before)


def entries(sidecar: bytes) -> list[dict[str, str]]:
    """All that is said of each entry of a history, and how many count."""
    tree = etree.fromstring(sidecar)
    (top,) = tree.iter(tag(RDF, "Description"))
    end = {"end": top.get(tag(DARKTABLE, "history_end"))}
    return [*(dict(each.attrib) for each in tree.iter(tag(RDF, "li"))), end]


def test_edits_made_since_stay_when_our_crop_is_taken_out(jpeg: Path) -> None:
    path = write_crop(jpeg, CROP).path
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-Rating=4", path], check=True)
    remove_crop(jpeg, "darktable", None)
    assert read_crop(jpeg) is None
    assert (
        b"4"
        in subprocess.run(
            ["exiftool", "-s3", "-Rating", path], capture_output=True, check=True
        ).stdout
    )


def test_an_angle_that_two_crops_of_ours_share_stays_when_the_second_goes(jpeg: Path) -> None:
    before = write_crop(jpeg, CROP).path.read_bytes()
    first = read_crop(jpeg)
    write_crop(jpeg, Crop(0.2, 0.3, 0.7, 0.8, CROP.angle))
    remove_crop(jpeg, "darktable", before)
    assert read_crop(jpeg) == first


def test_of_a_history_that_was_compressed_all_of_ours_goes(jpeg: Path) -> None:
    before = write_crop(jpeg, CROP).path.read_bytes()
    path = write_crop(jpeg, Crop(0.2, 0.3, 0.7, 0.8, CROP.angle)).path
    path.write_bytes(compressed(path.read_bytes()))
    assert find_crop(jpeg) is not None
    remove_crop(jpeg, "darktable", before)
    assert find_crop(jpeg) is None
    assert b"darktable:operation" not in path.read_bytes()
    assert write_crop(jpeg, CROP).is_needed


def compressed(sidecar: bytes) -> bytes:
    """What darktable's command of that name leaves: the last entry of each module."""
    tree = etree.fromstring(sidecar)
    entries = {each.get(tag(DARKTABLE, "operation")): each for each in tree.iter(tag(RDF, "li"))}
    for each in list(tree.iter(tag(RDF, "li"))):
        if each not in entries.values():
            each.getparent().remove(each)
    for number, each in enumerate(entries.values()):
        each.set(tag(DARKTABLE, "num"), str(number))
    (top,) = tree.iter(tag(RDF, "Description"))
    top.set(tag(DARKTABLE, "history_end"), str(len(entries)))
    return etree.tostring(tree)


def test_a_folder_that_cannot_be_opened_is_written_into(
    jpeg: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def closed(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if Path(path) == jpeg.parent:
            raise PermissionError(13, "Permission denied")
        return real(path, flags, mode)

    monkeypatch.setattr(os, "open", closed)
    assert write_crop(jpeg, CROP).path.exists()


@pytest.mark.parametrize("editor", EDITORS)
def test_our_crop_that_comes_back_is_known_for_ours(raw: Path, editor: Editor) -> None:
    before = write_crop(raw, CROP, editor, provenance=Provenance("first", 0.5)).path.read_bytes()
    path = write_crop(raw, OTHER, editor, provenance=Provenance("second", 0.7)).path
    remove_crop(raw, editor, before)
    found = find_crop(raw, editor)
    assert found is not None
    assert found.ours
    assert b'Model="first"' in path.read_bytes()
    remove_crop(raw, editor, None)
    assert find_crop(raw, editor) is None
    assert b"cropperhead:" not in path.read_bytes().replace(b"xmlns:cropperhead:", b"")


@pytest.mark.parametrize("place", ["history_end", "num"])
def test_a_negative_number_in_the_history_is_refused(jpeg: Path, place: str) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    text = re.sub(rf'(darktable:{place}=)"\d+"', r'\1"-1"', path.read_text())
    path.write_text(text)
    with pytest.raises(DamagedSidecar, match=r"0 or more, got '-1' in .*IMG\.jpg\.xmp"):
        write_crop(jpeg, CROP)
    assert path.read_text() == text


SPELLED = {
    "attributes": r"<rdf:li \1/>",
    "description": r"<rdf:li><rdf:Description \1/></rdf:li>",
    "with space": "<rdf:li>\n  <rdf:Description \\1>\n  </rdf:Description>\n</rdf:li>",
}
"""The same entry of a list in words of RDF; darktable applies each (measured)."""


def spelled(path: Path, how: str) -> bytes:
    """The sidecar with its entries said so."""
    text = re.sub(r"<rdf:li ([^>]*)/>", SPELLED[how], path.read_text())
    path.write_text(text)
    return text.encode()


@pytest.mark.parametrize("how", SPELLED)
def test_a_crop_is_seen_however_rdf_spells_it(jpeg: Path, how: str) -> None:
    path = histories.sidecar(jpeg, histories.exposure(), histories.crop(0.2, 0.2, 0.8, 0.8))
    before = spelled(path, how)
    assert apart(read_crop(jpeg), Crop(0.2, 0.2, 0.8, 0.8), RAW_SIZE) < REACHED_PX
    with pytest.raises(SidecarConflict, match="a crop already"):
        write_crop(jpeg, CROP)
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", SPELLED)
def test_entries_are_renumbered_however_rdf_spells_them(jpeg: Path, how: str) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    before = path.read_bytes()
    write_crop(jpeg, OTHER)
    data = path.read_bytes()
    tree = parsed(data, path)
    append(tree, [histories.exposure()], path)
    path.write_bytes(packed(tree, data, path))
    spelled(path, how)
    remove_crop(jpeg, "darktable", before)
    assert re.findall(r'darktable:num="(\d+)"', path.read_text()) == ["0", "1"]


def test_an_entry_whose_module_is_not_said_is_refused(jpeg: Path) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    text = path.read_text().replace("darktable:operation=", "darktable:operations=")
    path.write_text(text)
    for replace in (False, True):
        with pytest.raises(DamagedSidecar, match=r"a module in each entry .* in .*IMG\.jpg\.xmp"):
            write_crop(jpeg, CROP, replace=replace)
    assert path.read_text() == text


def test_a_turned_photo_with_empty_corners_is_reported(jpeg: Path) -> None:
    histories.sidecar(jpeg, histories.ashift(5))
    with pytest.raises(NotExpressible, match=r"empty corners are kept, in .*IMG\.jpg\.xmp"):
        read_crop(jpeg)


def test_an_unknown_format_of_darktable_is_kept(jpeg: Path) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    path.write_bytes(path.read_bytes().replace(b'xmp_version="5"', b'xmp_version="6"'))
    before = path.read_bytes()
    for replace in (False, True):
        with pytest.raises(NotExpressible, match="format 6 of darktable"):
            write_crop(jpeg, CROP, replace=replace)
    assert path.read_bytes() == before


def test_the_first_format_of_darktable_is_kept(jpeg: Path) -> None:
    path = jpeg.with_name("IMG.jpg.xmp")
    said = "xmlns:darktable='http://darktable.sf.net/' darktable:xmp_version='1'"
    path.write_text(UNCROPPED.format(said))
    before = path.read_bytes()
    with pytest.raises(NotExpressible, match="format 1 of darktable"):
        write_crop(jpeg, CROP)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("order", "is_known"),
    [("ashift,0,flip,0,crop,0", True), ("flip,0,ashift,0,exposure,1,crop,0", False)],
)
def test_modules_in_another_order_are_reported(jpeg: Path, order: str, is_known: bool) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    listed = f'darktable:iop_order_list="{order}" darktable:history_end'
    path.write_text(path.read_text().replace("darktable:history_end", listed))
    if is_known:
        write_crop(jpeg, CROP)
        assert listed.split(maxsplit=1)[0] in path.read_text()
    else:
        with pytest.raises(NotExpressible, match=r"flip, ashift, crop .*order, in .*IMG\.jpg\.xmp"):
            write_crop(jpeg, CROP)


def test_what_darktable_exports_says_that_its_crop_is_applied(jpeg: Path) -> None:
    path = write_crop(jpeg, CROP).path
    assert 'crs:AlreadyApplied="True"' in path.read_text()
    with_exposure = path.read_bytes()
    tree = parsed(with_exposure, path)
    append(tree, [histories.exposure()], path)
    path.write_bytes(packed(tree, with_exposure, path))
    remove_crop(jpeg, "darktable", None)
    assert "crs:AlreadyApplied" not in path.read_text()
