"""One photo after the other; what fails is said, and the others go on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cropperhead_core import load_model
from cropperhead_core.ranker import Predictor
from cropperhead_core.suggestion import Suggestion
from cropperhead_core.wishes import Wishes
from cropperhead_plugin.cli.work import model_folder
from cropperhead_plugin.protocol import Failure
from cropperhead_plugin.service import Service
from cropperhead_plugin.settings import Settings

from .conftest import photo


@dataclass
class Disturbed:
    """The real network, and something that happens while it looks."""

    predictor: Any
    happening: Callable[[], object]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.predictor, name)

    def look(self, pixels: np.ndarray) -> Any:
        self.happening()
        return self.predictor.look(pixels)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return load_model(model_folder(Settings()))


def replaced(path: Path) -> None:
    other = photo(path.with_name("other.jpg"), "coffee")
    other.replace(path)


def touched(path: Path) -> None:
    os.utime(path, (1, 1))


def grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


@pytest.mark.parametrize("happening", [replaced, touched, grown, Path.unlink])
def test_a_photo_that_changes_while_it_is_read_has_no_suggestion(
    tmp_path: Path, predictor: Predictor, happening: Callable[[Path], object]
) -> None:
    path = photo(tmp_path / "a.jpg")
    found = Service(Disturbed(predictor, lambda: happening(path))).suggestion(path, Wishes())
    assert isinstance(found, Failure)
    assert found.type == "UnreadablePhoto"
    assert str(path) in found.message


def test_a_photo_that_stays_has_one(tmp_path: Path, predictor: Predictor) -> None:
    path = photo(tmp_path / "a.jpg")
    found = Service(Disturbed(predictor, lambda: None)).suggestion(path, Wishes())
    assert isinstance(found, Suggestion)


def test_no_memory_is_a_failure_of_that_photo(tmp_path: Path, predictor: Predictor) -> None:
    def full() -> None:
        raise MemoryError

    path = photo(tmp_path / "a.jpg")
    found = Service(Disturbed(predictor, full)).suggestion(path, Wishes())
    assert isinstance(found, Failure)
    assert found.message == f"{path} needs more memory than there is"
