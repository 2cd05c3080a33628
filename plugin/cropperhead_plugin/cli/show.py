"""`cropperhead show`: the crop that photos have now, and by whom."""

from __future__ import annotations

import argparse

from cropperhead_plugin.settings import Settings

from .options import add_json, add_only, add_photos, named_photos
from .output import each, report

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of show."""
    parser.description = (
        "Shows the crop that photos have now: what the darktable sidecar says, else the Lightroom\n"
        "sidecar, else the metadata embedded in the photo, else RawTherapee's profile. IMG.xmp is\n"
        "a JPEG's too, since darktable applies it, unless a raw of that name is beside it."
    )
    add_photos(parser)
    add_only(parser)
    add_json(parser)


def run(options: argparse.Namespace, _settings: Settings) -> int:
    """Show the crops of the named photos."""
    from cropperhead_plugin.current import shown
    from cropperhead_plugin.records import Shown
    from cropperhead_plugin.words import shown_words

    found = each(named_photos(options.photos), lambda path: shown(path, options.only))
    return report(found, Shown.record, shown_words, as_json=options.json)
