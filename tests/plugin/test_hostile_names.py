"""Whatever a photo is called: its name goes the whole way, or is said to be too long."""

from __future__ import annotations

import os

import pytest
from drawn import draw_raw

from .conftest import Program, failures, lines, photo, snapshot
from .test_hostile_folders import EVERY


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
