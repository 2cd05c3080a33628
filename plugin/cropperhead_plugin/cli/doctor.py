"""`cropperhead doctor`: check that everything needed is there."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cropperhead_core.model_folder import FACES, LEVEL, shipped
from cropperhead_plugin.settings import Settings

from .options import add_json
from .output import report

if TYPE_CHECKING:
    from cropperhead_plugin.doctor import Check

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of doctor."""
    parser.description = (
        "Checks the programs, libraries, models and files that CropperHead works with, one line\n"
        "each, and says what to do where something is missing. Exit status 1 if that was needed."
    )
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Check everything."""
    from cropperhead_plugin.doctor import Check, checks
    from cropperhead_plugin.words import check_words

    from .work import model_folder

    looked_at = checks(
        model=lambda: model_folder(settings),
        faces=shipped(FACES),
        level=shipped(LEVEL),
        exiftool=settings.exiftool,
        journal=Path(settings.journal),
        environ=os.environ,
    )
    missing: list[Check] = []
    report(_kept(looked_at, missing), Check.record, check_words, as_json=options.json)
    return 1 if missing else 0


def _kept(looked_at: Iterator[Check], missing: list[Check]) -> Iterator[Check]:
    """The same checks; those that failed and are needed are kept aside."""
    for check in looked_at:
        if check.needed and not check.is_well:
            missing.append(check)
        yield check
