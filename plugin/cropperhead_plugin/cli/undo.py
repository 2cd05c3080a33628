"""`cropperhead undo`: take our last crop back and bring back what was there."""

from __future__ import annotations

import argparse
from pathlib import Path

from cropperhead_plugin.settings import Settings

from .options import add_json, add_photos, named_photos
from .output import each, report

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of undo."""
    parser.description = (
        "Takes back what 'cropperhead apply' wrote last for each photo. A file that was not\n"
        "changed since is byte for byte as it was before, or gone if it was not there. In one\n"
        "that was, our crop is taken out, the earlier one comes back, and later edits stay.\n"
        "Once more takes back the apply before that."
    )
    add_photos(parser)
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Take our crops of the named photos back."""
    from cropperhead_core.exiftool import ExifTool
    from cropperhead_core.journal import Journal
    from cropperhead_plugin.records import Undone
    from cropperhead_plugin.words import undone_words
    from cropperhead_plugin.writer import Writer

    with Journal(Path(settings.journal)) as journal, ExifTool(settings.exiftool) as exiftool:
        writer = Writer(journal, exiftool)
        results = each(named_photos(options.photos), writer.undo)
        return report(results, Undone.record, undone_words, as_json=options.json)
