"""Options that several commands share, and the photos that their arguments name."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cropperhead_core.disk import is_folder
from cropperhead_core.editor import EDITORS, Editor
from cropperhead_core.errors import SettingsError
from cropperhead_plugin.settings import at_home

from .output import warn

__all__ = [
    "add_editor",
    "add_json",
    "add_model",
    "add_only",
    "add_photos",
    "add_wishes",
    "add_work",
    "folder_to_watch",
    "named",
    "named_photos",
    "pairs_in",
    "require_embed_has_effect",
    "require_writable",
]


def add_photos(parser: argparse.ArgumentParser) -> None:
    """Take photos, folders, globs, or - for paths on stdin."""
    parser.add_argument(
        "photos",
        nargs="+",
        metavar="PHOTO",
        help="a photo, a folder (searched to the bottom), a glob, or - to read paths from stdin,"
        " one a line or ended by NUL; names that begin with a dash come after --",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Offer JSON instead of words."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object a line, each as it is ready"
    )


def add_only(parser: argparse.ArgumentParser) -> None:
    """Offer to look at one editor's crop only."""
    parser.add_argument("--editor", choices=EDITORS, dest="only", help="look at this one only")


def add_editor(parser: argparse.ArgumentParser) -> None:
    """Offer for which editor to write, and where."""
    parser.add_argument(
        "--editor", choices=EDITORS, help="for which editor to write (default: darktable)"
    )
    parser.add_argument(
        "--embed",
        action="store_true",
        default=None,
        help="write into the photo itself where Lightroom ignores sidecars: JPEG, TIFF, DNG, HEIC",
    )


def add_model(add: Callable[..., object]) -> None:
    """Offer another model; add is the `add_argument` of a parser or a group."""
    add("--model", metavar="FOLDER", help="a model folder (default: the one that came with this)")


def add_wishes(parser: argparse.ArgumentParser) -> None:
    """Offer what a person may wish of a crop. Without an option the settings file holds."""
    add = parser.add_argument_group("what you wish for").add_argument
    add(
        "--aspect",
        metavar="RATIO",
        help="shape of the crop: original, free, square, portrait, landscape (the photo's own"
        " ratio, stood or laid) or W:H such as 3:2 (default: original)",
    )
    add("--top", type=int, metavar="N", help="how many crops to suggest (default: 1)")
    add(
        "--max-angle",
        type=float,
        metavar="DEGREES",
        help="never turn further than this (default: 8)",
    )
    add("--no-level", dest="level", action="store_false", default=None, help="do not straighten")
    add(
        "--tightness",
        type=float,
        metavar="T",
        help="from 0, keep nearly everything, to 1, come close (default: 0.5)",
    )


def require_embed_has_effect(embed: bool | None, editor: Editor) -> None:
    """Raises `SettingsError` for an --embed without effect: darktable has all in sidecars."""
    if embed and editor != "lightroom":
        raise SettingsError(f"--embed is for --editor lightroom, got --editor {editor}")


def add_work(parser: argparse.ArgumentParser) -> None:
    """Offer how the work is done."""
    add = parser.add_argument_group("how it is done").add_argument
    add(
        "--jobs",
        type=int,
        metavar="N",
        help="processes at work; results come in the order of the photos all the same (default: one"
        " for each 8 photos, at most 4 and at most one a core)",
    )
    add_model(add)


def named_photos(arguments: Sequence[str]) -> dict[Path, bool]:
    """The photos that the arguments name, in their order; says so where there are none.

    The value says whether it was named itself, and not only found in a folder. Raises
    `SettingsError` before anything is done for any of them.
    """
    from cropperhead_core.photo import photos  # Pillow: not for --help

    found = photos(_named(arguments))
    if not found:
        warn(f"no photos in {' '.join(arguments)}")
    return found


def _named(arguments: Sequence[str]) -> Iterator[Path]:
    for argument in arguments:
        if argument == "-":
            yield from paths_in(sys.stdin.buffer.read())
        else:
            yield named(argument)


def named(argument: str) -> Path:
    """The path that an argument or a setting names; raises `SettingsError` for none.

    Else an empty one, as an unset variable of the shell's leaves, would be the current folder.
    """
    if not argument:
        raise SettingsError("expected a path, got an empty name: is a shell variable unset?")
    if "\0" in argument:  # from the settings; no shell can say it
        raise SettingsError(f"expected a path, got a name with a NUL in it: {argument!r}")
    return Path(argument)


def require_writable(folder: Path) -> None:
    """Raises `SettingsError` for a folder, perhaps yet to be made, that no file can be put into."""
    places = (folder, *folder.absolute().parents)
    nearest = next(place for place in places if os.path.lexists(place))
    if not is_folder(nearest):
        raise SettingsError(f"expected a folder, got a file: {nearest}")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise SettingsError(f"cannot write to the folder {nearest}")


def folder_to_watch(argument: str) -> Path:
    """The folder that an argument or a setting names; it may come later, as a card does.

    Raises `SettingsError` for a name that can never be one, and for a file.
    """
    named(argument)  # an empty one would be the current folder
    path = at_home(argument)
    if os.path.exists(path) and not is_folder(path):  # noqa: PTH110 (Path's raises for long names)
        raise SettingsError(f"expected a folder, got a file: {argument}")
    return path


def paths_in(content: bytes) -> list[Path]:
    r"""The paths on stdin: ended by NUL if there is any NUL, else one a line, from Windows too.

    >>> paths_in(b"a.jpg\r\nb c.jpg\n")
    [PosixPath('a.jpg'), PosixPath('b c.jpg')]
    """
    if b"\0" in content:
        names = content.split(b"\0")
    else:
        names = [name.removesuffix(b"\r") for name in content.split(b"\n")]
    return [Path(os.fsdecode(name)) for name in names if name]


def pairs_in(content: bytes) -> list[tuple[Path, Path]]:
    r"""The pairs of paths on stdin: each path ended by NUL; raises `SettingsError`.

    >>> pairs_in(b"a.jpg\0a_01.jpg.xmp\0")
    [(PosixPath('a.jpg'), PosixPath('a_01.jpg.xmp'))]
    """
    paths = [Path(os.fsdecode(name)) for name in content.split(b"\0")]
    if paths.pop() != Path() or len(paths) % 2:
        raise SettingsError("expected pairs of paths on stdin, each path ended by NUL")
    return list(zip(paths[::2], paths[1::2], strict=True))
