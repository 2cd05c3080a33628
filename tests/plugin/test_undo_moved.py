"""Undo finds a photo wherever it went, and takes no other for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from drawn import draw_raw

from cropperhead_core.errors import JournalError
from cropperhead_core.journal import Journal
from cropperhead_core.sidecar import Editor, find_crop
from cropperhead_plugin.writer import Writer

from .conftest import CROP, EDITED, OTHER, Desk, photo, rated, snapshot, suggestion

LIGHTROOM = """\
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    crs:RawFileName="a.nef" crs:HasCrop="True" crs:CropTop="0.1" crs:CropLeft="0.1"
    crs:CropBottom="0.8" crs:CropRight="0.8" crs:CropAngle="0"/>
 </rdf:RDF>
</x:xmpmeta>
"""


@pytest.mark.parametrize("name", ["b.jpg", "deeper/a.jpg"])
def test_undo_finds_a_photo_that_was_moved_with_its_sidecar(desk: Desk, name: str) -> None:
    sidecar = desk.apply()
    moved = desk.photo.with_name("new") / name
    moved.parent.mkdir(parents=True)
    sidecar.rename(moved.with_name(moved.name + ".xmp"))
    desk.photo.rename(moved)
    assert desk.writer().undo(moved).how == "removed"
    assert [path.name for path in moved.parent.iterdir()] == [moved.name]


def test_undo_finds_a_folder_that_was_renamed(desk: Desk) -> None:
    sidecar = desk.photo.with_name("a.jpg.xmp")
    sidecar.write_text(EDITED)
    desk.apply()
    new = desk.photo.parent.rename(desk.photo.parent.with_name("renamed"))
    assert desk.writer().undo(new / "a.jpg").how == "restored"
    assert (new / "a.jpg.xmp").read_text() == EDITED


def test_a_copy_of_the_photo_is_not_undone(desk: Desk) -> None:
    sidecar = desk.apply()
    copy = Path(shutil.copy(desk.photo, desk.photo.with_name("copy.jpg")))
    shutil.copy(sidecar, copy.with_name("copy.jpg.xmp"))
    before = desk.folder()
    with pytest.raises(JournalError):
        desk.writer().undo(copy)
    assert desk.folder() == before


def test_sidecars_that_were_renumbered_along_go(desk: Desk) -> None:
    second = photo(desk.photo.with_name("b.jpg"), "coffee")
    writer = desk.writer()
    sidecars = [writer.apply(suggestion(path, CROP)).sidecar for path in (desk.photo, second)]
    for old, sidecar, new in zip(
        (second, desk.photo), sidecars[::-1], ("c.jpg", "b.jpg"), strict=True
    ):
        assert sidecar is not None
        sidecar.rename(old.with_name(f"{new}.xmp"))
        old.rename(old.with_name(new))
    assert [writer.undo(second.with_name(name)).how for name in ("b.jpg", "c.jpg")] == [
        "removed"
    ] * 2
    assert sorted(desk.folder()) == ["b.jpg", "c.jpg"]


def test_a_photo_that_came_by_an_old_name_is_not_the_one_we_wrote_for(desk: Desk) -> None:
    sidecar = desk.apply()
    moved = desk.photo.rename(desk.photo.with_name("trip.jpg"))
    sidecar.rename(moved.with_name("trip.jpg.xmp"))
    photo(desk.photo, "coffee")
    with pytest.raises(JournalError, match=r"wrote nothing for .*a\.jpg"):
        desk.undo()
    assert desk.writer().undo(moved).how == "removed"
    assert sorted(desk.folder()) == ["a.jpg", "trip.jpg"]


def test_a_copy_does_not_use_up_the_undo_of_a_photo_that_is_away(desk: Desk) -> None:
    desk.apply()
    copy = desk.photo.parent.with_name("home") / "a.jpg"
    copy.parent.mkdir()
    shutil.copy(desk.photo, copy)
    away = desk.photo.parent.rename(desk.photo.parent.with_name("away"))
    with pytest.raises(JournalError, match="wrote nothing"):
        desk.writer().undo(copy)
    away.rename(desk.photo.parent)
    assert desk.undo() == "removed"


@pytest.mark.parametrize("options", [{}, {"editor": "lightroom", "embed": True}])
def test_a_copy_of_what_was_before_does_not_use_up_the_undo(
    desk: Desk, options: dict[str, object]
) -> None:
    """Saved before we wrote; our process was killed before it could confirm that it had."""
    desk.photo.with_name("a.jpg.xmp").write_text(EDITED)
    saved = Path(shutil.copytree(desk.photo.parent, desk.photo.parent.with_name("saved")))

    class Killed(Journal):
        def confirm(self, *_: object) -> None:
            """Too late."""

    with Killed(desk.journal.path) as journal:
        Writer(journal, desk.exiftool, **options).apply(suggestion(desk.photo, CROP))  # type: ignore[arg-type]  # a test's table
    away = desk.photo.parent.rename(desk.photo.parent.with_name("away"))
    with pytest.raises(JournalError, match="wrote nothing"):
        desk.writer().undo(saved / "a.jpg")
    away.rename(desk.photo.parent)
    assert desk.undo() == "restored"
    assert desk.folder() == snapshot(saved)


def test_a_photo_rated_since_is_known_by_its_name(desk: Desk) -> None:
    desk.apply()
    rated(desk.photo)
    assert desk.undo() == "removed"


@pytest.mark.parametrize(
    ("editor", "suffix", "end"), [("darktable", ".jpg", ".jpg.xmp"), ("lightroom", ".nef", ".xmp")]
)
def test_undo_of_a_moved_photo_leaves_the_sidecar_of_its_old_name_alone(
    desk: Desk, editor: Editor, suffix: str, end: str
) -> None:
    pics = desk.photo.parent.with_name("pics")
    pics.mkdir()
    ours, other = desk.photo.with_name(f"a{suffix}"), pics / f"a{suffix}"
    for path, width in ((ours, 600), (other, 640)):
        draw_raw(path, width, 400) if suffix == ".nef" else photo(path, size=(width, 400))
        desk.writer(editor=editor).apply(suggestion(path, CROP))
    before = snapshot(pics)
    moved = ours.rename(pics / f"trip{suffix}")
    ours.with_name(f"a{end}").rename(pics / f"trip{end}")
    undone = desk.writer().undo(moved)
    assert (undone.how, undone.sidecar) == ("removed", pics / f"trip{end}")
    assert snapshot(pics) == before | {moved.name: moved.read_bytes()}


def renamed(path: Path, name: str) -> Path:
    """The photo by its new name, its sidecar renamed along."""
    path.with_name(f"{path.name}.xmp").rename(path.with_name(f"{name}.xmp"))
    return path.rename(path.with_name(name))


def test_a_photo_that_was_renamed_for_one_apply_is_taken_back_twice(desk: Desk) -> None:
    first = desk.apply().read_bytes()
    away = renamed(desk.photo, "b.jpg")
    desk.writer().apply(suggestion(away, OTHER))
    renamed(away, "a.jpg")
    assert desk.undo() == "restored"
    assert desk.photo.with_name("a.jpg.xmp").read_bytes() == first
    assert desk.undo() == "removed"


def test_a_photo_whose_content_comes_back_is_taken_back_twice(desk: Desk) -> None:
    whole, sidecar = desk.photo.read_bytes(), desk.apply()
    first = sidecar.read_bytes()
    rated(desk.photo)
    desk.apply(OTHER)
    desk.photo.write_bytes(whole)
    assert desk.undo() == "restored"
    assert sidecar.read_bytes() == first
    assert desk.undo() == "removed"


def test_duplicates_that_were_renamed_get_their_own_back(desk: Desk) -> None:
    photos = [draw_raw(desk.photo.with_name(f"{name}.nef"), 600, 400) for name in "ab"]
    sidecars = [path.with_suffix(".xmp") for path in photos]
    sidecars[0].write_text(LIGHTROOM)
    writer = desk.writer(editor="lightroom", replace=True)
    for path, crop in zip(photos, (CROP, OTHER), strict=True):
        writer.apply(suggestion(path, crop))
    moved = [path.rename(path.with_stem(path.stem * 2)) for path in photos]
    for sidecar in sidecars:
        sidecar.rename(sidecar.with_stem(sidecar.stem * 2))
    assert [writer.undo(path).how for path in moved] == ["restored", "removed"]
    assert moved[0].with_suffix(".xmp").read_text() == LIGHTROOM
    assert not moved[1].with_suffix(".xmp").exists()


@pytest.mark.parametrize("is_edited", [False, True])
def test_a_copy_that_was_cropped_and_rated_takes_no_undo_from_the_first(
    desk: Desk, is_edited: bool
) -> None:
    sidecar = desk.apply()
    rated(desk.photo)
    copy = Path(shutil.copy(desk.photo, desk.photo.with_name("b.jpg")))
    its = desk.writer().apply(suggestion(copy, OTHER)).sidecar
    rated(copy)
    copy.write_bytes(copy.read_bytes() + b"changed by another program")
    if is_edited:
        rated(sidecar)
    assert desk.undo() == ("withdrawn" if is_edited else "removed")
    assert find_crop(desk.photo) is None
    assert desk.writer().undo(copy).how == "removed"
    assert its is not None
    assert not its.exists()
