"""What the watch folder promises, measured: python bench/watch.py [--full] [NAME...] [SIZE=N...].

Prints a line a figure. Without --full all is a tenth or less. Names are those of the functions here
(copied killed rest latency backlog), sizes those of `Sizes`. The watch is the real one.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cpu import used
from drawn import draw_jpeg
from watched import SURE, Home, Watching, card, numbered, small_jpeg, until

from cropperhead_plugin.watch import Rules, Watch
from cropperhead_plugin.watching.hints import Listener
from cropperhead_plugin.watching.logs import Troubles
from cropperhead_plugin.watching.queue import Queue

__all__ = ["Figure", "Sizes", "backlog", "copied", "killed", "latency", "rest"]

SUGGEST = [str(Path(sys.executable).with_name("cropperhead")), "suggest", "--jobs", "1", *SURE]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many photos, kills and runs."""

    copied: int = 1000
    runs: int = 1
    killed: int = 60
    kills: int = 8
    known: int = 2000
    rest_s: int = 20
    singles: int = 8
    backlog: int = 12


FULL = Sizes(
    copied=10_000,
    runs=3,
    killed=500,
    kills=50,
    known=20_000,
    rest_s=60,
    singles=40,
    backlog=60,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what was measured, what came out, the most it may be, and how it was measured."""

    what: str
    value: float
    most: float
    how: str

    @property
    def row(self) -> str:
        """This line of the table."""
        verdict = "yes" if self.value <= self.most else "**no**"
        return f"| {self.what} | {self.value:.3g} | ≤ {self.most:g} | {verdict} | {self.how} |"


def copied(place: Path, sizes: Sizes) -> Iterator[Figure]:
    """Nested trees copied in at once, one after the other: missed, done twice; memory meanwhile."""
    home, found = Home(place / "copied", ("--settle", "1")), list[float]()
    with Watching(home) as watch:
        watch.until_said("watching")
        for run in range(sizes.runs):
            first = run * sizes.copied
            source = card(place / f"card{run}", sizes.copied, first)
            start = time.monotonic()
            subprocess.run(["cp", "-r", place / f"card{run}", home.photos], check=True)
            took = time.monotonic() - start
            for part in range(1, 11):
                watch.until("done", first + sizes.copied * part // 10, 3600)
                found.append(watch.memory_mb())
            whole = time.monotonic() - start
            photos = [home.photos / path.relative_to(place) for path in source]
            how = f"{sizes.copied} photos, cp -r took {took:.1f} s, all done after {whole:.0f} s"
            yield Figure(f"Run {run + 1}: missed", len(home.troubles(photos)), 0, how)
            yield Figure(f"Run {run + 1}: done twice", home.done_twice(), 0, "by the journal")
    how = f"MB after each tenth of {len(found) // 10} runs: " + " ".join(
        f"{mb:.0f}" for mb in found
    )
    yield Figure("Memory, MB", max(found), 250, how)
    growth = 100 * (found[-1] / found[0] - 1)
    yield Figure("Memory, growth from the first tenth to the last, %", growth, 5, "the same runs")


def killed(place: Path, sizes: Sizes) -> Iterator[Figure]:
    """Killed at random moments, started again each time."""
    home = Home(place / "killed", ("--settle", "0.1"))
    theirs = home.photos / "theirs.jpg"
    photos = card(home.photos, sizes.killed)
    theirs.write_bytes(small_jpeg(10**6))
    Path(f"{theirs}.xmp").write_text("somebody's")
    moments, at = random.Random(1), []  # noqa: S311 (moments, no secrets)
    for _ in range(sizes.kills):
        with Watching(home) as watch:
            watch.until_said("watching")
            time.sleep(moments.uniform(0, 1.5))
            watch.kill()
        at.append(home.counts().get("done", 0))
    with Watching(home) as watch:
        watch.until_said("watching").until("done", sizes.killed, 3600)
        until(lambda: home.status()["running"]["at"] == "waiting")
    during = sum(0 < done < sizes.killed for done in at)
    how = f"{sizes.kills} kills, {during} of them with work under way"
    yield Figure("Killed: photos without one whole sidecar", len(home.troubles(photos)), 0, how)
    harmed = Path(f"{theirs}.xmp").read_text() != "somebody's"
    yield Figure("Killed: others' sidecars harmed", harmed, 0, "one was there")


def rest(place: Path, sizes: Sizes) -> Iterator[Figure]:
    """CPU at rest with many known photos, and the time of a sweep of them."""
    home = Home(place / "rest", ("--settle", "0.1", "--interval", "60"))
    photos = card(home.photos, sizes.known)
    for photo in photos:  # somebody's sidecars: known without having been looked at
        photo.with_name(photo.name + ".xmp").write_bytes(FOREIGN)
    with Watching(home) as watch:
        watch.until("skipped", sizes.known, 3600)
        until(lambda: home.status()["running"]["at"] == "waiting")
        time.sleep(15)  # the sweep after the events
        before = watch.cpu_s()
        time.sleep(sizes.rest_s)
        share = (watch.cpu_s() - before) / sizes.rest_s
    yield Figure("CPU at rest, %", 100 * share, 1, f"{sizes.known} known, {sizes.rest_s} s")
    with Queue(home.data / "watch.sqlite") as queue:
        rules = Rules([home.photos])
        sweeping = Watch(rules, queue, Listener(lambda: None), troubles=Troubles())
        start, before_s = time.monotonic(), time.process_time()
        sweeping.look()
        clock, cost = time.monotonic() - start, time.process_time() - before_s
        visited = len(queue.folders(home.photos))
    how = f"{sizes.known} photos in {visited} folders; {clock:.2f} s by the clock"
    yield Figure("A sweep of them, s of CPU", cost, 2, how)


def latency(place: Path, sizes: Sizes) -> Iterator[Figure]:
    """From the end of the settle time to the sidecar, for single 24 MP JPEGs."""
    settle = 1.0
    home = Home(place / "latency", ("--settle", str(settle)))
    photo = draw_jpeg(place / "large.jpg", 6000, 4000).read_bytes()
    late, cost_s = [], 0.0
    with Watching(home) as watch:
        watch.until_said("watching")
        time.sleep(2)
        for number in range(sizes.singles):
            path = home.photos / f"{number}.jpg"
            path.write_bytes(numbered(photo, number))
            end = time.monotonic() + settle
            time.sleep(0.9 * settle)
            before = watch.cpu_s()
            until(path.with_name(path.name + ".xmp").exists)
            late.append(time.monotonic() - end)
            time.sleep(0.5)
            cost_s += watch.cpu_s() - before
    late.sort()
    how = f"{len(late)} photos of 24 MP one by one, median {late[len(late) // 2]:.2f} s"
    how += f", {1000 * cost_s / len(late):.0f} ms of CPU each"
    yield Figure("After the settle time, p95, s", late[int(0.95 * (len(late) - 1))], 0.6, how)


def backlog(place: Path, sizes: Sizes) -> Iterator[Figure]:
    """A backlog of 24 MP JPEGs, over `suggest` in a batch: CPU time a photo."""
    folder = place / "backlog/photos"
    folder.mkdir(parents=True)
    drawn = [draw_jpeg(place / f"{n}.jpg", 6000, 4000, n).read_bytes() for n in range(4)]
    photos = [folder / f"{number}.jpg" for number in range(sizes.backlog)]
    for number, photo in enumerate(photos):
        photo.write_bytes(numbered(drawn[number % 4], number))
    home = Home(place / "backlog", ("--settle", "0"))
    environment = home.environment
    few = photos[:4]
    batch = (used([*SUGGEST, *map(str, photos)], environment).cpu_s) - (
        used([*SUGGEST, *map(str, few)], environment).cpu_s
    )
    per_photo = batch / (len(photos) - len(few))
    with Watching(home) as watch:
        until(lambda: sum(home.counts().get(state, 0) for state in ("done", "left")) >= 4, 600)
        first, before = dealt_with(home), watch.cpu_s()
        until(lambda: dealt_with(home) >= sizes.backlog, 3600)
        ours = (watch.cpu_s() - before) / (sizes.backlog - first)
    how = f"{1000 * ours:.0f} ms to {1000 * per_photo:.0f} ms of CPU a photo of 24 MP"
    yield Figure("A backlog over `suggest`", ours / per_photo, 1.25, how)


def dealt_with(home: Home) -> int:
    """How many photos have been looked at."""
    counts = home.counts()
    return counts.get("done", 0) + counts.get("left", 0)


FOREIGN = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="%s"/></x:xmpmeta>' % (
    b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
)
MEASURES: dict[str, Callable[[Path, Sizes], Iterator[Figure]]] = {
    measure.__name__: measure for measure in (copied, killed, rest, latency, backlog)
}


def main() -> None:
    given = dict(argument.split("=") for argument in sys.argv if "=" in argument)
    sizes = replace(
        FULL if "--full" in sys.argv else Sizes(), **{k: int(v) for k, v in given.items()}
    )
    names = [name for name in sys.argv[1:] if name in MEASURES] or list(MEASURES)
    print("| What | Figure | Goal | Met | Measured |", "|---|---|---|---|---|", sep="\n")
    for name in names:
        with tempfile.TemporaryDirectory() as place:
            for figure in MEASURES[name](Path(place), sizes):
                print(figure.row, flush=True)


if __name__ == "__main__":
    main()
