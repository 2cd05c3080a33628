"""Which of several crops is the one that a photo has now."""

from __future__ import annotations

import os
import subprocess
from contextlib import nullcontext
from pathlib import Path

import pytest
from drawn import draw_raw

from cropperhead_core import Crop, write_crop
from cropperhead_core.content import content_key, digest
from cropperhead_core.errors import JournalError, SidecarError
from cropperhead_core.journal import Journal, Suggested, Writing
from cropperhead_plugin.current import recorded, shown
from tests.noted import outcomes

from .conftest import photo

HALF, THIRD = Crop(0, 0, 1, 0.5), Crop(0, 0, 0.3, 1)
EMBEDDED = {"HasCrop": True, "CropTop": 0, "CropLeft": 0, "CropBottom": 1, "CropRight": 0.25}
CROP_TAGS = [f"-XMP-crs:{name}={value}" for name, value in (EMBEDDED | {"CropAngle": 0}).items()]


def embedded(path: Path, *tags: str) -> None:
    """Tags written into the photo itself, by somebody else."""
    subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", *tags, path], check=True)


def drawn(path: Path) -> Path:
    return draw_raw(path, 600, 400) if path.suffix == ".dng" else photo(path)


def lend_sidecar(path: Path) -> None:
    """A Lightroom sidecar of this name, whose raw is gone."""
    raw = draw_raw(path.with_suffix(".arw"), 600, 400)
    write_crop(raw, THIRD, "lightroom")
    raw.unlink()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw with a sidecar for each editor, put there one by one: both at once is refused."""
    path = draw_raw(tmp_path / "a.nef", 600, 400)
    aside = write_crop(path, THIRD, "lightroom").path.rename(tmp_path / "aside")
    write_crop(path, HALF, "darktable")
    aside.rename(tmp_path / "a.xmp")
    return path


@pytest.mark.parametrize(
    ("asked", "editor", "source", "right"),
    [
        (None, "darktable", "a.nef.xmp", 0.5),
        ("darktable", "darktable", "a.nef.xmp", 0.5),
        ("lightroom", "lightroom", "a.xmp", 1.0),
    ],
)
def test_darktable_is_asked_before_lightroom(
    raw: Path, asked: str | None, editor: str, source: str, right: float
) -> None:
    found = shown(raw, asked)  # type: ignore[arg-type]  # a table of plain words
    assert found.crop is not None
    assert found.crop.right == pytest.approx(right, abs=0.01)
    assert (found.editor, found.source, found.ours) == (editor, str(raw.with_name(source)), True)


def test_what_is_embedded_is_asked_last(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg")
    embedded(path, *CROP_TAGS)
    found = shown(path, None)
    assert (found.editor, found.source, found.ours) == ("lightroom", str(path), False)
    assert shown(path, "darktable").crop is None


def test_a_raw_is_asked_itself_where_its_sidecars_say_nothing(tmp_path: Path) -> None:
    path = draw_raw(tmp_path / "a.nef", 600, 400)
    embedded(path, "-XMP-tiff:Make=none")
    assert shown(path, None).crop is None
    embedded(path, *CROP_TAGS)
    found = shown(path, None)
    assert (found.editor, found.source, found.ours) == ("lightroom", str(path), False)
    write_crop(path, HALF, "lightroom")
    assert shown(path, None).source == str(path.with_suffix(".xmp"))


@pytest.mark.parametrize("name", ["a.jpg", "a.dng"])
def test_darktable_crops_any_photo_by_the_sidecar_of_its_name(tmp_path: Path, name: str) -> None:
    path, sidecar = drawn(tmp_path / name), tmp_path / "a.xmp"
    lend_sidecar(sidecar)
    found = shown(path, None)
    assert (found.editor, found.source, found.crop) == ("lightroom", str(sidecar), THIRD)
    embedded(path, *CROP_TAGS)
    assert shown(path, None).source == str(sidecar)
    assert shown(path, "lightroom").source == str(path)  # which reads no sidecar of such a photo


@pytest.mark.parametrize("suffix", [".nef", ".CR2", ".Nef"])
def test_the_crop_of_a_raw_is_not_that_of_the_jpeg_beside_it(tmp_path: Path, suffix: str) -> None:
    path, raw = drawn(tmp_path / "a.jpg"), tmp_path / f"a{suffix}"
    lend_sidecar(tmp_path / "a.xmp")
    draw_raw(raw, 600, 400)
    assert shown(path, None).crop is None
    assert shown(path, "lightroom").crop is None
    assert shown(raw, None).crop == THIRD


def test_a_folder_that_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drawn(tmp_path / "a.jpg")
    lend_sidecar(tmp_path / "a.xmp")

    def closed(folder: Path) -> list[str]:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "listdir", closed)
    with pytest.raises(SidecarError, match=f"cannot read {tmp_path}: Permission denied"):
        shown(path, None)


def test_what_became_of_a_suggestion_is_told_by_the_crop_there_now(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg")
    with Journal(tmp_path / "journal.sqlite") as journal:
        with pytest.raises(JournalError, match="cropperhead suggest first"):
            recorded(path, journal, editor=None, said=None)
        size = shown(path, None).size
        number = journal.record_suggestion(
            path, content_key(path), Suggested(size, (THIRD, HALF), "test", "crop")
        )
        write_crop(path, HALF, "darktable")
        found = recorded(path, journal, editor=None, said="accepted")
        assert (found.outcome, found.rank, found.editor) == ("accepted", 1, "darktable")
        assert outcomes(journal.path, number) == ["accepted"]


@pytest.mark.parametrize(("suggested_for", "is_told"), [((600, 400), True), ((300, 400), False)])
def test_a_suggestion_for_a_photo_of_another_size_is_none_for_this_one(
    tmp_path: Path, suggested_for: tuple[int, int], is_told: bool
) -> None:
    """Changed since by another program it may be; its size says whether it can be the same."""
    path = photo(tmp_path / "a.jpg", size=suggested_for)
    with Journal(tmp_path / "journal.sqlite") as journal:
        last = Suggested(shown(path, None).size, (HALF,), "test", "crop")
        number = journal.record_suggestion(path, content_key(path), last)
        photo(path, "coffee", size=(600, 400))
        with nullcontext() if is_told else pytest.raises(JournalError, match="nothing was sugg"):
            recorded(path, journal, editor=None, said=None)
        assert outcomes(journal.path, number) == ["untouched"] * is_told


def test_only_a_crop_that_was_there_is_rejected_by_its_absence(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg")
    crop = Suggested(shown(path, None).size, (HALF,), "test", "crop")
    with Journal(tmp_path / "journal.sqlite") as journal:
        journal.record_suggestion(path, content_key(path), crop)
        assert recorded(path, journal, editor=None, said=None).outcome == "untouched"
        beside = path.with_name("a.jpg.xmp")
        writing = Writing(path, "darktable", beside, HALF, None, "hash", "written")
        journal.undone(journal.begin(writing, content_key(path)))
        assert recorded(path, journal, editor=None, said=None).outcome == "rejected"


def test_what_was_written_counts_before_what_was_only_said_later(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg")
    size = shown(path, None).size
    with Journal(tmp_path / "journal.sqlite") as journal:
        key = content_key(path)
        first = journal.record_suggestion(path, key, Suggested(size, (HALF,), "test", "crop"))
        change = write_crop(path, HALF, "darktable")
        after = digest(change.after)
        journal.begin(Writing(path, "darktable", change.path, HALF, None, after), key)
        journal.record_suggestion(path, key, Suggested(size, (THIRD,), "test", "crop"))
        assert recorded(path, journal, editor=None, said=None).outcome == "untouched"
        assert outcomes(journal.path, first) == ["untouched"]


def test_an_alternative_to_leaving_is_accepted(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg")
    leave = Suggested(shown(path, None).size, (THIRD, HALF), "test", "leave")
    with Journal(tmp_path / "journal.sqlite") as journal:
        journal.record_suggestion(path, content_key(path), leave)
        write_crop(path, HALF, "darktable")
        found = recorded(path, journal, editor=None, said="accepted")
        assert (found.outcome, found.rank) == ("accepted", 1)
