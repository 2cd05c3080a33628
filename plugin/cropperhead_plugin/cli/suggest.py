"""`cropperhead suggest`: rank crops for photos and say so; nothing is written but the journal."""

from __future__ import annotations

import argparse

from cropperhead_plugin.settings import Settings

from .options import add_json, add_photos, add_wishes, add_work, named_photos
from .output import report

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of suggest."""
    parser.description = (
        "Looks at photos and says how they could be cropped and straightened, or that they are\n"
        "best left as they are. No photo and no sidecar is touched."
    )
    add_photos(parser)
    add_json(parser)
    add_wishes(parser)
    add_work(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Suggest crops for the named photos."""
    from cropperhead_plugin.records import suggestion_record
    from cropperhead_plugin.words import suggestion_kind, suggestion_words

    from .work import journal_if_possible, noted, suggester

    wishes = settings.wishes
    paths = named_photos(options.photos)
    if not paths:
        return 0
    with journal_if_possible(settings) as journal, suggester(settings, len(paths)) as service:
        results = noted(service.suggestions(paths, wishes), wishes, journal)
        return report(
            results,
            suggestion_record,
            suggestion_words,
            as_json=options.json,
            total=len(paths),
            kind=suggestion_kind,
        )
