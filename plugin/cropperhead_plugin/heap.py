"""The heap of a process that does the same over and over: a photo, a step of training."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from contextlib import suppress

__all__ = ["keep_all", "keep_heap"]

TRIM_THRESHOLD, MMAP_THRESHOLD, MMAP_MAX, ARENA_MAX = -1, -3, -4, -8
"""As malloc.h of glibc numbers them; mallopt(3)."""
FREE_BYTES, LARGE_BYTES, ENDLESS = 16 << 20, 32 << 20, 2**31 - 1


def keep_heap() -> None:
    """Have the allocator keep up to 16 MB that are free at the end of the heap, for the next photo.

    glibc gave megabytes back after each photo and took them again for the next: up to 2,500 page
    faults a photo instead of 250, and with photos of all sizes up to 20 MB more in use. Only what
    is larger than 32 MB is mapped by itself, where glibc's own, rising threshold would end up.
    Does nothing where the C library is not glibc.
    """
    _set({MMAP_THRESHOLD: LARGE_BYTES, TRIM_THRESHOLD: FREE_BYTES})


def keep_all() -> None:
    """Have the allocator keep whatever it once had, blocks of any size, in one heap.

    TensorFlow takes the tensors of each step anew. Given back in between, half of a training's
    time went into page faults (.59 s a step of the members on two cores, .28 s with this).
    """
    _set({MMAP_MAX: 0, TRIM_THRESHOLD: ENDLESS, ARENA_MAX: 1})


def _set(options: Mapping[int, int]) -> None:
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in options.items():
            mallopt(option, value)
