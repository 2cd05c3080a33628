"""Folders, disks and sidecars that bar the way cost their own photos only."""

from __future__ import annotations

import dataclasses
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from .conftest import Program, failures, lines, photo, snapshot
from .test_hostile_files import fifo, listening, loop

MODEST = (
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
)
"""Root without root's right to every file: what a photographer is."""
EVERY = ["suggest", "apply", "show", "undo", "outcome"]
"""The commands that take photos, folders and globs."""


def modest(program: Program) -> Program:
    """The program as somebody starts it whom the rights of files bind."""
    return Program(program.home, program.folder, MODEST if os.geteuid() == 0 else ())


def test_a_folder_named_like_a_photo_is_searched(program: Program) -> None:
    folder = program.folder / "album.jpg"
    folder.mkdir()
    photo(folder / "inside.jpg")
    printed = lines(program("suggest", "--json", folder).stdout)
    assert [line["photo"] for line in printed] == [str(folder / "inside.jpg")]


def test_an_unreadable_photo_is_named(program: Program) -> None:
    bad = photo(program.folder / "bad.jpg")
    bad.chmod(0)
    done = modest(program)("suggest", "--json", bad, photo(program.folder / "good.jpg"))
    assert done.returncode == 1
    assert failures(lines(done.stdout)) == [str(bad)]
    assert "ermission denied" in lines(done.stdout)[0]["error"]["message"]


@pytest.fixture
def closed(program: Program) -> Iterator[Path]:
    """A folder with a photo that nobody may look into, in one with another photo."""
    closed = program.folder / "closed"
    closed.mkdir()
    photo(closed / "bad.jpg")
    photo(program.folder / "good.jpg")
    closed.chmod(0)
    yield closed
    closed.chmod(0o755)


@pytest.mark.parametrize("command", EVERY)
def test_a_closed_folder_costs_its_photos_only(
    program: Program, closed: Path, command: str
) -> None:
    bad, good = closed / "bad.jpg", closed.with_name("good.jpg")
    program("apply", "--aspect", "1:2", good)
    done = modest(program)(command, "--json", bad, good)
    assert done.returncode == 1
    assert failures(lines(done.stdout)) == [str(bad)]
    assert lines(done.stdout)[0]["error"]["message"] == f"cannot read {bad}: Permission denied"


@pytest.mark.parametrize("command", EVERY)
def test_a_folder_that_cannot_be_searched_is_named(
    program: Program, closed: Path, command: str
) -> None:
    message = f"cannot read the folder {closed}: Permission denied"
    program("apply", "--aspect", "1:2", closed.with_name("good.jpg"))
    for named in (closed, closed.parent):
        found = lines(modest(program)(command, "--json", named).stdout)
        assert found[-1]["error"] == {"type": "UnreadablePhoto", "message": message}
        assert len(found) == (1 if named == closed else 2)
        assert failures(found) == [str(closed)]
    done = modest(program)(command, closed)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == f"cropperhead: {message}\n"


def test_a_read_only_folder_stays_as_it_is(program: Program) -> None:
    locked = program.folder / "locked"
    locked.mkdir()
    photos = [photo(locked / "bad.jpg"), photo(program.folder / "good.jpg")]
    locked.chmod(0o555)
    before = snapshot(locked)
    done = modest(program)("apply", "--aspect", "1:2", "--json", *photos)
    locked.chmod(0o755)
    assert failures(lines(done.stdout)) == [str(photos[0])]
    assert snapshot(locked) == before
    assert (program.folder / "good.jpg.xmp").exists()


@pytest.fixture
def full_disk(program: Program) -> Iterator[Path]:
    """A folder on a disk of its own with one photo and no byte left."""
    with small_disk(program.folder / "full", 512) as disk:
        photo(disk / "bad.jpg")
        with (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                try:
                    filler.write(b"x" * 4096)
                except OSError:
                    break
        yield disk


@contextmanager
def small_disk(folder: Path, size_kb: int) -> Iterator[Path]:
    """A folder on a disk of its own that holds no more than this."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("editor", ["darktable", "lightroom"])
def test_a_full_disk_costs_that_photo_only(program: Program, full_disk: Path, editor: str) -> None:
    good = photo(program.folder / "good.jpg")
    embed = ["--embed"] if editor == "lightroom" else []
    before = snapshot(full_disk)
    bad = full_disk / "bad.jpg"
    done = program("apply", "--editor", editor, *embed, "--aspect", "1:2", "--json", bad, good)
    assert failures(lines(done.stdout)) == [str(bad)]
    assert done.returncode == 1
    assert snapshot(full_disk) == before
    assert lines(program("undo", "--json", bad).stdout)[0]["error"]


@pytest.mark.parametrize("share", [0.5, 1.5])
def test_no_room_for_temporary_files_costs_no_other_photo(program: Program, share: float) -> None:
    """No room for a copy of the photo, or none for exiftool to write into it."""
    bad, good = photo(program.folder / "bad.jpg"), program.folder / "good.jpg"
    Image.new("RGB", (40, 30)).save(good)
    before = snapshot(program.folder)
    with small_disk(program.home / "small", int(share * bad.stat().st_size) >> 10) as disk:
        bare = dataclasses.replace(program, environ={"TMPDIR": str(disk)})
        options = ("--editor", "lightroom", "--embed", "--aspect", "1:2")
        done = bare("apply", *options, "--json", bad, good)
        assert list(disk.iterdir()) == []
    first, second = lines(done.stdout)
    assert done.returncode == 1
    assert first["error"]["type"] == "SidecarError"
    assert str(bad) in first["error"]["message"]
    assert second["left"] or second["written"]
    assert snapshot(program.folder)["bad.jpg"] == before["bad.jpg"]


def test_a_damaged_sidecar_is_refused_and_stays(program: Program) -> None:
    bad, good = photo(program.folder / "bad.jpg"), photo(program.folder / "good.jpg")
    sidecar = program.folder / "bad.jpg.xmp"
    sidecar.write_bytes(b'<?xml version="1.0"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF')
    done = program("apply", "--aspect", "1:2", "--json", bad, good)
    assert lines(done.stdout)[0]["error"]["type"] == "DamagedSidecar"
    assert sidecar.read_bytes().endswith(b"<rdf:RDF")
    assert lines(done.stdout)[1]["written"]
    assert sorted(path.name for path in program.folder.iterdir()) == [
        "bad.jpg",
        "bad.jpg.xmp",
        "good.jpg",
        "good.jpg.xmp",
    ]


def a_folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("make", [fifo, listening, loop, a_folder], ids=lambda make: make.__name__)
def test_a_sidecar_that_is_no_file_costs_that_photo_only(
    program: Program, make: Callable[[Path], None]
) -> None:
    bad, good = photo(program.folder / "bad.jpg"), photo(program.folder / "good.jpg")
    make(program.folder / "bad.jpg.xmp")
    for command, *more in (["apply", "--aspect", "1:2"], ["show"]):
        done = program(command, "--json", *more, bad, good)
        assert done.returncode == 1
        assert failures(lines(done.stdout)) == [str(bad)]
        assert "bad.jpg.xmp" in lines(done.stdout)[0]["error"]["message"]
    assert {path.name for path in program.folder.iterdir()} == {
        *("bad.jpg", "bad.jpg.xmp", "good.jpg", "good.jpg.xmp")
    }


def test_a_sidecar_that_may_not_be_read_is_left_alone(program: Program) -> None:
    bad = photo(program.folder / "bad.jpg")
    sidecar = program.folder / "bad.jpg.xmp"
    sidecar.write_text("secret")
    sidecar.chmod(0)
    (line,) = lines(modest(program)("apply", "--aspect", "1:2", "--json", bad).stdout)
    assert line["error"]["message"] == f"cannot read {sidecar}: Permission denied"
    assert sidecar.read_text() == "secret"
