"""How a run of Keras that was killed goes on: from its last epoch, and to the same end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

__all__ = ["epochs_done", "goes_on", "recipe_id"]

BACKUP = "backup"


def goes_on(run: Path) -> list[keras.callbacks.Callback]:
    """What keeps a run's state in this folder, finds it there again, and writes its curves."""
    return [
        Reseeded(),
        # Two of them: a kill while one is written leaves the other.
        keras.callbacks.BackupAndRestore(
            run / BACKUP, delete_checkpoint=False, double_checkpoint=True
        ),
        keras.callbacks.TensorBoard(run / "logs", write_graph=False),
    ]


def epochs_done(run: Path) -> int:
    """How many epochs a run in this folder finished before it was killed."""
    told = run / BACKUP / "training_metadata.json"
    return int(json.loads(told.read_text("utf-8"))["epoch"]) if told.exists() else 0


def recipe_id(recipe: Mapping[str, object], data_sha256: str) -> str:
    """Eight digits that change with any number of the recipe and with the data.

    A run with other numbers must not go on from where this one stopped.
    """
    told = json.dumps([recipe, data_sha256], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:8]


class Reseeded(keras.callbacks.Callback):
    """Dropout drawn by the number of the epoch, so that a run gone on with is the same run."""

    def on_train_begin(self, logs: object = None) -> None:  # noqa: ARG002 (Keras' signature)
        """Forget where an earlier run of this model went on from: Keras would skip as much here."""
        self.model._initial_epoch = 0

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002 (Keras' signature)
        """Set the state of every layer that draws."""
        for number, layer in enumerate(self.model._flatten_layers()):
            seeds = getattr(layer, "seed_generator", None)
            if seeds is not None:
                seeds.state.assign(np.array([epoch, number], np.uint32))
