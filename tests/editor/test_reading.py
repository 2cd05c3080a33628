"""What we read from a history is what darktable shows of the photo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from cropperhead_core import read_crop
from cropperhead_core.orientation import Orientation
from cropperhead_core.sidecar.darktable import Step

from . import chart, histories
from .chart import SIZE, apart, region, turns
from .conftest import Darktable

pytestmark = pytest.mark.xdist_group("reading darktable")

READ_PX = 4
"""One for whole pixels of each module; flipped exports are enlarged besides (test_darktable)."""

EDITS: list[tuple[str, int, Sequence[Step]]] = [
    ("crop", 7, [histories.crop(0.2, 0.1, 0.9, 0.8)]),
    ("crop clamped", 1, [histories.crop(0.0, -0.2, 1.4, 0.8)]),
    ("ashift cut", 1, [histories.ashift(5, (0.1, 0.9, 0.15, 0.85))]),
    ("ashift cut straight", 1, [histories.ashift(0, (0.1, 0.9, 0.15, 0.85))]),
    (
        "ashift cut and crop",
        1,
        [histories.ashift(5, (0.1, 0.9, 0.15, 0.85)), histories.crop(0.2, 0.1, 0.9, 0.8)],
    ),
    (
        "ashift cut and crop",
        6,
        [histories.ashift(-4, (0.1, 0.8, 0.15, 0.85)), histories.crop(0.1, 0.1, 0.9, 0.8)],
    ),
    ("clipping", 1, [histories.clipping(5, (0.2, 0.2, 0.8, 0.8))]),
    ("clipping", 5, [histories.clipping(-5, (0.2, 0.3, 0.8, 0.8))]),
    ("clipping inside", 1, [histories.clipping(5, (0.1, 0.2, 0.8, 0.8), auto=1)]),
    ("clipping inside", 6, [histories.clipping(5, (0.1, 0.2, 0.8, 0.8), auto=1)]),
    ("clipping inside", 1, [histories.clipping(-30, (0, 0, 1, 1), auto=1)]),
    ("clipping mirrored", 1, [histories.clipping(3, (0.1, 0.2, -0.8, -0.7))]),
    ("flip off", 6, [histories.flip(-1, is_enabled=False), histories.crop(0.1, 0.2, 0.8, 0.7)]),
    ("flip twice", 1, [histories.flip(6), histories.flip(3), histories.crop(0.1, 0.2, 0.8, 0.7)]),
]


@pytest.mark.parametrize(("name", "orientation", "steps"), EDITS, ids=lambda value: str(value)[:20])
def test_a_history_is_read_as_darktable_renders_it(
    tmp_path: Path, exported: Darktable, name: str, orientation: int, steps: Sequence[Step]
) -> None:
    photo = chart.jpeg(tmp_path / "chart.jpg", Orientation(orientation))
    histories.sidecar(photo, *steps)
    crop = read_crop(photo)
    assert crop is not None
    found, said = region(exported(photo)), crop.quad(SIZE)
    assert min(apart(turned, said) for turned in turns(found)) < READ_PX, name
