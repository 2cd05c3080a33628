"""Keeping out of the way: a low priority, idle I/O, and no work on battery if so asked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

__all__ = ["be_gentle", "is_on_battery", "supplies"]

SUPPLIES = Path("/sys/class/power_supply")
NICENESS = 10
Supply = Mapping[str, str]
"""A power supply's `type`, `online`, `status` and `scope`, as the kernel says them."""


def is_on_battery(found: Iterable[Supply]) -> bool:
    """Whether the machine runs on battery: one is discharging and no mains supply is on.

    A mouse's battery (scope Device) does not count; a machine without batteries never does.

    >>> is_on_battery([{"type": "Mains", "online": "0"}, {"type": "Battery"}])
    True
    """
    ours = [supply for supply in found if supply.get("scope") != "Device"]
    batteries = [supply for supply in ours if supply.get("type") == "Battery"]
    mains = [supply for supply in ours if supply.get("type") in ("Mains", "USB")]
    if any(supply.get("online") == "1" for supply in mains):
        return False
    discharging = any(supply.get("status") == "Discharging" for supply in batteries)
    return discharging or bool(batteries and any(s.get("type") == "Mains" for s in mains))


def supplies(folder: Path = SUPPLIES) -> list[Supply]:
    """The power supplies of this machine; none where the kernel tells of none."""
    found = []
    with suppress(OSError):
        found = [_supply(path) for path in sorted(folder.iterdir())]
    return found


def be_gentle() -> None:
    """Give way to everything else, for this process and those it starts from now on."""
    os.nice(max(0, NICENESS - os.nice(0)))
    with suppress(OSError):  # util-linux is not everywhere, and it is a courtesy
        command = ["ionice", "--class", "idle", "--pid", str(os.getpid())]
        subprocess.run(command, check=False, capture_output=True)


def _supply(folder: Path) -> Supply:
    found = {}
    for name in ("type", "online", "status", "scope"):
        with suppress(OSError):
            found[name] = (folder / name).read_text("ascii", "replace").strip()
    return found
