"""Whose framing a photo has, also where darktable writes its sidecar late (see lighttable.lua)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Lua
from .test_actions import Desk, desk
from .test_decisions import ANSWER, RANKED

__all__ = ["desk"]

OLD, NEW = 0, 6
"""Minor numbers of the API: darktable 4.2 and 5.4."""
OURS, OTHERS = "00aa", "00bb"


class Kept:
    """A photo that was changed for a suggestion, in a darktable that has not written it yet."""

    def __init__(self, lua: Lua, folder: Path) -> None:
        self.lua, self.memory = lua, lua.module("memory")
        self.path = folder / "a.jpg.xmp"
        self.image = lua.table({"id": 1, "sidecar": str(self.path)})
        self.slept = 0
        dt = lua.table({"control": {}})
        dt.control.sleep = self.sleep
        self.store = self.memory.new(dt)
        self.late = ""
        self.memory.keep(self.store, self.image, lua.table({}), 1, b"")

    def sleep(self, ms: int) -> None:
        self.slept += ms
        if self.late and self.slept > 1000:
            self.writes(self.late)

    def writes(self, params: str) -> None:
        """Darktable writes the photo's sidecar with a crop of these parameters."""
        entry = f'<rdf:li darktable:operation="crop" darktable:params="{params}"/>'
        self.path.write_text(f"<darktable:history>{entry}</darktable:history></x:xmpmeta>")

    def settle(self) -> None:
        self.memory.settle(self.store)

    def is_known(self) -> bool:
        return self.memory.known(self.store, self.image) is not None


@pytest.fixture
def kept(lua: Lua, tmp_path: Path) -> Kept:
    return Kept(lua, tmp_path)


def test_it_is_known_before_darktable_has_written_it(kept: Kept) -> None:
    assert kept.is_known()


def test_it_is_known_once_it_is_written(kept: Kept) -> None:
    kept.writes(OURS)
    assert kept.is_known()
    assert kept.memory.knows(kept.store, kept.lua.runtime.table(kept.image))


def test_what_is_written_after_ours_is_not_ours(kept: Kept) -> None:
    kept.writes(OURS)
    assert kept.is_known()
    kept.writes(OTHERS)
    assert not kept.is_known()
    assert not kept.memory.knows(kept.store, kept.lua.runtime.table(kept.image))


def test_half_a_sidecar_is_not_what_darktable_writes(kept: Kept) -> None:
    kept.path.write_text("<darktable:history><rdf:li darktable:operation='cr")
    kept.late = OURS
    assert kept.is_known()
    assert 1000 < kept.slept < 1100
    assert kept.is_known()
    kept.writes(OTHERS)
    assert not kept.is_known()


def test_darktable_is_waited_for(kept: Kept) -> None:
    kept.late = OURS
    kept.settle()
    assert 1000 < kept.slept < 1100
    assert kept.is_known()


def test_what_is_written_after_a_wait_in_vain_is_not_ours(kept: Kept) -> None:
    kept.settle()
    assert 4000 <= kept.slept < 4100
    assert kept.is_known()
    kept.writes(OTHERS)
    assert not kept.is_known()


def test_it_is_waited_for_once(kept: Kept) -> None:
    kept.settle()
    slept = kept.slept
    kept.settle()
    assert kept.slept == slept


@pytest.mark.parametrize(("minor", "slept"), [(OLD, 0), (NEW, 1500)])
def test_sidecars_are_waited_for_where_they_are_queued(
    lua: Lua, tmp_path: Path, minor: int, slept: int
) -> None:
    (tmp_path / "a.jpg.xmp").write_text("</x:xmpmeta>")
    naps: list[int] = []
    api = {"api_version_major": 9, "api_version_minor": minor}
    dt = lua.table({"configuration": api, "control": {}, "gui": {}})
    dt.control.sleep = naps.append
    dt.gui.current_view = lambda: lua.table({"id": "lighttable"})
    image = lua.table({"sidecar": str(tmp_path / "a.jpg.xmp")})
    lua.module("delivery").flush(dt, lua.runtime.table(image))
    assert sum(naps) == slept


@pytest.mark.parametrize("is_queued", [False, True])
def test_each_press_is_a_step_further(desk: Desk, is_queued: bool) -> None:
    desk.is_queued = is_queued
    desk.photo(ANSWER | {"crops": [RANKED] * 3})
    assert desk.press("suggest").startswith("Crop 1 of 3")
    step: Any = desk.lua.module("actions").step
    for number in (2, 3, 1, 2):
        step(desk.app, desk.app.images, 1)
        assert desk.said.startswith(f"Crop {number} of 3")
    assert desk.asked.count("deliver") == 1
