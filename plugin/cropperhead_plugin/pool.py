"""Suggestions by several processes, each with a model of its own, in the order of the photos."""

from __future__ import annotations

import multiprocessing
import signal
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from cropperhead_core.errors import CropperHeadError, ToolError, UnreadablePhoto

from .heap import keep_heap
from .protocol import Failure

if TYPE_CHECKING:
    from cropperhead_core.suggestion import Suggestion
    from cropperhead_core.wishes import Wishes

__all__ = ["Pool"]

AHEAD = 2
"""Photos that a worker holds: one in work and one waiting, so that it never waits for us."""
WINDOW = 16
"""Photos a worker may be ahead of the slowest, so that answers do not pile up."""
STOP_S = 5.0
PATIENCE_S = 150.0
"""What one photo may take. The largest take some ten seconds here; who takes longer than this reads
from a disk that went, or loops. The service manager's patience with a watch ends at 180."""

Task = tuple[int, Path]


class Suggesting(Protocol):
    """What answers for one photo: `Service`."""

    def suggestion(self, path: Path, wishes: Wishes) -> Suggestion | Failure:
        """The suggestion for this photo, or why there is none."""
        ...


class Building(Protocol):
    """What a worker builds its service from, sent to its process: `Setup`."""

    def service(self) -> AbstractContextManager[Suggesting]:
        """The service, for as long as the worker lives."""
        ...


class Pool:
    """Makes suggestions in this many processes; a context manager.

    A worker that dies (a decoder that crashes, the kernel out of memory) or hangs costs the photo
    it was at and is replaced. Workers end when this process does, however it ends: their pipe
    closes.
    """

    def __init__(self, setup: Building, count: int, *, patience_s: float = PATIENCE_S) -> None:
        self._setup, self._patience_s = setup, patience_s
        self._workers: list[_Worker] = []
        try:
            for _ in range(count):
                self._workers.append(_started(setup))
        except ToolError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.stop()

    def suggestions(self, paths: Iterable[Path], wishes: Wishes) -> Iterator[Suggestion | Failure]:
        """One answer for each photo, in the order of the photos."""
        tasks = enumerate(paths)
        answers: dict[int, Suggestion | Failure] = {}
        turn = 0
        for worker in self._workers:
            worker.last = -1
        while True:
            limit = turn + WINDOW * len(self._workers)
            self._hand_out(tasks, wishes, limit)
            if not any(worker.tasks for worker in self._workers):
                return
            answers.update(self._answers(wishes))
            while turn in answers:
                yield answers.pop(turn)
                turn += 1

    def _hand_out(self, tasks: Iterator[Task], wishes: Wishes, limit: int) -> None:
        """Give every worker what it may hold, evenly, up to this photo."""
        for held in range(AHEAD):
            for worker in self._workers:
                if len(worker.tasks) > held or worker.last >= limit:
                    continue
                task = next(tasks, None)
                if task is None:
                    return
                worker.give(task, wishes)

    def _answers(self, wishes: Wishes) -> Iterator[tuple[int, Suggestion | Failure]]:
        """Answers as they come; blocks until there is one, or a worker has taken too long."""
        busy = {worker.connection: worker for worker in self._workers if worker.tasks}
        end = min(worker.since for worker in busy.values()) + self._patience_s
        for connection in wait(list(busy), max(0.0, end - monotonic())):
            worker = busy[connection]  # type: ignore[index]  # wait's stub: object
            try:
                yield worker.answer()
            except (EOFError, ConnectionError):
                yield self._lost(worker, wishes, "made the decoder crash; is the file damaged?")
        for worker in list(self._workers):
            if worker.tasks and monotonic() - worker.since > self._patience_s:
                worker.kill()
                said = f"took longer than {self._patience_s:.0f} s; is its disk still there?"
                yield self._lost(worker, wishes, said)

    def _lost(self, worker: _Worker, wishes: Wishes, said: str) -> tuple[int, Failure]:
        """The failure of the photo that this worker was at; another takes over the rest."""
        number, path = worker.tasks.popleft()
        self._replace(worker, wishes)
        return number, Failure.of(path, UnreadablePhoto(f"{path} {said}"))

    def _replace(self, dead: _Worker, wishes: Wishes) -> None:
        dead.stop()
        fresh = _started(self._setup)
        for task in dead.tasks:
            fresh.give(task, wishes)
        self._workers[self._workers.index(dead)] = fresh


class _Worker:
    """One process and the tasks it holds, in their order; `since` when it is at the first."""

    def __init__(self, setup: Building) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.tasks: deque[Task] = deque()
        self.last = -1
        self.since = monotonic()
        self._process = context.Process(target=_work, args=(setup, theirs), daemon=True)
        with _ctrl_c_kept_away():
            self._process.start()
        theirs.close()

    def give(self, task: Task, wishes: Wishes) -> None:
        if not self.tasks:
            self.since = monotonic()
        self.tasks.append(task)
        self.last = task[0]
        # A worker that is dead already is found out when its answer is read.
        with suppress(ConnectionError):
            self.connection.send((task[1], wishes))

    def answer(self) -> tuple[int, Suggestion | Failure]:
        """The answer to the oldest task; raises what kept the worker from starting."""
        answer = self.connection.recv()
        if isinstance(answer, CropperHeadError):
            raise answer
        self.since = monotonic()
        return self.tasks.popleft()[0], answer

    def stop(self) -> None:
        """Let it finish what is in hand, for a moment."""
        self.connection.close()
        self._process.join(STOP_S)
        if self._process.is_alive():
            self.kill()

    def kill(self) -> None:
        """End it at once; one that waits for a disk that went ends when the kernel gives up."""
        self._process.kill()
        self._process.join(STOP_S)


def _started(setup: Building) -> _Worker:
    """A worker; raises `ToolError` where no process can be started."""
    try:
        return _Worker(setup)
    except OSError as error:
        raise ToolError(f"cannot start a process: {error.strerror}") from error


@contextmanager
def _ctrl_c_kept_away() -> Iterator[None]:
    """Processes started meanwhile get no Ctrl-C: they take over which signals we have blocked."""
    resource_tracker.ensure_running()  # started with the first process, it would unblock Ctrl-C
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(setup: Building, connection: Connection) -> None:
    """Answer until the pipe closes. Ctrl-C is the business of the process that started us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")  # as in the process that started us
    keep_heap()
    with suppress(EOFError, ConnectionError):
        try:
            with setup.service() as service:
                while True:
                    path, wishes = connection.recv()
                    connection.send(service.suggestion(path, wishes))
        except CropperHeadError as error:
            connection.send(error)
