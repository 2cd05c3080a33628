"""`cropperhead apply`: write the best crop into the photos' sidecars."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cropperhead_core.errors import CropperHeadError
from cropperhead_plugin.protocol import Failure
from cropperhead_plugin.settings import Settings

from .options import (
    add_editor,
    add_json,
    add_photos,
    add_wishes,
    add_work,
    named_photos,
    require_embed_has_effect,
)
from .output import report

if TYPE_CHECKING:
    from cropperhead_core.suggestion import Suggestion
    from cropperhead_plugin.records import Applied
    from cropperhead_plugin.writer import Writer

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of apply."""
    parser.description = (
        "Writes the best crop of each photo where the editor finds it, and nothing where a photo\n"
        "is best left. A crop that is not ours stays. 'cropperhead undo' takes it all back."
    )
    add_photos(parser)
    add_editor(parser)
    parser.add_argument(
        "--replace", action="store_true", help="overwrite a crop that is not ours, too"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be written")
    add_json(parser)
    add_wishes(parser)
    add_work(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Suggest crops for the named photos and write them."""
    from cropperhead_core.exiftool import ExifTool
    from cropperhead_core.journal import Journal
    from cropperhead_plugin.records import Applied
    from cropperhead_plugin.words import applied_kind, applied_words
    from cropperhead_plugin.writer import Writer

    from .work import noted, suggester

    require_embed_has_effect(options.embed, settings.editor)
    wishes = settings.wishes
    paths = named_photos(options.photos)
    if not paths:
        return 0
    with (
        Journal(Path(settings.journal)) as journal,
        ExifTool(settings.exiftool) as exiftool,
        suggester(settings, len(paths)) as service,
    ):
        writer = Writer(
            journal,
            exiftool,
            editor=settings.editor,
            embed=settings.embed,
            replace=options.replace,
            is_dry=options.dry_run,
        )
        asked_of = None if options.dry_run else journal
        results = noted(service.suggestions(paths, wishes), wishes, asked_of)
        return report(
            _applied(results, writer),
            Applied.record,
            applied_words,
            as_json=options.json,
            total=len(paths),
            kind=applied_kind,
        )


def _applied(
    results: Iterable[Suggestion | Failure], writer: Writer
) -> Iterator[Applied | Failure]:
    for result in results:
        if isinstance(result, Failure):
            yield result
            continue
        try:
            yield writer.apply(result)
        except (CropperHeadError, MemoryError) as error:
            yield Failure.of(result.photo, error)
