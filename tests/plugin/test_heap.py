"""A worker's heap stays as it is from one photo to the next."""

from __future__ import annotations

import subprocess
import sys

from tests.glibc import needs_glibc

WORK = """
from cropperhead_plugin.heap import keep_heap
from tests.glibc import heap_bytes

keep_heap()
photo = [bytearray(100_000) for _ in range(80)]
most = heap_bytes()
del photo
print(most > 8_000_000, most == heap_bytes())
"""


@needs_glibc
def test_what_a_photo_took_is_kept_for_the_next() -> None:
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
