"""Crops written with the journal as witness, and nothing that is not ours lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from cropperhead_core.crop import Crop
from cropperhead_core.errors import CropperHeadError, JournalError, NotExpressible, SidecarConflict
from cropperhead_core.journal import Journal
from cropperhead_core.sidecar import find_crop
from cropperhead_plugin.writer import Writer
from tests.core.drawn_photos import turned_otherwise

from .conftest import CROP, EDITED, OTHER, Desk, suggestion


def test_a_heic_that_darktable_may_turn_otherwise_gets_no_crop(desk: Desk) -> None:
    desk.photo = turned_otherwise(desk.photo.with_name("b.heic"))
    before = desk.folder()
    with pytest.raises(NotExpressible, match=r"b\.heic turned otherwise"):
        desk.apply()
    assert desk.folder() == before


@pytest.mark.parametrize("options", [{}, {"editor": "lightroom", "embed": True}])
def test_a_crop_that_is_there_is_known_to_be_there_already(
    desk: Desk, options: dict[str, object]
) -> None:
    found = suggestion(desk.photo, CROP)
    runs = [desk.writer(is_dry=is_dry, **options).apply(found) for is_dry in (True, False) * 2]
    assert [run.written for run in runs] == [False, True, False, False]
    assert [run.was_there for run in runs] == [False, False, True, True]


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


@pytest.mark.parametrize("expected", ["", "what was there"])
def test_a_sidecar_that_is_not_as_expected_stays(desk: Desk, expected: str) -> None:
    desk.apply(OTHER)
    before = desk.folder()
    with pytest.raises(SidecarConflict, match="was changed meanwhile") as conflict:
        desk.writer().apply(suggestion(desk.photo, CROP), expected=expected)
    assert conflict.value.is_race
    assert desk.folder() == before
    assert desk.journal.begun() == []


def test_an_avif_that_its_file_turns_is_refused_for_darktable(desk: Desk) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(desk.photo) as image:
        desk.photo = desk.photo.with_name("b.avif")
        image.save(desk.photo, exif=exif)
    with pytest.raises(NotExpressible, match="upright"):
        desk.apply()
