"""Which folders have to be looked at again and again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cropperhead_plugin.watching.mounts import polled

MOUNTS = r"""
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/nas rw,relatime shared:9 - nfs4 nas:/photos rw
31 22 0:41 / /mnt/nas/disk rw - ext4 /dev/sdb1 rw
32 22 0:42 / /media/my\040card rw master:3 - vfat /dev/sdc1 rw
33 22 0:43 / /home/me/phone rw - fuse.sshfs me@phone: rw
34 22 0:44 / /home/me/ntfs rw - fuseblk /dev/sdd1 rw
35 22 0:45 / /mnt/win\040share rw - cifs //win/share rw
""".strip()


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/home/you", []),
        ("/mnt/nas/2026", ["/mnt/nas/2026"]),
        ("/mnt/nas", ["/mnt/nas"]),
        ("/mnt/nas/disk/raw", []),
        ("/media/my card/DCIM", []),
        ("/mnt/win share/a", ["/mnt/win share/a"]),
        ("/home/me", ["/home/me/phone"]),
        ("/home/me/ntfs/a", []),
    ],
)
def test_each_mount_is_judged_by_its_file_system(folder: str, expected: list[str]) -> None:
    assert polled(Path(folder), MOUNTS, "auto") == [Path(path) for path in expected]


@pytest.mark.parametrize("odd", ["\u2028", "\x85", "\x1c", "\r"])
def test_a_mount_may_have_any_name(odd: str) -> None:
    line = f"36 22 0:46 / /mnt/a{odd}b{odd}c rw - nfs4 nas:/photos rw"
    folder = Path(f"/mnt/a{odd}b{odd}c")
    assert polled(folder, f"{MOUNTS}\n{line}\n", "auto") == [folder]


def test_a_person_may_decide() -> None:
    assert polled(Path("/home/you"), MOUNTS, "on") == [Path("/home/you")]
    assert polled(Path("/mnt/nas"), MOUNTS, "off") == []


def test_this_machine_can_be_read() -> None:
    mounts = os.fsdecode(Path("/proc/self/mountinfo").read_bytes())
    assert polled(Path("/proc"), mounts, "auto") == []
