"""What systemd hears of us, and the unit that it starts us by."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

__all__ = ["MARK", "UNIT", "Notify", "unit"]

UNIT = "cropperhead.service"
WATCHDOG_S = 180

MARK = b"# Made by: cropperhead install service"
TEXT = """
# Doing it again renews it, --remove takes it away.
[Unit]
Description=CropperHead: new photos arrive with a suggested crop
Documentation=man:systemd.service(5)

[Service]
Type=notify
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=30
# The photo in hand is finished after SIGTERM; its worker processes get none.
KillMode=mixed
TimeoutStopSec=20
WatchdogSec={watchdog}
Nice=10
IOSchedulingClass=idle
MemoryMax=1G
# What a user's own service manager may forbid without rights of its own; no network at all.
NoNewPrivileges=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"""


class Notify:
    """Tells the service manager of our state (sd_notify(3)); quiet where there is none."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        limit = environ.get("WATCHDOG_USEC", "") if _is_for_us(environ) else ""
        self.pulse_s = min(30.0, int(limit) / 1e6 / 3) if limit.isdigit() else 30.0

    def __call__(self, *lines: str) -> None:
        """Send these lines, such as READY=1."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address[0] == "@" else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.sendto(os.fsencode("\n".join(lines)), address)


def unit(command: Sequence[str | Path]) -> bytes:
    """The unit file that starts this command."""
    words = b" ".join(_quoted(word) for word in command)
    text = TEXT.format(command="\0", watchdog=WATCHDOG_S).encode()
    return MARK + text.replace(b"\0", words)


def _quoted(word: str | Path) -> bytes:
    r"""A word of a command as systemd reads it: % and $ doubled, the rest in quotes.

    >>> _quoted('a "b" 5%')
    b'"a \\"b\\" 5%%"'
    """
    plain = os.fsencode(word).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    plain = plain.replace(b"%", b"%%").replace(b"$", b"$$").replace(b"\n", b"\\n")
    return b'"' + plain + b'"'


def _is_for_us(environ: Mapping[str, str]) -> bool:
    return environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
