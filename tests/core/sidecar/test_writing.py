"""Crops through the front door: where they go, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cropperhead_core.crop import Crop
from cropperhead_core.errors import InvalidCrop, NotExpressible, SidecarConflict, SidecarError
from cropperhead_core.sidecar import Change, Editor, find_crop, read_crop, write_crop
from tests.strategies import crops_of

from .conftest import RAW_SIZE
from .test_darktable import REACHED_PX, apart

CROP, OTHER = Crop(0.1, 0.2, 0.8, 0.9, 1.5), Crop(0.2, 0.2, 0.7, 0.7)
EDITORS: tuple[Editor, ...] = ("darktable", "lightroom")

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


@pytest.mark.parametrize("editor", EDITORS)
def test_a_crop_outside_the_photo_is_never_written(raw: Path, editor: Editor) -> None:
    with pytest.raises(InvalidCrop, match=r"inside the 600x400 frame.*, for .*IMG\.CR2"):
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
