"""Files replaced in one step: whatever happens, one or the other content is there, and no third."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.errors import SidecarConflict, SidecarError
from cropperhead_core.sidecar.files import read_bytes, replace_file, sidecar_path

contents = st.one_of(st.none(), st.binary(max_size=2000))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def put(path: Path, content: bytes | None) -> None:
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)


@given(before=contents, after=contents)
def test_what_is_put_there_is_there(
    tmp_path_factory: pytest.TempPathFactory, before: bytes | None, after: bytes | None
) -> None:
    path = tmp_path_factory.mktemp("put") / "a.xmp"
    put(path, before)
    replace_file(path, after, expected=before)
    assert read_bytes(path) == after
    assert names(path.parent) == (["a.xmp"] if after is not None else [])


@given(there=contents, expected=contents, after=contents)
def test_a_file_that_changed_meanwhile_is_left_alone(
    tmp_path_factory: pytest.TempPathFactory,
    there: bytes | None,
    expected: bytes | None,
    after: bytes | None,
) -> None:
    path = tmp_path_factory.mktemp("meanwhile") / "a.xmp"
    put(path, there)
    if there == expected:
        return
    with pytest.raises(SidecarConflict, match=r"a\.xmp was changed meanwhile"):
        replace_file(path, after, expected=expected)
    assert read_bytes(path) == there
    assert names(path.parent) == (["a.xmp"] if there is not None else [])


KILLED = """
import os, signal, sys
from pathlib import Path
from cropperhead_core.sidecar.files import replace_file
step, count, path = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
seen = 0
def watch(event, arguments):
    global seen
    if event == step:
        seen += 1
        if seen == count:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
replace_file(path, b"after" * 1000, expected=b"before")
"""


@pytest.mark.parametrize("before_step", ["open", "os.chmod", "os.chown", "os.rename"])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_killed_at_any_step_the_file_is_whole(tmp_path: Path, before_step: str, count: int) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(b"before")
    command = [sys.executable, "-c", KILLED, before_step, str(count), path]
    done = subprocess.run(command, check=False)
    expected = b"before" if done.returncode == -signal.SIGKILL else b"after" * 1000
    assert read_bytes(path) in (b"before", b"after" * 1000)
    if before_step != "open":
        assert read_bytes(path) == expected


def test_a_linked_sidecar_is_replaced_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "real.xmp", tmp_path / "a.xmp"
    target.write_bytes(b"before")
    link.symlink_to("elsewhere/real.xmp")
    replace_file(link, b"after", expected=b"before")
    assert link.is_symlink()
    assert target.read_bytes() == b"after"
    assert names(tmp_path) == ["a.xmp", "elsewhere"]


def test_a_dangling_link_is_filled(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").symlink_to("real.xmp")
    replace_file(tmp_path / "a.xmp", b"after", expected=None)
    assert (tmp_path / "real.xmp").read_bytes() == b"after"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444, 0o755])
def test_permissions_stay(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(b"before")
    path.chmod(mode)
    replace_file(path, b"after", expected=b"before")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(b"before")
    os.chown(path, 1234, 4321)
    replace_file(path, b"after", expected=b"before")
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_is_like_any_other(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        replace_file(tmp_path / "a.xmp", b"after", expected=None)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.xmp").stat().st_mode) == 0o666 & ~mask


def test_a_replaced_file_is_newer(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(b"before")
    os.utime(path, (1, 1))
    replace_file(path, b"after", expected=b"before")
    assert path.stat().st_mtime > 1, "editors look at the time to see that a sidecar changed"


def test_labels_of_file_managers_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(b"before")
    try:
        os.setxattr(path, "user.xdg.tags", b"holiday")
    except OSError:
        pytest.skip("this file system keeps no extended attributes")
    replace_file(path, b"after", expected=b"before")
    assert os.getxattr(path, "user.xdg.tags") == b"holiday"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_on_a_full_disk_the_file_stays_and_nothing_else(small_disk: Path) -> None:
    path = small_disk / "a.xmp"
    path.write_bytes(b"before")
    with pytest.raises(SidecarError, match=r"cannot write .*a\.xmp: No space left on device"):
        replace_file(path, bytes(200_000), expected=b"before")
    assert path.read_bytes() == b"before"
    assert names(small_disk) == ["a.xmp"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "a.xmp"
    with pytest.raises(SidecarError, match=re.escape(f"cannot write {path}: No such file")):
        replace_file(path, b"after", expected=None)


@pytest.mark.parametrize(
    ("photo", "there", "darktable", "lightroom"),
    [
        ("IMG.CR2", [], "IMG.CR2.xmp", "IMG.xmp"),
        ("IMG.jpg", [], "IMG.jpg.xmp", "IMG.xmp"),
        ("IMG.CR2", ["IMG.XMP", "IMG.CR2.XMP"], "IMG.CR2.xmp", "IMG.XMP"),
        ("IMG.CR2", ["IMG.XMP", "IMG.xmp"], "IMG.CR2.xmp", "IMG.xmp"),
        ("a.b.NEF", [], "a.b.NEF.xmp", "a.b.xmp"),
        ("-ä 'x\n.jpg", [], "-ä 'x\n.jpg.xmp", "-ä 'x\n.xmp"),
    ],
)
def test_where_editors_look(
    tmp_path: Path, photo: str, there: list[str], darktable: str, lightroom: str
) -> None:
    for name in there:
        (tmp_path / name).touch()
    assert sidecar_path(tmp_path / photo, "darktable").name == darktable
    assert sidecar_path(tmp_path / photo, "lightroom").name == lightroom


@pytest.mark.parametrize("name", ["a.jpg.xmp", "a.XMP", "a.jpg.pp3"])
def test_a_sidecar_larger_than_any_is_refused_unread(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(SidecarError, match=f"at most 32 MB, got 1048576 in .*{name}"):
        read_bytes(tmp_path / name)
