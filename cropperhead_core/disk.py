"""Files and folders: what is there, and temporary folders of ours."""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from .errors import SidecarConflict, UnreadablePhoto

__all__ = ["SCRATCH", "TEMPORARY", "alone_in", "file_stat", "is_folder", "is_there", "scratch"]

SCRATCH = "cropperhead-"
"""Names of our temporary folders begin with this and the number of their process."""
TEMPORARY = ".cropperhead-"
"""As SCRATCH, of what stands for a moment beside a file or folder that it will replace."""
LONGEST_S, WAIT_S = 30.0, 0.01
"""How long to wait for another process of ours at the most, and between two looks."""


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; False if its name is too long or we may not look."""
    return os.path.exists(path)  # noqa: PTH110 (Path's raises for such names)


def is_folder(path: Path) -> bool:
    """Whether this is a folder; False if its name is too long or we may not look.

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


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """No other process of ours writes into this folder meanwhile: they wait for one another.

    The kernel keeps the lock (flock), and drops it with the process. Where there are no locks, or
    the folder is closed to us, we go without. Raises `SidecarConflict` after LONGEST_S.
    """
    with ExitStack() as stack:
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            stack.callback(os.close, handle)
            _lock(handle, folder)
        yield


def _lock(handle: int, folder: Path) -> None:
    end = time.monotonic() + LONGEST_S
    while not _locked(handle):
        if time.monotonic() > end:
            message = f"another CropperHead is writing into {folder}: try again"
            raise SidecarConflict(message, is_race=True)
        time.sleep(WAIT_S)


def _locked(handle: int) -> bool:
    """Whether the lock is ours now, or there are no locks here."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder where temporary files go, which is gone afterwards; raises OSError.

    Its name tells the process, so that what a killed one left behind is known.
    """
    with tempfile.TemporaryDirectory(prefix=f"{SCRATCH}{os.getpid()}-") as folder:
        yield Path(folder)


def _require_open(folder: Path) -> None:
    """Raises `UnreadablePhoto` for a folder that is closed to us: so no photo was found in it."""
    try:
        os.scandir(folder).close()
    except OSError as error:
        raise UnreadablePhoto(f"cannot read the folder {folder}: {error.strerror}") from error
