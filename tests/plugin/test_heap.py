"""What a process took for one photo, or one step, is there for the next."""

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


STEPS = """
from resource import RUSAGE_SELF, getrusage
from cropperhead_plugin.heap import keep_all

def faults_of_a_step():
    before = getrusage(RUSAGE_SELF).ru_minflt
    tensor = bytearray(100 << 20)
    tensor[::4096] = b"1" * (len(tensor) // 4096)
    del tensor
    return getrusage(RUSAGE_SELF).ru_minflt - before

given_back = [faults_of_a_step() for _ in range(2)]
keep_all()
kept = [faults_of_a_step() for _ in range(2)]
# With huge pages a step has 50 faults, with small ones 25,600.
print(kept[1] < 1_000, 4 * kept[1] < given_back[1])
"""


@needs_glibc
def test_what_a_step_of_training_took_is_kept_for_the_next_whatever_its_size() -> None:
    done = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]
