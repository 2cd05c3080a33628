"""What the disk has where a photo should be; what is wrong there is said in our errors."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .errors import UnreadablePhoto

__all__ = ["file_stat", "is_folder"]


def is_folder(path: Path) -> bool:
    """Whether this is a folder; what has too long a name or may not be looked at is none.

    >>> is_folder(Path("/")), is_folder(Path("n" * 300))
    (True, False)
    """
    return os.path.isdir(path)  # noqa: PTH112 (Path's raises for such names)


def file_stat(path: Path) -> os.stat_result:
    """What the disk says of this file; raises `UnreadablePhoto` if it is none."""
    try:
        found = path.stat()
    except OSError as error:
        raise UnreadablePhoto(f"cannot read {path}: {error.strerror}") from error
    if stat.S_ISDIR(found.st_mode):
        _require_open(path)
        raise UnreadablePhoto(f"expected a photo, got a folder: {path}")
    if not stat.S_ISREG(found.st_mode):  # a pipe would keep us waiting
        raise UnreadablePhoto(f"expected a photo, got something that is no file: {path}")
    return found


def _require_open(folder: Path) -> None:
    """Raises `UnreadablePhoto` for a folder that is closed to us: so no photo was found in it."""
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise UnreadablePhoto(f"cannot read the folder {folder}: {error.strerror}") from error
