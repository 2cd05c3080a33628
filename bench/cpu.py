"""CPU time of a command or a function: what a busy machine hardly changes, unlike the clock."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Used", "spent", "used"]


@dataclass(frozen=True, slots=True)
class Used:
    """What a command took, with all the processes it waited for."""

    cpu_s: float
    wall_s: float
    memory_mb: float


def used(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Used:
    """What this command takes; its output is dropped. Raises RuntimeError if it fails."""
    start = time.monotonic()
    silent = os.open(os.devnull, os.O_WRONLY)
    child = os.posix_spawnp(
        command[0],
        list(command),
        {**os.environ, **(environment or {})},
        file_actions=[(os.POSIX_SPAWN_DUP2, silent, 1)],
    )
    os.close(silent)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError(f"failed: {' '.join(command)}")
    return Used(
        usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / _PER_MB
    )


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process that the work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


_PER_MB = 1024**2 if sys.platform == "darwin" else 1024
