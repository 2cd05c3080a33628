"""The plugin in darktable's folder of settings: copied, named in luarc, and taken away again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from cropperhead_core.errors import InstallError
from cropperhead_core.sidecar.files import read_bytes, replace_file

from .placing import Order, Placed, files_in, place_folder, program, remove_folder
from .xdg import config_home, home

__all__ = ["config_folders", "disabled", "enabled", "placed", "program_file"]

FLATPAK = ".var/app/org.darktable.Darktable/config/darktable"
MARK = "program.lua"
"""Tells the plugin which program to start; only we write such a file, so it marks our folder."""
MADE = b"-- CropperHead made this file.\n"
LINES = (
    b"-- CropperHead: the next line is taken away by: cropperhead install darktable --remove\n"
    b'do local ok, why = pcall(require, "cropperhead/init") if not ok then print(why) end end\n'
)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def placed(order: Order, environ: Mapping[str, str]) -> Iterator[Placed]:
    """Install the plugin, or remove it, in every folder of settings that darktable has here."""
    for folder in [order.config] if order.config else config_folders(environ):
        yield from _removed(folder) if order.is_removal else _installed(folder)


def config_folders(environ: Mapping[str, str]) -> list[Path]:
    """Where darktable keeps its settings: as a package and as a Flatpak; where it would, if new."""
    usual = config_home(environ) / "darktable"
    return [folder for folder in (usual, home(environ) / FLATPAK) if folder.is_dir()] or [usual]


def enabled(luarc: bytes | None) -> bytes:
    r"""This luarc with our two lines before all others, so that an error in those stops us not.

    They go below what must come first: a mark of UTF-8, or a line that begins with #.

    >>> enabled(b"x = 1\n").endswith(b"end end\nx = 1\n")
    True
    """
    if luarc is None:
        return MADE + LINES
    if LINES in luarc:
        return luarc
    start = len(BYTE_ORDER_MARK) if luarc.startswith(BYTE_ORDER_MARK) else 0
    if luarc[start : start + 1] == b"#":
        end = luarc.find(b"\n") + 1
        if not end:
            raise InstallError("luarc is a single line that begins with # and does not end")
        start = end
    return luarc[:start] + LINES + luarc[start:]


def disabled(luarc: bytes | None) -> bytes | None:
    """This luarc without our lines; None (no file) if it was made for them."""
    if luarc is None or luarc == MADE + LINES:
        return None
    return luarc.replace(MADE + LINES, b"").replace(LINES, b"")


def program_file(program: Path) -> bytes:
    r"""Lua that names the program to start; a name may hold any bytes.

    >>> program_file(Path("/a\nb"))
    b'return "\\047\\097\\010\\098"\n'
    """
    return b'return "%s"\n' % b"".join(b"\\%03d" % byte for byte in os.fsencode(program))


def _installed(folder: Path) -> Iterator[Placed]:
    plugin, luarc = folder / "lua/cropperhead", folder / "luarc"
    files = files_in(_source()) | {MARK: program_file(program())}
    before = read_bytes(luarc)
    after = enabled(before)
    changed = place_folder(plugin, files, mark=MARK)
    if after != before:
        replace_file(luarc, after, expected=before)
    is_new = changed or after != before
    advice = "restart darktable; the panel CropperHead is on the right" if is_new else ""
    yield Placed(plugin, "installed" if is_new else "unchanged", advice)


def _removed(folder: Path) -> Iterator[Placed]:
    plugin, luarc = folder / "lua/cropperhead", folder / "luarc"
    before = read_bytes(luarc)
    after = disabled(before)
    if after != before:
        replace_file(luarc, after, expected=before)
    is_gone = remove_folder(plugin, mark=MARK)
    if is_gone and not any(plugin.parent.iterdir()):
        plugin.parent.rmdir()
    yield Placed(plugin, "removed" if is_gone or after != before else "unchanged")


def _source() -> Path:
    folder = Path(import_module("cropperhead_lua").__path__[0], "darktable/cropperhead")
    if not folder.is_dir():
        raise InstallError(f"expected the plugin in {folder}: install CropperHead again")
    return folder
