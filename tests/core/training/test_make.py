"""The whole recipe in miniature, on the open data: a folder that loads, with whom to credit."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytestmark = [
    pytest.mark.xdist_group("tensorflow"),
    # Keras 3.15 asks TensorFlow's variables for arrays as NumPy 1 did.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy"),
]
keras = pytest.importorskip("keras")

from cropperhead_core.dataset import Picture  # noqa: E402 (TF)
from cropperhead_core.ranker import load_model  # noqa: E402
from cropperhead_core.training.make import CREDITS, credits_of, make_model  # noqa: E402
from cropperhead_core.training.recipe import TrainingConfig, quick  # noqa: E402


def test_two_steps_make_a_model_that_looks_at_photos(shared: Path, tmp_path: Path) -> None:
    config = replace(quick(TrainingConfig()), members=("lite0",))
    told: list[str] = []
    folder = tmp_path / "models" / "new"
    make_model(config, data=shared / "data", work=tmp_path / "work", folder=folder, say=told.append)
    ranker = load_model(folder)
    scores = ranker.look(np.full((90, 120, 3), 99, np.uint8)).scores(np.array([[0, 0, 1, 1]]))
    assert np.isfinite(scores).all()
    described = json.loads((folder / "config.json").read_text("utf-8"))
    assert described["recipe"]["members"] == ["lite0"]
    with (folder / CREDITS).open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == described["pictures"] == 16
    assert list((tmp_path / "work").rglob("crops/events*"))
    stages = {each.parent.name for each in (tmp_path / "work").rglob("backup")}
    assert stages == {"order", "heads", "whole", "last"}
    assert any("within" in line for line in told)


def test_credits_survive_commas_and_quotes() -> None:
    photo = Picture(Path("a.jpg"), "composed", "CC BY 4.0", credit='Ann "A", Bo', source="x,y")
    (row,) = csv.DictReader(credits_of([photo]).splitlines())
    assert row["credit"] == 'Ann "A", Bo'
