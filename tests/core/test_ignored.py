"""Which names are of programs, and which of people and cameras."""

from __future__ import annotations

import pytest

from cropperhead_core.ignored import is_ignored_folder, is_ignored_name


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.jpg",
        "._IMG_1.JPG",
        ".syncthing.IMG_1.jpg.tmp",
        "~syncthing~IMG_1.jpg",
        ".cropperhead-12-abc.tmp",
        "IMG_1.sync-conflict-20260501-120000-ABCDEFG.jpg",
    ],
)
def test_hidden_temporary_and_sync_files_are_ignored(name: str) -> None:
    assert is_ignored_name(name)


@pytest.mark.parametrize(
    "name", [".git", ".Trash-1000", ".stversions", "@eaDir", "#recycle", "x.lrdata", "CaptureOne"]
)
def test_folders_of_programs_are_ignored(name: str) -> None:
    assert is_ignored_folder(name)


@pytest.mark.parametrize("name", ["DCIM", "100CANON", "2026-05-01", "tmp", "A.B"])
def test_folders_of_cameras_and_people_are_not(name: str) -> None:
    assert not is_ignored_folder(name)
