"""What bench/watch.py measures holds, in small: nothing missed, nothing twice, nothing half."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watch import Figure, Sizes, copied, killed

SMALL = Sizes(copied=150, runs=1, killed=80, kills=12)


@pytest.mark.parametrize("measure", [copied, killed])
def test_every_photo_is_done_whole_and_once(
    measure: Callable[[Path, Sizes], Iterator[Figure]], tmp_path: Path
) -> None:
    found = {figure.what: figure for figure in measure(tmp_path, SMALL)}
    growth = [what for what in found if "growth" in what]  # of few photos it tells nothing
    unmet = [f.row for what, f in found.items() if what not in growth and f.value > f.most]
    assert len(found) - len(growth) >= 2
    assert unmet == []


def test_a_figure_says_whether_it_is_met() -> None:
    assert "| yes |" in Figure("a", 1.0, 1.0, "so").row
    assert "| **no** |" in Figure("a", 1.1, 1.0, "so").row
