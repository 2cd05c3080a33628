"""Several processes: order, crashes, errors at the start, and an end whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cropperhead_core.errors import ModelError, ToolError
from cropperhead_core.wishes import Wishes
from cropperhead_plugin import pool as pool_module
from cropperhead_plugin.pool import Pool
from cropperhead_plugin.protocol import Failure


class Answering:
    """Answers each photo with its process; some names make it late, die or hang."""

    def suggestion(self, path: Path, _wishes: Wishes) -> Failure:
        if "late" in path.name:
            time.sleep(0.2)
        if "crash" in path.name:
            os._exit(3)
        if "hang" in path.name:
            signal.pause()
        return Failure(path, "Answer", str(os.getpid()))


@dataclass(frozen=True)
class Building:
    """Builds an answering service, or fails to."""

    error: str = ""

    @contextmanager
    def service(self) -> Iterator[Answering]:
        if self.error:
            raise ModelError(self.error)
        yield Answering()


def answers(names: list[str], count: int) -> list[Failure]:
    with Pool(Building(), count) as pool:
        found = list(pool.suggestions(map(Path, names), Wishes()))
    assert all(isinstance(answer, Failure) for answer in found)
    return [answer for answer in found if isinstance(answer, Failure)]


def test_answers_come_in_the_order_of_the_photos() -> None:
    names = [f"{'late' if n % 5 == 0 else 'photo'}{n}.jpg" for n in range(60)]
    assert [answer.photo.name for answer in answers(names, 3)] == names


def test_every_process_works() -> None:
    assert len({answer.message for answer in answers(["late.jpg"] * 6, 3)}) == 3


def test_a_crash_costs_that_photo_only() -> None:
    names = ["a.jpg", "crash1.jpg", "b.jpg", "c.jpg", "crash2.jpg", "crash3.jpg", "d.jpg"]
    found = answers(names, 2)
    assert [answer.photo.name for answer in found] == names
    failed = [answer.photo.name for answer in found if answer.type == "UnreadablePhoto"]
    assert failed == ["crash1.jpg", "crash2.jpg", "crash3.jpg"]


def test_a_photo_that_hangs_costs_that_photo_only() -> None:
    names = ["a.jpg", "hang.jpg", "b.jpg", "c.jpg", "d.jpg"]
    with Pool(Building(), 2, patience_s=8) as pool:
        found = list(pool.suggestions(map(Path, names), Wishes()))
    failures = [answer for answer in found if isinstance(answer, Failure)]
    assert [answer.photo.name for answer in failures] == names
    assert [answer.message for answer in failures if answer.type == "UnreadablePhoto"] == [
        "hang.jpg took longer than 8 s; is its disk still there?"
    ]


def test_what_keeps_a_worker_from_starting_is_raised() -> None:
    with (
        pytest.raises(ModelError, match="no such model"),
        Pool(Building("no such model"), 2) as pool,
    ):
        list(pool.suggestions([Path("a.jpg")], Wishes()))


def test_a_worker_that_cannot_be_replaced_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_setup: Building) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with Pool(Building(), 1) as pool:
        monkeypatch.setattr(pool_module, "_Worker", refused)
        with pytest.raises(ToolError, match="cannot start a process: Resource temporarily"):
            list(pool.suggestions([Path("crash.jpg"), Path("a.jpg")], Wishes()))


def test_a_pool_serves_again_and_again() -> None:
    with Pool(Building(), 1) as pool:
        for _ in range(3):
            names = [Path(f"{n}.jpg") for n in range(40)]
            assert len(list(pool.suggestions(names, Wishes()))) == 40


def test_no_photos_are_no_answers() -> None:
    assert answers([], 2) == []


def test_workers_are_gone_afterwards() -> None:
    for answer in answers(["a.jpg", "late.jpg", "b.jpg"], 2):
        with pytest.raises(ProcessLookupError):
            os.kill(int(answer.message), 0)


ORPHANING = """
import os, sys
from pathlib import Path
from cropperhead_core.wishes import Wishes
from cropperhead_plugin import pool as pool_module
from cropperhead_plugin.pool import Pool
from tests.plugin.test_pool import Building

if __name__ == "__main__":
    with Pool(Building(), 2) as pool:
        for answer in pool.suggestions([Path("a.jpg"), Path("b.jpg")] * 4, Wishes()):
            print(answer.message, flush=True)
        os.kill(os.getpid(), 9)
"""


def test_workers_end_when_their_starter_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "orphaning.py"
    script.write_text(ORPHANING)
    here = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, script], capture_output=True, check=False, env={"PYTHONPATH": str(here)}
    )
    workers = {int(line) for line in done.stdout.split()}
    assert len(workers) == 2
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "a worker outlived its starter"
        time.sleep(0.01)


INTERRUPTING = """
import os, signal
from pathlib import Path
from cropperhead_core.wishes import Wishes
from cropperhead_plugin import pool as pool_module
from cropperhead_plugin.pool import Pool
from tests.plugin.test_pool import Building

if __name__ == "__main__":
    signal.signal(signal.SIGINT, lambda *_: None)
    with Pool(Building(), 2) as pool:
        os.killpg(0, signal.SIGINT)
        print(signal.pthread_sigmask(signal.SIG_BLOCK, []))
        for answer in pool.suggestions([Path("a.jpg"), Path("b.jpg")], Wishes()):
            print(answer.type)
"""


def test_ctrl_c_while_workers_start_is_not_for_them(tmp_path: Path) -> None:
    script = tmp_path / "interrupting.py"
    script.write_text(INTERRUPTING)
    here = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONPATH": f"{here}:{here / 'plugin'}"},
        start_new_session=True,
    )
    assert done.stderr == b""
    assert done.stdout.split() == [b"set()", b"Answer", b"Answer"]
