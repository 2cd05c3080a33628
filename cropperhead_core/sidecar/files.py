"""Sidecars on disk: what they are called, and how one is replaced without losing a byte."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from cropperhead_core.disk import TEMPORARY
from cropperhead_core.editor import Editor
from cropperhead_core.errors import SidecarConflict, SidecarError

__all__ = [
    "MAX_BYTES",
    "Content",
    "changed_meanwhile",
    "namesakes",
    "read_bytes",
    "replace_file",
    "sidecar_path",
]

Content = bytes | None
"""What a file holds; None: there is none."""

SIDECARS = (".xmp", ".XMP", ".pp3")
MAX_BYTES = 32 << 20
"""The largest sidecar with masks and retouching we have seen has 3 MB."""


def sidecar_path(photo: Path, editor: Editor) -> Path:
    """Where this editor looks for a photo's sidecar.

    darktable: IMG.ext.xmp, in small letters (measured). Lightroom: IMG.xmp or IMG.XMP, which
    belongs to the raw where one is beside it.
    """
    if editor == "darktable":
        return photo.with_name(f"{photo.name}.xmp")
    usual, loud = (photo.with_name(photo.stem + suffix) for suffix in (".xmp", ".XMP"))
    return loud if os.path.lexists(loud) and not os.path.lexists(usual) else usual


def namesakes(photo: Path) -> list[Path]:
    """The other files beside it whose names differ in what follows the last dot only.

    Raises `SidecarError` if the folder may not be read.
    """
    try:
        names = sorted(os.listdir(photo.parent))  # noqa: PTH208 (names are enough, and there are many)
    except OSError as error:
        raise SidecarError(f"cannot read {photo.parent}: {error.strerror}") from error
    beside = [photo.with_name(name) for name in names if name.startswith(f"{photo.stem}.")]
    return [path for path in beside if path.stem == photo.stem and path.name != photo.name]


def read_bytes(path: Path) -> Content:
    """What the file holds, None when there is none; raises `SidecarError`."""
    try:
        found = path.stat()
        mode = found.st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # a pipe would keep us waiting
            raise SidecarError(f"expected a file, got something else: {path}")
        if path.suffix in SIDECARS and found.st_size > MAX_BYTES:
            size = found.st_size >> 20
            raise SidecarError(
                f"expected a sidecar of at most {MAX_BYTES >> 20} MB, got {size} in {path}"
            )
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
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
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
    beside = target.with_name(f"{TEMPORARY}{os.getpid()}-{os.urandom(6).hex()}.tmp")
    # 0o666 less the umask is what any new file has; one that is replaced hands its own down.
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "wb") as file:
            if expected is not None:
                _take_over_mode(target, handle)
                _take_over_labels(target, handle)
            file.write(content)
            file.flush()
            os.fsync(handle)
        _require(target, expected)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _take_over_mode(target: Path, handle: int) -> None:
    """The permissions and owner of the file that is replaced, if it is still there."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return
    os.fchmod(handle, stat.S_IMODE(found.st_mode))
    with suppress(PermissionError):
        os.fchown(handle, found.st_uid, found.st_gid)


def _take_over_labels(target: Path, handle: int) -> None:
    """What file managers and access lists attach to the file that is replaced, where it can be."""
    with suppress(OSError):
        for name in os.listxattr(target):
            with suppress(OSError):
                os.setxattr(handle, name, os.getxattr(target, name))


def _require(target: Path, expected: Content) -> None:
    """The last look before the step: nobody else wrote meanwhile."""
    if read_bytes(target) != expected:
        raise changed_meanwhile(target)


def changed_meanwhile(path: Path) -> SidecarConflict:
    """The error of a file into which somebody wrote while we were about to."""
    message = f"{path} was changed meanwhile, so it was left alone: try again"
    return SidecarConflict(message, is_race=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut; some file systems and closed folders do not let us."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
