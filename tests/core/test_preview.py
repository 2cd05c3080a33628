"""Previews: small, upright and sRGB, whatever the file holds."""

from __future__ import annotations

import io
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import tifffile
from drawn import draw_raw
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from skimage import data

from cropperhead_core.crop import Crop, Size, largest_inside
from cropperhead_core.errors import UnreadablePhoto
from cropperhead_core.jpeg import LARGE
from cropperhead_core.orientation import Orientation
from cropperhead_core.photo import Photo, read_photo
from cropperhead_core.preview import Preview, read_preview, rotated
from cropperhead_core.sidecar.embedded import embedded_packet

from . import drawn_photos
from .drawn_photos import QUARTERS, corners, quarters
from .test_photo import NAMES, raw

LOSSY = 24
"""How far a colour may be off after JPEG or HEIC, of 255."""


def preview(path: Path, long_side: int = 1024) -> Preview:
    return read_preview(read_photo(path), long_side)


def assert_quarters(pixels: np.ndarray, tolerance: int = LOSSY) -> None:
    for found, expected in zip(corners(pixels), QUARTERS, strict=True):
        assert np.abs(np.subtract(found, expected)).max() <= tolerance


@pytest.mark.parametrize("orientation", Orientation)
@pytest.mark.parametrize("name", NAMES)
def test_every_format_is_upright(tmp_path: Path, name: str, orientation: Orientation) -> None:
    seen = preview(drawn_photos.save(tmp_path / name, orientation))
    assert seen.pixels.shape == (80, 120, 3)
    assert seen.size == Size(120, 80)
    assert_quarters(seen.pixels)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_xmp_alone_turns_no_picture(tmp_path: Path, name: str) -> None:
    assert_quarters(preview(drawn_photos.turned_in_xmp(tmp_path / name)).pixels)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_xmp_alone_turns_no_tiff_however_it_is_packed(
    tmp_path: Path, compression: str | None
) -> None:
    packet = b"<x:xmpmeta xmlns:x='adobe:ns:meta/' tiff:Orientation=\"6\"/>"
    path, picture = tmp_path / "a.tif", Image.fromarray(quarters())
    picture.save(path, compression=compression, tiffinfo={700: packet})
    with Image.open(path) as image:
        image.load()
        assert image.size == (80, 120), "Pillow turns it"
    assert preview(path).size == Size(120, 80)
    assert_quarters(preview(path).pixels)


def test_a_heic_is_upright_whatever_exif_says(tmp_path: Path) -> None:
    assert_quarters(preview(drawn_photos.turned_otherwise(tmp_path / "a.heic")).pixels)


@pytest.mark.parametrize("number", range(1, 9))
def test_a_raw_is_upright(tmp_path: Path, number: int) -> None:
    upright = preview(raw(tmp_path / "a.dng", 1), 300).pixels
    turned = preview(raw(tmp_path / "b.dng", number), 300).pixels
    expected = Image.fromarray(upright)
    exif = Image.Exif()
    exif[0x0112] = number
    buffer = io.BytesIO()
    expected.save(buffer, "PNG", exif=exif)
    from PIL import ImageOps

    with Image.open(buffer) as stored:
        shown = np.asarray(ImageOps.exif_transpose(stored))
    assert np.array_equal(turned, shown)


@pytest.mark.parametrize("suffix", [".dng", ".CR2", ".NEF", ".arw"])
def test_a_raw_shows_its_embedded_preview(tmp_path: Path, suffix: str) -> None:
    path = draw_raw(tmp_path / f"a{suffix}", 1500, 1000)
    seen = preview(path, 600)
    shown = np.asarray(Image.fromarray(data.astronaut()).resize((600, 400)), float)
    assert seen.size == Size(1500, 1000)
    assert np.abs(seen.pixels - shown).mean() < 12


def test_a_raw_without_a_preview_is_developed(tmp_path: Path) -> None:
    from tests.editor import chart

    seen = preview(chart.raw(tmp_path / "a.dng"), 600)
    assert seen.pixels.shape == (400, 600, 3)
    gray = np.asarray(Image.fromarray(chart.chart()).resize((600, 400)).convert("L"), float)
    assert np.corrcoef(seen.pixels.mean(axis=2).ravel(), gray.ravel())[0, 1] > 0.97


def test_a_preview_of_another_shape_is_not_taken_for_the_photo(tmp_path: Path) -> None:
    path = draw_raw(tmp_path / "a.dng", 1500, 1000)
    content = path.read_bytes()
    width = struct.pack("<HHII", 256, 4, 1, 1500)
    narrower = struct.pack("<HHII", 256, 4, 1, 1200)
    path.write_bytes(content.replace(width, narrower))  # now as if the preview were cut
    assert preview(path, 600).pixels.shape == (500, 600, 3)


PROFILES = {
    "srgb": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
}


def test_the_srgb_profile_changes_nothing(tmp_path: Path) -> None:
    Image.fromarray(quarters()).save(tmp_path / "a.png", icc_profile=PROFILES["srgb"])
    assert_quarters(preview(tmp_path / "a.png").pixels, 0)


def swapping_profile() -> bytes:
    """An sRGB profile whose red and green are exchanged: a colour space nobody can mistake."""
    profile = bytearray(PROFILES["srgb"])
    count = struct.unpack_from(">I", profile, 128)[0]
    names = {bytes(profile[132 + 12 * n : 136 + 12 * n]): 132 + 12 * n for n in range(count)}
    red, green = names[b"rXYZ"], names[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile).replace(b"sRGB", b"test")


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_another_colour_space_is_converted(tmp_path: Path, name: str) -> None:
    image = Image.fromarray(quarters()[..., [1, 0, 2]])
    options = {"lossless": True} if name.endswith("webp") else {}
    image.save(tmp_path / name, icc_profile=swapping_profile(), **options)
    assert_quarters(preview(tmp_path / name).pixels, 40)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_a_profile_that_is_called_srgb_may_be_linear(tmp_path: Path, name: str) -> None:
    linear = drawn_photos.profile(b"sRGB linear", 1.0)
    Image.new("RGB", (64, 48), (55, 55, 55)).save(tmp_path / name, icc_profile=linear)
    assert np.abs(preview(tmp_path / name).pixels.astype(int) - 128).max() <= 2


@pytest.mark.parametrize(("name", "mode"), [("a.jpg", "L"), ("a.png", "L"), ("a.png", "LA")])
def test_the_profile_of_gray_is_used(tmp_path: Path, name: str, mode: str) -> None:
    linear = drawn_photos.profile(b"gray", 1.0, is_gray=True)
    Image.new("L", (64, 48), 55).convert(mode).save(tmp_path / name, icc_profile=linear)
    assert np.abs(preview(tmp_path / name).pixels.astype(int) - 128).max() <= 2


def test_a_tiff_whose_profile_is_no_bytes_is_shown(tmp_path: Path) -> None:
    told = [(34675, "s", 0, "a text", True)]
    tifffile.imwrite(tmp_path / "a.tif", quarters(), photometric="rgb", extratags=told)
    assert_quarters(preview(tmp_path / "a.tif").pixels)


@pytest.mark.parametrize("profile", [b"no profile at all", bytes(128)])
def test_a_damaged_profile_is_ignored(tmp_path: Path, profile: bytes) -> None:
    Image.fromarray(quarters()).save(tmp_path / "a.png", icc_profile=profile)
    assert_quarters(preview(tmp_path / "a.png").pixels, 0)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_kind_of_pixel_becomes_rgb(tmp_path: Path, mode: str) -> None:
    gray = np.full((40, 60), 200, np.uint8)
    if mode == "1":
        image, expected = Image.fromarray(gray).convert("1", dither=Image.Dither.NONE), 255
    elif mode in ("I;16", "I"):
        image, expected = Image.fromarray(gray.astype(np.uint16) * 257), 200
        image = image.convert("I") if mode == "I" else image
    elif mode == "F":
        image, expected = Image.fromarray(gray.astype(np.float32) / 200), 255
    else:
        image = Image.fromarray(gray).convert("RGB")
        expected = 200
        image = image.quantize() if mode == "P" else image.convert(mode)
    path = tmp_path / ("a.tif" if mode in ("CMYK", "I", "F") else "a.png")
    image.save(path)
    pixels = preview(path).pixels
    assert (pixels.shape, pixels.dtype) == ((40, 60, 3), np.uint8)
    assert np.abs(pixels.astype(int) - expected).max() <= 3


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_gray_and_cmyk_jpegs_are_decoded(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGB", (60, 40), (200, 200, 200)).convert(mode)
    image.save(tmp_path / "a.jpg", quality=95)
    pixels = preview(tmp_path / "a.jpg").pixels
    assert np.abs(pixels.astype(int) - 200).max() <= 4


def test_transparency_lies_over_mid_gray(tmp_path: Path) -> None:
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(tmp_path / "a.png")
    Image.new("RGB", (10, 10), (255, 0, 0)).save(tmp_path / "b.png", transparency=(255, 0, 0))
    for name in ("a.png", "b.png"):
        assert (preview(tmp_path / name).pixels == 128).all()


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 200))
def test_the_long_side_is_as_asked_and_nothing_is_enlarged(w: int, h: int, side: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.jpg")
        Image.new("RGB", (w, h)).save(path)
        seen = preview(path, side)
    assert max(seen.pixels.shape) == max(min(max(w, h), side), 3)
    assert seen.size == Size(w, h)


def test_a_large_jpeg_is_decoded_at_a_smaller_scale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import simplejpeg

    Image.new("RGB", (2400, 1600), "gray").save(tmp_path / "a.jpg")
    sizes = []
    decode = simplejpeg.decode_jpeg

    def noted(*arguments: object, **options: object) -> np.ndarray:
        pixels = decode(*arguments, **options)
        sizes.append(pixels.shape[:2])
        return pixels

    monkeypatch.setattr(simplejpeg, "decode_jpeg", noted)
    assert preview(tmp_path / "a.jpg", 300).pixels.shape == (200, 300, 3)
    assert sizes == [(200, 300)]


def test_a_large_jpeg_shows_the_same_as_a_small_one(tmp_path: Path) -> None:
    large = data.astronaut().repeat(5, axis=0).repeat(5, axis=1)
    noise = np.random.default_rng(0).integers(-9, 10, large.shape)
    picture = Image.fromarray(np.clip(large + noise, 0, 255).astype(np.uint8))
    picture.save(tmp_path / "large.jpg", quality=100, subsampling=0)
    picture.save(tmp_path / "small.jpg", quality=90)
    sizes = [(tmp_path / name).stat().st_size for name in ("large.jpg", "small.jpg")]
    assert sizes[0] > LARGE > sizes[1]
    here, there = (preview(tmp_path / name, 512).pixels for name in ("large.jpg", "small.jpg"))
    assert np.abs(here.astype(float) - there).mean() < 1


def test_a_large_jpeg_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (2400, 2400, 3), np.uint8)).save(
        path, quality=100, subsampling=0
    )
    path.write_bytes(path.read_bytes()[: LARGE + 1])
    with pytest.raises(UnreadablePhoto, match=r"a\.jpg: the file ends in the middle"):
        preview(path)


def test_a_jpeg_cut_short_is_refused(tmp_path: Path) -> None:
    path = drawn_photos.save(tmp_path / "a.jpg", Orientation.NORMAL)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(UnreadablePhoto, match=r"a\.jpg: the file ends in the middle"):
        preview(path)


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.webp", "a.heic"])
def test_other_files_cut_short_are_refused(tmp_path: Path, name: str) -> None:
    path = drawn_photos.save(tmp_path / name, Orientation.NORMAL)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadablePhoto, match=name.replace(".", r"\.")):
        preview(path)


def test_more_pixels_than_any_camera_has_are_refused_unread(tmp_path: Path) -> None:
    photo = Photo(tmp_path / "bomb.png", Size(60000, 60000))
    with pytest.raises(UnreadablePhoto, match=r"at most 400 megapixels, got 60000x60000 .*bomb"):
        read_preview(photo, 512)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_a_telephones_200_megapixels_are_read(tmp_path: Path, name: str) -> None:
    Image.new("L", (16320, 12240), 200).save(tmp_path / name)
    shown = preview(tmp_path / name, 64)
    assert (shown.pixels.shape, shown.size) == ((48, 64, 3), Size(16320, 12240))


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, of EXIF that ends too early
@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_shown_or_refused_by_name(tmp_path: Path, name: str) -> None:
    photo = drawn_photos.save(tmp_path / name, Orientation.ROTATED_180)
    whole = np.frombuffer(photo.read_bytes(), np.uint8)
    dice = np.random.default_rng(1)
    refused = 0
    for _ in range(60):
        damaged = whole.copy()
        places = dice.integers(0, len(whole), dice.integers(1, 12))
        places[0] %= 600  # where headers are
        damaged[places] = dice.integers(0, 256, len(places))
        (tmp_path / name).write_bytes(damaged.tobytes())
        refused += is_refused(tmp_path / name)
    assert refused


def is_refused(path: Path) -> bool:
    """Whether a photo cannot be shown, and is said to be the reason; any other error is raised."""
    try:
        preview(path, 64)
        embedded_packet(path)
    except UnreadablePhoto as error:
        return path.name in str(error) or pytest.fail(f"the photo is not named: {error}")
    return False


@pytest.mark.parametrize("width", [1300, 1731, 2222])
def test_the_mirrored_photo_has_the_mirrored_preview(tmp_path: Path, width: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (900, width, 3), np.uint8)
    shown = []
    for name, each in (("a.png", pixels), ("b.png", pixels[:, ::-1])):
        Image.fromarray(np.ascontiguousarray(each)).save(tmp_path / name)
        shown.append(read_preview(read_photo(tmp_path / name), 512).pixels.astype(int))
    assert np.abs(shown[0] - shown[1][:, ::-1]).max() <= 1


def test_samples_that_are_no_numbers_are_black(tmp_path: Path) -> None:
    samples = np.linspace(0, 1, 64 * 64, dtype=np.float32).reshape(64, 64)
    samples[:8] = np.nan
    Image.fromarray(samples).save(tmp_path / "a.tif")
    shown = read_preview(read_photo(tmp_path / "a.tif"), 64).pixels
    assert shown[:8].max() == 0
    assert shown[-1].min() > 240


@pytest.mark.parametrize(("name", "dtype"), [("a.png", np.uint16), ("a.tif", np.float32)])
def test_deep_gray_is_made_small_before_it_is_converted(
    tmp_path: Path, name: str, dtype: type[np.number]
) -> None:
    side = 2000
    Image.fromarray(np.eye(side, dtype=dtype)).save(tmp_path / name)
    photo = read_photo(tmp_path / name)
    tracemalloc.start()  # it sees numpy's memory, and the file's bytes, but not Pillow's
    try:
        read_preview(photo, 200)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < side * side


@pytest.mark.parametrize("angle", [-8, -2, 2, 8, 30])
def test_a_rotated_picture_shows_a_turned_box_upright(angle: float) -> None:
    size = Size(300, 200)
    width, height = largest_inside(size, angle, 1.5)
    crop = Crop.turned((-width / 4, -height / 4, width / 4, height / 4), size, angle)
    pixels = np.zeros((200, 300, 3), np.uint8)
    from PIL import ImageDraw

    image = Image.fromarray(pixels)
    ImageDraw.Draw(image).polygon([*crop.quad(size)], fill=(255, 255, 255))
    seen = rotated(np.asarray(image), angle)[..., 0] > 127
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    assert columns[-1] - columns[0] == pytest.approx(width / 2, abs=2.5)
    assert rows[-1] - rows[0] == pytest.approx(height / 2, abs=2.5)
    assert seen.sum() == pytest.approx(width * height / 4, rel=0.05)


def test_a_raw_whose_preview_is_a_bitmap_is_developed(tmp_path: Path) -> None:
    """rawpy would read as much memory as the preview claims to have, whether it is there or not."""
    path = draw_raw(tmp_path / "a.dng", 480, 320)
    whole, said = path.read_bytes(), struct.pack("<HHI", 259, 3, 1)
    assert whole.count(said + struct.pack("<HH", 7, 0)) == 1
    path.write_bytes(
        whole.replace(said + struct.pack("<HH", 7, 0), said + struct.pack("<HH", 1, 0))
    )
    shown, expected = preview(path, 240).pixels, preview(raw(tmp_path / "b.dng", 1), 240)
    assert shown.shape == (160, 240, 3)
    assert expected.pixels.std() > 1
