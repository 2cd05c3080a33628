"""What it takes to lead a changed file back: the part that changed, as it was; pure."""

from __future__ import annotations

import struct

__all__ = ["changed", "restored"]

HEADER = struct.Struct("<QQ")


def changed(before: bytes, after: bytes) -> bytes:
    r"""How to make `before` from `after`: two lengths they share, and what was between them.

    A few kilobytes where metadata was written into a photo whose picture stayed in one piece.

    >>> restored(b"head, new, tail", changed(b"head, tail", b"head, new, tail"))
    b'head, tail'
    """
    shortest = min(len(before), len(after))
    head = _shared(before, after, shortest)
    tail = _shared(before[head:][::-1], after[head:][::-1], shortest - head)
    return HEADER.pack(head, tail) + before[head : len(before) - tail]


def restored(after: bytes, delta: bytes) -> bytes:
    """The bytes before, from those after and what `changed` said."""
    head, tail = HEADER.unpack_from(delta)
    return after[:head] + delta[HEADER.size :] + after[len(after) - tail :]


def _shared(one: bytes, other: bytes, limit: int) -> int:
    """How many first bytes are the same: bisected, so that all comparing is done in C."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
