"""When a machine is on battery, from what the kernel says of its power supplies."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cropperhead_plugin.watching.power import is_on_battery, supplies

MAINS, UNPLUGGED = {"type": "Mains", "online": "1"}, {"type": "Mains", "online": "0"}
FULL = {"type": "Battery", "status": "Full"}
DISCHARGING = {"type": "Battery", "status": "Discharging"}
MOUSE = {"type": "Battery", "status": "Discharging", "scope": "Device"}
USB_C = {"type": "USB", "online": "1"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], False),
        ([MAINS], False),
        ([MAINS, FULL], False),
        ([MAINS, DISCHARGING], False),
        ([UNPLUGGED, FULL], True),
        ([UNPLUGGED, DISCHARGING], True),
        ([DISCHARGING], True),
        ([FULL], False),
        ([MOUSE], False),
        ([UNPLUGGED, USB_C, DISCHARGING], False),
        ([UNPLUGGED], False),
    ],
)
def test_on_battery_is_told_by_the_supplies(found: list[dict[str, str]], expected: bool) -> None:
    assert is_on_battery(found) == expected


def test_supplies_are_read_as_the_kernel_lays_them_out(tmp_path: Path) -> None:
    for name, facts in (("AC", UNPLUGGED), ("BAT0", DISCHARGING)):
        (tmp_path / name).mkdir()
        for fact, value in facts.items():
            (tmp_path / name / fact).write_text(f"{value}\n")
    assert supplies(tmp_path) == [UNPLUGGED, DISCHARGING]
    assert supplies(tmp_path / "nowhere") == []


def test_being_gentle_holds_for_us_and_whoever_we_start() -> None:
    script = (
        "import os, subprocess; from cropperhead_plugin.watching.power import be_gentle;"
        " be_gentle(); be_gentle(); print(os.nice(0), flush=True);"
        " subprocess.run(['sh', '-c', 'nice; ionice -p $$'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split() == [str(max(10, os.nice(0)))] * 2 + ["idle"]
