"""Photos arrive in all the ways that photos arrive, and each gets one sidecar, when it is whole."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from drawn import draw_raw
from watched import SURE, Home, Watching, card, small_jpeg, until

from cropperhead_core.sidecar import find_crop
from tests.plugin.conftest import photo


def sidecar(path: Path) -> Path:
    return path.with_name(path.name + ".xmp")


def test_photos_that_were_there_before_are_done_too(home: Home) -> None:
    photos = card(home.photos, 3)
    with Watching(home) as watch:
        watch.until("done", 3)
    assert home.troubles(photos) == []


def test_a_photo_written_slowly_is_touched_when_it_is_whole(home: Home) -> None:
    path, content = home.photos / "a.jpg", small_jpeg(1)
    with Watching(home) as watch:
        watch.until_said("watching")
        with path.open("wb", buffering=0) as file:
            for start in range(0, len(content), len(content) // 8):
                file.write(content[start : start + len(content) // 8])
                time.sleep(0.3)
                assert not sidecar(path).exists()
        watch.until("done", 1)
    assert home.troubles([path]) == []
    assert home.done_twice() == 0


def test_a_photo_that_stalls_half_way_waits_for_its_other_half(home: Home) -> None:
    path, content = home.photos / "a.jpg", small_jpeg(1)
    with Watching(home) as watch:
        path.write_bytes(content[: len(content) // 2])
        watch.until("failed", 1)
        assert not sidecar(path).exists()
        with path.open("ab") as file:
            file.write(content[len(content) // 2 :])
        watch.until("done", 1)
    assert home.troubles([path]) == []


def test_a_raw_that_stalls_half_way_waits_although_it_shows_a_preview(home: Home) -> None:
    path = home.photos / "a.dng"
    whole = draw_raw(home.place / "whole.dng", 600, 400, 3).read_bytes()
    with Watching(home) as watch:
        path.write_bytes(whole[:-5000])
        watch.until("failed", 1)
        assert "the end of" in watch.log
        path.write_bytes(whole)
        watch.until("done", 1)
    assert home.troubles([path]) == []


def test_a_photo_written_twice_in_place_has_the_crop_of_the_second(home: Home) -> None:
    path = home.photos / "a.jpg"
    with Watching(home) as watch:
        photo(path, "rocket")
        watch.until("done", 1)
        first = find_crop(path)
        photo(path, "coffee")
        until(lambda: (found := find_crop(path)) is not None and found != first)
    assert home.troubles([path]) == []


def test_a_photo_renamed_into_place_is_done(home: Home) -> None:
    path = home.photos / "a.jpg"
    with Watching(home) as watch:
        watch.until_said("watching")
        (home.photos / ".a.jpg.part").write_bytes(small_jpeg(1))
        time.sleep(0.7)
        (home.photos / ".a.jpg.part").rename(path)
        watch.until("done", 1)
    assert home.troubles([path]) == []
    assert sorted(found.name for found in home.photos.iterdir()) == ["a.jpg", "a.jpg.xmp"]


def test_a_photo_replaced_again_and_again_has_the_crop_of_the_last(home: Home) -> None:
    path, after = home.photos / "a.jpg", home.place / "after.jpg"
    with Watching(Home(home.place, ("--settle", "0"))) as watch:
        watch.until_said("watching")
        for number in range(25):
            photo(after, ("rocket", "coffee", "astronaut")[number % 3], (600 + number, 400))
            after.replace(path)
            time.sleep(0.02 * (number % 5))
        watch.until("done", 1)
        until(lambda: watch.home.counts() == {"done": 1})
    once = home.run("suggest", "--json", *SURE, path).stdout
    last = photo(home.place / "last.jpg", "rocket", (624, 400))
    assert path.read_bytes() == last.read_bytes()
    shown = find_crop(path)
    assert shown is not None
    assert str(round(shown.crop.top, 2)).encode() in once


def test_new_folders_and_what_is_moved_in_with_them(home: Home, tmp_path: Path) -> None:
    card(tmp_path / "card", 5)
    with Watching(home) as watch:
        watch.until_said("watching")
        shutil.move(tmp_path / "card/DCIM", home.photos / "new")
        watch.until("done", 5)
        (home.photos / "deep/er/est").mkdir(parents=True)
        (home.photos / "deep/er/est/a.jpg").write_bytes(small_jpeg(77))
        watch.until("done", 6)


def test_a_photo_moved_or_renamed_is_not_done_again(home: Home) -> None:
    (path,) = card(home.photos, 1)
    moved = home.photos / "moved.jpg"
    with Watching(home) as watch:
        watch.until("done", 1)
        sidecar(path).unlink()
        path.rename(moved)
        until(lambda: home.asked("watch", "SELECT name FROM files") == [(b"moved.jpg",)])
        watch.until("done", 1)
    assert not sidecar(moved).exists()
    assert home.asked("journal", "SELECT count(*) FROM suggestions") == [(1,)]


def test_a_new_date_of_the_file_is_no_new_photo(home: Home) -> None:
    (path,) = card(home.photos, 1)
    with Watching(home, "--interval", "1") as watch:
        watch.until("done", 1)
        before = sidecar(path).stat()
        os.utime(path, (1e9, 1e9))
        until(lambda: home.asked("watch", "SELECT mtime, state FROM files") == [(10**18, "done")])
    assert sidecar(path).stat().st_mtime_ns == before.st_mtime_ns
    assert home.asked("journal", "SELECT count(*) FROM suggestions") == [(1,)]


def test_a_name_that_is_no_utf8_keeps_no_other_from_its_crop(home: Home) -> None:
    photos = [home.photos / os.fsdecode(b"caf\xe9.jpg"), home.photos / "z.jpg"]
    for number, path in enumerate(photos):
        path.write_bytes(small_jpeg(number))
    assert home.run("watch", "--once", "--settle", "0", *SURE, home.photos).returncode == 0
    assert home.counts() == {"done": 2}
    assert home.troubles(photos) == []


@pytest.mark.parametrize("content", [b"", b"<x"])
def test_a_name_that_is_no_utf8_may_fail_too(home: Home, content: bytes) -> None:
    path = home.photos / os.fsdecode(b"caf\xe9.jpg")
    path.write_bytes(small_jpeg(1))
    sidecar(path).write_bytes(content)
    assert home.run("watch", "--once", "--settle", "0", home.photos).returncode == 1
    assert home.counts() == {"failed": 1}


def test_links_are_not_followed_out(home: Home, tmp_path: Path) -> None:
    (outside,) = card(tmp_path / "outside", 1)
    (home.photos / "folder").symlink_to(outside.parent)
    (home.photos / "a.jpg").symlink_to(outside)
    assert home.run("watch", "--once", "--settle", "0", home.photos).returncode == 0
    assert home.counts() == {}
    assert [path.name for path in tmp_path.rglob("*.xmp")] == []


@pytest.mark.parametrize("times", [1, 2])
def test_hidden_and_sync_files_are_left_alone(home: Home, times: int) -> None:
    names = ("._a.jpg", ".stversions/a.jpg", "@eaDir/a.jpg", "~a.jpg", "a.jpg.part")
    for number, name in enumerate(names):
        (home.photos / name).parent.mkdir(exist_ok=True)
        (home.photos / name).write_bytes(small_jpeg(number))
    for _ in range(times):
        home.run("watch", "--once", "--settle", "0", home.photos)
    assert home.counts() == {}
