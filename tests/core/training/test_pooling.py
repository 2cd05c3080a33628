"""Matrix products against a picture cut up cell by cell, as slowly as one pleases."""

from __future__ import annotations

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
keras = pytest.importorskip("keras")

from cropperhead_core.training.pooling import (  # noqa: E402 (TF)
    BoxGeometry,
    MassMoments,
    RegionPool,
)

GRID, FINE = 8, 50
"""Cells of the map, and points along each cell at which the slow reference looks."""
RANDOM = np.random.default_rng(3)
MAP = RANDOM.random((1, GRID, GRID, 2)).astype(np.float32)
BOXES = np.array(
    [[[0, 0, 1, 1], [0.2, 0.1, 0.8, 0.7], [0.5, 0.25, 0.75, 1], [0, 0.4, 0.33, 0.9]]], np.float32
)
POINTS = (np.arange(GRID * FINE) + 0.5) / (GRID * FINE)
DETAIL = MAP[0].repeat(FINE, axis=0).repeat(FINE, axis=1)


def spans(start: float, end: float) -> list[tuple[float, float]]:
    third = (end - start) / 3
    return [
        (0, start),
        (start, start + third),
        (start + third, end - third),
        (end - third, end),
        (end, 1),
    ]


def slow_means(box: np.ndarray) -> np.ndarray:
    left, top, right, bottom = box.tolist()
    found = []
    for start, end in spans(left, right):  # column by column, as the second product leaves it
        for first, last in spans(top, bottom):
            rows = (first <= POINTS) & (last > POINTS)
            columns = (start <= POINTS) & (end > POINTS)
            part = DETAIL[rows][:, columns]
            found.append(part.mean(axis=(0, 1)) if part.size else np.zeros(2))
    return np.concatenate(found)


@pytest.mark.parametrize("index", range(BOXES.shape[1]))
def test_regions_are_means_of_what_lies_in_and_around_the_box(index: int) -> None:
    pooled = keras.ops.convert_to_numpy(RegionPool()([MAP, BOXES]))[0, index]
    assert pooled == pytest.approx(slow_means(BOXES[0, index]), abs=0.02)


def slow_moments(box: np.ndarray) -> np.ndarray:
    """Kept share, centre x and y, spread x and y, of each mass, from points."""
    left, top, right, bottom = box.tolist()
    inside = ((top <= POINTS) & (bottom > POINTS))[:, None] & (left <= POINTS) & (right > POINTS)
    weight = (DETAIL / DETAIL.sum(axis=(0, 1))) * inside[..., None]
    kept = weight.sum(axis=(0, 1))
    x, y = (POINTS - left) / (right - left), (POINTS - top) / (bottom - top)
    cx, cy = ((weight * at).sum(axis=(0, 1)) / kept for at in (x[None, :, None], y[:, None, None]))
    wide = np.sqrt((weight * (x[None, :, None] - cx) ** 2).sum(axis=(0, 1)) / kept)
    high = np.sqrt((weight * (y[:, None, None] - cy) ** 2).sum(axis=(0, 1)) / kept)
    return np.concatenate([kept, cx, cy, wide, high])


@pytest.mark.parametrize("index", range(BOXES.shape[1]))
def test_moments_say_how_much_of_a_mass_a_box_keeps_and_where(index: int) -> None:
    masses = (MAP / MAP.mean(axis=(1, 2), keepdims=True)).astype(np.float32)
    said = keras.ops.convert_to_numpy(MassMoments()([masses, BOXES]))[0, index]
    said[2:10] /= 4  # told in quarters, to weigh as much as shares
    assert said[:10] == pytest.approx(
        slow_moments(BOXES[0, index]), abs=0.05
    )  # the spread is told by whole cells
    assert said[10:] == pytest.approx(np.abs(said[2:6] - 0.5) * 4, abs=1e-4)


def test_a_box_has_the_shape_of_its_pixels() -> None:
    told = keras.ops.convert_to_numpy(BoxGeometry()([BOXES, np.array([[1.5]], np.float32)]))[0, 1]
    assert told[:7] == pytest.approx([0.2, 0.1, 0.8, 0.7, 0.6, 0.6, 0.36], abs=1e-5)
    assert np.exp(told[9]) == pytest.approx(0.6 * 1.5 / 0.6, abs=1e-4)
