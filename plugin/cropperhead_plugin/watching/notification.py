"""A word on the desktop when new photos have crops; nothing where there is no desktop."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress

__all__ = ["announcement", "command", "notify"]

TIMEOUT_S = 5
TITLE = "CropperHead"
METHOD = "org.freedesktop.Notifications.Notify"


def announcement(count: int) -> str:
    """What is said when so many photos have crops.

    >>> announcement(12)
    '12 new photos have suggested crops'
    """
    return (
        "1 new photo has a suggested crop"
        if count == 1
        else f"{count} new photos have suggested crops"
    )


def command(text: str, which: Callable[[str], str | None] = shutil.which) -> Sequence[str]:
    """The command that says it: notify-send, else gdbus; empty if there is neither."""
    if which("notify-send"):
        return ["notify-send", "--app-name", TITLE, TITLE, text]
    if which("gdbus"):
        place = ["--dest", "org.freedesktop.Notifications"]
        place += ["--object-path", "/org/freedesktop/Notifications", "--method", METHOD]
        said = [TITLE, "uint32 0", "", TITLE, text, "@as []", "@a{sv} {}", "int32 -1"]
        return ["gdbus", "call", "--session", *place, "--", *said]
    return []


def notify(text: str) -> None:
    """Say it; that nobody hears is no trouble."""
    said = command(text)
    if said:
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(said, check=False, capture_output=True, timeout=TIMEOUT_S)
