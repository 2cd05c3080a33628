"""What is somebody else's stays theirs; what belongs together has one crop."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from drawn import draw_raw
from PIL import Image
from skimage import data
from watched import SURE, Home, card, small_jpeg

from cropperhead_core.crop import Crop, Size
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.sidecar import find_crop, read_crop, write_crop
from tests.plugin.conftest import photo, snapshot

SIZE = Size(600, 400)
ONCE = ("watch", "--once", "--settle", "0", *SURE)
EMBED = (*ONCE, "--editor", "lightroom", "--embed")
RESET = {"XMP-crs:HasCrop": "False"} | {
    f"XMP-crs:Crop{what}": "" for what in ("Top", "Left", "Bottom", "Right", "Angle")
}
"""What Lightroom's Reset and saving leaves."""


def sidecars(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*.xmp"))


def test_a_sidecar_of_anybodys_stays_byte_for_byte(home: Home, shared: Path) -> None:
    path = photo(home.photos / "a.jpg")
    shutil.copy(shared / "data/darktable/after_darktable_rewrite.jpg.xmp", f"{path}.xmp")
    before = snapshot(home.photos)
    home.run(*ONCE, home.photos)
    assert home.counts() == {"skipped": 1}
    assert snapshot(home.photos) == before


@pytest.mark.parametrize("content", [b"", b"<x", b"not XMP at all"])
def test_a_damaged_sidecar_stays_and_is_looked_at_again(home: Home, content: bytes) -> None:
    path = photo(home.photos / "a.jpg")
    Path(f"{path}.xmp").write_bytes(content)
    assert home.run(*ONCE, home.photos).returncode == 1
    assert home.counts() == {"failed": 1}
    assert Path(f"{path}.xmp").read_bytes() == content


def test_the_other_editors_crop_is_respected(home: Home) -> None:
    raw = draw_raw(home.photos / "a.dng", 600, 400, 3)
    raw = raw.rename(raw.with_suffix(".nef"))
    write_crop(raw, Crop(0.1, 0.1, 0.9, 0.9), "lightroom")
    before = snapshot(home.photos)
    home.run(*ONCE, home.photos)
    assert home.counts() == {"skipped": 1}
    assert snapshot(home.photos) == before


def test_a_raw_of_a_cropped_jpeg_is_skipped_for_lightroom(home: Home) -> None:
    """darktable would apply the raw's sidecar to the JPEG, too."""
    raw = draw_raw(home.photos / "a.dng", 600, 400, 3)
    raw.rename(raw.with_suffix(".nef"))
    write_crop(photo(home.photos / "a.jpg"), Crop(0.1, 0.1, 0.9, 0.9))
    before = snapshot(home.photos)
    assert home.run(*ONCE, "--editor", "lightroom", home.photos).returncode == 0
    assert home.counts() == {"skipped": 1}
    assert snapshot(home.photos) == before


def test_a_crop_that_was_taken_back_does_not_come_again(home: Home) -> None:
    path = photo(home.photos / "a.jpg")
    home.run(*ONCE, home.photos)
    assert home.run("undo", path).returncode == 0
    home.run(*ONCE, home.photos)
    assert sidecars(home.photos) == []


def test_other_wishes_do_not_change_what_is_done(home: Home) -> None:
    path = photo(home.photos / "a.jpg")
    home.run(*ONCE, home.photos)
    before = snapshot(home.photos)
    home.run(*ONCE, "--aspect", "square", home.photos)
    assert snapshot(home.photos) == before
    assert read_crop(path) is not None


def test_a_crop_that_apply_wrote_stays(home: Home) -> None:
    path = photo(home.photos / "a.jpg", "rocket")
    assert home.run("apply", "--aspect", "square", path).returncode == 0
    before = snapshot(home.photos)
    home.run(*ONCE, home.photos)
    assert home.counts() == {"done": 1}
    assert snapshot(home.photos) == before


def test_a_crop_that_apply_wrote_stays_when_the_photo_is_saved_anew(home: Home) -> None:
    path = photo(home.photos / "a.jpg", "rocket")
    home.run(*ONCE, home.photos)
    assert home.run("apply", "--aspect", "square", path).returncode == 0
    before = read_crop(path)
    with Image.open(path) as image:
        image.save(path, comment="seen")
    home.run(*ONCE, home.photos)
    assert home.counts() == {"done": 1}
    assert read_crop(path) == before


def test_a_crop_that_apply_wrote_and_undo_took_back_does_not_come_again(home: Home) -> None:
    path = photo(home.photos / "a.jpg", "rocket")
    assert home.run("apply", "--aspect", "square", path).returncode == 0
    home.run(*ONCE, home.photos)
    assert home.run("undo", path).returncode == 0
    path.touch()
    home.run(*ONCE, home.photos)
    path.rename(path.with_name("b.jpg"))
    home.run(*ONCE, home.photos)
    assert sidecars(home.photos) == []


def test_a_crop_of_the_watch_gives_way_to_that_of_the_photo_that_is_there_now(home: Home) -> None:
    path = photo(home.photos / "a.jpg", "rocket")
    home.run(*ONCE, home.photos)
    before = read_crop(path)
    photo(path, "coffee")
    home.run(*ONCE, home.photos)
    assert read_crop(path) != before


@pytest.mark.parametrize("wishes", [[], ["--review-below", "1000"]])
def test_a_crop_of_the_watch_goes_with_its_photo_where_no_other_comes(
    home: Home, wishes: list[str]
) -> None:
    path = photo(home.photos / "a.jpg", "rocket")
    home.run(*ONCE, home.photos)
    assert sidecars(home.photos) == ["a.jpg.xmp"]
    if wishes:
        photo(path, "coffee")
    else:
        Image.new("RGB", (600, 400), "gray").save(path)
    home.run(*ONCE, *wishes, home.photos)
    assert home.counts() == {"review" if wishes else "left": 1}
    assert sidecars(home.photos) == []


def test_a_raw_and_its_jpeg_are_one_photo_and_the_raw_has_the_sidecar(home: Home) -> None:
    draw_raw(home.photos / "a.dng", 600, 400, 3)
    photo(home.photos / "a.jpg", "rocket", (600, 400))
    home.run(*ONCE, home.photos)
    assert sidecars(home.photos) == ["a.dng.xmp"]
    assert home.counts() == {"done": 1}


def test_a_raw_that_comes_later_takes_the_crop_of_its_jpeg(home: Home) -> None:
    jpeg = photo(home.photos / "a.jpg", "coffee", (600, 400))
    home.run(*ONCE, home.photos)
    raw = draw_raw(home.photos / "a.dng", 600, 400, 3)  # another picture, so that a look shows
    home.run(*ONCE, home.photos)
    crops = [find_crop(path) for path in (jpeg, raw)]
    assert crops[0] is not None
    assert crops[1] is not None
    edges = zip(crops[0].crop.edges(SIZE), crops[1].crop.edges(SIZE), strict=True)
    assert max(abs(a - b) for a, b in edges) <= 2


@pytest.mark.parametrize("successor", [None, "rocket"])
def test_a_raw_does_not_take_the_crop_of_a_jpeg_that_is_no_more(
    home: Home, successor: str | None
) -> None:
    jpeg = photo(home.photos / "a.jpg", "coffee", (600, 400))
    home.run(*ONCE, home.photos)
    gone = read_crop(jpeg)
    Path(f"{jpeg}.xmp").unlink()
    jpeg.unlink()
    if successor is not None:
        photo(jpeg, successor, (600, 400))
    raw = draw_raw(home.photos / "a.dng", 600, 400, 3)
    home.run(*ONCE, home.photos)
    own = read_crop(raw)
    assert gone is not None
    assert own is not None
    edges = zip(gone.edges(SIZE), own.edges(SIZE), strict=True)
    assert max(abs(a - b) for a, b in edges) > 5


def test_lightroom_gets_the_raws_sidecar_and_none_for_a_jpeg(home: Home) -> None:
    raw = draw_raw(home.photos / "a.dng", 600, 400, 3)
    raw.rename(raw.with_suffix(".nef"))
    photo(home.photos / "b.jpg")
    home.run(*ONCE, "--editor", "lightroom", home.photos)
    assert sidecars(home.photos) == ["a.xmp"]
    assert home.counts() == {"done": 1, "skipped": 1}


def test_a_photo_that_we_write_into_is_known_again(home: Home) -> None:
    path = photo(home.photos / "a.jpg")
    for _ in range(2):
        home.run(*ONCE, "--editor", "lightroom", "--embed", home.photos)
    assert home.counts() == {"done": 1}
    assert home.asked("journal", "SELECT count(*) FROM suggestions") == [(1,)]
    assert read_crop(path, "lightroom") is not None


def retagged(path: Path, tags: Mapping[str, str]) -> None:
    """Another program writes into the photo itself."""
    with ExifTool() as exiftool:
        exiftool.write(path, tags)


def test_an_embedded_crop_that_was_reset_does_not_come_again(home: Home) -> None:
    path = photo(home.photos / "a.jpg")
    home.run(*EMBED, home.photos)
    retagged(path, RESET)
    before = path.read_bytes()
    for _ in range(2):
        home.run(*EMBED, home.photos)
    assert home.counts() == {"skipped": 1}
    assert path.read_bytes() == before


@pytest.mark.parametrize("tags", [{}, {"XMP-dc:Subject": "harbour"}])
def test_an_embedded_crop_that_was_taken_back_does_not_come_again(
    home: Home, tags: dict[str, str]
) -> None:
    path = photo(home.photos / "a.jpg")
    home.run(*EMBED, home.photos)
    if tags:
        retagged(path, tags)
    assert home.run("undo", path).returncode == 0
    home.run(*EMBED, home.photos)
    assert read_crop(path, "lightroom") is None


def test_an_embedded_crop_of_ones_own_choice_stays(home: Home) -> None:
    path = photo(home.photos / "a.jpg")
    home.run("apply", "--editor", "lightroom", "--embed", "--aspect", "16:9", path)
    before = path.read_bytes()
    home.run(*EMBED, home.photos)
    assert home.counts() == {"done": 1}
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("later", "size"), [("2026:05:01 12:00:00", (512, 400)), ("2026:06:02 13:00:00", (600, 400))]
)
def test_a_new_photo_under_an_old_name_has_a_crop_of_its_own_embedded(
    home: Home, later: str, size: tuple[int, int]
) -> None:
    path = burst(home.photos / "a.jpg", "2026:05:01 12:00:00")
    home.run(*EMBED, home.photos)
    burst(path, later, size=size)
    home.run(*EMBED, home.photos)
    assert home.counts() == {"done": 1}
    assert read_crop(path, "lightroom") is not None


def burst(path: Path, taken: str, shift: int = 0, size: tuple[int, int] = (600, 400)) -> Path:
    """A photo with a camera and a time, its picture moved a little."""
    image = Image.fromarray(data.rocket()[: size[1], shift : shift + size[0]])
    exif = image.getexif()
    exif[0x0110] = "X100"
    exif.get_ifd(0x8769)[0x9003] = taken
    image.save(path, exif=exif, quality=92)
    return path


def test_photos_of_a_burst_share_one_crop(home: Home) -> None:
    for number in range(4):
        burst(home.photos / f"{number}.jpg", f"2026:05:01 12:00:0{number}", number)
    home.run(*ONCE, home.photos)
    crops = {read_crop(path) for path in home.photos.glob("*.jpg")}
    assert home.counts() == {"done": 4}
    assert len(crops) == 1


def test_crops_that_gain_little_are_kept_for_review(home: Home) -> None:
    path = photo(home.photos / "a.jpg")
    home.run(*ONCE, "--review-below", "1000", home.photos)
    assert sidecars(home.photos) == []
    (kept,) = home.status()["review"]
    assert kept["photo"] == str(path)


def test_every_photo_that_is_kept_for_review_is_named(home: Home) -> None:
    photos = card(home.photos, 7)
    home.run(*ONCE, "--review-below", "1000", home.photos)
    said = home.run("status", "--last", "0").stdout
    assert [path for path in photos if str(path).encode() not in said] == []


@pytest.mark.parametrize(
    "options", [(), ("--editor", "lightroom", "--embed")], ids=["beside", "inside"]
)
def test_what_was_kept_for_review_is_done_when_it_was_applied(
    home: Home, options: tuple[str, ...]
) -> None:
    path = photo(home.photos / "a.jpg")
    review = (*ONCE, *options, "--review-below", "1000", home.photos)
    home.run(*review)
    assert home.run("apply", *options, *SURE, path).returncode == 0
    for _ in range(2):
        status = home.status()
        assert (status["photos"]["review"], status["photos"]["done"]) == (0, 1)
        assert status["review"] == []
        home.run(*review)


def test_somebodys_crop_takes_a_photo_out_of_review_and_their_sidecar_alone_does_not(
    home: Home, shared: Path
) -> None:
    path = photo(home.photos / "a.jpg")
    home.run(*ONCE, "--review-below", "1000", home.photos)
    Path(f"{path}.xmp").write_text('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    assert home.status()["photos"]["review"] == 1
    shutil.copy(shared / "data/darktable/after_darktable_rewrite.jpg.xmp", f"{path}.xmp")
    assert home.status()["photos"]["skipped"] == 1


def test_a_rehearsal_changes_nothing(home: Home) -> None:
    photo(home.photos / "a.jpg")
    done = home.run("watch", "--dry-run", "--settle", "0", *SURE, home.photos)
    assert done.returncode == 0
    assert b"would be in a.jpg.xmp" in done.stderr
    assert sidecars(home.photos) == []
    assert home.counts() == {}
    assert home.asked("journal", "SELECT * FROM suggestions") == []


def test_only_photos_that_are_wanted(home: Home) -> None:
    for name in ("keep/a.jpg", "keep/b.jpg", "leave/a.jpg"):
        (home.photos / name).parent.mkdir(exist_ok=True)
        (home.photos / name).write_bytes(small_jpeg(hash(name) % 1000))
    home.run(*ONCE, "--include", "keep/*", "--exclude", "b.*", home.photos)
    assert [path.parent.name for path in home.photos.rglob("*.xmp")] == ["keep"]
    assert sidecars(home.photos) == ["a.jpg.xmp"]
