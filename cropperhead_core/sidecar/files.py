"""Sidecars on disk: what they are called, and how one is replaced without losing a byte."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

from cropperhead_core.errors import SidecarConflict, SidecarError

__all__ = ["TEMPORARY", "Content", "Editor", "read_bytes", "replace_file", "sidecar_path"]

Editor = Literal["darktable", "lightroom"]
Content = bytes | None
"""What a file holds; None: there is none."""
TEMPORARY = ".cropperhead-"
"""Temporary files begin with this and the number of their process: who is left behind is known."""


def sidecar_path(photo: Path, editor: Editor) -> Path:
    """Where this editor looks for a photo's sidecar; the one there is, if its case differs.

    darktable: IMG.ext.xmp. Lightroom: IMG.xmp, which belongs to the raw where one is beside it.
    """
    name = f"{photo.name}.xmp" if editor == "darktable" else f"{photo.stem}.xmp"
    for variant in (name, name[:-4] + ".XMP"):
        if os.path.lexists(photo.with_name(variant)):
            return photo.with_name(variant)
    return photo.with_name(name)


def read_bytes(path: Path) -> Content:
    """What the file holds, None when there is none; raises `SidecarError`."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SidecarError(f"cannot read {path}: {error.strerror}") from error


def replace_file(path: Path, content: Content, *, expected: Content) -> None:
    """Put this content there in one step, or take the file away (None).

    Raises `SidecarConflict` if the file does not hold what is expected of it (any more), and
    `SidecarError` if it cannot be written; it is unchanged then, and no other file is left behind.
    """
    target = Path(os.path.realpath(path))
    try:
        if content is None:
            _require(target, expected)
            target.unlink(missing_ok=True)
        else:
            _replaced(target, content, expected)
        _sync_folder(target.parent)
    except OSError as error:
        raise SidecarError(f"cannot write {path}: {error.strerror}") from error


def _replaced(target: Path, content: bytes, expected: Content) -> None:
    prefix = f"{TEMPORARY}{os.getpid()}-"
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=target.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _take_over_mode(target, beside)
        _require(target, expected)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _take_over_mode(target: Path, beside: Path) -> None:
    """The permissions and owner of the file that is replaced, or those of any new file."""
    try:
        found = target.stat()
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        beside.chmod(0o666 & ~mask)
        return
    beside.chmod(stat.S_IMODE(found.st_mode))
    with suppress(PermissionError):
        os.chown(beside, found.st_uid, found.st_gid)


def _require(target: Path, expected: Content) -> None:
    """The last look before the step: nobody else wrote meanwhile."""
    if read_bytes(target) != expected:
        raise SidecarConflict(f"{target} was changed meanwhile, so it was left alone: try again")


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut; some file systems cannot, and say so."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
