"""How a crop reaches darktable's history, in darktables of two ages (see darktable.lua)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Lua

DARKTABLE = Path(__file__).with_name("darktable.lua")
OLD, NEW = 0, 4
"""Minor numbers of the API: darktable 4.2 and 5.0."""
SHOWN, OTHER = 1, 2
STEP = {"operation": "crop", "version": 1.0, "enabled": True, "params": "00ff"}
SHORTCUT = ["selection", "shortcut", "selection"]
OUTSIDE = ["image:apply_style in the lighttable", "selection", "selection"]

Delivered = Callable[..., list[str]]


@pytest.fixture
def delivered(lua: Lua, tmp_path: Path) -> Delivered:
    """What is done to deliver a step, between the import of the style and its end."""

    def deliver(minor: int, **setup: object) -> list[str]:
        place = {"sidecar": str(tmp_path / "a.jpg.xmp"), "cache": str(tmp_path)}
        made = {"view": "darkroom", "hovered": SHOWN, "minor": minor, "late": 0} | place | setup
        make = lua.runtime.eval(f'(dofile("{DARKTABLE}"))')
        dt = make(lua.table(made), lua.module("darkroom").was_drawn)
        lua.module("delivery").append(dt, dt.image, lua.table([STEP]))
        first, *between, last = [done.decode() for done in dt.log.values()]
        assert (first, last) == ("import", "delete")
        return between

    return deliver


@pytest.mark.parametrize("minor", [OLD, NEW])
def test_outside_the_darkroom_the_style_is_applied_to_the_photo(
    delivered: Delivered, minor: int
) -> None:
    assert delivered(minor, view="lighttable") == ["image:apply_style in the lighttable"]


def test_an_old_darktable_is_asked_by_the_shortcut_alone(delivered: Delivered) -> None:
    assert delivered(OLD) == SHORTCUT


def test_an_old_darktable_goes_by_the_lighttable_if_the_pointer_is_elsewhere(
    delivered: Delivered,
) -> None:
    assert delivered(OLD, hovered=OTHER) == OUTSIDE


@pytest.mark.parametrize("hovered", [SHOWN, OTHER, False])
def test_a_new_darktable_applies_it_wherever_the_pointer_is(
    delivered: Delivered, hovered: int
) -> None:
    assert delivered(NEW, hovered=hovered) == ["styles.apply"]


def test_a_new_darktable_may_write_its_sidecar_late(delivered: Delivered) -> None:
    assert delivered(NEW, late=1250) == ["styles.apply"]


@pytest.mark.parametrize("broken", ["raises", "ignores"])
@pytest.mark.parametrize(("hovered", "otherwise"), [(SHOWN, SHORTCUT), (OTHER, OUTSIDE)])
def test_a_new_darktable_that_does_not_is_treated_as_an_old_one(
    delivered: Delivered, broken: str, hovered: int, otherwise: list[str]
) -> None:
    assert delivered(NEW, hovered=hovered, broken=broken) == ["styles.apply", *otherwise]


@pytest.mark.parametrize(
    ("minor", "opened"), [(NEW, ""), (NEW, "crop"), (NEW, "ashift"), (NEW, "clipping"), (OLD, "")]
)
def test_a_new_darkroom_is_at_rest_until_it_is_drawn_or_somebody_crops(
    lua: Lua, minor: int, opened: str
) -> None:
    api = {"api_version_major": 9, "api_version_minor": minor}
    darkroom, dt = lua.module("darkroom"), lua.table({"gui": {}, "configuration": api})
    dt.gui.action = lambda path, *_: float(path.decode() == f"iop/{opened}")
    assert not darkroom.is_at_rest(dt)
    darkroom.rest()
    assert darkroom.is_at_rest(dt) == (minor == NEW and not opened)
    darkroom.was_drawn()
    assert not darkroom.is_at_rest(dt)
