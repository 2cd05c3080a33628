"""Whatever a photo holds: one clear line for what is bad, and the others go on."""

from __future__ import annotations

import io
import os
import random
import socket
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from cropperhead_core.crop import Crop, Size

from .conftest import Program, encoded, failures, lines, photo, snapshot


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


def listening(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as here:
        folder = os.open(path.parent, os.O_RDONLY)
        here.bind(f"/proc/self/fd/{folder}/{path.name}")  # the whole path may be too long for it
        os.close(folder)


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
    listening,
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


@pytest.mark.parametrize("make", [empty, text, missing, fifo, listening])
@pytest.mark.parametrize("command", ["show", "undo", "outcome"])
def test_every_command_fails_clearly_on_a_bad_photo(
    program: Program, make: Callable[[Path], None], command: str
) -> None:
    bad = program.folder / "bad.jpg"
    make(bad)
    done = program(command, "--json", bad)
    (line,) = lines(done.stdout)
    assert (done.returncode, done.stderr) == (1, b"")
    assert line["photo"] == str(bad)
    assert "bad.jpg" in line["error"]["message"]


@pytest.mark.parametrize(("command", "status"), [("show", 0), ("undo", 1), ("outcome", 1)])
def test_of_a_photo_cut_short_its_header_is_enough_to_show(
    program: Program, command: str, status: int
) -> None:
    truncated(program.folder / "bad.jpg")
    done = program(command, "--json", "bad.jpg")
    (line,) = lines(done.stdout)
    assert (done.returncode, done.stderr) == (status, b"")
    assert line["photo"] == "bad.jpg"
    assert ("error" in line) == bool(status)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (30000, 300), (300, 30000), (3, 2)])
def test_odd_sizes_get_an_answer_inside_the_frame(program: Program, size: tuple[int, int]) -> None:
    odd = program.folder / "odd.jpg"
    Image.effect_noise(size, 60).convert("RGB").save(odd)
    done = program("suggest", "--json", "--aspect", "1:1", "--top", "9", odd)
    (line,) = lines(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (line["width"], line["height"]) == size
    assert line["verdict"] == "leave" or line["crops"]
    for found in line["crops"]:
        edges = {name: found[name] for name in ("top", "left", "bottom", "right", "angle")}
        Crop(**edges).checked(Size(*size))


def damaged(content: bytes, how: random.Random) -> bytes:
    """Cut short, or with some bits turned, mostly in front, where the structure is."""
    if how.random() < 0.4:
        return content[: how.randrange(len(content))]
    turned = bytearray(content)
    for _ in range(how.choice((1, 8, 64))):
        turned[int(len(turned) * how.random() ** 3)] ^= 1 << how.randrange(8)
    return bytes(turned)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_what_libraries_mutter_stays_with_us(program: Program, jobs: str) -> None:
    """Pillow warns of a TIFF that ends where its directory begins."""
    bad = program.folder / "bad.tif"
    Image.new("RGB", (80, 60)).save(bad)
    bad.write_bytes(bad.read_bytes()[:11])
    done = program("suggest", "--json", "--jobs", jobs, bad, photo(program.folder / "a.jpg"))
    assert failures(lines(done.stdout)) == [str(bad)]
    assert done.stderr == b""


def test_damaged_files_of_every_format_cost_nobody_else(program: Program) -> None:
    how = random.Random(7)
    for path in encoded(program.folder):
        for number in range(12):
            bad = path.with_name(f"{number:02}-{path.name}.bad{path.suffix}")
            bad.write_bytes(damaged(path.read_bytes(), how))
    before = snapshot(program.folder)
    done = program("suggest", "--json", "--jobs", "2", program.folder)
    printed = lines(done.stdout)
    assert [line["photo"] for line in printed] == sorted(
        str(program.folder / name) for name in before
    )
    assert done.returncode == 1
    assert not [name for name in failures(printed) if ".bad" not in name]
    assert all(
        Path(line["photo"]).name in line["error"]["message"] for line in printed if "error" in line
    )
    assert b"Traceback" not in done.stderr
    assert snapshot(program.folder) == before
