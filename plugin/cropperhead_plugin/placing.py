"""Folders and files that `install` puts into the places of other programs."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cropperhead_core.disk import TEMPORARY
from cropperhead_core.errors import InstallError

from .protocol import VERSION, Record

__all__ = ["Order", "Placed", "files_in", "place_folder", "program", "remove_folder"]

Files = Mapping[str, bytes]
"""Contents by their path below a folder."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a person wants put in place, or taken away again.

    config is darktable's folder of settings (None: where it keeps them); folders are to be watched.
    """

    is_removal: bool
    config: Path | None = None
    folders: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Placed:
    """What was done to one path, and what a person has to do next, if anything."""

    path: Path
    done: Literal["installed", "removed", "unchanged"]
    advice: str = ""

    def record(self) -> Record:
        """This as a line of JSON output."""
        return {
            "version": VERSION,
            "path": str(self.path),
            "done": self.done,
            "advice": self.advice,
        }


def files_in(folder: Path) -> dict[str, bytes]:
    """The files below a folder; what Python left there does not count."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def place_folder(folder: Path, files: Files, *, mark: str) -> bool:
    """Make this folder hold exactly these files; whether anything changed.

    A folder that is there already must hold the file `mark`, which says that it is ours; raises
    `InstallError` otherwise, or when it cannot be written, and it is as it was then.
    """
    try:
        if os.path.lexists(folder):
            _require_ours(folder, mark)
            if files_in(folder) == dict(files):
                return False
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=folder.parent) as beside:
            _write(Path(beside, "new"), files)
            _swap(folder, Path(beside, "new"), Path(beside, "old"))
    except OSError as error:
        raise InstallError(f"cannot write {folder}: {error.strerror}") from error
    return True


def remove_folder(folder: Path, *, mark: str) -> bool:
    """Take our folder away; whether there was one. Raises `InstallError` when it is not ours."""
    if not os.path.lexists(folder):
        return False
    _require_ours(folder, mark)
    try:
        shutil.rmtree(folder)
    except OSError as error:
        raise InstallError(f"cannot remove {folder}: {error.strerror}") from error
    return True


def program() -> Path:
    """The `cropperhead` of this Python, wherever it is: other programs don't know our environment.

    Raises `InstallError` where there is none.
    """
    beside = Path(sys.executable).with_name("cropperhead")
    if not beside.is_file():
        raise InstallError(f"expected the program in {beside}: install CropperHead again")
    return beside


def _require_ours(folder: Path, mark: str) -> None:
    if folder.is_symlink() or not (folder / mark).is_file():
        raise InstallError(
            f"expected a folder that CropperHead made, got another one: {folder};"
            " move it away and try again"
        )


def _swap(folder: Path, new: Path, old: Path) -> None:
    """Put the new folder in the place of one that may be there."""
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def _write(folder: Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
