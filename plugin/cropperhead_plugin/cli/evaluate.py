"""`cropperhead evaluate`: how good the crops are, beside every other way to crop."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from cropperhead_core.disk import is_folder, is_there
from cropperhead_core.errors import SettingsError
from cropperhead_plugin.settings import Settings, at_home

from .options import add_json, add_model, named, require_writable
from .output import printing, warn, watched

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of evaluate."""
    parser.description = (
        "Judges the model by photos it was not trained on, beside other ways to crop them: the\n"
        "full frame, boxes that see no pixels, smartcrop, libvips and the first CropperHead's\n"
        "network. docs/evaluation.md says what the columns mean."
    )
    parser.add_argument(
        "--data",
        required=True,
        metavar="FOLDER",
        help="the open data: preferences/, photos/, seed/",
    )
    parser.add_argument(
        "--part",
        choices=["validation", "test"],
        default="validation",
        help="which photos: validation while you work, test once at the end (default: validation)",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="judge by this many photos only")
    add_model(parser.add_argument)
    parser.add_argument(
        "--classic",
        metavar="FOLDER",
        help="a classic network to judge too: train --network classic",
    )
    parser.add_argument(
        "--crops",
        metavar="FILE",
        help="judge by crops that people made, too: JSON lines of photo, width, height and boxes",
    )
    parser.add_argument(
        "--html", metavar="FILE", help="write a page with the photos and every method's crop"
    )
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Judge everything by the same photos."""
    from cropperhead_plugin.evaluation import Plan, evaluation

    from .work import model_folder

    if options.limit is not None and options.limit < 1:
        raise SettingsError(f"expected a limit of at least 1 photo, got {options.limit}")
    if options.classic is not None:
        named(options.classic)
    page = None if options.html is None else _page(options.html)
    plan = Plan(
        data=at_home(options.data),
        model=model_folder(settings),
        part=options.part,
        limit=options.limit,
        classic=None if options.classic is None else at_home(options.classic),
        crops=at_home(options.crops) if options.crops else None,
    )
    found = evaluation(plan, watched)
    with printing():
        if options.json:
            from cropperhead_plugin.evaluation_records import records
            from cropperhead_plugin.protocol import line

            sys.stdout.buffer.write(b"".join(map(line, records(found))))
        else:
            from cropperhead_plugin.tables import print_tables

            print_tables(found)
        sys.stdout.flush()
    if page:
        from cropperhead_plugin.report import write_report

        write_report(found, page)
        warn(f"the page is {page}")
    return 0


def _page(argument: str) -> Path:
    """Where the page goes; raises `SettingsError` where it cannot, before minutes of work."""
    named(argument)
    page = at_home(argument)
    if not is_folder(page.parent):
        raise SettingsError(f"expected a folder for the page, got {argument}")
    if is_there(page) and not os.path.isfile(page):  # noqa: PTH113 (Path's raises for odd names)
        raise SettingsError(f"expected a file for the page, got something else: {argument}")
    require_writable(Path(os.path.realpath(page)).parent)
    return page
