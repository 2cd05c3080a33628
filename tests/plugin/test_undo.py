"""A crop that was written is taken back byte for byte, or out of what was edited since."""

from __future__ import annotations

import subprocess

import pytest

from cropperhead_core.errors import JournalError, SidecarConflict
from cropperhead_core.sidecar import find_crop, read_crop

from .conftest import CROP, EDITED, OTHER, Desk, rated, rating, suggestion


def test_undo_brings_back_every_byte_of_an_edited_sidecar(desk: Desk) -> None:
    sidecar = desk.photo.with_name("a.jpg.xmp")
    sidecar.write_text(EDITED)
    before = desk.folder()
    assert desk.apply() == sidecar
    assert b'darktable:operation="exposure"' in sidecar.read_bytes()
    assert desk.folder() != before
    assert desk.undo() == "restored"
    assert desk.folder() == before


def test_undo_keeps_the_permissions_of_the_sidecar(desk: Desk) -> None:
    sidecar = desk.photo.with_name("a.jpg.xmp")
    sidecar.write_text(EDITED)
    sidecar.chmod(0o640)
    desk.apply()
    assert sidecar.stat().st_mode & 0o777 == 0o640
    desk.undo()
    assert sidecar.stat().st_mode & 0o777 == 0o640


def test_undo_twice_finds_nothing_left_and_changes_nothing(desk: Desk) -> None:
    desk.apply()
    desk.undo()
    before = desk.folder()
    with pytest.raises(JournalError, match=r"wrote nothing for .*a\.jpg"):
        desk.undo()
    assert desk.folder() == before


def test_two_applies_are_taken_back_one_by_one(desk: Desk) -> None:
    states = [desk.folder()]
    for crop in (CROP, OTHER):
        desk.apply(crop)
        states.append(desk.folder())
    for state in states[-2::-1]:
        desk.undo()
        assert desk.folder() == state


@pytest.mark.parametrize(
    "options", [{}, {"editor": "lightroom", "embed": True}], ids=["sidecar", "embedded"]
)
def test_two_applies_are_taken_back_after_an_edit(desk: Desk, options: dict[str, object]) -> None:
    for crop in (CROP, OTHER):
        path = desk.apply(crop, **options)
    rated(path)
    assert desk.undo() == "withdrawn"
    found = find_crop(desk.photo)
    assert found is not None
    assert (found.crop.left, found.ours) == (pytest.approx(CROP.left, abs=1 / 512), True)
    assert desk.undo() == "withdrawn"
    assert find_crop(desk.photo) is None
    assert rating(path) == "4"


def test_undo_after_an_edit_takes_our_crop_out_and_keeps_the_edit(desk: Desk) -> None:
    sidecar = desk.photo.with_name("a.jpg.xmp")
    sidecar.write_text(EDITED)
    desk.apply()
    rated(sidecar)
    assert desk.undo() == "withdrawn"
    assert read_crop(desk.photo) is None
    assert rating(sidecar) == "4"
    assert b"exposure" in sidecar.read_bytes()


def test_undo_leaves_what_lightroom_says_in_darktables_sidecar(desk: Desk) -> None:
    sidecar = desk.apply()
    said = ["-XMP-crs:AlreadyApplied=False", sidecar]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *said], check=True)
    assert desk.undo() == "withdrawn"
    assert desk.exiftool.tags([sidecar], ["XMP-crs:AlreadyApplied"]) == [{"AlreadyApplied": False}]


def test_undo_says_that_our_crop_is_gone(desk: Desk) -> None:
    sidecar = desk.apply()
    sidecar.write_text(EDITED)
    with pytest.raises(SidecarConflict, match=r"no crop of ours in .*a\.jpg\.xmp"):
        desk.undo()


def test_undo_leaves_a_crop_that_the_photographer_made_since(desk: Desk) -> None:
    sidecar = desk.apply()
    ours = sidecar.read_bytes()
    theirs = desk.writer(replace=True)
    other = suggestion(desk.photo, OTHER)
    sidecar.unlink()
    theirs.apply(other)
    unsigned = sidecar.read_bytes().replace(b"Written", b"Unknown")
    sidecar.write_bytes(unsigned)
    assert unsigned != ours
    with pytest.raises(SidecarConflict, match="not ours any more"):
        desk.undo()
    assert sidecar.read_bytes() == unsigned


def test_undo_of_a_sidecar_that_was_deleted_since_has_nothing_to_take_back(desk: Desk) -> None:
    desk.apply().unlink()
    assert desk.undo() == "removed"
