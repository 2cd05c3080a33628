"""Crops applied: what is written, and what is left or kept."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from drawn import draw_raw
from PIL import Image

from cropperhead_core.editor import EDITORS

from .conftest import Program, lines, photo, snapshot
from .test_cli import TALL, kind


@pytest.mark.parametrize("editor", ["darktable", "lightroom"])
def test_a_crop_applied_is_the_crop_shown(program: Program, editor: str) -> None:
    path = photo(program.folder / "a.jpg")
    more = ["--embed"] if editor == "lightroom" else []
    (applied,) = lines(program("apply", "--json", "--editor", editor, *more, *TALL, path).stdout)
    (shown,) = lines(program("show", "--json", path).stdout)
    kind(applied, "applied")
    kind(shown, "shown")
    assert applied["written"]
    assert (shown["editor"], shown["ours"]) == (editor, True)
    best = applied["crops"][0]
    for edge in ("top", "left", "bottom", "right"):
        assert shown["crop"][edge] == pytest.approx(best[edge], abs=2 / 512)


def test_a_crop_that_is_not_ours_is_kept(program: Program, astronaut: Path) -> None:
    other = Program(program.home, program.folder)
    tags = ["-XMP-crs:HasCrop=True", "-XMP-crs:CropTop=0.2", "-XMP-crs:CropLeft=0.1"]
    tags += ["-XMP-crs:CropBottom=0.9", "-XMP-crs:CropRight=0.8", "-XMP-crs:CropAngle=0"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, astronaut], check=True)
    before = snapshot(program.folder)
    arguments = ("apply", "--json", "--editor", "lightroom", "--embed", *TALL)
    (line,) = lines(other(*arguments, astronaut).stdout)
    assert kind(line, "failure")["error"]["type"] == "SidecarConflict"
    assert "--replace" in line["error"]["message"]
    assert snapshot(program.folder) == before
    (line,) = lines(other(*arguments, "--replace", astronaut).stdout)
    assert line["written"]
    program("undo", astronaut)
    assert snapshot(program.folder) == before


def test_a_dry_run_writes_nothing(program: Program, astronaut: Path) -> None:
    before = snapshot(program.folder)
    (line,) = lines(program("apply", "--dry-run", "--json", *TALL, astronaut).stdout)
    assert kind(line, "applied")["sidecar"] == str(astronaut) + ".xmp"
    assert not line["written"]
    assert snapshot(program.folder) == before
    with closing(sqlite3.connect(program.journal)) as journal:
        assert journal.execute("SELECT count(*) FROM suggestions").fetchone() == (0,)


def test_two_at_once_do_not_write_for_both_editors(program: Program) -> None:
    for number in range(12):
        raw = draw_raw(program.folder / f"{number}.dng", 600, 400, 3)
        raw.rename(raw.with_suffix(".nef"))
    commands = [program.command("apply", *TALL, "--editor", e, program.folder) for e in EDITORS]
    running = [
        subprocess.Popen(command, env=program.environment, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    assert {each.wait() for each in running} <= {0, 1}
    written = [path.name.split(".")[0] for path in program.folder.glob("*.xmp")]
    assert sorted(written, key=int) == [str(number) for number in range(12)]


def test_a_photo_best_left_is_left(program: Program) -> None:
    gray = program.folder / "gray.jpg"
    Image.new("RGB", (600, 400), (128, 128, 128)).save(gray)
    (line,) = lines(program("apply", "--json", gray).stdout)
    assert kind(line, "applied")["left"]
    assert line["note"] == "there is nothing to see"
    assert (line["written"], line["sidecar"]) == (False, None)
    assert list(program.folder.iterdir()) == [gray]


def test_applying_twice_changes_nothing_the_second_time(program: Program, astronaut: Path) -> None:
    program("apply", *TALL, astronaut)
    before = snapshot(program.folder)
    (line,) = lines(program("apply", "--json", *TALL, astronaut).stdout)
    assert not line["written"]
    assert snapshot(program.folder) == before
    assert lines(program("undo", "--json", astronaut).stdout)[0]["undone"] == "removed"


def test_lightroom_without_embed_says_what_to_do(program: Program, astronaut: Path) -> None:
    (line,) = lines(program("apply", "--json", "--editor", "lightroom", *TALL, astronaut).stdout)
    assert "--embed" in kind(line, "failure")["error"]["message"]


@pytest.mark.parametrize("command", [("apply",), ("watch", "--once")], ids=" ".join)
def test_embed_is_for_lightroom_only(
    program: Program, astronaut: Path, command: tuple[str, ...]
) -> None:
    before = snapshot(program.folder)
    done = program(*command, "--embed", *TALL, program.folder)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        f"cropperhead {command[0]}: --embed is for --editor lightroom, got --editor darktable\n"
    )
    assert snapshot(program.folder) == before


def test_embed_in_the_settings_waits_for_lightroom(program: Program, astronaut: Path) -> None:
    path = program.home / ".config/cropperhead/settings.toml"
    path.parent.mkdir(parents=True)
    path.write_text("embed = true")
    assert program("apply", *TALL, astronaut).returncode == 0
    assert astronaut.with_name("astronaut.jpg.xmp").exists()
