"""The unit in systemd's folder for this person: put there, switched on, and taken away again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

from cropperhead_core.disk import is_there
from cropperhead_core.errors import InstallError, SettingsError
from cropperhead_core.sidecar.files import read_bytes, replace_file
from cropperhead_plugin.placing import Order, Placed, program
from cropperhead_plugin.settings import at_home, load
from cropperhead_plugin.xdg import config_home

from .systemd import MARK, UNIT, unit

__all__ = ["placed", "unit_path"]

TIMEOUT_S = 30
START = f"start it now and at each login: systemctl --user enable --now {UNIT}"
"""Left to the person: a service that starts behind one's back is no gift."""


def placed(order: Order, environ: Mapping[str, str]) -> Iterator[Placed]:
    """Put the unit there, or take it away."""
    path = unit_path(environ)
    before = read_bytes(path)
    if before is not None and not before.startswith(MARK):
        raise InstallError(f"{path} is not ours, so it was left alone: move it away first")
    if order.is_removal:
        yield Placed(path, "unchanged" if before is None else _removed(path, before))
        return
    folders = _folders(order.folders, environ)
    after = unit([program(), "watch", *folders])
    if after == before:
        yield Placed(path, "unchanged")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, after, expected=before)
    _systemctl("daemon-reload")
    awaited = [folder for folder in folders if not is_there(Path(folder))]
    is_awaited = f"; {', '.join(awaited)} is not there yet, and is waited for" if awaited else ""
    yield Placed(path, "installed", START + is_awaited)


def unit_path(environ: Mapping[str, str]) -> Path:
    """Where systemd looks for this person's units (systemd.unit(5))."""
    return config_home(environ) / "systemd/user" / UNIT


def _folders(named: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """The named folders, or none if the settings name them: they may change there."""
    if not named and not load(environ).folders:
        raise SettingsError(
            "no folder to watch: name one after 'service', or put folders = [...] in the settings"
        )
    return [os.path.abspath(at_home(folder)) for folder in named]  # noqa: PTH100 (links stay)


def _removed(path: Path, before: bytes) -> Literal["removed"]:
    """Stop the service, switch it off, take its unit away."""
    _systemctl("disable", "--now", UNIT)
    for wanted in path.parent.glob(f"*.wants/{UNIT}"):
        wanted.unlink()  # where no systemd was there to do it
    replace_file(path, None, expected=before)
    _systemctl("daemon-reload")
    return "removed"


def _systemctl(*arguments: str) -> None:
    """Ask the person's systemd; where none runs, the files are all there is to do."""
    program = shutil.which("systemctl")
    if program:
        with suppress(OSError, subprocess.SubprocessError):
            command = [program, "--user", *arguments]
            subprocess.run(command, check=False, capture_output=True, timeout=TIMEOUT_S)
