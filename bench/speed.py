"""How fast CropperHead is, as ratios of CPU time from one run: python bench/speed.py [--write].

Draws its own photos (24 and 45 MP), installs the peers it needs, and prints a line a part and a
line a goal; --write puts the tables into docs/speed.md. Ratios hold on a busy or slow machine; the
milliseconds beside them are this machine's.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cpu import peak_mb, used
from drawn import draw_jpeg, draw_raw
from installed import installed_mb
from parts import Parts, parts
from peers import ALONE, install, smartcrop, vipsthumbnail
from sidecars import sidecar_costs

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
PAGE = HERE.parent / "docs/speed.md"
COMMAND = [str(Path(sys.executable).with_name("cropperhead")), "suggest"]
ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Goal:
    """One line: what is compared, what came out, and the least or the most it should be."""

    what: str
    value: float
    limit: float
    is_least: bool
    how: str

    @property
    def row(self) -> str:
        """This line of the table."""
        is_met = self.value >= self.limit if self.is_least else self.value <= self.limit
        sign = "≥" if self.is_least else "≤"
        verdict = "yes" if is_met else "**no**"
        return (
            f"| {self.what} | {self.value:.2f} | {sign} {self.limit:g} | {verdict} | {self.how} |"
        )


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def in_a_batch(found: Parts, photos: list[Path], folder: Path) -> Iterator[Goal]:
    floor = found.decode + found.network
    how = f"{ms(found.suggest)} to {ms(found.decode)} + {ms(found.network)}"
    yield Goal("A photo in a batch, over decode + network", found.suggest / floor, 1.15, False, how)
    other = smartcrop(photos)
    yield Goal("smartcrop (PyPI), over us", other / found.suggest, 3, True, ms(other))
    other = vipsthumbnail(photos, folder)
    yield Goal("vipsthumbnail attention, over us", other / found.suggest, 1.3, True, ms(other))
    value = found.suggest / found.raw
    yield Goal("24 MP JPEG over a raw's preview", value, 4, True, f"raw {ms(found.raw)}")
    value = (found.look + found.many) * 1000
    yield Goal("Features and 500 boxes, ms", value, 30, False, f"features {ms(found.look)}")


def several(command: list[str], photos: list[Path]) -> tuple[float, float]:
    """CPU and clock seconds a photo, start-up left out."""
    few, many = (used([*command, *map(str, some)], ALONE) for some in (photos[:8], photos))
    more = len(photos) - 8
    return (many.cpu_s - few.cpu_s) / more, (many.wall_s - few.wall_s) / more


def two_workers(photos: list[Path], folder: Path) -> Iterator[Goal]:
    names = []
    for i in range(40):
        names.append(folder / f"copy{i}.jpg")
        names[-1].symlink_to(photos[i % len(photos)])
    (one, one_clock), (two, two_clock) = (
        several([*COMMAND, "--jobs", jobs], names) for jobs in ("1", "2")
    )
    how = f"by CPU time; by this machine's clock {one_clock / two_clock:.2f}"
    yield Goal("Two worker processes over one", 2 * one / two, 1.8, True, how)


def one_shot(photo: Path) -> Iterator[Goal]:
    bare = [sys.executable, str(HERE / "bare.py"), str(photo), str(MODELS)]
    commands = [*COMMAND, str(photo)], [*bare, "litert"], [*bare, "tensorflow"]
    # By turns: what disturbs lasts for seconds.
    rounds = [[used(command, ALONE).cpu_s for command in commands] for _ in range(ROUNDS)]
    ours, floor, slow = map(min, zip(*rounds, strict=True))
    how = f"{ms(ours)} to {ms(floor)}"
    yield Goal("One `cropperhead suggest`, over a bare script", ours / floor, 1.4, False, how)
    how = f"{ms(slow)}; over the bare script {slow / floor:.1f}"
    yield Goal("The same through TensorFlow, over us", slow / ours, 12, True, how)


def memory(photos: list[Path]) -> Iterator[Goal]:
    os.environ.update(ALONE)
    found = peak_mb(["suggest", "--jobs", "1", *map(str, photos)])
    yield Goal("Memory of a worker, MB", found, 130, False, "three 45 MP JPEGs")


def others(folder: Path) -> Iterator[Goal]:
    ours, raw = sidecar_costs(folder)
    how = f"{ours * 1000:.2f} ms to {raw * 1000:.2f} ms"
    yield Goal("A sidecar written and synced, over raw lxml", ours / raw, 2, False, how)
    size = sum(installed_mb().values()) + sum(
        file.stat().st_size / 1e6 for file in MODELS.rglob("*") if file.is_file()
    )
    yield Goal("Runtime install, MB", size, 250, False, "all files pip brings, and the models")


def model() -> Path:
    """The model that ships, whichever it is."""
    return next(here for here in sorted(MODELS.iterdir()) if (here / "model.tflite").exists())


def lines(folder: Path) -> Iterator[str]:
    """Both tables, each line as soon as it is known."""
    large = [draw_jpeg(folder / f"{i}.jpg", 6000, 4000, i) for i in range(4)]
    raws = [draw_raw(folder / f"{i}.dng", 6000, 4000, i) for i in range(4)]
    found = parts(model(), large, raws)
    yield from found.rows()
    yield from ("", "| What | Value | Goal | Met | Measured |", "|---|---|---|---|---|")
    yield from (goal.row for goal in in_a_batch(found, large, folder))
    yield from (goal.row for goal in two_workers(large, folder))
    yield from (goal.row for goal in one_shot(large[0]))
    huge = [draw_jpeg(folder / f"huge{i}.jpg", 8256, 5504, i) for i in range(3)]
    yield from (goal.row for goal in memory(huge))
    yield from (goal.row for goal in others(folder))


def main() -> None:
    install()
    printed = []
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = os.environ["XDG_DATA_HOME"] = name
        for line in lines(Path(name)):
            printed.append(line)
            print(line, flush=True)
    if "--write" in sys.argv:
        before = PAGE.read_text("utf-8").partition("| Part")[0]
        PAGE.write_text(before + "\n".join(printed) + "\n", "utf-8")


if __name__ == "__main__":
    main()
