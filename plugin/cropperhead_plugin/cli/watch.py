"""`cropperhead watch`: give new photos in these folders a crop as they arrive."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from cropperhead_core.disk import is_folder
from cropperhead_core.errors import JournalError, SettingsError
from cropperhead_plugin.settings import Settings, load

from .options import add_wishes, named, require_reader

if TYPE_CHECKING:
    from cropperhead_plugin.watching.bell import Bell

__all__ = ["describe", "run"]

log = logging.getLogger(__name__)


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of watch."""
    parser.description = (
        "Watches folders to the bottom and writes a crop for each new photo, once it has kept\n"
        "still for a while. Photos with a sidecar of anybody's are left alone. Runs until it is\n"
        "stopped; SIGHUP has it read the settings again. 'cropperhead status' tells how it does."
    )
    parser.add_argument(
        "folders", nargs="*", metavar="DIR", help="a folder (default: folders in the settings)"
    )
    _add_what(parser)
    _add_how(parser)
    add_wishes(parser)


def _add_what(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--editor",
        choices=["darktable", "lightroom"],
        help="for which editor to write (default: darktable)",
    )
    add(
        "--embed",
        action="store_true",
        default=None,
        help="write into the photo itself where Lightroom ignores sidecars: JPEG, TIFF, DNG, HEIC",
    )
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
    add("--model", metavar="FOLDER", help="a model folder (default: the one that came with this)")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Watch the folders until told to stop; 1 if --once met photos that failed."""
    from cropperhead_plugin.watching.bell import Bell
    from cropperhead_plugin.watching.logs import log_to
    from cropperhead_plugin.watching.power import be_gentle
    from cropperhead_plugin.watching.systemd import Notify

    _require_folders(settings, is_once=_is_once(options))
    require_reader(options.embed, settings.editor)
    logger = logging.getLogger("cropperhead_plugin")
    logger.setLevel(logging.INFO)
    handler = log_to(settings.log, as_json=settings.json_log, environ=os.environ)
    logger.addHandler(handler)
    be_gentle()
    notify = Notify(os.environ)
    try:
        with Bell(lambda: notify("WATCHDOG=1"), notify.pulse_s) as bell, bell.heeding():
            failed = 0
            while not bell.is_stopping:
                bell.is_reloading = False
                failed = _watched(options, settings, bell, notify)
                if not bell.is_reloading:
                    break
                notify("RELOADING=1")
                settings = _reloaded(options, settings)
            notify("STOPPING=1")
            return 1 if failed and _is_once(options) else 0
    finally:
        logger.removeHandler(handler)
        handler.close()


def _watched(
    options: argparse.Namespace, settings: Settings, bell: Bell, notify: Callable[..., None]
) -> int:
    """Watch with these settings until something ends it; how many photos failed."""
    from cropperhead_plugin.daemon import PAUSE_S

    from .watching import watching

    with watching(settings, bell, is_dry=options.dry_run) as (daemon, failed):
        notify("READY=1", "STATUS=Watching " + " ".join(settings.folders))
        log.info("watching %s", ", ".join(settings.folders))
        try:
            daemon.run(is_once=_is_once(options))
        except JournalError as error:
            if _is_once(options):
                raise
            # Everything is built anew then: answers may be under way to a queue that is no more.
            log.error("%s; trying again in %g s", error, PAUSE_S)
            bell.wait(PAUSE_S)
            bell.is_reloading = True
        return failed()


def _require_folders(settings: Settings, *, is_once: bool) -> None:
    """Raises `SettingsError`. A folder that is not there is waited for, but not once."""
    if not settings.folders:
        raise SettingsError("no folder to watch: name one, or put folders = [...] in the settings")
    for folder in settings.folders:
        path = named(folder).expanduser()
        if is_once and not is_folder(path):
            raise SettingsError(f"expected a folder, got {folder}")


def _reloaded(options: argparse.Namespace, settings: Settings) -> Settings:
    """The settings read again; those we had where they make no sense now."""
    try:
        fresh = load(os.environ).updated(vars(options))
        _require_folders(fresh, is_once=False)
        require_reader(options.embed, fresh.editor)
    except SettingsError as error:
        log.error("keeping the settings as they were: %s", error)
        return settings
    log.info("settings read again")
    return fresh


def _is_once(options: argparse.Namespace) -> bool:
    return bool(options.once or options.dry_run)
