"""The contact sheet shows what a crop keeps."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from PIL import Image

from cropperhead_core.crop import Crop, Size
from cropperhead_plugin.contact import Sheet, contact_sheet, cropped
from tests.strategies import crops_of

SIZE = Size(120, 80)


def gradient() -> Image.Image:
    """Red tells x and green tells y."""
    x, y = np.meshgrid(np.arange(SIZE.width) * 2, np.arange(SIZE.height) * 3)
    return Image.fromarray(np.stack([x, y, 0 * x], axis=-1).astype(np.uint8))


@settings(max_examples=30)
@given(crop=crops_of(SIZE))
def test_the_middle_of_the_crop_is_the_middle_of_the_picture(crop: Crop) -> None:
    picture = cropped(gradient(), crop)
    red, green, _ = picture.getpixel((picture.width // 2, picture.height // 2))
    middle = np.mean(crop.quad(SIZE), axis=0)
    assert abs(red / 2 - middle[0]) < 2
    assert abs(green / 3 - middle[1]) < 2


def test_a_sheet_has_room_for_every_photo() -> None:
    photos = [Sheet(gradient(), Crop(0, 0, 1, 0.5), "half", "crop to 60x80", "words " * 60)] * 3
    left = Sheet(gradient(), None, "left", "leave it as it is", "no crop gains enough")
    two_rows, three_rows = contact_sheet([*photos, left]), contact_sheet([*photos, left, left])
    assert two_rows.width == three_rows.width
    assert three_rows.height - two_rows.height > 200


def test_what_is_cut_away_is_dark_and_the_cropped_photo_stands_beside_it() -> None:
    white = Image.new("RGB", (300, 300), "white")
    sheet = np.asarray(
        contact_sheet([Sheet(white, Crop(0, 0, 1, 0.5), "half", "", "")]).convert("L")
    )
    row = sheet[sheet.shape[0] // 2]
    dark, after = np.flatnonzero(row < 150), np.flatnonzero(row == 255)
    assert 150 < len(dark) < 170
    assert after[after > dark.max() + 2].size == 160
