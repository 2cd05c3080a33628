"""How well the recipe ranks photos it did not see, in folds: `python bench/folds.py DATA WORK`.

Groups (series, near-duplicates) are dealt to five folds, without the test part. More words:
`photos` deals single photos of all licences, test part too, as the prototype was judged; `heads`
leaves out the stages in which the trunk learns, which take three quarters of the time; `plain` the
scores that were given for this project; `first` judges one fold only.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from cropperhead_core.dataset import Picture, groups, likeness, read_pictures, split
from cropperhead_core.ranker import Predictor, load_model
from cropperhead_core.training.evaluate.metrics import correlation, interval
from cropperhead_core.training.export import export
from cropperhead_core.training.opinions import joined, read_opinions
from cropperhead_core.training.recipe import Known, TrainingConfig
from cropperhead_core.training.train import train
from cropperhead_plugin.heap import keep_all

FOLDS = 5


def dealt(names: Sequence[str]) -> list[int]:
    """The fold of each name, by its hash."""
    return [int.from_bytes(sha256(name.encode()).digest()[4:8], "big") % FOLDS for name in names]


def by_groups(data: Path) -> list[tuple[Picture, int]]:
    """Photos outside the test part, each in the fold of its group."""
    pictures = read_pictures(data)
    names = [picture.path.name for picture in pictures]
    firsts = groups([likeness(picture.pixels()) for picture in pictures], names)
    found = zip(pictures, dealt([names[first] for first in firsts]), split(pictures), strict=True)
    return [(picture, fold) for picture, fold, part in found if part != "test"]


def by_photos(data: Path) -> list[tuple[Picture, int]]:
    """All photos, each in a fold of its own."""
    pictures = read_pictures(data, ("A", "B"))
    return list(zip(pictures, dealt([each.path.name for each in pictures]), strict=True))


def judged(model: Predictor, picture: Picture) -> tuple[float, float]:
    """Rank correlation with the scores, and what the first choice of the boxes loses."""
    true = np.array(picture.scores)
    told = model.look(picture.pixels()).scores(np.array(picture.boxes, np.float32))
    return correlation(told.astype(float), true), float(true.max() - true[int(np.argmax(told))])


def row(name: str, found: Sequence[tuple[Picture, tuple[float, float]]]) -> str:
    """One line: how many, and both figures with their intervals."""
    cells = []
    for values in np.array([figures for _, figures in found]).T:
        mean, low, high = interval(values) or (np.nan,) * 3
        cells.append(f"{mean:.3f} ({low:.3f} to {high:.3f})")
    return f"{name:10} {len(found):5}  SRCC {cells[0]}  regret {cells[1]}"


def main(arguments: Sequence[str]) -> None:
    keep_all()
    data, work, words = Path(arguments[0]), Path(arguments[1]), set(arguments[2:])
    listed = (by_photos if "photos" in words else by_groups)(data)
    config = TrainingConfig()
    config = replace(config, opinions=0) if "plain" in words else config
    config = replace(config, whole=None, last=None) if "heads" in words else config
    learnt = joined([each for each, _ in listed], read_opinions(config.opinions))
    found: list[tuple[Picture, tuple[float, float]]] = []
    for fold in range(1 if "first" in words else FOLDS):
        known: list[Known] = [
            (picture, "validation" if own == fold else "train")
            for picture, (_, own) in zip(learnt, listed, strict=True)
        ]
        trained = train(config, known, work=work, say=lambda line: print(line, file=sys.stderr))
        export(trained, work / "model")
        model = load_model(work / "model")
        shutil.rmtree(work / "model")
        unseen = [each for each, own in listed if own == fold and each.scores]
        found += [(each, judged(model, each)) for each in unseen]
        print(row(f"fold {fold + 1}", found[-len(unseen) :]), flush=True)
    for kind in ("composed", "snapshot"):
        print(row(kind, [each for each in found if each[0].kind == kind]))
    print(row("all", found))


if __name__ == "__main__":
    main(sys.argv[1:])
