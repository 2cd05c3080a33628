"""`cropperhead watch`: give new photos in these folders a crop as they arrive."""

from __future__ import annotations

import argparse
import os
from contextlib import closing

from cropperhead_core.disk import is_folder
from cropperhead_core.errors import SettingsError
from cropperhead_plugin.settings import Settings

from .options import add_editor, add_model, add_wishes, folder_to_watch

__all__ = ["describe", "run"]


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of watch."""
    parser.description = (
        "Watches folders to the bottom and writes a crop for each new photo, once it has kept\n"
        "still for a while. Photos with a sidecar of anybody's are left alone. Runs until it is\n"
        "stopped or its terminal is closed; SIGHUP has it read the settings again.\n"
        "'cropperhead status' tells how it does."
    )
    parser.add_argument(
        "folders", nargs="*", metavar="DIR", help="a folder (default: folders in the settings)"
    )
    _add_what(parser)
    _add_how(parser)
    add_wishes(parser)


def _add_what(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add_editor(parser)
    add("--once", action="store_true", help="deal with what is there, then end")
    add("--dry-run", action="store_true", help="only say what would be written; implies --once")
    add(
        "--include",
        action="append",
        metavar="GLOB",
        help="only photos whose path below DIR, or name, matches; may be given again",
    )
    add("--exclude", action="append", metavar="GLOB", help="no photos that match")
    add(
        "--review-below",
        type=float,
        metavar="GAIN",
        help="keep crops that gain less than this for review instead of writing them"
        " (default: 0, write them all)",
    )


def _add_how(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how it is done").add_argument
    add(
        "--settle",
        type=float,
        metavar="S",
        help="seconds that a photo has to keep still before it is touched (default: 5)",
    )
    add(
        "--poll",
        choices=["auto", "on", "off"],
        help="look at folders every 10 seconds: auto, where the file system tells no events",
    )
    add(
        "--interval",
        type=float,
        metavar="S",
        help="seconds between two looks at everything, whatever events said (default: 300)",
    )
    add("--workers", type=int, metavar="N", help="processes that look at photos (default: 1)")
    add(
        "--pause-on-battery",
        action="store_true",
        default=None,
        help="do nothing while the machine runs on battery",
    )
    add(
        "--notify",
        action="store_true",
        default=None,
        help="say on the desktop how many new photos have crops",
    )
    add("--log", metavar="FILE", help="log into this file, which is kept small (default: stderr)")
    add("--json-log", action="store_true", default=None, help="log one JSON object a line")
    add_model(add)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Watch the folders until told to stop; 1 if --once met photos that failed."""
    from cropperhead_plugin.watching.power import be_gentle
    from cropperhead_plugin.watching.systemd import Notify
    from cropperhead_plugin.watching.wakeup import Wakeup

    from .supervisor import Logbook, Supervisor, require_sense

    is_once = bool(options.once or options.dry_run)
    require_sense(options, settings)
    _require_presence(settings, is_once=is_once)
    with closing(Logbook(settings)) as logbook:
        be_gentle()
        notify = Notify(os.environ)
        with (
            Wakeup(lambda: notify("WATCHDOG=1"), notify.pulse_s) as wakeup,
            wakeup.handling_signals(),
        ):
            supervisor = Supervisor(
                options, settings, wakeup=wakeup, logbook=logbook, notify=notify
            )
            failed = supervisor.run(is_once=is_once)
            notify("STOPPING=1")
    return 1 if failed and is_once else 0


def _require_presence(settings: Settings, *, is_once: bool) -> None:
    """Raises `SettingsError`. A folder that is not there is waited for, but not once."""
    for folder in settings.folders:
        if is_once and not is_folder(folder_to_watch(folder)):
            raise SettingsError(f"expected a folder, got {folder}")
