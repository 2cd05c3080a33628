"""Signals, company in the folder, and streams that are full, closed or of another tongue."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from .conftest import Program, failures, lines, photo


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
    done = program.onto(Path("/dev/full"), "suggest", *more, path)
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
