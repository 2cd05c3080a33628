"""Crops written with the journal as witness, and taken back byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from drawn import draw_raw

from cropperhead_core.crop import Crop
from cropperhead_core.errors import CropperHeadError, JournalError, NotExpressible, SidecarConflict
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.journal import Journal
from cropperhead_core.photo import read_photo
from cropperhead_core.sidecar import Editor, find_crop, read_crop
from cropperhead_core.suggestion import RankedCrop, Suggestion
from cropperhead_plugin.writer import Writer
from tests.core.drawn_photos import turned_otherwise

from .conftest import encoded, photo, snapshot

CROP = Crop(0.1, 0.1, 0.9, 0.8)
OTHER = Crop(0.2, 0.0, 1.0, 0.7)


@dataclass
class Desk:
    """A folder with one photo, and everything that it takes to write for it."""

    photo: Path
    journal: Journal
    exiftool: ExifTool

    def writer(self, **options: object) -> Writer:
        return Writer(self.journal, self.exiftool, **options)  # type: ignore[arg-type]  # a test's table

    def apply(self, crop: Crop = CROP, **options: object) -> Path:
        """Writes this crop; the file that holds it."""
        sidecar = self.writer(**options).apply(suggestion(self.photo, crop)).sidecar
        assert sidecar is not None
        return sidecar

    def undo(self) -> str:
        return self.writer().undo(self.photo).how

    def folder(self) -> dict[str, bytes | None]:
        return snapshot(self.photo.parent)


def suggestion(path: Path, crop: Crop) -> Suggestion:
    facts = read_photo(path)
    best = RankedCrop(crop, 1.0, 0.5, "free", ())
    facing = facts.upright, facts.orientation
    return Suggestion(path, *facing, "crop", 0.0, (best,), "test", exif=facts.exif)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "photos"
    folder.mkdir()
    with Journal(tmp_path / "journal.sqlite") as journal, ExifTool() as exiftool:
        yield Desk(photo(folder / "a.jpg"), journal, exiftool)


def rated(path: Path) -> None:
    """An editor's change to something else."""
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-Rating=4", path], check=True)


def rating(path: Path) -> str:
    done = subprocess.run(["exiftool", "-s3", "-Rating", path], capture_output=True, check=True)
    return done.stdout.decode().strip()


EDITED = """\
<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/" xmp:Rating="3" darktable:xmp_version="5"
    darktable:raw_params="0" darktable:auto_presets_applied="1" darktable:history_end="1"
    darktable:iop_order_version="2">
   <darktable:history>
    <rdf:Seq>
     <rdf:li darktable:num="0" darktable:operation="exposure" darktable:enabled="1"
       darktable:modversion="6" darktable:params="00000000000080b90000803f00004842000080c001000000"
       darktable:multi_name="" darktable:multi_priority="0"/>
    </rdf:Seq>
   </darktable:history>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
"""A sidecar as darktable leaves it after an exposure was set, with spaces of its own."""
LIGHTROOM = """\
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
    crs:RawFileName="a.nef" crs:HasCrop="True" crs:CropTop="0.1" crs:CropLeft="0.1"
    crs:CropBottom="0.8" crs:CropRight="0.8" crs:CropAngle="0"/>
 </rdf:RDF>
</x:xmpmeta>
"""


def test_a_heic_that_darktable_may_turn_otherwise_gets_no_crop(desk: Desk) -> None:
    desk.photo = turned_otherwise(desk.photo.with_name("b.heic"))
    before = desk.folder()
    with pytest.raises(NotExpressible, match=r"b\.heic turned otherwise"):
        desk.apply()
    assert desk.folder() == before


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


@pytest.mark.parametrize("options", [{}, {"editor": "lightroom", "embed": True}])
def test_a_crop_that_is_there_is_known_to_be_there_already(
    desk: Desk, options: dict[str, object]
) -> None:
    found = suggestion(desk.photo, CROP)
    runs = [desk.writer(is_dry=is_dry, **options).apply(found) for is_dry in (True, False) * 2]
    assert [run.written for run in runs] == [False, True, False, False]
    assert [run.was_there for run in runs] == [False, False, True, True]


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


def changed_by_another(sidecar: Path) -> None:
    sidecar.write_text(EDITED)


def removed_by_another(sidecar: Path) -> None:
    sidecar.unlink()


@pytest.mark.parametrize(
    ("is_there", "happening"), [(False, changed_by_another), (True, removed_by_another)]
)
def test_a_sidecar_that_changes_meanwhile_is_left_alone(
    desk: Desk, is_there: bool, happening: Callable[[Path], None]
) -> None:
    """The other program writes at the worst moment: after our look, before our step."""
    sidecar = desk.photo.with_name("a.jpg.xmp")
    if is_there:
        sidecar.write_text(EDITED)

    class Meddling(Journal):
        def begin(self, *args: object) -> int:
            happening(sidecar)
            return super().begin(*args)  # type: ignore[arg-type]  # passed on as it came

    with Meddling(desk.journal.path) as journal:
        writer = Writer(journal, desk.exiftool)
        with pytest.raises(SidecarConflict, match="changed meanwhile"):
            writer.apply(suggestion(desk.photo, CROP))
        assert sidecar.exists() is not is_there
        assert {path.name for path in desk.photo.parent.iterdir()} <= {"a.jpg", "a.jpg.xmp"}
        with pytest.raises(JournalError, match="wrote nothing"):
            writer.undo(desk.photo)


def test_a_crop_of_the_photographers_stays_without_replace_and_comes_back_with_it(
    desk: Desk,
) -> None:
    sidecar = desk.apply()
    sidecar.write_bytes(sidecar.read_bytes().replace(b"Written", b"Unknown"))
    before = desk.folder()
    with pytest.raises(SidecarConflict, match="--replace"):
        desk.apply(OTHER)
    assert desk.folder() == before
    desk.apply(OTHER, replace=True)
    assert desk.folder() != before
    assert desk.undo() == "restored"
    assert desk.folder() == before


def test_our_own_crop_is_replaced_without_asking(desk: Desk) -> None:
    desk.apply()
    desk.apply(OTHER)
    found = find_crop(desk.photo)
    assert found is not None
    assert found.crop.left == pytest.approx(OTHER.left, abs=1 / 512)


def test_an_earlier_crop_of_a_photo_that_is_best_left_is_told_of(desk: Desk) -> None:
    leave = replace(suggestion(desk.photo, CROP), verdict="leave", crops=())
    assert desk.writer().apply(leave).sidecar is None
    sidecar = desk.apply()
    before = desk.folder()
    found = desk.writer().apply(leave)
    assert (found.sidecar, found.written, desk.folder()) == (sidecar, False, before)
    sidecar.write_text("damaged")
    assert desk.writer().apply(leave).sidecar is None


@pytest.mark.parametrize("crop", [Crop(0.1, 0.1, 0.9, 0.9, 20.0), Crop(0, 0, 1, 1, 3.0)])
def test_a_crop_that_leaves_the_frame_is_never_written(desk: Desk, crop: Crop) -> None:
    before = desk.folder()
    with pytest.raises(CropperHeadError, match=r"outside|frame"):
        desk.apply(crop)
    assert desk.folder() == before
