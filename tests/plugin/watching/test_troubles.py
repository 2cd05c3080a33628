"""Whatever goes wrong is said once, tried again, and the other photos go on."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from watched import SURE, Home, Watching, card, small_jpeg, until

from tests.plugin.conftest import photo
from tests.plugin.test_hostile_folders import MODEST

DISK_BYTES = 24 << 20
QUICK = ("--settle", "0.3", "--interval", "1")
LIMITED = (
    "unshare",
    "-r",
    "sh",
    "-c",
    'echo 3 >/proc/sys/user/max_inotify_watches; exec "$@"',
    "sh",
)
"""In a user namespace of its own a process may set its own limit of inotify."""


def test_a_photo_that_may_not_be_read_keeps_no_other_from_its_crop(home: Home) -> None:
    modest = Home(home.place, QUICK, MODEST)
    closed, fine = photo(home.photos / "a.jpg"), photo(home.photos / "b.jpg", "coffee")
    closed.chmod(0)
    with Watching(modest) as watch:
        watch.until("done", 1).until("failed", 1)
        assert modest.troubles([fine]) == []
        closed.chmod(0o644)
        watch.until("done", 2)
        assert watch.log.count("cannot read") == 1


def test_a_folder_that_may_not_be_looked_into_is_said_once(home: Home) -> None:
    modest = Home(home.place, QUICK, MODEST)
    card(home.photos, 1)
    (home.photos / "closed").mkdir(mode=0)
    with Watching(modest) as watch:
        watch.until("done", 1)
        time.sleep(2.5)  # two sweeps more
        assert watch.log.count("cannot look into") == 1
        (home.photos / "closed").chmod(0o755)
        (home.photos / "closed/a.jpg").write_bytes(small_jpeg(99))
        watch.until("done", 2)
        assert "can be read again" in watch.log


def test_a_folder_that_may_not_be_written_to_waits_and_is_said_once(home: Home) -> None:
    modest = Home(home.place, QUICK, MODEST)
    photos = card(home.photos, 12)
    folder = photos[0].parent
    folder.chmod(0o555)
    with Watching(modest) as watch:
        watch.until("failed", 12)
        (home.photos / "fine.jpg").write_bytes(small_jpeg(99))
        watch.until("done", 1)
        folder.chmod(0o755)
        watch.until("done", 13)
        assert watch.log.count("cannot write into") == 1
    assert modest.troubles(photos) == []


@pytest.fixture
def small_disk(home: Home) -> Iterator[Path]:
    """A small file system in the watched folder."""
    folder = home.photos / "small"
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", folder], check=True
    )
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_waited_for_and_no_other(home: Home, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(DISK_BYTES - 500_000))
    photos = card(small_disk, 5)
    with Watching(home, *QUICK) as watch:
        watch.until("failed", 5)
        (home.photos / "fine.jpg").write_bytes(small_jpeg(99))
        watch.until("done", 1)
        (small_disk / "ballast").unlink()
        watch.until("done", 6)
        assert watch.log.count("No space left") == 1
    assert home.troubles(photos) == []


def test_a_card_that_goes_and_comes_back_is_waited_for(home: Home, small_disk: Path) -> None:
    (small_disk / "a.jpg").write_bytes(small_jpeg(1))
    card_only = Home(home.place, (str(small_disk), *QUICK))
    with Watching(card_only) as watch:
        watch.until("done", 1)
        shutil.rmtree(home.photos / "small", ignore_errors=True)
        subprocess.run(["umount", "--lazy", small_disk], check=True)
        small_disk.rmdir()
        watch.until_said(f"waiting for {small_disk}")
        small_disk.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", small_disk], check=True
        )
        (small_disk / "b.jpg").write_bytes(small_jpeg(2))
        watch.until_said(f"{small_disk} is back")
        until((small_disk / "b.jpg.xmp").exists)
        (small_disk / "c.jpg").write_bytes(small_jpeg(3))
        until((small_disk / "c.jpg.xmp").exists)


def test_folders_made_anew_or_named_twice_are_no_matter_of_limits(home: Home) -> None:
    others = [home.place / "away", home.place / "anew"]
    photos = [path for folder in (home.photos, *others) for path in card(folder, 1)]
    named = tuple(map(str, (home.photos, *others)))
    with Watching(Home(home.place, (*named, "--settle", "0.3"))) as watch:
        watch.until("done", 3)
        others[0].rename(home.place / "elsewhere")
        watch.until_said(f"waiting for {others[0]}", 30)
        for _ in range(2):  # as it may get the number of the one before
            shutil.rmtree(others[1])
            others[1].mkdir()
        for number, folder in enumerate((others[0], others[1], home.photos)):
            folder.mkdir(exist_ok=True)
            photos.append(folder / "new.jpg")
            photos[-1].write_bytes(small_jpeg(100 + number))
        until(lambda: home.troubles(photos[3:]) == [], 60, lambda: watch.log)
        time.sleep(3)  # two sweeps have to agree on a limit
        assert "inotify" not in watch.log


def test_the_whole_folder_may_be_missing_at_first(home: Home) -> None:
    home.photos.rmdir()
    with Watching(home) as watch:
        watch.until_said("waiting for")
        photos = card(home.photos, 2)
        watch.until("done", 2)
    assert home.troubles(photos) == []


def test_at_the_limit_of_inotify_the_folder_is_polled(home: Home) -> None:
    limited = Home(home.place, QUICK, LIMITED)
    for number in range(8):
        (home.photos / f"{number}/below").mkdir(parents=True)
    with Watching(limited) as watch:
        watch.until_said("fs.inotify.max_user_watches")
        path = home.photos / "7/below/a.jpg"
        path.write_bytes(small_jpeg(1))
        watch.until("done", 1)
        assert watch.log.count("fs.inotify.max_user_watches") == 1
    assert home.troubles([path]) == []


def test_without_events_everything_is_found_by_looking(home: Home) -> None:
    with Watching(home, "--poll", "on", "--interval", "1") as watch:
        watch.until_said("looking at")
        photos = card(home.photos, 3)
        watch.until("done", 3)
    assert home.troubles(photos) == []


def test_a_second_watch_says_so_and_ends(home: Home) -> None:
    with Watching(home) as watch:
        watch.until_said("watching")
        second = home.run("watch", home.photos)
        assert second.returncode == 2
        assert f"process {watch.process.pid}".encode() in second.stderr


def test_a_worker_that_is_killed_costs_no_photo(home: Home) -> None:
    photos = card(home.photos, 30)
    with Watching(home) as watch:
        watch.until("done", 3)
        subprocess.run(["kill", "-9", *map(str, watch.processes()[1:])], check=False)
        watch.until("done", 30)
    assert home.troubles(photos) == []


def test_a_full_disk_under_queue_and_journal_is_outlived(home: Home, small_disk: Path) -> None:
    environ = {"XDG_DATA_HOME": str(small_disk)}
    cramped = Home(home.place, QUICK, environ=environ)
    photos = card(home.photos, 3)
    with Watching(cramped) as watch:
        until(lambda: photos[2].with_name(photos[2].name + ".xmp").exists())
        with suppress(OSError):
            (small_disk / "ballast").write_bytes(bytes(DISK_BYTES))
        more = [home.photos / f"{number}.jpg" for number in range(40)]
        for number, path in enumerate(more):
            path.write_bytes(small_jpeg(1000 + number))
        watch.until_said("is full")
        (small_disk / "ballast").unlink()
        until(lambda: all(path.with_name(path.name + ".xmp").exists() for path in more))


def test_a_full_disk_under_the_queue_is_outlived_from_its_first_second(
    home: Home, small_disk: Path
) -> None:
    cramped = Home(home.place, ("--settle", "1"), environ={"XDG_DATA_HOME": str(small_disk)})
    with Watching(cramped) as watch:
        watch.until_said("watching")
        (home.photos / "a.jpg").write_bytes(small_jpeg(1))
        _fill(small_disk)
        watch.until_said("trying again in 30 s")
        for number in range(2, 20):  # each wakes it
            (home.photos / f"{number}.jpg").write_bytes(small_jpeg(number))
            time.sleep(0.1)
        assert watch.log.count("trying again") == 1
        assert "settings read again" not in watch.log
        _fill(small_disk)  # what the queue gave back when it was closed
        watch.process.send_signal(signal.SIGHUP)  # has it try again at once
        until(lambda: watch.log.count("trying again") == 2, why=lambda: watch.log)
        (small_disk / "ballast").unlink()
        watch.process.send_signal(signal.SIGHUP)
        until((home.photos / "a.jpg.xmp").exists, why=lambda: watch.log)


def _fill(folder: Path) -> None:
    """Take the last byte, whatever others need at the same time."""
    with suppress(OSError), (folder / "ballast").open("ab", buffering=0) as ballast:
        for size in (1 << 20, 1 << 12):
            with suppress(OSError):
                while ballast.write(bytes(size)):
                    pass


def test_a_rehearsal_goes_on_beside_it(home: Home) -> None:
    with Watching(home) as watch:
        watch.until_said("watching")
        card(home.place / "other", 2)
        done = home.run("watch", "--dry-run", "--settle", "0", *SURE, home.place / "other")
        assert done.returncode == 0
        assert done.stderr.count(b" done ") == 2
    assert home.counts() == {}


def test_what_another_folder_left_undone_stays_undone(home: Home) -> None:
    card(home.photos, 40)
    with Watching(home) as watch:
        watch.until("done", 2)
        watch.kill()
    done = home.counts()["done"]
    (home.place / "other").mkdir()
    assert home.run("watch", "--once", "--settle", "0", home.place / "other").returncode == 0
    assert home.counts() == {"done": done}
    assert len(list(home.photos.rglob("*.xmp"))) <= done + 1


def test_each_once_meets_a_photo_that_fails(home: Home) -> None:
    path = home.photos / "a.jpg"
    path.write_bytes(small_jpeg(1)[:-500])
    for _ in range(3):
        done = home.run("watch", "--once", "--settle", "0", home.photos)
        assert done.returncode == 1
        assert b"a.jpg" in done.stderr


def test_once_meets_a_folder_that_is_open_again(home: Home) -> None:
    modest = Home(home.place, (), MODEST)
    photos = card(home.photos, 2)
    photos[0].parent.chmod(0o555)
    once = ("watch", "--once", "--settle", "0", *SURE, home.photos)
    assert modest.run(*once).returncode == 1
    photos[0].parent.chmod(0o755)
    assert modest.run(*once).returncode == 0
    assert modest.troubles(photos) == []


def test_a_folder_that_is_not_there_is_not_waited_for_once(home: Home) -> None:
    done = home.run("watch", "--once", home.place / "nowhere")
    assert done.returncode == 2
    assert b"expected a folder, got" in done.stderr


def test_no_folder_is_wrong_usage(home: Home) -> None:
    done = home.run("watch")
    assert done.returncode == 2
    assert b"no folder to watch" in done.stderr
