"""More scores for the open photos, given for this project: read, and put on their photo's scale.

docs/opinions.md tells how they came about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cropperhead_core.dataset import Picture

from .evaluate.metrics import foretold

__all__ = ["Opinion", "joined", "read_opinions"]

ROUNDS = tuple(Path(__file__).with_name(name) for name in ("opinions.jsonl", "opinions-2.jsonl"))


@dataclass(frozen=True, slots=True)
class Opinion:
    """Scores (n,) of boxes (n, 4) of one photo, the first the whole frame, from one sheet."""

    boxes: tuple[tuple[float, float, float, float], ...]
    scores: tuple[float, ...]


def read_opinions(rounds: int = len(ROUNDS)) -> dict[str, list[Opinion]]:
    """The opinions of each photo from so many rounds of scoring, by the name of its file."""
    found: dict[str, list[Opinion]] = {}
    for line in "".join(path.read_text("utf-8") for path in ROUNDS[:rounds]).splitlines():
        row = json.loads(line)
        boxes = tuple((box[0], box[1], box[2], box[3]) for box in row["boxes"])
        found.setdefault(row["photo"], []).append(Opinion(boxes, tuple(row["scores"])))
    return found


def joined(pictures: Iterable[Picture], opinions: Mapping[str, Sequence[Opinion]]) -> list[Picture]:
    """The pictures, each with the boxes and scores of its opinions added to its own."""
    found = []
    for picture in pictures:
        for opinion in opinions.get(picture.path.name, ()):
            picture = _with(picture, opinion)  # noqa: PLW2901 (grows by one opinion each time)
        found.append(picture)
    return found


def _with(picture: Picture, opinion: Opinion) -> Picture:
    """One opinion more: its scores moved so that they agree, on average, with those known.

    A scorer who is kind to a photo is so to all of its crops; only differences mean anything.
    """
    if not picture.scores:
        return replace(picture, boxes=opinion.boxes, scores=opinion.scores)
    boxes, scores = opinion.boxes[1:], np.array(opinion.scores[1:])
    likely = foretold(np.array(boxes), np.array(picture.boxes), np.array(picture.scores))
    moved = scores + (likely - scores).mean()
    return replace(
        picture, boxes=picture.boxes + boxes, scores=picture.scores + tuple(moved.tolist())
    )
