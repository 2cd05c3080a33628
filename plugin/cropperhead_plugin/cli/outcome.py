"""`cropperhead outcome`: note what became of the suggestions for photos."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cropperhead_core.errors import SettingsError
from cropperhead_plugin.settings import Settings

from .options import add_json, add_only, add_photos, named_photos, pairs_in
from .output import each, report

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of outcome."""
    parser.description = (
        "Compares the crop that a photo has now with what was last suggested for it, and notes in\n"
        "the journal whether the suggestion was accepted, adjusted, rejected or left untouched.\n"
        "The journal keeps that, on this machine only; 'cropperhead train' does not use it yet."
    )
    add_photos(parser)
    parser.add_argument(
        "--sidecars",
        action="store_true",
        help="PHOTO is -, and stdin has pairs: a photo and the darktable sidecar of one of its"
        " versions, each path ended by NUL",
    )
    word = parser.add_mutually_exclusive_group()
    word.add_argument(
        "--accepted",
        dest="said",
        action="store_const",
        const="accepted",
        help="the photographer said so: the crop as it stands is what they want",
    )
    word.add_argument(
        "--rejected",
        dest="said",
        action="store_const",
        const="rejected",
        help="the photographer took the suggestion away",
    )
    add_only(parser)
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Note the outcomes for the named photos."""
    from cropperhead_core.journal import Journal
    from cropperhead_plugin.current import recorded
    from cropperhead_plugin.records import Recorded
    from cropperhead_plugin.words import outcome_words

    named = _named(options)
    with Journal(Path(settings.journal)) as journal:
        note = partial(recorded, journal=journal, editor=options.only, said=options.said)
        results = (
            result
            for photo, sidecar in named
            for result in each([photo], partial(note, sidecar=sidecar))
        )
        return report(results, Recorded.record, outcome_words, as_json=options.json)


def _named(options: argparse.Namespace) -> Sequence[tuple[Path, Path | None]]:
    """The photos, each with its version's sidecar where that was named; raises `SettingsError`."""
    if options.sidecars:
        if options.photos != ["-"]:
            raise SettingsError(
                "--sidecars takes photos from stdin: expected - as the only PHOTO, got "
                + " ".join(options.photos)
            )
        return pairs_in(sys.stdin.buffer.read())
    return [(photo, None) for photo in named_photos(options.photos)]
