"""Keeps a watch up for months: settings are read again, a full disk under the queue is outlived."""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Callable
from contextlib import suppress

from cropperhead_core.errors import CropperHeadError, JournalError, SettingsError
from cropperhead_plugin.daemon import PAUSE_S
from cropperhead_plugin.settings import Settings, load
from cropperhead_plugin.watching.logs import log_to
from cropperhead_plugin.watching.wakeup import Wakeup

from .options import folder_to_watch, require_embed_has_effect
from .watching import watching

__all__ = ["Logbook", "Supervisor", "require_sense"]

log = logging.getLogger(__name__)


class Logbook:
    """What all our modules log, where the settings want it, until it is closed."""

    def __init__(self, settings: Settings) -> None:
        self._logger = logging.getLogger("cropperhead_plugin")
        self._logger.setLevel(logging.INFO)
        self._handler = _handler(settings)
        self._logger.addHandler(self._handler)

    def close(self) -> None:
        """Log there no more."""
        self._logger.removeHandler(self._handler)
        self._handler.close()

    def move(self, settings: Settings) -> None:
        """Log where these settings want it; raises `SettingsError` and stays where it cannot."""
        fresh, old = _handler(settings), self._handler
        self._logger.addHandler(fresh)
        self._logger.removeHandler(old)
        old.close()
        self._handler = fresh


class Supervisor:
    """A watch that is begun anew with settings that were read again, and after troubles.

    Errors before it was up for the first time are raised, and with --once all are; later ones are
    logged, and it goes on.
    """

    def __init__(
        self,
        options: argparse.Namespace,
        settings: Settings,
        *,
        wakeup: Wakeup,
        logbook: Logbook,
        notify: Callable[..., None],
    ) -> None:
        self._options, self._settings = options, settings
        self._wakeup, self._logbook, self._notify = wakeup, logbook, notify
        self._proven: Settings | None = None

    def run(self, *, is_once: bool) -> int:
        """Watch until told to stop; how many photos failed."""
        failed = 0
        while not self._wakeup.is_stopping:
            try:
                failed = self._watched(is_once=is_once)
            except CropperHeadError as error:
                if self._proven is None or is_once:
                    raise
                self._outlive(error, self._proven)
            else:
                if not self._wakeup.is_reloading:
                    break
            if self._wakeup.is_reloading:
                self._reload()
        return failed

    def _watched(self, *, is_once: bool) -> int:
        """Watch with these settings until something ends it; how many photos failed."""
        settings = self._settings
        with watching(settings, self._wakeup, is_dry=self._options.dry_run) as (daemon, failed):
            if self._proven is not None and self._proven is not settings:
                log.info("settings read again")
            self._proven = settings
            self._notify("READY=1", "STATUS=Watching " + " ".join(settings.folders))
            log.info("watching %s", ", ".join(settings.folders))
            daemon.run(is_once=is_once)
            return failed()

    def _outlive(self, error: CropperHeadError, proven: Settings) -> None:
        """Go back to the settings that a watch was up with, or wait and begin anew.

        Everything is built anew then: answers may be under way to a queue that is no more.
        """
        if is_to_blame(error, self._settings, proven):
            self._settings = proven
            with suppress(SettingsError):  # better in the new place than nowhere
                self._logbook.move(proven)
            log.error("keeping the settings as they were: %s", error)
        else:
            log.error("%s; trying again in %g s", error, PAUSE_S)
            self._wakeup.pause(PAUSE_S)

    def _reload(self) -> None:
        """Take the settings as they are now, unless they make no sense."""
        self._wakeup.is_reloading = False
        self._notify("RELOADING=1")
        try:
            fresh = load(os.environ).updated(vars(self._options))
            require_sense(self._options, fresh)
            self._logbook.move(fresh)
        except SettingsError as error:
            log.error("keeping the settings as they were: %s", error)
            return
        self._settings = fresh


def require_sense(options: argparse.Namespace, settings: Settings) -> None:
    """Raises `SettingsError` if these settings leave nothing to watch."""
    if not settings.folders:
        raise SettingsError("no folder to watch: name one, or put folders = [...] in the settings")
    for folder in settings.folders:
        folder_to_watch(folder)
    require_embed_has_effect(options.embed, settings.editor)


def is_to_blame(error: CropperHeadError, settings: Settings, proven: Settings) -> bool:
    """Whether new settings are at fault, and not a disk that filled up under the same queue."""
    is_same_queue = isinstance(error, JournalError) and settings.journal == proven.journal
    return settings != proven and not is_same_queue


def _handler(settings: Settings) -> logging.Handler:
    return log_to(settings.log, as_json=settings.json_log, environ=os.environ)
