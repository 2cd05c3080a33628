"""`cropperhead deliver`: what the plugin in darktable asks."""

from __future__ import annotations

import argparse
import sys

from cropperhead_plugin.settings import Settings

from .options import add_wishes, add_work, pairs_in
from .output import report

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of deliver."""
    parser.description = (
        "Suggests crops for photos that a running darktable has, as steps for it to append to\n"
        "their histories: it ignores a sidecar that is changed behind its back. This is what the\n"
        "plugin asks. Reads pairs from stdin, a photo and the darktable sidecar of one of its\n"
        "versions, each path ended by NUL; prints a JSON line for each pair, in their order.\n"
        "A crop that is not ours is left alone. Nothing is written but the journal."
    )
    parser.add_argument(
        "--replace", action="store_true", help="suggest over a crop that is not ours, too"
    )
    add_wishes(parser)
    add_work(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Suggest crops for the pairs on stdin."""
    from cropperhead_plugin.deliver import Delivered, deliveries

    from .work import journal_if_possible, suggester

    wishes = settings.wishes
    pairs = pairs_in(sys.stdin.buffer.read())
    with journal_if_possible(settings) as journal, suggester(settings, len(pairs)) as service:
        results = deliveries(pairs, service, wishes, journal, replace=options.replace)
        return report(results, Delivered.record, lambda _: [], as_json=True)
