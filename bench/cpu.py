"""CPU time of a command or a function: what a busy machine hardly changes, unlike the clock."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile

__all__ = ["Used", "peak_mb", "spent", "used"]

PEAK = """
import sys
from cropperhead_plugin.cli import main
status = main(sys.argv[1:])
with open("/proc/self/status") as file:
    print(*[line for line in file if line.startswith("VmHWM")], file=sys.stderr)
sys.exit(status)
"""


@dataclass(frozen=True, slots=True)
class Used:
    """What a command took, with all the processes it waited for."""

    cpu_s: float
    wall_s: float


def used(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Used:
    """What this command takes; its output is dropped. Raises RuntimeError if it fails."""
    start = time.monotonic()
    with TemporaryFile() as said:
        child = os.posix_spawnp(
            command[0],
            list(command),
            {**os.environ, **(environment or {})},
            file_actions=[(os.POSIX_SPAWN_DUP2, said.fileno(), stream) for stream in (1, 2)],
        )
        _, status, usage = os.wait4(child, 0)
        if status:
            said.seek(0)
            raise RuntimeError(f"failed: {' '.join(command)}\n{said.read().decode()}")
    return Used(usage.ru_utime + usage.ru_stime, time.monotonic() - start)


def peak_mb(arguments: Sequence[str]) -> float:
    """The most memory that `cropperhead` with these arguments ever has, in one process (Linux).

    It is asked itself: what the kernel tells its starter includes the starter's own memory.
    """
    command = [sys.executable, "-c", PEAK, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stderr.split("VmHWM:")[-1].split()[0]) / 1024


def spent(work: Callable[[], object]) -> float:
    """CPU seconds of this process that the work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start
