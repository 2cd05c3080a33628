"""The queue keeps what was seen where and what became of it, through kills and moved clocks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.errors import JournalError
from cropperhead_plugin.watching.entry import STATES, Entry, Known, Moment
from cropperhead_plugin.watching.queue import Queue
from tests.glibc import needs_glibc

A, B = Path("/photos/a.jpg"), Path("/photos/below/b.jpg")
KNOWN = Known("key", "options", A, "done", "{}", 10.0)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    with Queue(tmp_path / "data/watch.sqlite") as queue:
        yield queue


def failed(path: Path, next_try: float, delay: float) -> Entry:
    return Entry(path, (1, 2), state="failed", tries=1, next_try=next_try, delay_s=delay)


entries = st.builds(
    Entry,
    path=st.binary(min_size=1, max_size=20)
    .filter(lambda name: not set(name) & {0, 47} and name not in (b".", b".."))
    .map(lambda name: Path("/photos", os.fsdecode(name))),
    stamp=st.tuples(st.integers(0, 2**40), st.integers(-(2**62), 2**62)),
    around=st.text(max_size=32),
    state=st.sampled_from(["settling", "waiting", "done", "left", "review", "skipped", "failed"]),
    since=st.floats(0, 1e9),
    tries=st.integers(0, 1000),
    next_try=st.floats(0, 1e12),
    delay_s=st.floats(0, 1e6),
    note=st.text(st.characters(exclude_categories=["Cs"])),
    time=st.floats(0, 1e12),
)


@given(entry=entries)
def test_an_entry_comes_back_as_it_was(entry: Entry) -> None:
    with Queue(Path(":memory:")) as queue:
        queue.put([entry])
        assert queue.entries(entry.path.parent) == {entry.path.name: entry}


def test_a_later_entry_replaces_the_earlier(queue: Queue) -> None:
    queue.put([Entry(A, (1, 2)), Entry(A, (3, 4), state="waiting")])
    assert queue.entries(A.parent) == {"a.jpg": Entry(A, (3, 4), state="waiting")}


def test_what_is_forgotten_stays_known_by_its_content(queue: Queue) -> None:
    queue.put([Entry(A, (1, 2), state="done")])
    queue.remember(KNOWN)
    queue.forget([A])
    assert queue.entries(A.parent) == {}
    assert queue.known("key") == [KNOWN]


def test_waiting_photos_come_before_failed_ones(queue: Queue) -> None:
    queue.put([failed(A, 5, 5), Entry(B, (1, 2), state="waiting")])
    assert [entry.path for entry in queue.due(10, 9)] == [B, A]
    assert [entry.path for entry in queue.due(10, 1)] == [B]


@pytest.mark.parametrize(
    ("wall", "is_due"),
    [(1000.0, False), (1005.0, True), (999_999.0, True), (996.0, False), (5.0, True)],
)
def test_a_failed_photo_is_due_after_its_delay_and_when_the_clock_was_set_back(
    queue: Queue, wall: float, is_due: bool
) -> None:
    queue.put([failed(A, 1005, 10)])
    assert bool(queue.due(wall, 9)) == is_due


def test_failed_photos_may_be_made_due_at_once(queue: Queue) -> None:
    queue.put([failed(A, 1e10, 10), Entry(B, (1, 2), state="done", next_try=7)])
    queue.retry()
    assert [entry.path for entry in queue.due(1e9, 9)] == [A]
    assert queue.entries(B.parent)["b.jpg"].next_try == 7


def test_settling_begins_anew_with_each_run(queue: Queue) -> None:
    queue.put([Entry(A, (1, 2), since=5e8), Entry(B, (1, 2), state="done", since=3)])
    queue.restart(7.0)
    assert queue.entries(A.parent)["a.jpg"].since == 7
    assert queue.entries(B.parent)["b.jpg"].since == 3


def test_folders_are_those_at_or_below_and_not_namesakes(queue: Queue) -> None:
    queue.put([Entry(path, (1, 2)) for path in (A, B, Path("/photos2/c.jpg"))])
    assert set(queue.folders(Path("/photos"))) == {A.parent, B.parent}
    assert len(queue.folders(Path("/"))) == 3


def test_a_folder_is_forgotten_with_all_in_it(queue: Queue) -> None:
    queue.put([Entry(A, (1, 2)), Entry(B, (1, 2))])
    queue.forget_folder(B.parent)
    assert queue.counts() == {"settling": 1}


def test_contents_of_one_path_come_the_latest_first(queue: Queue) -> None:
    later = replace(KNOWN, key="other", options="others", time=20.0)
    for known in (KNOWN, later, replace(KNOWN, key="third", path=B)):
        queue.remember(known)
    assert queue.known_at(A) == [later, KNOWN]


def test_neighbours_in_time_are_of_one_camera_folder_and_options(queue: Queue) -> None:
    at = Moment("X100", 100.0)
    near = replace(KNOWN, moment=Moment("X100", 101.5))
    others = [
        replace(KNOWN, key="1", moment=Moment("X100", 103)),
        replace(KNOWN, key="2", moment=Moment("D850", 100)),
        replace(KNOWN, key="3", moment=at, path=B),
        replace(KNOWN, key="4", moment=at, options="other"),
        replace(KNOWN, key="5"),
    ]
    for known in (near, *others):
        queue.remember(known)
    assert queue.known_near(A.parent, at, "options", 2) == [near]


def test_what_nobody_watches_any_more_is_given_up_unless_it_is_finished(queue: Queue) -> None:
    here = [Entry(A, (1, 2), state="done"), failed(A.with_name("f.jpg"), 5, 5)]
    queue.put([*here, Entry(A.with_name("w.jpg"), (1, 2), state="waiting"), Entry(B, (1, 2))])
    queue.give_up(A.parent)
    assert queue.counts() == {"done": 1, "settling": 1}


def test_a_copy_in_memory_leaves_the_file_alone(queue: Queue) -> None:
    queue.put([Entry(A, (1, 2))])
    with Queue.copied(queue.path) as copy:
        copy.put([Entry(B, (1, 2))])
        assert copy.counts() == {"settling": 2}
    assert queue.counts() == {"settling": 1}


def test_a_transaction_is_all_or_nothing(queue: Queue) -> None:
    def fail() -> None:
        with queue.transaction():
            queue.put([Entry(A, (1, 2))])
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert queue.counts() == {}


def test_a_file_that_is_no_queue_is_our_error(tmp_path: Path) -> None:
    path = tmp_path / "watch.sqlite"
    path.write_bytes(b"no database, but long enough to be looked at" * 100)
    with pytest.raises(JournalError, match=r"queue .*watch\.sqlite cannot be used: .*move it away"):
        Queue(path)


@pytest.mark.parametrize(
    ("column", "value"),
    [("folder", 7), ("size", "x"), ("since", b"x"), ("next_try", "soon"), ("state", "lost")],
)
def test_what_makes_no_sense_in_it_is_damage(queue: Queue, column: str, value: object) -> None:
    queue.put([failed(A, 1, 2)])
    with closing(sqlite3.connect(queue.path)) as database, database:
        database.execute(f"UPDATE files SET {column} = ?", (value,))  # noqa: S608 (ours)
    with pytest.raises(JournalError, match=f"the queue {queue.path} is damaged: .*move it away"):
        [queue.in_state(state, 9) for state in (*STATES, "lost")]  # type: ignore[arg-type]


GROWING = """
import sys
from pathlib import Path
from cropperhead_plugin.watching.entry import Entry
from cropperhead_plugin.watching.queue import Queue
from tests.glibc import used_bytes
used = []
with Queue(Path(sys.argv[1])) as queue:
    for folder in range(40):
        queue.put(Entry(Path(f"/photos/{folder}/{name}.jpg"), (1, 2)) for name in range(250))
        used.append(used_bytes())
print(used[-1] - used[1])
"""


@needs_glibc
def test_a_queue_of_many_photos_takes_no_more_memory(tmp_path: Path) -> None:
    """In a process of its own: the libraries of other tests have threads at work."""
    done = subprocess.run(
        [sys.executable, "-c", GROWING, tmp_path / "watch.sqlite"],
        capture_output=True,
        cwd=Path(__file__).parents[3],
        check=True,
    )
    assert int(done.stdout) < 1 << 19


def test_a_copy_is_made_and_the_file_left(tmp_path: Path) -> None:
    path = tmp_path / "watch.sqlite"
    with Queue(path) as queue:
        queue.put([failed(A, 1, 2)])
    with Queue.copied(path) as copy:
        assert copy.entries(A.parent) == {A.name: failed(A, 1, 2)}
        copy.forget([A])
    with Queue(path) as queue:
        assert queue.entries(A.parent) == {A.name: failed(A, 1, 2)}


def newer(path: Path) -> None:
    Queue(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")


def damaged(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


@pytest.mark.parametrize("opened", [Queue, Queue.copied])
@pytest.mark.parametrize(("made", "why"), [(newer, "has version 99"), (damaged, "cannot be used")])
def test_a_queue_that_cannot_be_used_is_named(
    tmp_path: Path, opened: Callable[[Path], Queue], made: Callable[[Path], None], why: str
) -> None:
    path = tmp_path / "watch.sqlite"
    made(path)
    with pytest.raises(JournalError, match=f"the queue {path} {why}"):
        opened(path)
