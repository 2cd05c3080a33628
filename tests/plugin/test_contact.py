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
    photos = [Sheet(gradient(), Crop(0, 0, 1, 0.5), "half", "words " * 60)] * 3
    photos.append(Sheet(gradient(), None, "left", "best as it is"))
    assert contact_sheet(photos).height > 2 * 200
