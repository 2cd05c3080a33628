"""Which parts of a folder lie on file systems that report no changes made elsewhere; pure."""

from __future__ import annotations

import os
import re
from pathlib import Path

from cropperhead_plugin.settings import Poll

__all__ = ["polled"]

SILENT = frozenset(
    "9p afs afpfs ceph cifs coda davfs fuse glusterfs lustre ncpfs nfs nfs4 smb2 smb3 smbfs vboxsf"
    " virtiofs".split()
)
"""File systems whose inotify tells what this machine does, and not what others do. For FUSE it
depends on the program behind it: those that are local are named below."""
LOCAL_FUSE = frozenset(("fuseblk", "fuse.ntfs-3g", "fuse.exfat", "fuse.mergerfs", "fuse.bindfs"))


def polled(folder: Path, mounts: str, poll: Poll) -> list[Path]:
    """The folders, at or below this one, that have to be looked at again and again.

    mounts is the text of /proc/self/mountinfo.
    """
    if poll != "auto":
        return [folder] if poll == "on" else []
    kinds = dict(map(_mount, filter(None, mounts.split("\n"))))
    if is_silent(kinds.get(_mount_point(folder, kinds), "")):
        return [folder]
    return [path for path, kind in kinds.items() if is_silent(kind) and folder in path.parents]


def is_silent(kind: str) -> bool:
    """Whether a file system of this kind says nothing of what other machines change."""
    return kind not in LOCAL_FUSE and kind.partition(".")[0] in SILENT


def _mount_point(folder: Path, kinds: dict[Path, str]) -> Path:
    return next((path for path in (folder, *folder.parents) if path in kinds), Path("/"))


def _mount(line: str) -> tuple[Path, str]:
    """Mount point and kind: the fifth field, and the first behind the dash (proc(5))."""
    fields = line.split(" ")
    kind = fields[fields.index("-") + 1] if "-" in fields else ""
    return Path(_unescaped(fields[4])), kind


def _unescaped(text: str) -> str:
    r"""The kernel writes blanks in octal: `\040`."""
    plain = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), os.fsencode(text))
    return os.fsdecode(plain)
