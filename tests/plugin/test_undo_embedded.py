"""Crops inside the photo itself, and the photo given back as it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from drawn import draw_raw

from cropperhead_core.errors import JournalError
from cropperhead_core.sidecar import find_crop

from .conftest import CROP, OTHER, Desk, encoded, photo, rated, rating, suggestion


def test_an_embedded_crop_is_taken_back_byte_for_byte(desk: Desk) -> None:
    before = desk.folder()
    assert desk.apply(editor="lightroom", embed=True) == desk.photo
    assert desk.folder() != before
    assert desk.undo() == "restored"
    assert desk.folder() == before


def test_every_format_holds_an_embedded_crop_and_is_given_back(desk: Desk) -> None:
    photos = encoded(desk.photo.parent)
    before = desk.folder()
    writer = desk.writer(editor="lightroom", embed=True)
    for path in photos:
        assert writer.apply(suggestion(path, CROP)).written
        found = find_crop(path)
        assert found is not None
        assert (found.crop, found.source, found.ours) == (CROP, path, True)
        assert writer.undo(path).how == "restored"
    assert desk.folder() == before


def test_an_embedded_crop_is_taken_out_of_a_photo_that_was_edited_since(desk: Desk) -> None:
    rated(desk.photo)
    desk.apply(editor="lightroom", embed=True)
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Title=x", desk.photo], check=True
    )
    assert desk.undo() == "withdrawn"
    assert find_crop(desk.photo) is None
    assert rating(desk.photo) == "4"


def test_an_embedded_crop_of_a_photo_that_was_moved_is_taken_back(desk: Desk) -> None:
    before = desk.photo.read_bytes()
    desk.apply(editor="lightroom", embed=True)
    moved = desk.photo.rename(desk.photo.with_name("b.jpg"))
    assert desk.writer().undo(moved).how == "restored"
    assert moved.read_bytes() == before


def with_own_crop(path: Path, name: str) -> Path:
    """A photo whose own crop, not ours, is embedded."""
    photo(path, name)
    tags = {"HasCrop": True, "CropTop": 0.3, "CropLeft": 0.3, "CropBottom": 0.6, "CropRight": 0.6}
    told = [f"-XMP-crs:{tag}={value}" for tag, value in tags.items()]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *told, path], check=True)
    return path


def test_photos_that_were_renumbered_get_their_own_back(desk: Desk) -> None:
    first = desk.photo
    second = with_own_crop(first.with_name("b.jpg"), "coffee")
    before = [first.read_bytes(), second.read_bytes()]
    writer = desk.writer(editor="lightroom", embed=True, replace=True)
    for path in (first, second):
        writer.apply(suggestion(path, CROP))
    third = second.rename(first.with_name("c.jpg"))
    first.rename(second)
    assert [writer.undo(path).how for path in (second, third)] == ["restored"] * 2
    assert [second.read_bytes(), third.read_bytes()] == before


def test_undo_for_one_editor_leaves_the_crop_of_the_other(desk: Desk) -> None:
    with_ours = desk.apply(editor="lightroom", embed=True).read_bytes()
    with pytest.raises(JournalError, match="wrote nothing"):
        desk.writer().undo(desk.photo, "darktable")
    assert desk.photo.read_bytes() == with_ours
    assert desk.undo() == "restored"


def test_an_embedded_crop_is_taken_back_whole_where_too_much_changed(desk: Desk) -> None:
    path = draw_raw(desk.photo.with_name("a.dng"), 3000, 2000)
    before = desk.exiftool.everything(path)
    desk.photo = path
    desk.apply(editor="lightroom", embed=True)
    assert desk.undo() == "restored"
    after = desk.exiftool.everything(path)
    assert {name for name in before | after if name.startswith("XMP-")} == set()
    assert find_crop(path, "lightroom") is None


def test_two_embedded_crops_of_a_photo_that_was_moved_are_taken_back(desk: Desk) -> None:
    states = [desk.photo.read_bytes()]
    embedding = {"editor": "lightroom", "embed": True}
    states += [desk.apply(crop, **embedding).read_bytes() for crop in (CROP, OTHER)]
    moved = desk.photo.rename(desk.photo.with_name("b.jpg"))
    for state in states[-2::-1]:
        desk.writer().undo(moved)
        assert moved.read_bytes() == state
