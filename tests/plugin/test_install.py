"""`cropperhead install`: what it puts where, and that all else stays."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cropperhead_core.errors import InstallError
from cropperhead_plugin.cli.install import THINGS
from cropperhead_plugin.darktable import LINES, config_folders, disabled, enabled, program_file
from cropperhead_plugin.placing import place_folder, remove_folder

from .conftest import Program, lines, snapshot
from .test_cli import kind

PLUGIN = Path(__file__).resolve().parents[2] / "lua/darktable/cropperhead"


@pytest.fixture
def config(program: Program) -> Path:
    folder = program.home / ".config/darktable"
    folder.mkdir(parents=True)
    return folder


def installed(program: Program, *more: str | Path) -> dict[str, str]:
    done = program("install", "darktable", "--json", *more)
    assert done.returncode == 0, done.stderr
    (line,) = lines(done.stdout)
    return kind(line, "placed")


@pytest.mark.parametrize("name", THINGS)
def test_everything_that_can_be_installed_has_its_work(name: str) -> None:
    assert callable(THINGS[name].placed)


def test_the_plugin_is_copied_and_named_in_luarc(program: Program, config: Path) -> None:
    assert installed(program)["done"] == "installed"
    copied = snapshot(config / "lua/cropperhead")
    there = {name: content for name, content in snapshot(PLUGIN).items() if "__" not in name}
    assert there.items() <= copied.items()
    assert LINES in (config / "luarc").read_bytes()


def test_lua_finds_the_program_that_installed_it(program: Program, config: Path) -> None:
    installed(program)
    named = config / "lua/cropperhead/program.lua"
    script = f"print(dofile({str(named)!r}))"
    said = subprocess.run(["lua5.4", "-e", script], capture_output=True, check=True)
    assert said.stdout.decode().strip() == str(program.command()[0])


@pytest.mark.parametrize("luarc", [None, b"", b"x = 1", b"x = 1\r\n", b"\xff\n"])
def test_removing_leaves_what_was_there(
    program: Program, config: Path, luarc: bytes | None
) -> None:
    if luarc is not None:
        (config / "luarc").write_bytes(luarc)
    before = snapshot(config)
    installed(program)
    assert snapshot(config) != before
    assert installed(program, "--remove")["done"] == "removed"
    assert snapshot(config) == before


def test_other_scripts_stay(program: Program, config: Path) -> None:
    (config / "lua/tools").mkdir(parents=True)
    (config / "lua/tools/mine.lua").write_text("return 1")
    before = snapshot(config)
    installed(program)
    installed(program, "--remove")
    assert snapshot(config) == before


def test_twice_is_as_good_as_once(program: Program, config: Path) -> None:
    installed(program)
    once = snapshot(config)
    assert installed(program)["done"] == "unchanged"
    assert snapshot(config) == once


def test_an_older_plugin_is_renewed(program: Program, config: Path) -> None:
    installed(program)
    once = snapshot(config)
    (config / "lua/cropperhead/quote.lua").write_text("old")
    (config / "lua/cropperhead/gone.lua").write_text("old")
    assert installed(program)["done"] == "installed"
    assert snapshot(config) == once


@pytest.mark.parametrize("more", [[], ["--remove"]])
def test_a_folder_of_somebody_else_is_left_alone(
    program: Program, config: Path, more: list[str]
) -> None:
    (config / "lua/cropperhead").mkdir(parents=True)
    (config / "lua/cropperhead/mine.lua").write_text("return 1")
    before = snapshot(config)
    done = program("install", "darktable", *more)
    assert done.returncode == 1
    assert b"move it away" in done.stderr
    assert snapshot(config) == before


def test_a_folder_of_settings_can_be_named(program: Program, tmp_path: Path) -> None:
    named = tmp_path / "elsewhere, with spaces"
    assert installed(program, "--config", named)["path"] == str(named / "lua/cropperhead")
    assert (named / "luarc").is_file()


def test_every_darktable_of_this_person_is_found(tmp_path: Path) -> None:
    usual, flatpak = tmp_path / ".config/darktable", tmp_path / ".var/app/org.darktable.Darktable"
    environ = {"HOME": str(tmp_path)}
    assert config_folders(environ) == [usual]
    (flatpak / "config/darktable").mkdir(parents=True)
    assert config_folders(environ) == [flatpak / "config/darktable"]
    usual.mkdir(parents=True)
    assert config_folders(environ) == [usual, flatpak / "config/darktable"]
    moved = config_folders(environ | {"XDG_CONFIG_HOME": str(tmp_path / "x")})
    assert moved == [flatpak / "config/darktable"]


@given(st.one_of(st.none(), st.binary(max_size=60)))
@example(b"\xef\xbb\xbfx = 1\n")
@example(b"#!/usr/bin/lua\nx = 1\n")
def test_our_lines_come_and_go_without_a_trace(luarc: bytes | None) -> None:
    if luarc is not None and luarc.removeprefix(b"\xef\xbb\xbf")[:1] == b"#" and b"\n" not in luarc:
        with pytest.raises(InstallError):
            enabled(luarc)
        return
    once = enabled(luarc)
    assert once.count(LINES) == 1
    assert enabled(once) == once
    assert disabled(once) == luarc


@pytest.mark.parametrize("first", [b"\xef\xbb\xbf", b"#!/usr/bin/lua\n", b"\xef\xbb\xbf# mine\n"])
def test_what_must_come_first_stays_first(first: bytes) -> None:
    assert enabled(first + b"x = 1\n") == first + LINES + b"x = 1\n"


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InstallError, match="cannot write"):
        place_folder(tmp_path / "file/plugin", {"mark": b""}, mark="mark")


@pytest.mark.parametrize("thing", [("darktable",), ("service", "/")])
def test_a_closed_place_is_one_line(program: Program, thing: tuple[str, ...]) -> None:
    closed = Program(program.home, program.folder, environ={"XDG_CONFIG_HOME": "/proc/closed"})
    done = closed("install", *thing)
    assert done.returncode == 1
    assert re.fullmatch(rb"cropperhead install: cannot (write|read) .*\n", done.stderr)


def test_nothing_to_remove_is_no_error(tmp_path: Path) -> None:
    assert not remove_folder(tmp_path / "plugin", mark="mark")


def test_a_name_of_any_bytes_reaches_lua() -> None:
    name = bytes(set(range(1, 256)) - {ord("/")})
    code = program_file(Path("/" + name.decode("utf-8", "surrogateescape")))
    said = subprocess.run(
        ["lua5.4", "-"],
        input=b"io.write((function() " + code + b"end)())",
        capture_output=True,
        check=True,
    )
    assert said.stdout == b"/" + name


@pytest.mark.parametrize("name", ["gimp", "-x", "--help"])
def test_what_cannot_be_installed_is_said_as_it_was_typed(program: Program, name: str) -> None:
    done = program("install", "--", name)
    assert done.returncode == 2
    assert f"darktable or service, got {name}\n" in done.stderr.decode()


def test_after_the_dashes_a_thing_is_a_thing(program: Program, config: Path) -> None:
    done = program("install", "--json", "--", "darktable")
    assert (done.returncode, done.stderr) == (0, b"")
    assert (config / "lua/cropperhead").is_dir()


@pytest.mark.parametrize("name", ["x", "-x"])
def test_what_is_too_much_is_said_as_it_was_typed(program: Program, name: str) -> None:
    done = program("doctor", "--", name)
    assert done.returncode == 2
    assert done.stderr.decode().endswith(f"error: unrecognized arguments: {name}\n")
