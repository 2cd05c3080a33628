"""A watch to measure: the real program in a home of its own, and photos by the thousand."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from memory import memory_mb
from PIL import Image
from skimage import data

from cropperhead_core.content import digest

__all__ = ["SURE", "Home", "Watching", "card", "numbered", "small_jpeg", "until"]

PROGRAM = Path(sys.executable).with_name("cropperhead")
PATIENCE_S = 120.0
SURE = ("--aspect", "5:4")
"""In a shape that none of the photos has each gets a crop, whatever the model thinks of them."""
PER_FOLDER = 100


@dataclass(frozen=True, slots=True)
class Home:
    """Where a watch keeps its things, and the folder that it watches."""

    place: Path
    options: tuple[str, ...] = ("--settle", "0.5")
    wrapper: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.photos.mkdir(parents=True, exist_ok=True)

    @property
    def photos(self) -> Path:
        """The folder that is watched."""
        return self.place / "photos"

    @property
    def data(self) -> Path:
        """The folder of journal and queue."""
        return self.place / ".local/share/cropperhead"

    @property
    def environment(self) -> dict[str, str]:
        """That of the program: nothing of this person's."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
        return plain | {"HOME": str(self.place)} | self.environ

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        """Any command of the program, to its end."""
        command = [*self.wrapper, PROGRAM, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, check=False)

    def status(self) -> dict[str, Any]:
        """What `cropperhead status` says."""
        said: dict[str, Any] = json.loads(self.run("status", "--json").stdout or "{}")
        return said

    def counts(self) -> dict[str, int]:
        """Photos by state, straight from the queue."""
        return dict(self.asked("watch", "SELECT state, count(*) FROM files GROUP BY state"))

    def asked(self, name: str, question: str) -> list[tuple[Any, ...]]:
        """What the database `journal` or `watch` answers; nothing while it is not there."""
        path = self.data / f"{name}.sqlite"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
            try:
                return database.execute(question).fetchall()
            except sqlite3.OperationalError:  # its tables are being made
                return []

    def troubles(self, photos: Iterable[Path]) -> list[str]:
        """What is wrong with photos that should all have one whole sidecar of ours."""
        written = dict(
            self.asked("journal", "SELECT sidecar, after_hash FROM writings WHERE state='written'")
        )
        found = []
        for photo in photos:
            sidecar = photo.with_name(photo.name + ".xmp")
            if not sidecar.exists():
                found.append(f"missed: {photo}")
            elif written.get(os.fsencode(sidecar)) != digest(sidecar.read_bytes()):
                found.append(f"not as the journal has it: {sidecar}")
        found += [f"left behind: {path}" for path in self.photos.rglob(".cropperhead-*")]
        return found

    def done_twice(self) -> int:
        """How many photos were looked at or written more than once."""
        questions = (
            "SELECT 1 FROM suggestions GROUP BY photo HAVING count(*) > 1",
            "SELECT 1 FROM writings GROUP BY photo HAVING count(*) > 1",
        )
        return sum(len(self.asked("journal", question)) for question in questions)


class Watching:
    """`cropperhead watch` at work on a home's photos; a context manager that stops it."""

    def __init__(self, home: Home, *options: str) -> None:
        self.home = home
        self._log = (home.place / "log").open("ab")
        self._start = self._log.tell()
        self.process = subprocess.Popen(
            [*self.command(home), *options], env=home.environment, stderr=self._log
        )

    @staticmethod
    def command(home: Home) -> list[str | Path]:
        """How it is started."""
        return [*home.wrapper, PROGRAM, "watch", home.photos, *SURE, *home.options]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if self.process.poll() is None:
                self.stop()
        finally:
            self._log.close()

    @property
    def log(self) -> str:
        """What was logged so far."""
        return (self.home.place / "log").read_bytes()[self._start :].decode("utf-8", "replace")

    def until(self, state: str, count: int, patience_s: float = PATIENCE_S) -> Self:
        """Wait until so many photos are in this state."""
        until(
            lambda: self.home.counts().get(state, 0) >= count, patience_s, lambda: self.log[-2000:]
        )
        return self

    def until_said(self, text: str, patience_s: float = PATIENCE_S) -> Self:
        """Wait until this is in the log."""
        until(lambda: text in self.log, patience_s, lambda: self.log[-2000:])
        return self

    def stop(self) -> float:
        """SIGTERM; how many seconds until it ended well. Raises RuntimeError otherwise."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(PATIENCE_S)
        if status:
            raise RuntimeError(f"ended with {status}: {self.log[-2000:]}")
        return time.monotonic() - start

    def kill(self) -> None:
        """End the watch as kill -9 does, and not its workers: that they have to see to."""
        self.process.kill()
        self.process.wait()

    def processes(self) -> list[int]:
        """The watch and its worker processes."""
        found = [self.process.pid]
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid:
                found.append(int(stat.parent.name))
        return found

    def cpu_s(self) -> float:
        """CPU seconds that they used so far."""
        ticks = 0
        for process in self.processes():
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Memory of all of them, what they share counted once."""
        return memory_mb(self.processes())


def until(
    is_so: Callable[[], bool], patience_s: float = PATIENCE_S, why: Callable[[], str] = str
) -> None:
    """Wait until something is so; raises RuntimeError when that takes too long."""
    end = time.monotonic() + patience_s
    while not is_so():
        if time.monotonic() > end:
            raise RuntimeError(f"waited {patience_s:g} s in vain: {why()}")
        time.sleep(0.05)


def small_jpeg(number: int, size: tuple[int, int] = (240, 160)) -> bytes:
    """A small JPEG that is worth a crop, unlike any of another number in a comment only."""
    if size not in _PLAIN:
        file = BytesIO()
        Image.fromarray(data.astronaut()).resize(size).save(file, "JPEG", quality=85)
        _PLAIN[size] = file.getvalue()
    return numbered(_PLAIN[size], number)


def numbered(jpeg: bytes, number: int) -> bytes:
    """The same picture with a comment that no other has: another photo by its content."""
    comment = f"photo {number}".encode()
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def card(folder: Path, count: int, first: int = 0) -> list[Path]:
    """A nested tree of so many photos, as cameras make them: DCIM/100CROPP/IMG_0001.JPG."""
    photos = []
    for number in range(first, first + count):
        inside = folder / "DCIM" / f"{100 + number // PER_FOLDER}CROPP"
        inside.mkdir(parents=True, exist_ok=True)
        photos.append(inside / f"IMG_{number:05}.JPG")
        photos[-1].write_bytes(small_jpeg(number))
    return photos


_PLAIN: dict[tuple[int, int], bytes] = {}
