"""What the commands build for their work."""

from __future__ import annotations

import pytest

from cropperhead_plugin.cli.work import processes


@pytest.mark.parametrize(
    ("wanted", "photos", "cores", "expected"),
    [(0, 1, 8, 1), (0, 16, 8, 2), (0, 500, 2, 2), (0, 500, 64, 4), (3, 1, 1, 3)],
)
def test_processes_are_used_when_they_pay(
    wanted: int, photos: int, cores: int, expected: int
) -> None:
    assert processes(wanted, photos, cores) == expected
