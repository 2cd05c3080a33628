"""Memory of processes (Linux)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["memory_mb"]

MAPPING = re.compile(r"[0-9a-f]+-[0-9a-f]+ \S+ (\S+) \S+ (\d+)")
"""What begins a mapping in /proc/PID/smaps: addresses, rights, offset, device, inode."""


def memory_mb(processes: Iterable[int]) -> float:
    """Memory of all of them, what they share counted once; ended ones count nothing.

    PSS would leave to others their part of what they have mapped, too: it fell by 8 MB whenever
    another program of the same environment started.
    """
    own, shared = 0, dict[tuple[str, str], int]()
    for process in processes:
        for file, resident, anonymous in _mappings(process):
            own += anonymous
            shared[file] = max(shared.get(file, 0), resident - anonymous)
    return (own + sum(shared.values())) / 1024


def _mappings(process: int) -> Iterator[tuple[tuple[str, str], int, int]]:
    """Inode and offset, resident and anonymous KiB of each mapping; nothing if it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps").read_text().splitlines()
    except OSError:
        return
    file, resident = ("", ""), 0
    for line in lines:
        start = MAPPING.match(line)
        if start:
            file = start[2], start[1]
        elif line.startswith("Rss:"):
            resident = int(line.split()[1])
        elif line.startswith("Anonymous:"):
            yield file, resident, int(line.split()[1])
