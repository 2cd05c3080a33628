"""The plugin's modules in a real Lua 5.4."""

from __future__ import annotations

import locale
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lupa import lua54

FOLDER = Path(__file__).resolve().parents[2] / "lua/darktable"


class Lua:
    """A Lua that finds the plugin's modules; texts go in and come out as bytes."""

    def __init__(self) -> None:
        self.runtime = lua54.LuaRuntime(encoding=None, unpack_returned_tuples=True)
        self.runtime.globals().package.path = f"{FOLDER}/?.lua".encode()

    def module(self, name: str) -> Any:
        """What require gives for this module."""
        return self.runtime.eval(f'(require("cropperhead/{name}"))')

    def table(self, value: Any) -> Any:
        """A Lua table of these lists and dicts, all the way down."""
        if isinstance(value, dict):
            pairs = {key.encode(): self.table(item) for key, item in value.items()}
            return self.runtime.table_from(pairs)
        if isinstance(value, list):
            return self.runtime.table_from([self.table(item) for item in value])
        return value.encode() if isinstance(value, str) else value


@pytest.fixture
def lua() -> Lua:
    return Lua()


@pytest.fixture
def german_numbers(german: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The C library of this process writes half as 0,5."""
    before = locale.setlocale(locale.LC_NUMERIC)
    monkeypatch.setenv("LOCPATH", german)
    locale.setlocale(locale.LC_NUMERIC, "de_DE.UTF-8")
    assert locale.localeconv()["decimal_point"] == ","
    yield
    locale.setlocale(locale.LC_NUMERIC, before)
