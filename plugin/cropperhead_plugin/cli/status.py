"""`cropperhead status`: how the watch does, whether or not it runs."""

from __future__ import annotations

import argparse

from cropperhead_plugin.settings import Settings

from .options import add_json
from .output import report, warn

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of status."""
    parser.description = (
        "Says whether 'cropperhead watch' is at work, how many photos are in which state, how\n"
        "fast it goes, what failed last and when it is tried again, which crops wait for review,\n"
        "and how much room is on the disks."
    )
    parser.add_argument(
        "--last", type=int, default=5, metavar="N", help="how many errors to show (default: 5)"
    )
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Say how the watch does."""
    from cropperhead_core.disk import is_there
    from cropperhead_plugin.watching.presence import present
    from cropperhead_plugin.watching.queue import Queue
    from cropperhead_plugin.watching.report import Status, status
    from cropperhead_plugin.words import status_words

    from .work import queue_path

    path = queue_path(settings)
    if not is_there(path):
        warn(f"nothing was watched yet: {path} is not there")
        return 1
    running = present(path)
    told = running or {}
    folders = told.get("folders", settings.folders)
    editor = told.get("editor", settings.editor)
    with Queue(path) as queue:
        now = status(queue, running, folders, editor=editor, most=max(0, options.last))
    return report([now], Status.record, status_words, as_json=options.json)
