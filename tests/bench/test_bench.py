"""The benchmarks measure what they say, on photos that are what they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from cpu import peak_mb, used
from drawn import draw_jpeg, draw_raw
from installed import installed_mb
from memory import memory_mb

from cropperhead_core.crop import Size
from cropperhead_core.photo import read_photo
from cropperhead_core.preview import read_preview


def test_a_drawn_jpeg_is_as_hard_to_decode_as_a_real_one(tmp_path: Path) -> None:
    photo = draw_jpeg(tmp_path / "a.jpg", 3000, 2000)
    assert read_photo(photo).size == Size(3000, 2000)
    assert 0.25 < photo.stat().st_size / (3000 * 2000) < 0.6  # bytes a pixel


def test_a_drawn_raw_has_the_preview_of_a_camera(tmp_path: Path) -> None:
    photo = read_photo(draw_raw(tmp_path / "a.dng", 3000, 2000))
    assert photo.size == Size(3000, 2000)
    assert read_preview(photo, 4000).pixels.shape == (1080, 1620, 3)


def test_cpu_time_of_a_command_counts_its_work_and_not_its_sleep() -> None:
    idle = used([sys.executable, "-c", "import time; time.sleep(0.3)"])
    busy = used([sys.executable, "-c", "sum(range(10**7))"])
    assert idle.cpu_s < idle.wall_s - 0.2
    assert busy.cpu_s > idle.cpu_s


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="failed"):
        used([sys.executable, "-c", "raise SystemExit(3)"])


def test_memory_is_that_of_the_command_and_not_of_its_starter() -> None:
    ours = bytearray(200 << 20)
    assert 5 < peak_mb(["suggest", "--help"]) < 100
    assert len(ours) > 100 << 20


def test_memory_of_several_processes_counts_what_they_share_once() -> None:
    command = [sys.executable, "-c", "print(flush=True); input()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as other:
        for process in (one, other):
            assert process.stdout is not None
            process.stdout.readline()
        each, both = memory_mb([one.pid]), memory_mb([one.pid, other.pid])
        for process in (one, other):
            process.communicate(b"\n")
    assert 2 < each < both < 2 * each - 1
    assert memory_mb([one.pid]) == 0


def test_the_install_counts_requirements_of_requirements_and_no_tensorflow() -> None:
    sizes = installed_mb()
    assert sizes["numpy"] > 10
    assert "flatbuffers" in sizes  # LiteRT's
    assert "tensorflow" not in sizes
