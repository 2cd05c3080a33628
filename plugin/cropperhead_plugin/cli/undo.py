"""`cropperhead undo`: take our last crop back and bring back what was there."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cropperhead_core.errors import NotInJournal
from cropperhead_plugin.protocol import Failure
from cropperhead_plugin.settings import Settings

from .options import add_json, add_photos, named_photos
from .output import each, report

if TYPE_CHECKING:
    from cropperhead_plugin.records import Undone

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of undo."""
    parser.description = (
        "Takes back what 'cropperhead apply' wrote last for each photo. A file that was not\n"
        "changed since is byte for byte as it was before, or gone if it was not there. In one\n"
        "that was, our crop is taken out, the earlier one comes back, and later edits stay.\n"
        "Once more takes back the apply before that. Photos of a folder for which nothing was\n"
        "written are passed over."
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

    paths = named_photos(options.photos)
    with Journal(Path(settings.journal)) as journal, ExifTool(settings.exiftool) as exiftool:
        told = _told(each(paths, Writer(journal, exiftool).undo), paths)
        return report(told, Undone.record, undone_words, as_json=options.json)


def _told(
    results: Iterable[Undone | Failure], is_named: Mapping[Path, bool]
) -> Iterator[Undone | Failure]:
    """The results without photos found in folders that we wrote nothing for: nobody asked."""
    for result in results:
        is_untouched = isinstance(result, Failure) and result.type == NotInJournal.__name__
        if is_named[result.photo] or not is_untouched:
            yield result
