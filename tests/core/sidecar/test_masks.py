"""Drawn masks stay with the steps that they are of, when steps are added and taken out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cropperhead_core.crop import Crop
from cropperhead_core.errors import DamagedSidecar
from cropperhead_core.sidecar import masks, remove_crop, write_crop
from cropperhead_core.sidecar.darktable import Step
from cropperhead_core.sidecar.history import append
from cropperhead_core.sidecar.packet import NEW, packed, parsed
from tests.editor import histories

TURNED, STRAIGHT = Crop(0.1, 0.2, 0.8, 0.9, 1.5), Crop(0.1, 0.2, 0.8, 0.9)
EXPOSURE = histories.exposure()
MASK = re.compile(r'mask_num="(\d+)" darktable:mask_name="(\w+)"')


def drawn(path: Path) -> list[tuple[int, str]]:
    """The masks in a sidecar: the number of the step that each is of, and its name."""
    return [(int(number), name) for number, name in MASK.findall(path.read_text())]


def edited(path: Path) -> None:
    """Three more steps, as darktable adds them after those that are there."""
    data = path.read_bytes()
    tree = parsed(data, path)
    append(tree, [EXPOSURE, EXPOSURE, EXPOSURE], path)
    path.write_bytes(packed(tree, data, path))


@pytest.mark.parametrize(("crop", "ours"), [(STRAIGHT, 1), (TURNED, 2)])
def test_masks_drawn_since_follow_their_step_when_our_crop_is_taken_out(
    jpeg: Path, crop: Crop, ours: int
) -> None:
    path = histories.sidecar(jpeg, EXPOSURE)
    before = path.read_bytes()
    write_crop(jpeg, crop)
    edited(path)
    histories.with_masks(path, (0, "early"), (ours + 1, "circle"), (ours + 2, "later"))
    remove_crop(jpeg, "darktable", before)
    assert drawn(path) == [(0, "early"), (1, "circle"), (2, "later")]


@pytest.mark.parametrize(("steps", "went_to"), [((), 0), ((EXPOSURE, EXPOSURE), 1)])
def test_masks_that_something_gave_to_our_crop_go_on_to_count(
    jpeg: Path, steps: tuple[Step, ...], went_to: int
) -> None:
    before = histories.sidecar(jpeg, *steps).read_bytes()
    path = write_crop(jpeg, TURNED).path
    edited(path)
    histories.with_masks(path, (len(steps), "turned"), (len(steps) + 1, "cut"))
    remove_crop(jpeg, "darktable", before)
    assert drawn(path) == [(went_to, "turned"), (went_to, "cut")]


def test_masks_of_undone_steps_are_not_taken_over_by_our_crop(jpeg: Path) -> None:
    path = histories.sidecar(jpeg, EXPOSURE, EXPOSURE)
    histories.with_masks(path, (0, "circle"), (1, "undone"), (2, "farther"))
    path.write_bytes(histories.ending(path.read_bytes(), 1))
    write_crop(jpeg, TURNED)
    assert drawn(path) == [(0, "circle")]


def test_a_mask_without_a_number_stays_without(jpeg: Path) -> None:
    path = histories.sidecar(jpeg, EXPOSURE)
    histories.with_masks(path, (0, "circle"))
    before = path.read_bytes().replace(b'darktable:mask_num="0" ', b"")
    path.write_bytes(before)
    write_crop(jpeg, STRAIGHT)
    assert b"mask_num" not in path.read_bytes()


def masked(folder: Path, *drawn_masks: tuple[int, str], cut: int = 2) -> bytes:
    """A history of two different steps, cut to so many, and these masks."""
    steps = [EXPOSURE, histories.crop(0.1, 0.1, 0.9, 0.9), histories.flip(0)]
    path = histories.sidecar(folder / "a.jpg", *steps[:cut])
    histories.with_masks(path, *drawn_masks)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("now", "cut"),
    [
        ([(0, "circle"), (0, "path")], 2),
        ([(0, "circle"), (1, "other")], 2),
        ([(0, "circle")], 2),
        ([(0, "circle"), (1, "path"), (1, "path")], 2),
        ([(0, "circle"), (2, "path")], 3),
        ([(1, "path")], 1),
        ([], 2),
    ],
    ids=["other step", "other name", "gone", "twice", "of a new step", "step stayed", "all gone"],
)
def test_masks_that_changed_are_caught(
    tmp_path: Path, now: list[tuple[int, str]], cut: int
) -> None:
    before = masked(tmp_path, (0, "circle"), (1, "path"))
    after = masked(tmp_path, *now, cut=cut)
    for codec in ("utf-8", "utf-16-le", "utf-16-be"):
        were, are = (data.decode().encode(codec) for data in (before, after))
        with pytest.raises(DamagedSidecar, match=r"would have changed masks, .* to a\.xmp"):
            masks.require_kept(were, are, "a.xmp")


@pytest.mark.parametrize("now", [[(0, "circle")], [(0, "circle"), (0, "path")]])
def test_masks_of_a_step_that_went_may_go_or_move(
    tmp_path: Path, now: list[tuple[int, str]]
) -> None:
    before = masked(tmp_path, (0, "circle"), (1, "path"))
    masks.require_kept(before, masked(tmp_path, *now, cut=1), "a.xmp")


def test_masks_out_of_nowhere_are_caught(tmp_path: Path) -> None:
    with pytest.raises(DamagedSidecar, match="would have changed masks"):
        masks.require_kept(NEW, masked(tmp_path, (0, "circle")), "a.xmp")
