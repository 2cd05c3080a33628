"""What was applied is taken back, and nothing else."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from PIL import Image

from .conftest import Program, failures, lines, photo, snapshot
from .test_cli import TALL, kind


def test_undo_removes_what_was_not_there(program: Program, astronaut: Path) -> None:
    before = snapshot(program.folder)
    program("apply", *TALL, astronaut)
    assert snapshot(program.folder) != before
    (line,) = lines(program("undo", "--json", astronaut).stdout)
    assert kind(line, "undone")["undone"] == "removed"
    assert snapshot(program.folder) == before


def test_undo_twice_says_so_clearly(program: Program, astronaut: Path) -> None:
    program("apply", *TALL, astronaut)
    program("undo", astronaut)
    done = program("undo", "--json", astronaut)
    assert done.returncode == 1
    assert "wrote nothing" in kind(lines(done.stdout)[0], "failure")["error"]["message"]


def test_undo_of_a_folder_passes_over_what_was_left(program: Program, astronaut: Path) -> None:
    Image.new("RGB", (600, 400), (128, 128, 128)).save(program.folder / "gray.jpg")
    before = snapshot(program.folder)
    assert program("apply", *TALL, astronaut).returncode == 0
    done = program("undo", "--json", program.folder)
    assert [line["photo"] for line in lines(done.stdout)] == [str(astronaut)]
    assert done.returncode == 0
    assert snapshot(program.folder) == before


def test_undo_tells_photos_that_were_named_from_those_of_a_folder(program: Program) -> None:
    (program.folder / "deep").mkdir()
    pair = [photo(program.folder / "deep" / name) for name in ("a.jpg", "b.jpg")]
    for folders in ("*", "-"):
        done = program("undo", folders, stdin=os.fsencode(program.folder))
        assert (done.returncode, done.stderr) == (0, b"")
    done = program("undo", "--json", program.folder, pair[1])
    assert failures(lines(done.stdout)) == [str(pair[1])]
    assert done.returncode == 1


def test_a_photo_named_twice_is_undone_once(program: Program, astronaut: Path) -> None:
    for shape in ("1:2", "2:1"):
        program("apply", "--aspect", shape, astronaut)
    done = program("undo", "--json", astronaut.name, f"./{astronaut.name}", astronaut)
    assert [line["photo"] for line in lines(done.stdout)] == [astronaut.name]
    assert lines(program("undo", "--json", astronaut).stdout)[0]["undone"] == "removed"


def test_each_undo_takes_one_apply_back(program: Program, astronaut: Path) -> None:
    states = [snapshot(program.folder)]
    for shape in ("1:2", "2:1"):
        assert program("apply", "--aspect", shape, astronaut).returncode == 0
        states.append(snapshot(program.folder))
    for state in states[-2::-1]:
        program("undo", astronaut)
        assert snapshot(program.folder) == state


def test_undo_restores_an_embedded_photo_byte_for_byte(program: Program, astronaut: Path) -> None:
    before = snapshot(program.folder)
    applied = program("apply", "--editor", "lightroom", "--embed", *TALL, astronaut)
    assert applied.returncode == 0, applied.stderr
    assert snapshot(program.folder).keys() == before.keys()
    assert snapshot(program.folder) != before
    (line,) = lines(program("undo", "--json", astronaut).stdout)
    assert line["undone"] == "restored"
    assert snapshot(program.folder) == before


def test_undo_keeps_what_was_changed_since(program: Program, astronaut: Path) -> None:
    program("apply", *TALL, astronaut)
    sidecar = program.folder / "astronaut.jpg.xmp"
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-Rating=4", sidecar], check=True)
    (line,) = lines(program("undo", "--json", astronaut).stdout)
    assert line["undone"] == "withdrawn"
    rating = subprocess.run(
        ["exiftool", "-s3", "-Rating", sidecar], check=True, capture_output=True
    ).stdout
    assert rating.strip() == b"4"
    (shown,) = lines(program("show", "--json", astronaut).stdout)
    assert shown["crop"] is None


def test_a_killed_apply_can_be_undone_wherever_it_was(program: Program) -> None:
    """Killed at many moments: undo then leads back to exactly what was there."""
    path = photo(program.folder / "a.jpg")
    before = snapshot(program.folder)
    for wait_ms in range(0, 60, 6):
        running = subprocess.Popen(
            program.command("apply", *TALL, path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=program.environment,
        )
        while (
            running.poll() is None and not program.journal.with_name("journal.sqlite-wal").exists()
        ):
            time.sleep(0.002)
        time.sleep(wait_ms / 1000)
        running.kill()
        running.wait()
        program("undo", path)
        left = {
            name: content for name, content in snapshot(program.folder).items() if "tmp" not in name
        }
        assert left == before
