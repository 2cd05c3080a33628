"""`cropperhead score`: how good these boxes of a photo are."""

from __future__ import annotations

import argparse
import sys

from cropperhead_core.errors import InvalidCrop, SettingsError
from cropperhead_plugin.protocol import boxes
from cropperhead_plugin.settings import Settings, at_home

from .options import add_json, add_model, named
from .output import each, report

__all__ = ["describe", "run"]

Box = tuple[float, float, float, float]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of score."""
    parser.description = (
        "Scores boxes of one photo. Boxes are JSON, [[left, top, right, bottom], ...], fractions\n"
        "of the upright photo. Higher is better; scores of different photos do not compare."
    )
    parser.add_argument("photo", metavar="PHOTO", help="the photo")
    parser.add_argument(
        "--boxes", required=True, metavar="FILE", help="the file with the boxes, or - for stdin"
    )
    add_model(parser.add_argument)
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Score the boxes."""
    from cropperhead_core.ranker import load_model
    from cropperhead_plugin.records import Scored
    from cropperhead_plugin.scoring import scored
    from cropperhead_plugin.service import hushed
    from cropperhead_plugin.words import scored_words

    from .work import model_folder

    photo, listed = named(options.photo), _boxes(options.boxes)
    with hushed():
        predictor = load_model(model_folder(settings))
    results = each([photo], lambda path: scored(path, listed, predictor))
    return report(results, Scored.record, scored_words, as_json=options.json)


def _boxes(source: str) -> list[Box]:
    """The boxes that this file or - lists; raises `SettingsError`, naming it."""
    text = _text(source)
    try:
        return boxes(text)
    except (InvalidCrop, SettingsError) as error:
        raise SettingsError(f"{error} in {source}") from error


def _text(source: str) -> str:
    """The boxes' text; raises `SettingsError`."""
    try:
        if source == "-":
            return sys.stdin.buffer.read().decode()
        return at_home(source).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the boxes in {source}: {error}") from error
