"""What glibc's allocator says of this process."""

from __future__ import annotations

import platform
from ctypes import CDLL, Structure, c_size_t

import pytest

__all__ = ["heap_bytes", "needs_glibc", "used_bytes"]

needs_glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")


class _Info(Structure):
    """As mallinfo2(3) has it: the first is the heap's size, the eighth what of it is in use."""

    _fields_ = tuple((f"field{number}", c_size_t) for number in range(10))


def _info() -> _Info:
    ask = CDLL(None).mallinfo2
    ask.restype = _Info
    found: _Info = ask()
    return found


def heap_bytes() -> int:
    """Size of the main heap."""
    return int(_info().field0)


def used_bytes() -> int:
    """What of it is in use."""
    return int(_info().field7)
