"""Two hundred photos in one go: the interface answers, and stopping keeps what was applied."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from drawn import draw_jpeg

from .darktable import until
from .panel import Panel, crop_in, panel

pytestmark = pytest.mark.xdist_group("darktable-gui")

COUNT = 200


@pytest.fixture(scope="module")
def gui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    settings = "lua/cropperhead/ratio=1:1\n"
    with panel(tmp_path_factory.mktemp("gui"), settings=settings) as running:
        yield running


def drawn(folder: Path, count: int) -> list[Path]:
    """Small photos, each with noise of its own."""
    return [draw_jpeg(folder / f"{n:03}.jpg", 360, 240, 5 * n + n % 4) for n in range(count)]


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A batch of photos."""
    return drawn(tmp_path_factory.mktemp("photos"), COUNT)


@dataclass
class Watched:
    """The longest time without an answer, and how slow the machine was meanwhile."""

    silence_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0

    @property
    def slowness(self) -> float:
        """Seconds that a second's work takes, because others use the processor too."""
        return max(1.0, self.wall_s / self.cpu_s)


@contextmanager
def watching(gui: Panel) -> Iterator[Watched]:
    watched, done = Watched(), threading.Event()

    def answers() -> None:
        ticks, since = gui.gui.ticks(), time.monotonic()
        while not done.wait(0.02):
            if gui.gui.ticks() != ticks:
                watched.silence_s = max(watched.silence_s, time.monotonic() - since)
                ticks, since = gui.gui.ticks(), time.monotonic()
        watched.silence_s = max(watched.silence_s, time.monotonic() - since)

    def work() -> None:
        while not done.wait(0.2):
            wall, cpu = time.monotonic(), time.thread_time()
            while time.thread_time() - cpu < 0.02:
                pass
            watched.wall_s += time.monotonic() - wall
            watched.cpu_s += time.thread_time() - cpu

    threads = [threading.Thread(target=answers), threading.Thread(target=work)]
    for thread in threads:
        thread.start()
    yield watched
    done.set()
    for thread in threads:
        thread.join()


def test_the_interface_answers_while_two_hundred_photos_are_cropped(
    gui: Panel, photos: list[Path]
) -> None:
    numbers = gui.add(*photos)
    gui.select(numbers)
    with watching(gui) as watched:
        said = gui.press("suggest", limit_s=240)
    assert said == f"Cropped: {COUNT}"
    assert all(crop_in(photo) is not None for photo in photos)
    assert gui.tags(numbers[-1]) == {"cropperhead|suggested"}
    assert watched.silence_s < watched.slowness, watched


def test_stopping_keeps_what_was_applied(gui: Panel, tmp_path: Path) -> None:
    photos = drawn(tmp_path, 60)
    gui.select(gui.add(*photos))
    gui.begin("suggest")
    until(lambda: photos[4].with_name("004.jpg.xmp").read_text().count('"crop"'), "a fifth crop")
    with watching(gui) as watched:
        begun = time.monotonic()
        gui.begin("stop")
        gui.idle()
        took_s = time.monotonic() - begun
        time.sleep(0.5)
    said = gui.end()
    assert took_s < 2 * watched.slowness, watched
    assert said.startswith("Stopped")
    cropped = [crop_in(photo) is not None for photo in photos]
    assert 5 <= sum(cropped) < len(photos)
    assert cropped == sorted(cropped, reverse=True)
    assert f"Cropped: {sum(cropped)}" in said
    assert gui.leftovers() == []
