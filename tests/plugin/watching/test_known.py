"""Photos that the watch knows: where they come to lie, the crop is theirs or nobody's."""

from __future__ import annotations

import shutil
from pathlib import Path

from watched import SURE, Home

from cropperhead_core.crop import Crop
from cropperhead_core.sidecar import read_crop
from tests.plugin.conftest import photo

ONCE = ("watch", "--once", "--settle", "0")


def crops(home: Home) -> dict[str, Crop | None]:
    return {path.name: read_crop(path) for path in sorted(home.photos.glob("*.jpg"))}


def swap(one: Path, other: Path) -> None:
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)


def test_photos_that_change_places_have_their_own_crops(home: Home) -> None:
    first, second = photo(home.photos / "a.jpg", "rocket"), photo(home.photos / "b.jpg", "coffee")
    home.run(*ONCE, *SURE, home.photos)
    before = crops(home)
    assert before["a.jpg"] != before["b.jpg"]
    swap(first, second)
    home.run(*ONCE, *SURE, home.photos)
    after = crops(home)
    assert (after["a.jpg"], after["b.jpg"]) == (before["b.jpg"], before["a.jpg"])
    assert home.counts() == {"done": 2}


def test_a_photo_that_is_best_left_takes_no_other_ones_crop(home: Home) -> None:
    path, gray = photo(home.photos / "a.jpg", "rocket"), home.photos / "gray.jpg"
    photo(gray, "astronaut")
    home.run(*ONCE, home.photos)
    assert home.counts() == {"done": 1, "left": 1}
    shutil.copy(gray, path)
    home.run(*ONCE, home.photos)
    assert home.counts() == {"left": 2}
    assert crops(home) == {"a.jpg": None, "gray.jpg": None}


def test_a_photo_that_moves_with_its_sidecar_keeps_the_crop_that_apply_wrote(home: Home) -> None:
    path = photo(home.photos / "a.jpg", "rocket")
    home.run(*ONCE, *SURE, home.photos)
    assert home.run("apply", "--aspect", "square", path).returncode == 0
    before = read_crop(path)
    path.with_name("a.jpg.xmp").rename(home.photos / "b.jpg.xmp")
    path.rename(home.photos / "b.jpg")
    home.run(*ONCE, *SURE, home.photos)
    assert crops(home) == {"b.jpg": before}


def test_no_sidecar_is_named_that_is_not_there(home: Home, tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", "rocket")
    for _ in range(2):
        shutil.copy(path, home.photos / "b.jpg")
        done = home.run(*ONCE, *SURE, home.photos)
        shutil.rmtree(home.photos)
        home.photos.mkdir()
    assert "was given a crop before, which is not here" in done.stderr.decode()


def test_a_folder_that_is_named_twice_is_watched_once(home: Home) -> None:
    photo(home.photos / "a.jpg", "rocket")
    (home.place / "link").symlink_to(home.photos)
    named = (home.photos, home.photos / "../photos", home.place / "link")
    done = home.run(*ONCE, *SURE, *named)
    assert done.stderr.decode().count("info: done photo=") == 1
    assert home.counts() == {"done": 1}
