"""The real watch at work, as the benchmarks start it."""

from __future__ import annotations

from pathlib import Path

import pytest
from watched import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")
