"""Log lines of the watch: for people, for machines, for the systemd journal; each trouble once."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Hashable, Mapping
from logging.handlers import RotatingFileHandler

from cropperhead_core.errors import SettingsError
from cropperhead_plugin.protocol import one_line
from cropperhead_plugin.settings import at_home

__all__ = ["Troubles", "fields", "log_to"]

MOST_BYTES, MOST_FILES = 5_000_000, 3
MOST_TROUBLES = 1000
PRIORITIES = {"CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6, "DEBUG": 7}
"""Of syslog; systemd takes them in angle brackets at the start of a line (sd-daemon(3))."""


class Troubles:
    """Logs a trouble when it begins and when it is over, and not each time it is met."""

    def __init__(self) -> None:
        self._said: dict[Hashable, str] = {}

    def warn(self, log: logging.Logger, subject: Hashable, message: str, *values: object) -> None:
        """Log this, unless the same was the last to be said of this subject."""
        said = message % values
        if self._said.get(subject) != said:
            if len(self._said) >= MOST_TROUBLES:
                self._said.clear()
            self._said[subject] = said
            log.warning(message, *values)

    def over(self, log: logging.Logger, subject: Hashable, message: str, *values: object) -> None:
        """Log this if there was a trouble with this subject."""
        if self._said.pop(subject, None) is not None:
            log.info(message, *values)


def fields(**values: object) -> dict[str, dict[str, object]]:
    """What a log line says besides its message: `log.info("...", extra=fields(photo=path))`."""
    return {"fields": values}


class Words(logging.Formatter):
    """`time message key=value ...`, with the priority for systemd if it reads along."""

    def __init__(self, *, is_journal: bool) -> None:
        super().__init__()
        self._is_journal = is_journal

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        said = [record.getMessage()]
        said += [f"{name}={_value(value)}" for name, value in _fields(record).items()]
        if record.exc_info:
            said.append(f"error={_value(self.formatException(record.exc_info))}")
        text = one_line(" ".join(said))
        if self._is_journal:
            return f"<{PRIORITIES[record.levelname]}>{text}"
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        return f"{at} {record.levelname.lower()}: {text}"


class Lines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        said = {"time": record.created, "level": record.levelname.lower()}
        said |= {"message": record.getMessage()} | _fields(record)
        if record.exc_info:
            said |= {"error": self.formatException(record.exc_info)}
        return json.dumps(said, default=str)


def log_to(file: str, *, as_json: bool, environ: Mapping[str, str]) -> logging.Handler:
    """Where log lines go: to this file, which is kept small, or else to stderr.

    Under systemd stderr is the journal, and each line there has its priority. Raises
    `SettingsError` where no such file can be.
    """
    is_journal = not file and _is_journal(environ.get("JOURNAL_STREAM", ""))
    handler = _into(file) if file else logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines() if as_json else Words(is_journal=is_journal))
    return handler


def _into(file: str) -> logging.Handler:
    path = at_home(file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return RotatingFileHandler(
            path,
            maxBytes=MOST_BYTES,
            backupCount=MOST_FILES,
            encoding="utf-8",
            errors="backslashreplace",
        )
    except (OSError, ValueError) as error:
        raise SettingsError(f"log: expected a file to write, got {path}: {error}") from error


def _is_journal(stream: str) -> bool:
    """Whether stderr is the connection to the journal that the variable names (systemd.exec(5))."""
    try:
        facts = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return stream == f"{facts.st_dev}:{facts.st_ino}"


def _fields(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = getattr(record, "fields", {})
    return found


def _value(value: object) -> str:
    """As it is if that leaves no doubt where it ends, else in quotes."""
    text = str(value)
    plain = text and not any(sign in text for sign in ' "=\n')
    return text if plain else json.dumps(text, ensure_ascii=False)
