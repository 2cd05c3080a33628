"""When a photo may be touched, and when one that failed is tried again; pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .entry import FINISHED, Entry

__all__ = ["Glance", "action", "deadline", "delay_s"]

Action = Literal["settle", "wait", "work", "skip"]

FIRST_DELAY_S, LONGEST_DELAY_S, GROWTH = 5.0, 6 * 3600.0, 3.0


@dataclass(frozen=True, slots=True)
class Glance:
    """What a look at a photo found: its size and mtime (ns), and the same of what belongs to it."""

    path: Path
    stamp: tuple[int, int]
    around: str = ""


def action(entry: Entry | None, seen: Glance, *, now: float, settle_s: float) -> Action:
    """What to do with a photo that was seen like this at `now` (of the monotonic clock).

    `settle`: it is new or has changed, wait from now on; `wait`: not long enough yet, or somebody
    else's turn; `work`: it has kept still for long enough; `skip`: it was dealt with. What belongs
    to a photo counts while it settles only: later it is us and the editors who write sidecars.
    """
    if entry is None or entry.stamp != seen.stamp:
        return "settle"
    if entry.state in FINISHED:
        return "skip"
    if entry.state != "settling":
        return "wait"
    if entry.around != seen.around:
        return "settle"
    return "work" if now >= deadline(entry, settle_s) else "wait"


def deadline(entry: Entry, settle_s: float) -> float:
    """When (of the monotonic clock) a settling photo will have kept still for long enough."""
    return entry.since + settle_s


def delay_s(tries: int) -> float:
    """How long to leave a photo that failed so many times: 5 s, three times that, ... 6 hours.

    >>> [delay_s(tries) for tries in (1, 2, 3, 99)]
    [5.0, 15.0, 45.0, 21600.0]
    """
    return min(FIRST_DELAY_S * GROWTH ** min(tries - 1, 20), LONGEST_DELAY_S)
