"""Scores of given boxes, by the same look at the same preview that a suggestion takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cropperhead_core.boxes import WHOLE
from cropperhead_core.photo import read_photo
from cropperhead_core.preview import read_preview
from cropperhead_core.ranker import Predictor
from cropperhead_core.suggest import PREVIEW_SIDE

from .records import Scored
from .service import hushed

__all__ = ["scored"]


def scored(
    path: Path,
    boxes: Sequence[tuple[float, float, float, float]],
    predictor: Predictor,
) -> Scored:
    """The scores of boxes (left, top, right, bottom as upright fractions) of this photo."""
    preview = read_preview(read_photo(path), PREVIEW_SIDE)
    with hushed():  # the first look prepares the network
        look = predictor.look(preview.pixels)
    full, *scores = look.scores(np.array([WHOLE, *boxes], np.float32)).tolist()
    return Scored(path, tuple(scores), full)
