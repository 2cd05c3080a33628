"""The watch over real folders, with clocks of its own: whatever happens, in whatever order."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cropperhead_plugin import watch as watch_module
from cropperhead_plugin.watch import Rules, Watch, settled
from cropperhead_plugin.watching.entry import Entry
from cropperhead_plugin.watching.logs import Troubles
from cropperhead_plugin.watching.queue import Queue

SETTLE_S, INTERVAL_S = 5.0, 300.0


class Deaf:
    """A listener that hears what a test tells it, or nothing."""

    def __init__(self) -> None:
        self.folders: set[Path] = set()
        self.trees: set[Path] = set()
        self.heard = 10**6

    def listen(self, _folder: Path) -> str:
        return ""

    def stop_listening(self, _folder: Path) -> None:
        pass

    def has_lost(self, _folder: Path) -> bool:
        return False

    @property
    def count(self) -> int:
        return self.heard

    @property
    def has_news(self) -> bool:
        return bool(self.folders or self.trees)

    def take(self) -> tuple[set[Path], set[Path]]:
        taken = self.folders, self.trees
        self.folders, self.trees = set(), set()
        return taken


class Scene:
    """A watch, its clocks, and its folder."""

    def __init__(self, folder: Path) -> None:
        self.now, self.wall = 1000.0, 1e9
        self.folder, self.listener = folder, Deaf()
        folder.mkdir(exist_ok=True)
        self.queue = Queue(Path(":memory:"))
        self.rules = Rules([folder], settle_s=SETTLE_S, interval_s=INTERVAL_S, poll="off")
        self.watch = self.begun()

    def begun(self) -> Watch:
        return Watch(
            self.rules,
            self.queue,
            self.listener,
            troubles=Troubles(),
            clock=lambda: self.now,
            wall=lambda: self.wall,
        )

    def pass_time(self, seconds: float) -> None:
        """Time passes, and the watch looks whenever it wants to."""
        end = self.now + seconds
        while True:
            self.watch.look()
            following = max(self.now + 0.01, self.watch.next_look())
            if following > end:
                break
            self.now = following
        self.now = end
        self.watch.look()

    def due(self) -> list[str]:
        return [str(entry.path.relative_to(self.folder)) for entry in self.watch.due()]

    def finish(self) -> list[str]:
        """Deal with all that is due, as the daemon would."""
        done = self.watch.due()
        self.queue.put([Entry(entry.path, entry.stamp, state="done") for entry in done])
        return [entry.path.name for entry in done]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path / "photos")
    yield scene
    scene.queue.close()


def write(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_a_photo_that_was_heard_of_is_due_after_the_settle_time(scene: Scene) -> None:
    scene.pass_time(10)
    write(scene.folder / "a.jpg")
    scene.listener.folders.add(scene.folder)
    scene.pass_time(SETTLE_S - 0.2)
    assert scene.due() == []
    scene.pass_time(0.5)
    assert scene.due() == ["a.jpg"]


def test_what_was_not_finished_in_a_folder_of_another_programs_is_given_up(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(folder: Path) -> object:
        raise PermissionError(13, "Permission denied", str(folder))

    path = write(scene.folder / "@eaDir/a.jpg")  # which was watched itself once
    scene.queue.put([Entry(path, (1, 1), state="waiting")])
    monkeypatch.setattr(watch_module, "listing", closed)  # so that no sweep sees the whole
    scene.watch = scene.begun()
    scene.pass_time(1)
    assert scene.due() == []
    assert scene.watch.is_at_rest


@pytest.mark.parametrize("name", ["darktable_exported", "@eaDir", ".stversions", "x.lrdata"])
@pytest.mark.parametrize("below", ["", "deep"])
def test_what_is_heard_of_folders_of_other_programs_does_not_count(
    scene: Scene, name: str, below: str
) -> None:
    scene.pass_time(10)
    folder = write(scene.folder / name / below / "a.jpg").parent
    scene.listener.folders.add(folder)
    scene.listener.trees.add(scene.folder / name)
    scene.pass_time(SETTLE_S + 0.5)
    assert scene.due() == []


def test_a_photo_of_the_far_future_is_one(scene: Scene) -> None:
    path = write(scene.folder / "a.jpg")
    os.utime(path, ns=(2**63 + 10**9,) * 2)
    scene.pass_time(2 * SETTLE_S)
    assert scene.finish() == ["a.jpg"]
    scene.pass_time(INTERVAL_S + SETTLE_S)
    assert scene.due() == []


def test_a_watched_folder_in_a_watched_folder_is_listened_in_once(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    (scene.folder / "sub/deep").mkdir(parents=True)
    scene.rules = replace(scene.rules, folders=[scene.folder, scene.folder / "sub"], poll="auto")
    scene.listener.heard = 3
    scene.watch = scene.begun()
    scene.pass_time(30)
    assert "limit" not in caplog.text


def test_a_photo_that_nobody_told_of_is_found_by_the_next_sweep(scene: Scene) -> None:
    scene.pass_time(10)
    write(scene.folder / "a/b/c.jpg")
    scene.pass_time(INTERVAL_S + SETTLE_S + 1)
    assert scene.due() == ["a/b/c.jpg"]


def test_a_folder_that_went_and_came_back_is_swept_within_seconds(scene: Scene) -> None:
    scene.pass_time(10)
    scene.folder.rename(scene.folder.with_name("away"))
    write(scene.folder / "a.jpg")
    scene.pass_time(2 + SETTLE_S + 1)
    assert scene.due() == ["a.jpg"]


def test_of_many_photos_one_that_was_heard_of_brings_the_others(scene: Scene) -> None:
    scene.pass_time(10)
    for name in ("heard/a.jpg", "unheard/b.jpg", "un/heard/c.jpg"):
        write(scene.folder / name)
    scene.listener.folders.add(scene.folder / "heard")
    scene.pass_time(3 * SETTLE_S)
    assert scene.due() == ["heard/a.jpg", "un/heard/c.jpg", "unheard/b.jpg"]


def test_while_a_photo_grows_it_is_not_due(scene: Scene) -> None:
    for size in range(1, 100):  # 5 minutes
        write(scene.folder / "a.jpg", bytes(size))
        scene.listener.folders.add(scene.folder)
        scene.pass_time(3)
        assert scene.due() == []
    scene.pass_time(SETTLE_S)
    assert scene.due() == ["a.jpg"]


def test_a_sidecar_that_is_still_coming_keeps_its_photo_waiting(scene: Scene) -> None:
    write(scene.folder / "a.jpg")
    scene.pass_time(3)
    for size in range(1, 5):
        write(scene.folder / "a.jpg.xmp", bytes(size))
        scene.pass_time(4)
        assert scene.due() == []
    scene.pass_time(2 * SETTLE_S)  # nobody told of the sidecar: it was seen when time was up
    assert scene.due() == ["a.jpg"]


@pytest.mark.parametrize("jump", [-1e9, -3600.0, 3600.0, 1e9])
def test_the_clock_may_be_set_while_a_photo_settles(scene: Scene, jump: float) -> None:
    write(scene.folder / "a.jpg")
    scene.pass_time(1)
    scene.wall += jump
    scene.pass_time(2)
    assert scene.due() == []
    scene.pass_time(SETTLE_S)
    assert scene.due() == ["a.jpg"]


@pytest.mark.parametrize("jump", [-1e8, 0.0, 1e8])
def test_the_clock_may_be_set_while_a_photo_waits_for_another_try(
    scene: Scene, jump: float
) -> None:
    path = write(scene.folder / "a.jpg")
    scene.pass_time(10)
    (entry,) = scene.watch.due()
    failed = Entry(path, entry.stamp, state="failed", tries=1)
    scene.queue.put([_tried(failed, scene.wall, 60)])
    assert scene.due() == []
    scene.wall += jump + 60
    scene.pass_time(60)
    assert scene.due() == ["a.jpg"]


def _tried(entry: Entry, wall: float, delay: float) -> Entry:
    where = (entry.path, entry.stamp, "", "failed", 0.0, entry.tries)
    return Entry(*where, next_try=wall + delay, delay_s=delay)  # type: ignore[arg-type]


def test_settling_begins_anew_after_a_restart(scene: Scene) -> None:
    write(scene.folder / "a.jpg")
    scene.pass_time(4)
    scene.now = 3.0  # another boot
    scene.watch = scene.begun()
    scene.pass_time(SETTLE_S - 0.2)
    assert scene.due() == []
    scene.pass_time(1)
    assert scene.due() == ["a.jpg"]


def test_once_ends_when_all_that_is_there_had_its_turn(scene: Scene) -> None:
    for number in range(3):
        write(scene.folder / f"{number}.jpg")

    def wait(seconds: float) -> bool:
        scene.now += seconds
        return True

    batches = [scene.finish() for _ in settled(scene.watch, wait=wait, is_once=True)]
    assert [name for batch in batches for name in batch] == ["0.jpg", "1.jpg", "2.jpg"]


class Folders(RuleBasedStateMachine):
    """Files come, grow, move and go; in the end every photo that is there was done as it is."""

    names = st.sampled_from(["a.jpg", "b.jpg", "x/a.jpg", "x/y/c.jpg", "x/c.nef", "x/c.jpg"])

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(mkdtemp())
        self.scene = Scene(self.place / "photos")
        self.serial = 0
        self.written: dict[int, float] = {}

    def teardown(self) -> None:
        self.scene.pass_time(INTERVAL_S + 3 * SETTLE_S)
        self.scene.finish()
        there = {path for path in self.scene.folder.rglob("*.*") if path.is_file()}
        paired = {
            path for path in there if path.suffix == ".jpg" and path.with_suffix(".nef") in there
        }
        done = {
            entry.path: entry
            for folder in self.scene.queue.folders(self.scene.folder)
            for entry in self.scene.queue.entries(folder).values()
        }
        assert set(done) == there - paired
        for path, entry in done.items():
            assert entry.state == "done"
            assert entry.stamp == (path.stat().st_size, path.stat().st_mtime_ns)
        self.scene.queue.close()
        shutil.rmtree(self.place)

    @rule(name=names, is_heard=st.booleans())
    def write(self, name: str, is_heard: bool) -> None:
        self.serial += 1
        path = write(self.scene.folder / name, bytes(self.serial))
        self.written[self.serial] = self.scene.now
        if is_heard:
            self.scene.listener.folders.add(path.parent)

    @rule(name=names)
    def remove(self, name: str) -> None:
        (self.scene.folder / name).unlink(missing_ok=True)

    @rule(one=names, other=names)
    def move(self, one: str, other: str) -> None:
        if (self.scene.folder / one).exists() and (self.scene.folder / other).parent.exists():
            (self.scene.folder / one).replace(self.scene.folder / other)

    @rule()
    def remove_folder(self) -> None:
        shutil.rmtree(self.scene.folder / "x", ignore_errors=True)

    @rule(seconds=st.sampled_from([0.3, 2.0, 6.0, 400.0]))
    def pass_time(self, seconds: float) -> None:
        self.scene.pass_time(seconds)

    @rule(jump=st.sampled_from([-1e9, -100.0, 100.0, 1e9]))
    def set_clock(self, jump: float) -> None:
        self.scene.wall += jump

    @rule()
    def work(self) -> None:
        self.scene.finish()

    @rule()
    def restart(self) -> None:
        self.scene.watch = self.scene.begun()

    @invariant()
    def nothing_is_due_before_its_time(self) -> None:
        for entry in self.scene.watch.due():
            path = entry.path
            is_as_seen = path.exists() and entry.stamp == (
                path.stat().st_size,
                path.stat().st_mtime_ns,
            )
            if is_as_seen:
                assert self.scene.now - self.written[entry.stamp[0]] >= SETTLE_S - 0.01


TestFolders = Folders.TestCase
TestFolders.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
