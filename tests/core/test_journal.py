"""The journal keeps what was suggested and written, for several processes at once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.content import content_key, digest
from cropperhead_core.crop import Crop, Size
from cropperhead_core.errors import JournalError, UnreadablePhoto
from cropperhead_core.journal import Journal, Suggested, Writing
from tests.noted import outcomes
from tests.strategies import crops_of

CROP = Crop(0.1, 0.2, 0.8, 0.9, 1.25)
SUGGESTED = Suggested(Size(600, 400), (CROP, Crop.whole()), "lite0", "crop", {"top": 2})


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path / "data" / "journal.sqlite") as journal:
        yield journal


def writing(photo: Path, before: bytes | None = b"<x/>") -> Writing:
    return Writing(photo, "darktable", photo.with_name(photo.name + ".xmp"), CROP, before, "after")


def test_a_suggestion_comes_back_as_it_was(journal: Journal, tmp_path: Path) -> None:
    number = journal.record_suggestion(tmp_path / "a.jpg", "key", SUGGESTED)
    found = journal.last_suggestion(tmp_path / "a.jpg", "key")
    assert found is not None
    assert found.id == number
    assert (found.size, found.crops, found.wishes) == (SUGGESTED.size, SUGGESTED.crops, {"top": 2})


@given(crop=crops_of(Size(600, 400)))
def test_a_crop_keeps_every_bit(crop: Crop, tmp_path_factory: pytest.TempPathFactory) -> None:
    photo = tmp_path_factory.mktemp("bits") / "a.jpg"
    with Journal(photo.with_name("journal.sqlite")) as journal:
        journal.record_suggestion(photo, "key", Suggested(Size(600, 400), (crop,), "m", "crop"))
        found = journal.last_suggestion(photo, "key")
    assert found is not None
    assert found.crops == (crop,)


def test_a_moved_photo_is_known_by_its_content(journal: Journal, tmp_path: Path) -> None:
    journal.record_suggestion(tmp_path / "a.jpg", "key", SUGGESTED)
    assert journal.last_suggestion(tmp_path / "moved.jpg", "key") is not None


def test_content_counts_before_the_name(journal: Journal, tmp_path: Path) -> None:
    first = journal.record_suggestion(tmp_path / "a.jpg", "old", SUGGESTED)
    journal.record_suggestion(tmp_path / "a.jpg", "new", SUGGESTED)
    found = journal.last_suggestion(tmp_path / "a.jpg", "old")
    assert found is not None
    assert found.id == first


def test_a_photo_never_seen_has_no_suggestion(journal: Journal, tmp_path: Path) -> None:
    assert journal.last_suggestion(tmp_path / "a.jpg", "key") is None


@pytest.mark.parametrize("before", [None, b"", b"<x:xmpmeta/>" * 1000])
def test_a_writing_keeps_the_bytes_before(
    journal: Journal, tmp_path: Path, before: bytes | None
) -> None:
    photo = tmp_path / "a.jpg"
    journal.begin(writing(photo, before), "key")
    (found,) = journal.writings(photo, "key")
    assert (found.before, found.sidecar, found.state) == (
        before,
        photo.with_name("a.jpg.xmp"),
        "begun",
    )


def test_writings_come_latest_first(journal: Journal, tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    numbers = [journal.begin(writing(photo), "key") for _ in range(3)]
    assert [found.id for found in journal.writings(photo, "key")] == numbers[::-1]


def test_a_writing_taken_back_is_gone(journal: Journal, tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    first = journal.begin(writing(photo), "key")
    journal.confirm(first)
    journal.undone(journal.begin(writing(photo), "key"))
    journal.withdraw(journal.begin(writing(photo), "key"))
    assert [(w.id, w.state) for w in journal.writings(photo, "key")] == [(first, "written")]


def test_a_moved_photo_has_its_sidecar_beside_it(journal: Journal, tmp_path: Path) -> None:
    journal.begin(writing(tmp_path / "a.jpg"), "key")
    (found,) = journal.writings(tmp_path / "new" / "a.jpg", "key")
    assert found.sidecar == tmp_path / "new" / "a.jpg.xmp"


def test_a_photo_that_we_ever_wrote_into_is_known_as_such(journal: Journal, tmp_path: Path) -> None:
    inside, beside = tmp_path / "inside.jpg", tmp_path / "beside.jpg"
    journal.undone(journal.begin(replace(writing(inside), sidecar=inside), "key"))
    journal.begin(writing(beside), "key")
    assert [journal.has_embedded(path) for path in (inside, beside)] == [True, False]


def test_an_embedded_writing_changes_the_content_it_is_known_by(
    journal: Journal, tmp_path: Path
) -> None:
    journal.confirm(journal.begin(writing(tmp_path / "a.jpg"), "before"), "after")
    assert journal.writings(tmp_path / "moved.jpg", "after")
    assert not journal.writings(tmp_path / "moved.jpg", "before")


def test_names_may_hold_any_bytes(journal: Journal, tmp_path: Path) -> None:
    photo = tmp_path / os.fsdecode(b"\xff\n'\" \xc3\xa4.jpg")
    journal.begin(writing(photo), "key")
    assert journal.writings(photo, "key")[0].sidecar.name == photo.name + ".xmp"


def test_a_link_to_the_folder_leads_to_the_same_photo(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "photos")
    journal.begin(writing(tmp_path / "photos" / "a.jpg"), "key")
    assert journal.writings(tmp_path / "link" / "a.jpg", "other")


def test_outcomes_are_kept_in_order(journal: Journal, tmp_path: Path) -> None:
    number = journal.record_suggestion(tmp_path / "a.jpg", "key", SUGGESTED)
    journal.record_outcome(number, "untouched", CROP, "darktable")
    journal.record_outcome(number, "rejected", None, None)
    assert outcomes(journal.path, number) == ["untouched", "rejected"]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("suggestions", "crops", "garbage"),
        ("suggestions", "crops", "[[1, 2]]"),
        ("suggestions", "crops", "[[NaN, 0, 1, 1, 0]]"),
        ("suggestions", "wishes", "{"),
        ("suggestions", "width", "x"),
        ("suggestions", "width", 0),
        ("writings", "crop", "{"),
        ("writings", "before", b"zzzz"),
        ("writings", "sidecar", 7),
    ],
)
def test_what_makes_no_sense_in_it_is_damage(
    journal: Journal, tmp_path: Path, table: str, column: str, value: object
) -> None:
    photo = tmp_path / "a.jpg"
    journal.record_suggestion(photo, "key", SUGGESTED)
    journal.begin(writing(photo), "key")
    with closing(sqlite3.connect(journal.path)) as database, database:
        database.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608 (ours)
    with pytest.raises(JournalError, match=f"the journal {journal.path} is damaged"):
        [read(photo, "key") for read in (journal.last_suggestion, journal.writings)]


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "data/journal.sqlite"
    with Journal(path) as journal:
        journal.record_suggestion(tmp_path / "a.jpg", "key", SUGGESTED)
        modes = {each.stat().st_mode & 0o777 for each in path.parent.iterdir()}
    assert (modes, path.parent.stat().st_mode & 0o777) == ({0o600}, 0o700)


def test_a_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    Journal(path).close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(JournalError, match=f"the journal {path} has version 99, .* update Crop"):
        Journal(path)


def test_a_file_that_is_no_journal_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"no database, but long enough to be looked at" * 100)
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"journal\.sqlite cannot be used: .*; move it away"):
        Journal(path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_our_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(JournalError, match="cannot be used"):
        Journal(tmp_path / "file" / "journal.sqlite")


WRITER = """
import sys
from pathlib import Path
from cropperhead_core.crop import Crop
from cropperhead_core.journal import Journal, Writing
photo = Path(sys.argv[1])
for number in range(25):
    with Journal(Path(sys.argv[2])) as journal:
        side = photo.with_name(photo.name + ".xmp")
        journal.begin(Writing(photo, "darktable", side, Crop.whole(), b"x", "after"), "key")
"""


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    path, photo = tmp_path / "journal.sqlite", tmp_path / "a.jpg"
    command = [sys.executable, "-c", WRITER, photo, path]
    writers = [subprocess.Popen(command) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    with Journal(path) as journal:
        assert len(journal.writings(photo, "key")) == 100


def test_what_was_begun_survives_being_killed(tmp_path: Path) -> None:
    path, photo = tmp_path / "journal.sqlite", tmp_path / "a.jpg"
    killed = WRITER.replace("for number in range(25):", "import os\nfor number in range(1):")
    killed += "        os.kill(os.getpid(), 9)\n"
    assert subprocess.run([sys.executable, "-c", killed, photo, path], check=False).returncode == (
        -signal.SIGKILL
    )
    with Journal(path) as journal:
        assert [w.state for w in journal.writings(photo, "key")] == ["begun"]


@given(content=st.binary(max_size=2000), place=st.integers(0, 1999))
def test_any_changed_byte_of_a_small_photo_changes_its_key(
    content: bytes, place: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    photo = tmp_path_factory.mktemp("key") / "a.jpg"
    photo.write_bytes(content)
    key = content_key(photo)
    changed = bytearray(content or b"?")
    changed[place % len(changed)] ^= 1
    photo.write_bytes(changed)
    assert content_key(photo) != key


@pytest.mark.parametrize("place", [0, 70_000, 600_000, 10_000_000 - 1])
def test_the_key_of_a_large_photo_sees_its_head_and_tail(place: int, tmp_path: Path) -> None:
    photo = tmp_path / "a.raw"
    content = bytearray(10_000_000)
    photo.write_bytes(content)
    key = content_key(photo)
    content[place] = 1
    photo.write_bytes(content)
    assert (content_key(photo) != key) == (place in (0, 10_000_000 - 1))


def test_the_key_of_a_missing_photo_is_our_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePhoto, match=r"gone\.jpg: No such file"):
        content_key(tmp_path / "gone.jpg")


def test_a_fingerprint_is_of_all_bytes() -> None:
    assert digest(b"a") != digest(b"b")
