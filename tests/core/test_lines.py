"""What runs at which angle is told by angle, and the same in the mirror."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw
from skimage import data

from cropperhead_core.lines import ANGLES, CELLS, CHANNELS, evidence, luma
from cropperhead_core.preview import rotated

HOUSES = ((60, 250, 120), (240, 180, 140), (470, 280, 110), (640, 120, 150), (840, 230, 120))
"""Left, top and width of each."""


def chart() -> np.ndarray:
    """Sky, ground, and a row of houses with windows: all of it level."""
    image = Image.new("RGB", (1000, 700), (120, 150, 200))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 430, 1000, 700), fill=(60, 90, 50))
    for left, top, width in HOUSES:
        draw.rectangle((left, top, left + width, 430), fill=(150, 60 + left // 10, 60))
        for y in range(top + 20, 400, 50):
            for x in range(left + 15, left + width - 20, 35):
                draw.rectangle((x, y, x + 15, y + 28), fill=(230, 230, 200))
    return np.asarray(image)


@pytest.mark.parametrize("angle", [-7.25, -3, -0.5, 0, 1.25, 5])
def test_every_witness_tells_the_angle_that_levels(angle: float) -> None:
    turned = rotated(chart(), -angle)[130:-130, 150:-150]
    found = evidence(luma(turned)).sum(axis=(1, 2))
    assert abs(ANGLES[found.argmax(axis=0)] - angle).max() <= 0.75
    assert abs(np.median(ANGLES[found.argmax(axis=0)]) - angle) <= 0.25


@pytest.mark.parametrize("name", ["astronaut", "coffee", "rocket", "chelsea"])
def test_the_mirrored_picture_has_the_mirrored_evidence(name: str) -> None:
    gray = luma(getattr(data, name)())
    there, back = evidence(gray), evidence(np.ascontiguousarray(gray[:, ::-1]))
    assert np.allclose(there, back[::-1, :, ::-1], rtol=1e-3, atol=0.05)


@pytest.mark.parametrize("shape", [(1, 1), (2, 900), (900, 2), (64, 64)])
def test_a_flat_picture_has_none(shape: tuple[int, int]) -> None:
    found = evidence(luma(np.full((*shape, 3), 90, np.uint8)))
    assert found.shape == (len(ANGLES), CELLS, CELLS, CHANNELS)
    assert not found.any()
