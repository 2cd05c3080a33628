"""`cropperhead install`: put a part of CropperHead where other programs look for it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

from cropperhead_core.errors import InstallError, SettingsError
from cropperhead_plugin.placing import Order, Placed
from cropperhead_plugin.settings import Settings, at_home

from .options import add_json, folder_to_watch
from .output import report

__all__ = ["THINGS", "describe", "run"]

Work = Callable[[Order, dict[str, str]], Iterable[Placed]]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something to install: its line in --help, and the module whose `placed` does the work.

    `placed(order, environ)` yields what it did to which path.
    """

    summary: str
    module: str

    @property
    def placed(self) -> Work:
        """The work; only its own module is imported."""
        work: Work = import_module(self.module).placed
        return work


THINGS = {
    "darktable": Thing("the panel in darktable", "cropperhead_plugin.darktable"),
    "service": Thing(
        "the watch as a service of systemd's", "cropperhead_plugin.watching.service_file"
    ),
}
"""By the name that a person types."""


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of install."""
    parser.description = (
        "Puts a part of CropperHead where other programs look for it. Doing it again renews it;\n"
        "--remove takes away what was put there and leaves everything else as it is."
    )
    parser.usage = f"{parser.prog} [-h] [--remove] [--config DIR] [--json]\n{'':27}THING [DIR ...]"
    summaries = "; ".join(f"{name}: {thing.summary}" for name, thing in THINGS.items())
    parser.add_argument("thing", nargs="?", metavar="THING", help=summaries)
    parser.add_argument(
        "folders",
        nargs="*",
        metavar="DIR",
        help="for service: the folders to watch (default: folders in the settings)",
    )
    parser.add_argument("--remove", action="store_true", help="take it away again")
    parser.add_argument(
        "--config",
        metavar="DIR",
        help="darktable's folder of settings (default: where it keeps them, also as a Flatpak)",
    )
    add_json(parser)


def run(options: argparse.Namespace, _settings: Settings) -> int:
    """Install or remove the named thing."""
    from cropperhead_plugin.words import placed_words

    if options.thing not in THINGS:
        got = "" if options.thing is None else f", got {options.thing}"
        raise SettingsError(f"expected what to install: {' or '.join(THINGS)}{got}")
    if options.folders and options.thing != "service":
        raise SettingsError(f"expected folders after service only, got {options.folders[0]}")
    for folder in options.folders:
        folder_to_watch(folder)
    config = at_home(options.config) if options.config else None
    order = Order(options.remove, config, options.folders)
    done = _placed(THINGS[options.thing].placed, order)
    return report(done, Placed.record, placed_words, as_json=options.json)


def _placed(work: Work, order: Order) -> Iterator[Placed]:
    """What the work does; a folder that is closed to us is a place that cannot be used."""
    try:
        yield from work(order, dict(os.environ))
    except OSError as error:
        raise InstallError(f"cannot write {error.filename}: {error.strerror}") from error
