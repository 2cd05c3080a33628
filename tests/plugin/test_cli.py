"""The commands, as a person or an editor starts them."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from PIL import Image

from cropperhead_plugin.cli.work import level_folder

from .conftest import Program, failures, lines, photo, snapshot

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/suggestion.schema.json").read_text())
CHECKED = jsonschema.Draft202012Validator(SCHEMA)
TALL = ("--aspect", "1:2")
"""A shape that no photo here has, so that there is always a crop to write."""


def kind(line: dict[str, Any], name: str) -> dict[str, Any]:
    """This line, if the schema says that it is one of that kind."""
    jsonschema.Draft202012Validator(SCHEMA | {"oneOf": [{"$ref": f"#/$defs/{name}"}]}).validate(
        line
    )
    CHECKED.validate(line)
    return line


@pytest.fixture
def astronaut(program: Program) -> Path:
    return photo(program.folder / "astronaut.jpg")


def test_a_suggestion_keeps_the_contract(program: Program, astronaut: Path) -> None:
    (line,) = lines(program("suggest", "--json", "--top", "3", *TALL, astronaut).stdout)
    kind(line, "suggestion")
    assert (line["photo"], line["width"], line["height"]) == (str(astronaut), 512, 512)
    assert line["verdict"] == "crop"
    assert 1 <= len(line["crops"]) <= 3


def test_suggesting_touches_nothing(program: Program, astronaut: Path) -> None:
    before = snapshot(program.folder)
    assert program("suggest", astronaut).returncode == 0
    assert snapshot(program.folder) == before


def test_people_read_words(program: Program, astronaut: Path) -> None:
    said = program("suggest", *TALL, astronaut).stdout.decode()
    assert said.startswith(f"{astronaut}: ")
    assert "% of 512x512" in said


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


def test_show_of_a_photo_without_a_crop(program: Program, astronaut: Path) -> None:
    (line,) = lines(program("show", "--json", astronaut).stdout)
    assert kind(line, "shown")["crop"] is None
    assert (line["width"], line["height"]) == (512, 512)


def test_scores_come_in_the_order_of_the_boxes(program: Program, astronaut: Path) -> None:
    listed = b"[[0, 0, 1, 1], [0, 0, 0.2, 0.2], [0.1, 0, 1, 1]]"
    (line,) = lines(program("score", astronaut, "--boxes", "-", "--json", stdin=listed).stdout)
    kind(line, "scored")
    assert len(line["scores"]) == 3
    assert line["scores"][0] == line["full"]
    (program.folder / "boxes.json").write_bytes(listed)
    (again,) = lines(program("score", astronaut, "--boxes", "boxes.json", "--json").stdout)
    assert again == line


@pytest.mark.parametrize("text", ["[[0, 0, 1]]", "no JSON", "[[0.5, 0, 0.2, 1]]", "[[0, 0, 2, 1]]"])
def test_boxes_that_are_none_are_wrong_usage(program: Program, astronaut: Path, text: str) -> None:
    (program.folder / "boxes.json").write_text(text)
    done = program("score", astronaut, "--boxes", "boxes.json", "--json")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().splitlines()[0].endswith(" in boxes.json")


def test_outcomes_are_noted(program: Program, astronaut: Path) -> None:
    program("apply", *TALL, astronaut)
    for options, expected in (
        ([], "untouched"),
        (["--accepted"], "accepted"),
        (["--rejected"], "rejected"),
    ):
        (line,) = lines(program("outcome", "--json", *options, astronaut).stdout)
        assert kind(line, "recorded")["outcome"] == expected
    with sqlite3.connect(program.journal) as database:
        noted = database.execute("SELECT outcome FROM outcomes ORDER BY id").fetchall()
    database.close()
    assert noted == [("untouched",), ("accepted",), ("rejected",)]


def test_an_outcome_needs_a_suggestion(program: Program, astronaut: Path) -> None:
    (line,) = lines(program("outcome", "--json", astronaut).stdout)
    assert "nothing was suggested" in kind(line, "failure")["error"]["message"]


def test_doctor_finds_everything_here(program: Program) -> None:
    done = program("doctor", "--json")
    assert [line["check"] for line in lines(done.stdout) if not kind(line, "check")["ok"]] == []
    assert done.returncode == 0


def test_doctor_says_what_is_missing(program: Program) -> None:
    settings = program.home / ".config/cropperhead/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('exiftool = "/nowhere/exiftool"\n')
    done = program("doctor")
    assert done.returncode == 1
    assert "missing exiftool: /nowhere/exiftool was not found -> " in done.stdout.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["crop"],
        ["suggest"],
        ["suggest", "--tightness", "2", "a.jpg"],
        ["suggest", "--aspect", "wide", "a.jpg"],
        ["suggest", "--top", "0", "a.jpg"],
        ["suggest", "--jobs", "-1", "a.jpg"],
        ["apply", "--editor", "gimp", "a.jpg"],
        ["outcome", "--accepted", "--rejected", "a.jpg"],
        ["score", "a.jpg"],
        ["score", "a.jpg", "--boxes", "nowhere.json"],
        ["watch", "--once", "--log", ".", "."],
        ["watch", "--once", "--log", "~nobody-of-this-name/log", "."],
        ["watch", "--once", "~nobody-of-this-name"],
        ["outcome", "--sidecars", "a.jpg"],
        ["outcome", "--sidecars", "-", "a.jpg"],
        ["suggest", "--model", "~nobody-of-this-name", "a.jpg"],
        ["score", "a.jpg", "--boxes", "~nobody-of-this-name/boxes.json"],
        ["evaluate", "--data", "~nobody-of-this-name"],
        ["evaluate", "--data", ".", "--html", "~nobody-of-this-name/page.html"],
        ["train", "--data", "~nobody-of-this-name", "--out", "model"],
        ["install", "darktable", "--config", "~nobody-of-this-name"],
        ["apply", "--model", "nowhere", "a.jpg"],
        ["watch", "--once", "--model", "nowhere", "."],
        ["--wrong"],
        ["--json", "suggest", "a.jpg"],
        ["sugest", "a.jpg"],
        ["install"],
    ],
)
def test_wrong_usage_exits_2_with_nothing_on_stdout(program: Program, arguments: list[str]) -> None:
    done = program(*arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["sugest", "a.jpg"], "did you mean suggest?"),
        (["--json", "suggest"], "expected a command in front of --json"),
        (["install"], "expected what to install: darktable or service"),
    ],
)
def test_wrong_usage_says_what_would_be_right(
    program: Program, arguments: list[str], hint: str
) -> None:
    assert hint in program(*arguments).stderr.decode()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_model_of_another_kind_is_no_crop_model(
    program: Program, astronaut: Path, jobs: str
) -> None:
    other = level_folder()
    done = program("suggest", "--jobs", jobs, "--model", other, astronaut)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "cropperhead suggest: model: expected a crop model, a folder with config.json and"
        f" model.tflite, got {other}\n"
    )


def test_a_faulty_setting_is_named_with_its_file(program: Program, astronaut: Path) -> None:
    settings = program.home / ".config/cropperhead/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("tightnes = 1\n")
    done = program("suggest", astronaut)
    assert done.returncode == 2
    assert "unknown setting 'tightnes'" in done.stderr.decode()
    assert "settings.toml" in done.stderr.decode()


def test_settings_hold_where_no_option_is_given(program: Program, astronaut: Path) -> None:
    settings = program.home / ".config/cropperhead/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('aspect = "1:2"\n')
    (line,) = lines(program("suggest", "--json", astronaut).stdout)
    assert line["crops"][0]["aspect"] == "1:2"


def test_several_processes_answer_in_order_as_one_does(program: Program) -> None:
    names = ["astronaut", "coffee", "chelsea", "rocket"]
    photos = [photo(program.folder / f"{n}.jpg", names[n % 4]) for n in range(12)]
    (program.folder / "5.jpg").write_bytes(b"")
    one = program("suggest", "--json", "--jobs", "1", *photos)
    three = program("suggest", "--json", "--jobs", "3", *photos)
    assert lines(one.stdout) == lines(three.stdout)
    assert [line["photo"] for line in lines(three.stdout)] == [str(path) for path in photos]
    assert failures(lines(three.stdout)) == [str(photos[5])]
    assert three.returncode == 1


def test_a_folder_is_searched_to_the_bottom(program: Program) -> None:
    deep = program.folder / "2026" / "05 May"
    deep.mkdir(parents=True)
    photo(deep / "a.jpg")
    (deep / "notes.txt").write_text("no photo")
    (deep / ".hidden.jpg").write_text("no photo")
    printed = lines(program("suggest", "--json", program.folder).stdout)
    assert [line["photo"] for line in printed] == [str(deep / "a.jpg")]


@pytest.mark.parametrize("command", ["suggest", "apply", "show", "undo", "outcome"])
def test_a_folder_without_photos_is_said(program: Program, command: str) -> None:
    (program.folder / "notes.txt").write_text("no photo")
    done = program(command, program.folder)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.decode() == f"cropperhead: no photos in {program.folder}\n"


@pytest.mark.parametrize("command", ["suggest", "apply", "show", "undo", "outcome"])
def test_an_empty_name_is_not_the_current_folder(
    program: Program, astronaut: Path, command: str
) -> None:
    before = snapshot(program.folder)
    done = program(command, astronaut, "")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"got an empty name" in done.stderr
    assert snapshot(program.folder) == before


def test_nor_is_it_a_folder_to_watch(program: Program, astronaut: Path) -> None:
    done = program("watch", "--once", "")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"got an empty name" in done.stderr
    assert list(program.folder.iterdir()) == [astronaut]
    done = program("install", "service", "")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"got an empty name" in done.stderr


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\0", b"\r\n\r\n"])
def test_lists_of_any_system_are_read(program: Program, astronaut: Path, end: bytes) -> None:
    other = photo(program.folder / "other.jpg")
    listed = b"".join(bytes(path) + end for path in (astronaut, other))
    printed = lines(program("show", "--json", "-", stdin=listed).stdout)
    assert [line["photo"] for line in printed] == [str(astronaut), str(other)]


def test_ctrl_c_ends_with_one_word(program: Program) -> None:
    photos = [photo(program.folder / f"{n}.jpg") for n in range(40)]
    running = subprocess.Popen(
        program.command("suggest", "--json", "--jobs", "2", *photos),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program.environment,
        start_new_session=True,
    )
    assert running.stdout is not None
    first = running.stdout.readline()
    os.killpg(running.pid, signal.SIGINT)
    out, error = running.communicate()
    assert running.returncode == 130
    assert error == b"stopped\n"
    assert all(json.loads(line) for line in (first + out).splitlines())


def test_a_reader_that_goes_away_is_no_error(program: Program) -> None:
    photos = [photo(program.folder / f"{n}.jpg") for n in range(6)]
    running = subprocess.Popen(
        program.command("suggest", "--json", *photos),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program.environment,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() == 141


def test_lines_come_as_they_are_ready(program: Program, astronaut: Path) -> None:
    photos = [astronaut] + [photo(program.folder / f"{n}.jpg") for n in range(40)]
    running = subprocess.Popen(
        program.command("suggest", "--json", "--jobs", "1", *photos),
        stdout=subprocess.PIPE,
        env=program.environment,
    )
    assert running.stdout is not None
    assert json.loads(running.stdout.readline())["photo"] == str(astronaut)
    assert running.poll() is None
    running.kill()
    running.communicate()


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
