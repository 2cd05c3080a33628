"""The table of commands. Each is a module of this package that has `describe` and `run`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from cropperhead_plugin.settings import Settings

__all__ = ["COMMANDS", "command"]

COMMANDS = {
    "suggest": "say how photos could be cropped and straightened",
    "apply": "write the best crop into the photos' sidecars",
    "undo": "take our crop back, and bring back what was there",
    "show": "say which crop photos have now, and by whom",
    "score": "score crops of your own for one photo",
    "watch": "give new photos in folders a crop as they arrive",
    "status": "say how the watch is doing",
    "outcome": "note what became of the suggestions for photos",
    "deliver": "suggest crops as steps for a running darktable",
    "install": "put the panel into darktable or the watch into systemd, or take it away",
    "train": "make a model from open photos",
    "evaluate": "judge the model beside other ways to crop",
    "doctor": "check that everything needed is there",
}
"""In the order of --help, each with its line there."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `describe` adds its options to a parser, `run` gives back the exit status."""

    describe: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Settings], int]


def command(name: str) -> Command:
    """The command of this name.

    Only its own module is imported: the others' would double the time until the first photo.
    """
    module: Any = import_module(f"{__package__}.{name}")
    return Command(module.describe, module.run)
