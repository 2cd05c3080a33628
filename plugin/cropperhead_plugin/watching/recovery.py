"""After a kill: writings that were begun are told apart, and their temporary files go."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

from cropperhead_core.content import content_key, digest
from cropperhead_core.disk import SCRATCH, TEMPORARY
from cropperhead_core.errors import SidecarError, UnreadablePhoto
from cropperhead_core.journal import Journal
from cropperhead_core.sidecar.files import read_bytes

__all__ = ["recover"]


def recover(journal: Journal) -> int:
    """Confirm the writings that reached their file; how many there were that were only begun.

    One that did not reach it stays as begun: `undo` knows what that means, and another process may
    be about to write.
    """
    begun = journal.begun()
    _tidy_copies(Path(tempfile.gettempdir()))
    for folder in {writing.sidecar.parent for writing in begun}:
        _tidy(folder)
    for writing in begun:
        with suppress(SidecarError, UnreadablePhoto):
            now = read_bytes(writing.sidecar)
            if now is not None and digest(now) == writing.after:
                is_embedded = writing.sidecar == writing.photo
                journal.confirm(writing.id, content_key(writing.photo) if is_embedded else None)
    return len(begun)


def _tidy(folder: Path) -> None:
    """Take away temporary files of processes that are no more."""
    with suppress(OSError):
        for path in folder.glob(f"{TEMPORARY}*.tmp"):
            if not _has_owner(path.name.removeprefix(TEMPORARY)):
                path.unlink(missing_ok=True)


def _tidy_copies(folder: Path) -> None:
    """Take away temporary folders of processes that were killed: copies of photos, and links."""
    with suppress(OSError):
        for path in folder.glob(f"{SCRATCH}[0-9]*-*"):
            is_ours = path.lstat().st_uid == os.getuid()
            if is_ours and not _has_owner(path.name.removeprefix(SCRATCH)):
                shutil.rmtree(path, ignore_errors=True)


def _has_owner(name: str) -> bool:
    """Whether the process lives whose number a name begins with; yes for a name without one."""
    owner = name.partition("-")[0]
    return not owner.isdigit() or _is_alive(int(owner))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
