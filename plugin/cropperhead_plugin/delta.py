"""What undo keeps of a photo that a crop is embedded in: the part that changes; pure."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Self

from cropperhead_core.content import digest

__all__ = ["Keepsake", "changed", "restored"]

SHARED = struct.Struct("<QQ")
PARTS = struct.Struct("<32sqq")

LARGEST = 1 << 22
"""The largest difference kept, in bytes. A TIFF that was rewritten from end to end differs in more:
then undo takes the crop out instead of restoring its bytes."""


@dataclass(frozen=True, slots=True)
class Keepsake:
    """What a photo was: its digest, its XMP packet, and how to make it from what it became."""

    hash: str
    packet: bytes | None
    delta: bytes | None

    @classmethod
    def of(cls, before: bytes, after: bytes, packet: bytes | None) -> Self:
        """What to keep of `before` when it becomes `after`."""
        delta = changed(before, after)
        return cls(digest(before), packet, delta if len(delta) <= LARGEST else None)

    def packed(self) -> bytes:
        """As bytes for the journal."""
        parts = (self.packet, self.delta)
        lengths = [-1 if part is None else len(part) for part in parts]
        return PARTS.pack(self.hash.encode(), *lengths) + b"".join(part or b"" for part in parts)

    @classmethod
    def unpacked(cls, data: bytes) -> Self:
        """The inverse of `packed`."""
        hashed, packet, delta = PARTS.unpack_from(data)
        start, middle = PARTS.size, PARTS.size + max(packet, 0)
        return cls(
            hashed.decode(),
            None if packet < 0 else data[start:middle],
            None if delta < 0 else data[middle : middle + delta],
        )


def changed(before: bytes, after: bytes) -> bytes:
    r"""How to make `before` from `after`: two lengths they share, and what was between them.

    A few kilobytes where metadata was written into a photo whose picture stayed in one piece.

    >>> restored(b"head, new, tail", changed(b"head, tail", b"head, new, tail"))
    b'head, tail'
    """
    shortest = min(len(before), len(after))
    head = _shared(before, after, shortest)
    tail = _shared(before[head:][::-1], after[head:][::-1], shortest - head)
    return SHARED.pack(head, tail) + before[head : len(before) - tail]


def restored(after: bytes, delta: bytes) -> bytes:
    """The bytes before, from those after and what `changed` said."""
    head, tail = SHARED.unpack_from(delta)
    return after[:head] + delta[SHARED.size :] + after[len(after) - tail :]


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
