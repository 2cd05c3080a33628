"""The watch as a service: what systemd hears, signals, settings read again, logs, the status."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import time
from pathlib import Path

import jsonschema
import pytest
from watched import SURE, Home, Watching, card, small_jpeg, until

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "docs/suggestion.schema.json").read_text())
ONCE = ("watch", "--once", "--settle", "0", *SURE)


@pytest.fixture
def manager(tmp_path: Path) -> socket.socket:
    """The socket that systemd listens at."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listening.bind(str(tmp_path / "notify"))
    listening.settimeout(60)
    return listening


def heard(manager: socket.socket, text: str) -> list[str]:
    """What is said up to a message that begins with this."""
    said = []
    while not said or not said[-1].startswith(text):
        said.append(manager.recv(4096).decode())
    return said


def test_systemd_hears_of_every_step(home: Home, manager: socket.socket) -> None:
    with manager:
        environ = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "1500000"}
        with Watching(Home(home.place, environ=environ)) as watch:
            assert "READY=1" not in "".join(heard(manager, "READY=1")[:-1])
            start = time.monotonic()
            for _ in range(4):
                heard(manager, "WATCHDOG=1")
            assert time.monotonic() - start < 4 * 1.5
            watch.process.send_signal(signal.SIGHUP)
            heard(manager, "RELOADING=1")
            heard(manager, "READY=1")
            watch.stop()
            heard(manager, "STOPPING=1")


def test_sigterm_finishes_the_photo_in_hand(home: Home) -> None:
    photos = card(home.photos, 60)
    with Watching(home) as watch:
        watch.until("done", 5)
        assert watch.stop() < 5
    done = home.counts()["done"]
    assert done < 60
    written = [path for path in photos if path.with_name(path.name + ".xmp").exists()]
    assert len(written) == done
    assert home.troubles(written) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_watch_that_waits_ends_at_once(home: Home, number: signal.Signals) -> None:
    with Watching(home) as watch:
        watch.until_said("watching")
        watch.process.send_signal(number)
        assert watch.process.wait(5) == 0


@pytest.mark.parametrize("wrapper", [(), ("nohup",)])
def test_a_watch_ends_with_its_terminal_but_not_under_nohup(
    home: Home, wrapper: tuple[str, ...]
) -> None:
    ours, theirs = pty.openpty()
    with (home.place / "log").open("wb") as log:
        command = ["setsid", "--ctty", *wrapper, *Watching.command(home)]
        watch = subprocess.Popen(command, stdin=theirs, stderr=log, env=home.environment)
    os.close(theirs)
    try:
        until(lambda: begun(home) == 1)
        watch.send_signal(signal.SIGHUP)  # a person's: the terminal is there
        until(lambda: begun(home) == 2)
        os.close(ours)
        if wrapper:
            until(lambda: begun(home) == 3)
        else:
            assert watch.wait(20) == 0
    finally:
        watch.terminate()
        watch.wait(20)


def begun(home: Home) -> int:
    """How often the watch began, by its log."""
    return (home.place / "log").read_text().count("watching ")


def settings(home: Home, text: str) -> None:
    path = home.place / ".config/cropperhead/settings.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_sighup_reads_the_settings_again(home: Home) -> None:
    with Watching(home) as watch:
        watch.until_said("watching")
        (home.place / "more").mkdir()
        settings(home, "exclude = ['b.*']\n")
        watch.process.send_signal(signal.SIGHUP)
        watch.until_said("settings read again")
        for number, name in enumerate(("a.jpg", "b.jpg")):
            (home.photos / name).write_bytes(small_jpeg(number))
        watch.until("done", 1)
    assert not (home.photos / "b.jpg.xmp").exists()


def test_settings_that_make_no_sense_leave_the_old_ones(home: Home) -> None:
    with Watching(home) as watch:
        watch.until_said("watching")
        settings(home, "settle = 'long'\n")
        watch.process.send_signal(signal.SIGHUP)
        watch.until_said("keeping the settings as they were")
        card(home.photos, 1)
        watch.until("done", 1)


@pytest.mark.parametrize(
    "senseless",
    [
        "model = '/nope'",
        "journal = '/proc/nope/journal.sqlite'",
        "tightness = 7.0",
        "log = '/proc/nope/log'",
        "model = '~nobody-at-all/m'",
    ],
)
def test_settings_that_cannot_be_used_leave_the_old_ones(home: Home, senseless: str) -> None:
    with Watching(home) as watch:
        watch.until_said("watching")
        settings(home, f"{senseless}\n")
        watch.process.send_signal(signal.SIGHUP)
        watch.until_said("keeping the settings as they were", 20)
        card(home.photos, 1)
        watch.until("done", 1)
        assert "settings read again" not in watch.log


def test_the_log_moves_with_the_settings(home: Home) -> None:
    with Watching(home) as watch:
        watch.until_said("watching")
        settings(home, f"log = '{home.place}/moved/log'\njson_log = true\n")
        watch.process.send_signal(signal.SIGHUP)
        until((home.place / "moved/log").exists)
        card(home.photos, 1)
        watch.until("done", 1)
    said = (home.place / "moved/log").read_text().splitlines()
    assert "settings read again" in [json.loads(line)["message"] for line in said]
    assert "done" not in watch.log


def test_the_settings_name_the_folders_too(home: Home) -> None:
    card(home.photos, 1)
    settings(home, f"folders = ['{home.photos}']\nsettle = 0.0\naspect = '{SURE[1]}'\n")
    assert home.run("watch", "--once").returncode == 0
    assert home.counts() == {"done": 1}


def test_the_status_is_told_while_it_runs_and_afterwards(home: Home) -> None:
    card(home.photos, 3)
    (home.photos / "bad.jpg").write_bytes(b"no photo")
    with Watching(home) as watch:
        watch.until("done", 3).until("failed", 1)
        running = home.status()
        assert running["running"]["pid"] == watch.process.pid
        assert running["running"]["folders"] == [str(home.photos)]
    after = home.status()
    assert after["running"] is None
    for status in (running, after):
        jsonschema.validate(status, SCHEMA)
        assert status["photos"]["done"] == 3
        assert status["rate"]["last_hour"] == 3
        assert "bad.jpg" in status["errors"][0]["photo"]
        assert status["errors"][0]["next_try"] > status["errors"][0]["time"]
        assert status["free"]
    said = home.run("status").stdout.decode()
    assert "3 given a crop, 1 failed" in said
    assert "bad.jpg" in said


def test_the_status_of_a_journal_that_cannot_be_says_so(home: Home) -> None:
    settings(home, f'journal = "/tmp/{"n" * 300}/j"')
    done = home.run("status")
    assert done.returncode == 1
    assert b"nothing was watched yet" in done.stderr


def test_the_status_of_nothing_says_so(home: Home) -> None:
    done = home.run("status")
    assert done.returncode == 1
    assert b"nothing was watched yet" in done.stderr


def test_json_logs_are_one_object_a_line(home: Home) -> None:
    (path,) = card(home.photos, 1)
    lines = home.run(*ONCE, "--json-log", home.photos).stderr.splitlines()
    said = [json.loads(line) for line in lines]
    (done,) = [line for line in said if line["message"] == "done"]
    assert done["photo"] == str(path)
    assert done["level"] == "info"
    assert abs(done["time"] - time.time()) < 600


def test_under_systemd_lines_carry_their_priority(home: Home, tmp_path: Path) -> None:
    (home.photos / "bad.jpg").write_bytes(b"no photo")
    with (tmp_path / "journal").open("wb") as journal:
        facts = os.fstat(journal.fileno())
        stream = {"JOURNAL_STREAM": f"{facts.st_dev}:{facts.st_ino}"}
        command = [*Watching.command(home), "--once"]
        environment = home.environment | stream
        subprocess.run(command, env=environment, stderr=journal, check=False)
    lines = (tmp_path / "journal").read_bytes().splitlines()
    assert lines[0].startswith(b"<6>watching ")
    assert any(line.startswith(b"<4>expected a photo") for line in lines)


def test_logs_may_go_into_a_file(home: Home, tmp_path: Path) -> None:
    card(home.photos, 1)
    done = home.run(*ONCE, "--log", tmp_path / "logs/watch.log", home.photos)
    assert done.stderr == b""
    assert "info: done photo=" in (tmp_path / "logs/watch.log").read_text()


def test_the_desktop_is_told_if_so_asked(home: Home, tmp_path: Path) -> None:
    card(home.photos, 2)
    heard_on = tmp_path / "bus"
    script = (
        "dbus-monitor --session interface=org.freedesktop.Notifications >$0 2>&1 &"
        ' for i in $(seq 100); do test -s "$0" && break; sleep 0.1; done; "$@"; sleep 1; kill $!'
    )
    command = ["dbus-run-session", "--", "sh", "-c", script, heard_on, *Watching.command(home)]
    subprocess.run([*command, "--once", "--notify"], env=home.environment, check=True)
    said = heard_on.read_text()
    assert "member=Notify" in said
    assert 'string "2 new photos have suggested crops"' in said
    assert [word in said for word in ("uint32 0", "array [", "int32 -1")] == [True] * 3


def test_the_unit_is_one_that_systemd_takes(home: Home) -> None:
    assert home.run("install", "service", home.photos).returncode == 0
    unit = home.place / ".config/systemd/user/cropperhead.service"
    environment = os.environ | {"XDG_RUNTIME_DIR": str(home.place)}
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--user", unit],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, b"")
    text = unit.read_text()
    for line in ("Type=notify", "Restart=on-failure", "NoNewPrivileges=yes"):
        assert line in text.splitlines()


def test_the_unit_comes_and_goes(home: Home) -> None:
    unit = home.place / ".config/systemd/user/cropperhead.service"
    install = ("install", "service", "--json")
    done = [
        json.loads(home.run(*arguments).stdout)["done"]
        for arguments in (
            (*install, str(home.photos)),
            (*install, str(home.photos)),
            (*install, "--remove"),
            (*install, "--remove"),
        )
    ]
    assert done == ["installed", "unchanged", "removed", "unchanged"]
    assert not unit.exists()


def test_a_folder_that_may_be_misspelled_is_named(home: Home) -> None:
    absent = home.place / "fotos"
    done = home.run("install", "service", home.photos, absent, "--json")
    assert f"; {absent} is not there yet" in json.loads(done.stdout)["advice"]


def test_a_folder_of_the_settings_that_can_never_be_is_said(home: Home) -> None:
    settings = home.place / ".config/cropperhead/settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('folders = ["/tmp/a\\u0000b"]\n')
    done = home.run("watch", "--once")
    assert done.returncode == 2
    assert b"got a name with a NUL in it" in done.stderr


def test_a_unit_of_somebody_elses_stays(home: Home) -> None:
    unit = home.place / ".config/systemd/user/cropperhead.service"
    unit.parent.mkdir(parents=True)
    unit.write_text("[Service]\n")
    assert home.run("install", "service", home.photos).returncode == 1
    assert home.run("install", "service", "--remove").returncode == 1
    assert unit.read_text() == "[Service]\n"


def test_a_unit_without_folders_is_wrong_usage(home: Home) -> None:
    done = home.run("install", "service")
    assert done.returncode == 2
    assert b"no folder to watch" in done.stderr


@pytest.mark.parametrize("command", [("watch",), ("install", "service")])
def test_a_file_is_no_folder_to_watch(home: Home, command: tuple[str, ...]) -> None:
    (path,) = card(home.photos, 1)
    done = home.run(*command, path)
    assert done.returncode == 2
    assert f"expected a folder, got a file: {path}".encode() in done.stderr


def test_a_rest_is_a_rest(home: Home) -> None:
    card(home.photos, 20)
    with Watching(home, "--interval", "2") as watch:
        watch.until("done", 20)
        until(lambda: home.status()["running"]["at"] == "waiting")
        time.sleep(1)
        before = watch.cpu_s()
        time.sleep(5)
        assert watch.cpu_s() - before <= 0.15  # two sweeps, and the clock ticks in hundredths
        assert len(watch.log.splitlines()) < 30
