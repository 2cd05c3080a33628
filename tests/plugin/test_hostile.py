"""Whatever a folder holds: one clear line for what is bad, and the other photos go on."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from .conftest import Program, failures, lines, photo, snapshot

MODEST = (
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
)
"""Root without root's right to every file: what a photographer is."""


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("this is a shopping list, not a photo\n" * 50)


def truncated(path: Path) -> None:
    whole = io.BytesIO()
    Image.effect_noise((800, 600), 60).convert("RGB").save(whole, "JPEG")
    path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 3])


def only_a_header(path: Path) -> None:
    path.write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01")


def loop(path: Path) -> None:
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere.jpg"))


def fifo(path: Path) -> None:
    os.mkfifo(path)


def missing(path: Path) -> None:
    path.unlink(missing_ok=True)


def bomb(path: Path) -> None:
    """A PNG of 60000x60000 pixels in a few hundred bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 2, 0, 0, 0)
    body = (
        chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


BAD: list[Callable[[Path], None]] = [
    empty,
    text,
    truncated,
    only_a_header,
    loop,
    dangling,
    missing,
    fifo,
    bomb,
]


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
@pytest.mark.parametrize("command", ["suggest", "apply"])
def test_a_bad_photo_has_its_line_and_the_others_go_on(
    program: Program, make: Callable[[Path], None], command: str
) -> None:
    bad = program.folder / "bad.jpg"
    make(bad)
    good = photo(program.folder / "good.jpg")
    before = snapshot(program.folder)
    done = program(command, "--json", bad, good)
    printed = lines(done.stdout)
    assert done.returncode == 1
    assert failures(printed) == [str(bad)]
    assert [line["photo"] for line in printed] == [str(bad), str(good)]
    assert "bad.jpg" in printed[0]["error"]["message"]
    assert snapshot(program.folder).keys() - before.keys() <= {"good.jpg.xmp"}


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_people_are_told_in_one_line_that_names_the_file(
    program: Program, make: Callable[[Path], None]
) -> None:
    bad = program.folder / "bad.jpg"
    make(bad)
    done = program("suggest", bad)
    (line,) = done.stderr.decode().splitlines()
    assert "bad.jpg" in line
    assert done.stdout == b""


@pytest.mark.parametrize("make", [empty, text, truncated, missing, fifo])
@pytest.mark.parametrize("command", ["show", "undo", "outcome"])
def test_every_command_fails_clearly_on_a_bad_photo(
    program: Program, make: Callable[[Path], None], command: str
) -> None:
    bad = program.folder / "bad.jpg"
    make(bad)
    done = program(command, "--json", bad)
    assert b"Traceback" not in done.stderr
    assert all("bad.jpg" in line["photo"] for line in lines(done.stdout))


def test_a_folder_named_like_a_photo_is_searched(program: Program) -> None:
    folder = program.folder / "album.jpg"
    folder.mkdir()
    photo(folder / "inside.jpg")
    printed = lines(program("suggest", "--json", folder).stdout)
    assert [line["photo"] for line in printed] == [str(folder / "inside.jpg")]


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (30000, 300), (300, 30000), (3, 2)])
def test_odd_sizes_get_an_answer_inside_the_frame(program: Program, size: tuple[int, int]) -> None:
    odd = program.folder / "odd.jpg"
    Image.effect_noise(size, 60).convert("RGB").save(odd)
    done = program("suggest", "--json", odd)
    (line,) = lines(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (line["width"], line["height"]) == size


def test_an_unreadable_photo_is_named(program: Program) -> None:
    bad = photo(program.folder / "bad.jpg")
    bad.chmod(0)
    modest = Program(program.home, program.folder, MODEST if os.geteuid() == 0 else ())
    done = modest("suggest", "--json", bad, photo(program.folder / "good.jpg"))
    assert done.returncode == 1
    assert failures(lines(done.stdout)) == [str(bad)]
    assert "ermission denied" in lines(done.stdout)[0]["error"]["message"]


def test_a_read_only_folder_stays_as_it_is(program: Program) -> None:
    locked = program.folder / "locked"
    locked.mkdir()
    photos = [photo(locked / "bad.jpg"), photo(program.folder / "good.jpg")]
    locked.chmod(0o555)
    before = snapshot(locked)
    modest = Program(program.home, program.folder, MODEST if os.geteuid() == 0 else ())
    done = modest("apply", "--aspect", "1:2", "--json", *photos)
    locked.chmod(0o755)
    assert failures(lines(done.stdout)) == [str(photos[0])]
    assert snapshot(locked) == before
    assert (program.folder / "good.jpg.xmp").exists()


@pytest.fixture
def full_disk(program: Program) -> Iterator[Path]:
    """A folder on a disk of its own with one photo and no byte left."""
    disk = program.folder / "full"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        photo(disk / "bad.jpg")
        with (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                try:
                    filler.write(b"x" * 4096)
                except OSError:
                    break
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


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


NAMES = [
    b"with space.jpg",
    b"quote'\".jpg",
    b"new\nline.jpg",
    b"-dash.jpg",
    b"--json.jpg",
    b"$HOME`id`;.jpg",
    "Grüße 写真.jpg".encode(),
    b"\xff\xfe.jpg",
    b"[1]*?.jpg",
    b"100%.jpg",
    b"{a,b}.jpg",
    b"tab\tesc\x1b[31m.jpg",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_goes_the_whole_way(program: Program, name: bytes) -> None:
    path = photo(program.folder / os.fsdecode(name))
    for command in (["apply", "--aspect", "1:2"], ["show"], ["undo"]):
        done = program(*command, "--json", "--", name)
        (line,) = lines(done.stdout)
        assert done.returncode == 0, done
        assert os.fsencode(line["photo"]) == name
    assert list(program.folder.iterdir()) == [path]


@pytest.mark.parametrize("name", NAMES)
def test_people_see_any_name_on_one_line(program: Program, name: bytes) -> None:
    photo(program.folder / os.fsdecode(name))
    done = program("suggest", "--", name)
    assert done.returncode == 0
    assert len(done.stdout.decode().splitlines()) == 1
    assert b"\x1b" not in done.stdout


def test_names_come_on_stdin_with_nul_or_newline(program: Program) -> None:
    names = [os.fsencode(photo(program.folder / name)) for name in ("a b.jpg", "c\nd.jpg")]
    printed = lines(program("suggest", "--json", "-", stdin=b"\0".join(names)).stdout)
    assert [os.fsencode(line["photo"]) for line in printed] == names
    printed = lines(program("suggest", "--json", "-", stdin=names[0] + b"\n").stdout)
    assert [os.fsencode(line["photo"]) for line in printed] == names[:1]


def test_a_latin_terminal_is_no_reason_to_stop(program: Program) -> None:
    photo(program.folder / "Grüße 写真.jpg")
    plain = Program(
        program.home,
        program.folder,
        environ={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    for more in ([], ["--json"]):
        assert plain("suggest", *more, program.folder).returncode == 0
