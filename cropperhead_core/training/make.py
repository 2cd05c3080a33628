"""The whole way from data to a model folder that can be shipped: train, export, calibrate."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from cropperhead_core.dataset import Picture
from cropperhead_core.ranker import load_model

from .calibrate import leave_gain
from .export import export, set_threshold
from .publishing import publish
from .recipe import TrainingConfig, known_pictures, require_pictures
from .train import train

__all__ = ["CREDITS", "credits_of", "make_model"]

CREDITS = "CREDITS.csv"


def make_model(
    config: TrainingConfig, *, data: Path, work: Path, folder: Path, say: Callable[[str], None]
) -> None:
    """Train by this recipe on `data` and write the model to `folder` once it is made.

    The threshold comes from the validation part, which no weight was fitted to. Raises `ModelError`
    when an exported graph does not say what Keras says, `SettingsError` for data without photos to
    learn from or to watch.
    """
    known = known_pictures(config, data)
    unseen = [picture for picture, part in known if part == "validation" and picture.scores]
    require_pictures([p for p, part in known if part in config.parts and p.scores], unseen, data)
    trained = train(config, known, work=work, say=say)
    made = work / f"{config.name}-made"
    shutil.rmtree(made, ignore_errors=True)
    say(f"exported: scores within {export(trained, made):.4f} of Keras'")
    gain = leave_gain(load_model(made), unseen)
    say(f"calibrated: gain {gain:.2f}")
    set_threshold(made, gain)
    (made / CREDITS).write_text(credits_of(trained.pictures), "utf-8")
    publish(made, folder)


def credits_of(pictures: Sequence[Picture]) -> str:
    """CSV: each photo that weights were fitted to, its licence, whom to credit, and its source."""
    table = io.StringIO()
    lines = csv.writer(table, lineterminator="\n")
    lines.writerow(["photo", "licence", "credit", "source"])
    lines.writerows([p.path.name, p.licence, p.credit, p.source] for p in pictures)
    return table.getvalue()
