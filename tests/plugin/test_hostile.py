"""Whatever a folder holds: one clear line for what is bad, and the other photos go on."""

from __future__ import annotations

import dataclasses
import io
import os
import random
import signal
import socket
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from drawn import draw_raw
from PIL import Image

from cropperhead_core.crop import Crop, Size

from .conftest import Program, encoded, failures, lines, photo, snapshot

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
    done = program("suggest", "--json", "--aspect", "1:1", "--top", "9", odd)
    (line,) = lines(done.stdout)
    assert done.returncode == 0, done.stderr
    assert (line["width"], line["height"]) == size
    assert line["verdict"] == "leave" or line["crops"]
    for found in line["crops"]:
        edges = {name: found[name] for name in ("top", "left", "bottom", "right", "angle")}
        Crop(**edges).checked(Size(*size))


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


def test_a_name_too_long_for_a_sidecar_is_said(program: Program) -> None:
    bad = photo(program.folder / ("n" * 251 + ".jpg"))
    good = photo(program.folder / ("g" * 247 + ".jpg"))
    done = program("apply", "--aspect", "1:2", "--json", bad, good)
    first, second = lines(done.stdout)
    assert "File name too long" in first["error"]["message"]
    assert second["written"]
    assert lines(program("undo", "--json", good).stdout)[0]["undone"] == "removed"
    assert set(program.folder.iterdir()) == {bad, good}


@pytest.mark.parametrize("command", EVERY)
def test_a_name_too_long_for_any_file_is_said(program: Program, command: str) -> None:
    bad, good = program.folder / ("n" * 300 + ".jpg"), photo(program.folder / "good.jpg")
    program("apply", "--aspect", "1:2", good)
    done = program(command, "--json", bad, good)
    assert done.returncode == 1
    assert failures(lines(done.stdout)) == [str(bad)]
    assert lines(done.stdout)[0]["error"]["message"] == f"cannot read {bad}: File name too long"


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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_signal_in_the_middle_leaves_nothing_half_written(
    program: Program, number: signal.Signals, jobs: str
) -> None:
    photos = [photo(program.folder / f"{n:02}.jpg", size=(300, 200)) for n in range(30)]
    running = subprocess.Popen(
        program.command("apply", "--json", "--aspect", "1:2", "--jobs", jobs, *photos),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=program.environment,
        start_new_session=True,
    )
    assert running.stdout is not None
    first = [running.stdout.readline() for _ in range(3)]
    os.killpg(running.pid, number)
    rest, _ = running.communicate()
    assert running.returncode == 128 + number
    assert all("error" not in line for line in lines(b"".join(first) + rest))
    left = {path.name for path in program.folder.iterdir()} - {path.name for path in photos}
    assert 3 <= len(left) < 30
    assert not [name for name in left if not name.endswith(".jpg.xmp")]
    assert not failures(lines(program("show", "--json", program.folder).stdout))
    program("undo", program.folder)
    assert set(program.folder.iterdir()) == set(photos)


def test_two_at_once_on_one_folder_leave_one_crop_each(program: Program) -> None:
    photos = [photo(program.folder / f"{n}.jpg", size=(300, 200)) for n in range(8)]
    command = program.command("apply", "--json", "--aspect", "1:2", program.folder)
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, env=program.environment) for _ in "ab"
    ]
    printed = [line for running in both for line in lines(running.communicate()[0])]
    assert {line["error"]["type"] for line in printed if "error" in line} <= {"SidecarConflict"}
    written = [line["photo"] for line in printed if line.get("written")]
    assert set(written) == set(map(str, photos))
    assert all(line["ours"] for line in lines(program("show", "--json", *photos).stdout))
    program("undo", *photos)
    assert set(program.folder.iterdir()) == set(photos)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_full_disk_behind_stdout_is_said_in_one_line(program: Program, more: list[str]) -> None:
    path = photo(program.folder / "a.jpg")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            program.command("suggest", *more, path),
            stdout=full,
            stderr=subprocess.PIPE,
            env=program.environment,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"cropperhead: cannot write the results: No space left on device\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_reason_to_stop(program: Program, closed: str) -> None:
    path = photo(program.folder / "a.jpg")
    shell = Program(program.home, program.folder, ("sh", "-c", f'exec "$@" {closed}', "sh"))
    done = shell("apply", "--aspect", "1:2", path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (program.folder / "a.jpg.xmp").exists()
    assert set(program.home.rglob("*")) == {
        *program.journal.parents[:3],
        *program.journal.parent.iterdir(),
    }


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
    b"ctl\x01.jpg",
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


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".jpg", ["--editor", "lightroom", "--embed"]),
        (".dng", ["--editor", "lightroom", "--embed"]),
        (".CR2", ["--editor", "lightroom"]),
        (".CR2", ["--jobs", "2"]),
    ],
)
def test_any_name_goes_the_whole_way_in_any_format(
    program: Program, suffix: str, options: list[str]
) -> None:
    names = [name.removesuffix(b".jpg") + suffix.encode() for name in NAMES]
    for name in names:
        path = program.folder / os.fsdecode(name)
        photo(path) if suffix == ".jpg" else draw_raw(path, 640, 480)
    before = snapshot(program.folder)
    for command in (["apply", "--aspect", "1:2", *options], ["show"], ["undo"]):
        done = program(*command, "--json", "--", *names)
        assert (done.returncode, done.stderr) == (0, b""), done
        printed = lines(done.stdout)
        assert [os.fsencode(line["photo"]) for line in printed] == names
        assert command != ["show"] or all(line["ours"] for line in printed)
    assert snapshot(program.folder) == before


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


def test_messages_that_cannot_be_written_keep_no_photo_from_its_line(program: Program) -> None:
    good = photo(program.folder / "good.jpg")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            program.command("suggest", "nothere.jpg", good, "nor-here.jpg"),
            stdout=subprocess.PIPE,
            stderr=full,
            env=program.environment,
            cwd=program.folder,
            check=False,
        )
    assert done.stdout.decode().startswith(f"{good}: ")
    assert done.returncode == 1
