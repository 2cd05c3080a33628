"""A photo that we wrote into is told from a new one under its name; in doubt it is no new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cropperhead_core.crop import Size
from cropperhead_plugin.watching.entry import Known, Moment
from cropperhead_plugin.watching.fate import is_surely_new

HERE, SIZE, WHEN = Path("a.jpg"), Size(600, 400), Moment("X100", 1e9)


def known(when: Moment | None = WHEN) -> Known:
    record = '{"width": 600, "height": 400}'
    return Known("key", "options", HERE, "done", record, 1.0, "", when)


@pytest.mark.parametrize(
    ("size", "when", "earlier", "expected"),
    [
        (SIZE, WHEN, [known()], False),
        (SIZE, Moment("X100", 2e9), [known()], True),
        (SIZE, Moment("D850", 1e9), [known()], True),
        (Size(600, 399), WHEN, [known()], True),
        (Size(400, 600), WHEN, [known()], False),
        (SIZE, None, [known()], False),
        (SIZE, WHEN, [known(None)], False),
        (SIZE, WHEN, [known(Moment("X100", 2e9)), known()], False),
        (SIZE, WHEN, [], False),
    ],
)
def test_only_another_size_or_moment_makes_a_new_photo(
    size: Size, when: Moment | None, earlier: list[Known], expected: bool
) -> None:
    assert is_surely_new(size, when, earlier) == expected
