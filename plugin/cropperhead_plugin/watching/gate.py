"""Whether a photo is any business of ours, and whether its crop could be written."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from cropperhead_core.content import content_key
from cropperhead_core.editor import Editor
from cropperhead_core.errors import (
    CropperHeadError,
    NotExpressible,
    SidecarConflict,
    SidecarError,
    UnreadablePhoto,
)
from cropperhead_core.photo import is_raw, is_sensor_data
from cropperhead_core.sidecar import find_crop
from cropperhead_core.sidecar.files import sidecar_path

from .entry import Known
from .names import CAMERA_TWINS

__all__ = [
    "applies_to",
    "is_closed",
    "is_race",
    "is_still_there",
    "reason_to_skip",
    "require_room",
    "twins",
]

ROOM_BYTES = 1 << 20
"""What must be free before we begin: a sidecar, the temporary file beside it, the journal."""
CLOSED = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM))
HAS_SIDECAR = "has a sidecar that is not ours: 'cropperhead apply' adds a crop to it"
NEEDS_EMBED = "Lightroom reads no sidecar of it: embed = true writes into the photo itself"


def reason_to_skip(path: Path, editor: Editor, *, embed: bool) -> str:
    """Why a photo is none of our business; nothing if it is. Raises as `find_crop`."""
    if editor == "lightroom" and not is_raw(path):
        return "" if embed else NEEDS_EMBED
    if not os.path.lexists(sidecar_path(path, editor)):
        return ""
    try:
        found = find_crop(path, editor)
    except NotExpressible:
        return HAS_SIDECAR
    return "" if found is not None and found.ours else HAS_SIDECAR


def require_room(folder: Path) -> None:
    """Raises `SidecarError` before any work is done whose result could not be written there."""
    try:
        facts = os.statvfs(folder)
    except OSError as error:
        raise SidecarError(f"cannot read {folder}: {error.strerror}") from error
    is_told = facts.f_blocks > 0  # not so by some programs behind FUSE
    if is_told and facts.f_bavail * facts.f_frsize < ROOM_BYTES:
        raise _closed(folder, errno.ENOSPC)
    if not os.access(folder, os.W_OK | os.X_OK):
        is_read_only = facts.f_flag & os.ST_RDONLY
        raise _closed(folder, errno.EROFS if is_read_only else errno.EACCES)


def is_closed(error: CropperHeadError) -> bool:
    """Whether an error is one of a folder that is full or may not be written to."""
    cause = error.__cause__ if isinstance(error, SidecarError) else None
    return isinstance(cause, OSError) and cause.errno in CLOSED


def is_race(error: SidecarConflict, path: Path, editor: Editor) -> bool:
    """Whether the sidecar only changed under our hands, and has nobody's crop now."""
    if not error.is_race:
        return False
    try:
        found = find_crop(path)
    except CropperHeadError:
        return False
    return found is None or (found.ours and found.editor == editor)


def applies_to(known: Known, path: Path, options: str) -> bool:
    """Whether an earlier result for the same content applies to the photo at this path.

    Always under the same options; under others only if it is the same file, in place or moved here.
    """
    return known.options == options or known.path == path or not os.path.lexists(known.path)


def is_still_there(known: Known) -> bool:
    """Whether the photo of which this is known still lies there, with the same content."""
    try:
        return content_key(known.path) == known.key
    except UnreadablePhoto:
        return False


def twins(raw: Path) -> Iterator[Path]:
    """Where the camera's JPEG or HEIC of a raw would be."""
    if is_sensor_data(raw):
        for suffix in sorted(CAMERA_TWINS):
            yield from (raw.with_suffix(suffix), raw.with_suffix(suffix.upper()))


def _closed(folder: Path, number: int) -> SidecarError:
    """The error of a folder that cannot be written to, with its reason."""
    error = SidecarError(f"cannot write into {folder}: {os.strerror(number)}")
    error.__cause__ = OSError(number, os.strerror(number))
    return error
