"""A real darktable on a screen of its own, and Lua snippets run inside it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HARNESS = Path(__file__).with_name("harness.lua")
WAIT_S = 60.0
"""For anything at all: a busy machine is slow, and only a hanging one is an error."""
STARTS = 3
NEEDED = ("darktable", "Xvfb", "openbox", "dbus-run-session")
QUIET = """\
show_splash_screen=FALSE
opencl=FALSE
worker_threads=2
"""


class Stuck(AssertionError):
    """darktable did not do in time what it should."""


def until(what: Callable[[], object], said: str, limit_s: float = WAIT_S) -> None:
    """Wait until this is true."""
    end = time.monotonic() + limit_s
    while not what():
        if time.monotonic() > end:
            raise Stuck(f"waited {limit_s:.0f} s for: {said}")
        time.sleep(0.05)


@dataclass
class Darktable:
    """A running darktable; `lua` runs a snippet in it."""

    folder: Path
    environ: dict[str, str]
    log: Path
    asked: int = 0
    process: subprocess.Popen[bytes] = field(init=False)

    @property
    def channel(self) -> Path:
        return self.folder / "channel"

    @property
    def config(self) -> Path:
        return self.folder / "home/.config/darktable"

    def start(self) -> None:
        """Start it, and again if it hangs: 4.2.1 may wait for itself for ever as it starts."""
        for _ in range(STARTS):
            with self.log.open("wb") as out:
                self.process = subprocess.Popen(
                    ["dbus-run-session", "--", "darktable", "-d", "lua"],
                    env=self.environ,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
            with contextlib.suppress(Stuck):
                until(self.is_started, "darktable's start")
                return
            self.stop(signal.SIGKILL)
            (self.config / "library.db.lock").unlink(missing_ok=True)
            (self.config / "data.db.lock").unlink(missing_ok=True)
        raise Stuck(f"darktable did not start in {STARTS} tries of {WAIT_S:.0f} s")

    def is_started(self) -> bool:
        """Whether its interface has answered."""
        if self.process.poll() is not None:
            raise AssertionError(f"darktable ended at once:\n{self.said()}")
        return self.ticks() > 0

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def said(self) -> str:
        """The end of what it printed."""
        return self.log.read_text(errors="replace")[-3000:]

    def lua(self, code: str, limit_s: float = WAIT_S) -> str:
        """What this snippet returns, as text; raises `AssertionError` with what it raised."""
        self.asked += 1
        ask, answer = (self.channel / f"{name}-{self.asked}" for name in ("ask", "answer"))
        ask.with_suffix(".new").write_text(code)
        ask.with_suffix(".new").rename(ask)
        until(lambda: answer.exists() or self.process.poll() is not None, code, limit_s)
        if not answer.exists():
            raise AssertionError(f"darktable ended:\n{self.said()}")
        word, _, value = answer.read_text(errors="surrogateescape").partition(" ")
        assert word == "ok", f"{value}\nin {code}"
        return value

    def until(self, code: str, limit_s: float = WAIT_S) -> None:
        """Wait until this expression is true in Lua."""
        until(lambda: self.lua(f"return {code}") not in ("false", "nil"), code, limit_s)

    def ticks(self) -> int:
        """How often the interface has answered so far."""
        path = self.channel / "ticks"
        return path.stat().st_size if path.exists() else 0

    def type(self, keys: str) -> None:
        """Press keys after a click between the panels, as a person does."""
        click = ["mousemove", "700", "600", "click", "1", "sleep", "1"]
        subprocess.run(["xdotool", *click, "key", keys, "sleep", "1"], env=self.environ, check=True)

    def point(self, x: int, y: int) -> None:
        """Move the pointer there, by way of another place."""
        for place in ((x + 20, y + 20), (x, y)):
            subprocess.run(["xdotool", "mousemove", *map(str, place)], env=self.environ, check=True)

    def screenshot(self, path: Path) -> None:
        subprocess.run(["import", "-window", "root", path], env=self.environ, check=True)


@contextlib.contextmanager
def screen(folder: Path, size: str = "1600x1000") -> Iterator[str]:
    """The name of a new X display with a window manager."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
    with (folder / "screen.log").open("wb") as log:
        server = subprocess.Popen(command, pass_fds=[writing], stdout=log, stderr=log)
        os.close(writing)
        with os.fdopen(reading) as names:
            display = f":{names.readline().strip()}"
        environ = {**os.environ, "DISPLAY": display}
        manager = subprocess.Popen(["openbox"], env=environ, stdout=log, stderr=log)
        try:
            yield display
        finally:
            for process in (manager, server):
                process.terminate()
                process.wait()


@contextlib.contextmanager
def darktable(
    folder: Path,
    environ: dict[str, str] | None = None,
    *,
    settings: str = "",
    size: str = "1600x1000",
) -> Iterator[Darktable]:
    """darktable started in a home below this folder, whose luarc also loads the harness."""
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not installed here: {', '.join(missing)}")
    home, channel = folder / "home", folder / "channel"
    config = home / ".config/darktable"
    for place in (config, channel, home / ".cache"):
        place.mkdir(parents=True, exist_ok=True)
    (config / "darktablerc").write_text(QUIET + settings)
    luarc = config / "luarc"
    luarc.write_text((luarc.read_text() if luarc.exists() else "") + f'dofile("{HARNESS}")\n')
    with screen(folder, size) as display:
        plain = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "DBUS_"))}
        ours = {
            "HOME": str(home),
            "DISPLAY": display,
            "CROPPERHEAD_TEST_CHANNEL": str(channel),
            "XDG_RUNTIME_DIR": str(folder),
            "GDK_BACKEND": "x11",
            "NO_AT_BRIDGE": "1",
            **(environ or {}),
        }
        running = Darktable(folder, plain | ours, log=folder / "darktable.log")
        try:
            running.start()
            yield running
        finally:
            running.stop()
