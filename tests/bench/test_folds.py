"""Folds keep what is alike together, and a perfect ranker is judged perfect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytestmark = pytest.mark.xdist_group("tensorflow")
pytest.importorskip("keras")

from folds import by_groups, dealt, judged, row  # noqa: E402 (TF)

from cropperhead_core.dataset import Picture, series  # noqa: E402

BOXES = ((0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 0.5, 0.5), (0.2, 0.2, 0.9, 0.9))


@dataclass
class Told:
    """A ranker, and its look, that say what they are told to."""

    told: tuple[float, ...]
    name: str = "told"
    leave_gain: float = 0.0

    def look(self, _: object) -> Told:
        return self

    def scores(self, _: object) -> np.ndarray:
        return np.array(self.told, np.float32)


@pytest.fixture
def picture(tmp_path: Path) -> Picture:
    path = tmp_path / "a.png"
    Image.new("RGB", (60, 40)).save(path)
    return Picture(path, "composed", "CC0", BOXES, (3.0, 1.0, 4.0))


@pytest.mark.parametrize(
    ("told", "expected"),
    [((0.3, 0.1, 0.4), (1, 0)), ((0.2, 0.3, 0.1), (-1, 3)), ((0.5, 0.1, 0.4), (0.5, 1))],
)
def test_a_ranker_is_judged_by_order_and_by_its_first_choice(
    picture: Picture, told: tuple[float, ...], expected: tuple[float, float]
) -> None:
    assert judged(Told(told), picture) == pytest.approx(expected)


def test_names_are_dealt_evenly_and_always_alike() -> None:
    names = [f"photo-{number}.jpg" for number in range(1000)]
    assert dealt(names) == dealt(names)
    assert min(np.bincount(dealt(names), minlength=5)) > 150


def test_a_row_tells_both_means(picture: Picture) -> None:
    assert "SRCC 0.500 " in row("all", [(picture, (0.4, 0.2)), (picture, (0.6, 0.4))])


def test_a_series_is_in_one_fold(shared: Path) -> None:
    folds: dict[str, set[int]] = {}
    for picture, fold in by_groups(shared / "data"):
        folds.setdefault(series(picture.path.name), set()).add(fold)
    assert all(len(each) == 1 for each in folds.values())
