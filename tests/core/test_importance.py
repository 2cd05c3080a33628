"""Importance is what the best close crops have in common."""

from __future__ import annotations

import numpy as np
import pytest

from cropperhead_core.importance import PROBES, importance


def keeping(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """Scores of somebody who wants this box kept, and nothing else."""
    kept = (PROBES[:, :2] <= (left, top)).all(axis=1) & (PROBES[:, 2:] >= (right, bottom)).all(
        axis=1
    )
    return kept.astype(np.float32)


def test_what_all_good_crops_keep_is_most_important() -> None:
    found = importance(keeping(0.1, 0.5, 0.4, 0.8))
    assert found[16:26, 4:12].min() > 0.95
    assert found[:6].max() < 0.7
    assert found[:, 28:].max() < 0.3


def test_a_scene_that_may_be_cut_anywhere_has_no_cell_that_all_keep() -> None:
    found = importance(np.zeros(len(PROBES)))
    assert found.max() < 0.95
    assert found[0, 0] < 0.2


def test_the_mirrored_scores_have_the_mirrored_importance() -> None:
    left, right = importance(keeping(0.0, 0.2, 0.3, 0.6)), importance(keeping(0.7, 0.2, 1, 0.6))
    assert left[:, ::-1] == pytest.approx(right, abs=1e-6)


def test_a_better_photo_has_the_same_important_places() -> None:
    scores = keeping(0.3, 0.3, 0.6, 0.6)
    assert importance(scores + 2) == pytest.approx(importance(scores), abs=1e-6)
