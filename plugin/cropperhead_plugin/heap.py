"""The heap of a process that looks at one photo after the other."""

from __future__ import annotations

import ctypes
from contextlib import suppress

__all__ = ["keep_heap"]

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
"""As malloc.h of glibc numbers them; mallopt(3)."""
FREE_BYTES, LARGE_BYTES = 16 << 20, 32 << 20


def keep_heap() -> None:
    """Have the allocator keep up to 16 MB that are free at the end of the heap, for the next photo.

    glibc gave megabytes back after each photo and took them again for the next: up to 2,500 page
    faults a photo instead of 250, and with photos of all sizes up to 20 MB more in use. Only what
    is larger than 32 MB is mapped by itself, where glibc's own, rising threshold would end up.
    Does nothing where the C library is not glibc.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(TRIM_THRESHOLD, FREE_BYTES)
