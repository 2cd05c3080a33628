"""The whole way from data to a model folder that can be shipped: train, export, calibrate."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from cropperhead_core.dataset import Picture
from cropperhead_core.ranker import load_model

from .calibrate import leave_gain
from .export import export, set_threshold
from .recipe import Known, TrainingConfig, known_pictures
from .train import Trained, train

__all__ = ["CREDITS", "credits_of", "make_model"]

CREDITS = "CREDITS.csv"


def make_model(
    config: TrainingConfig, *, data: Path, work: Path, folder: Path, say: Callable[[str], None]
) -> None:
    """Train by this recipe on `data` and write the model to `folder`, whole or not at all.

    The threshold comes from a twin that was fitted to the training part alone, on the validation
    part. Raises `ModelError` when an exported graph does not say what Keras says.
    """
    known = known_pictures(config, data)
    twin, _ = _exported(replace(config, parts=("train",)), known, work, say)
    gain = leave_gain(
        load_model(twin), [p for p, part in known if part == "validation" and p.scores]
    )
    say(f"calibrated: gain {gain:.2f}")
    made, trained = _exported(config, known, work, say)
    set_threshold(made, gain)
    (made / CREDITS).write_text(credits_of(trained.pictures), "utf-8")
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(made, folder, dirs_exist_ok=True)


def _exported(
    config: TrainingConfig, known: Sequence[Known], work: Path, say: Callable[[str], None]
) -> tuple[Path, Trained]:
    trained = train(config, known, work=work, say=say)
    folder = work / "-".join((config.name, *config.parts, "made"))
    shutil.rmtree(folder, ignore_errors=True)
    say(f"exported: scores within {export(trained, folder):.4f} of Keras'")
    return folder, trained


def credits_of(pictures: Sequence[Picture]) -> str:
    """CSV: each photo that weights were fitted to, its licence, whom to credit, and its source."""
    table = io.StringIO()
    lines = csv.writer(table, lineterminator="\n")
    lines.writerow(["photo", "licence", "credit", "source"])
    lines.writerows([p.path.name, p.licence, p.credit, p.source] for p in pictures)
    return table.getvalue()
