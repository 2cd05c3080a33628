"""A made model to its place, complete or not at all; and what a disk refuses, in one line."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf

from cropperhead_core.disk import TEMPORARY
from cropperhead_core.errors import InstallError

__all__ = ["disk_trouble_told", "publish"]

REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO)
"""What TensorFlow passes on from the disk, in words only."""


def publish(made: Path, folder: Path) -> None:
    """Copy the files of `made` to `folder`; raises OSError, and changes nothing if it has no room.

    Other files that are there stay, such as a model card. Those of an older model are replaced one
    by one: a model that was half replaced does not match its hash.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    is_there = folder.exists()
    place = folder if is_there else folder.parent
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=place) as beside:
        new = Path(beside, "new")
        new.mkdir()
        for path in made.iterdir():
            shutil.copyfile(path, new / path.name)
        if is_there:
            for path in new.iterdir():
                path.replace(folder / path.name)
        else:
            new.rename(folder)


@contextmanager
def disk_trouble_told(work: Path, folder: Path) -> Iterator[None]:
    """What the disk refuses in here as `InstallError`, whether Python or TensorFlow met it."""
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        said = _said(error)
        if not said:
            raise
        raise InstallError(
            f"training stopped, as {work} or {folder} cannot be written: {said};"
            " start it again when that is mended, it goes on from its last epoch"
        ) from error


def _said(error: Exception) -> str:
    """What the disk says in this error; empty if it is of something else."""
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno else str(error)
    return next((said for said in map(os.strerror, REFUSALS) if said in str(error)), "")
