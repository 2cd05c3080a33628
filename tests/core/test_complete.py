"""A raw of which the end is missing is told from a whole one, wherever it was cut."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from drawn import draw_raw
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pillow_heif import from_pillow

from cropperhead_core.complete import require_complete
from cropperhead_core.errors import UnreadablePhoto


def dng(path: Path) -> bytes:
    return draw_raw(path.with_suffix(".dng"), 600, 400).read_bytes()


def heic(path: Path) -> bytes:
    picture = Image.effect_noise((300, 200), 60).convert("RGB")
    from_pillow(picture).save(path.with_suffix(".heic"))
    return path.with_suffix(".heic").read_bytes()


def raf(_path: Path) -> bytes:
    """As Fujifilm lays it out: preview, header and sensor data in three places."""
    head = b"FUJIFILMCCD-RAW ".ljust(84, b"\0")
    return head + struct.pack(">6I", 108, 50, 158, 20, 178, 1000) + bytes(1070)


def big_endian(_path: Path) -> bytes:
    """A Nikon-like directory: one strip of 500 bytes at 100."""
    tags = struct.pack(">HHIIHHII", 273, 4, 1, 100, 279, 4, 1, 500)
    return (struct.pack(">2sHIH", b"MM", 42, 8, 2) + tags + bytes(4)).ljust(600, b"\1")


WHOLE: dict[str, Callable[[Path], bytes]] = {
    "a.dng": dng,
    "a.heic": heic,
    "a.raf": raf,
    "a.nef": big_endian,
}


@pytest.fixture(scope="module", params=WHOLE)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("whole") / request.param
    path.write_bytes(WHOLE[request.param](path))
    return path


def test_a_whole_file_is_complete(whole: Path) -> None:
    require_complete(whole)


@given(part=st.floats(0.02, 0.999))
def test_a_file_that_was_cut_anywhere_is_not(whole: Path, part: float) -> None:
    content = whole.read_bytes()
    cut = whole.with_name("cut" + whole.suffix)
    cut.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(UnreadablePhoto, match=r"the end of .*cut.* is missing"):
        require_complete(cut)


def test_a_file_may_be_longer_than_it_says(whole: Path) -> None:
    longer = whole.with_name("longer" + whole.suffix)
    padding = struct.pack(">I4s", 8, b"free") if whole.suffix == ".heic" else bytes(500)
    longer.write_bytes(whole.read_bytes() + padding)
    require_complete(longer)


def test_other_formats_are_left_to_their_decoders(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"II*\0\xff\xff\xff\xff")
    require_complete(tmp_path / "a.jpg")


def test_a_crw_only_begins_as_a_tiff_does(tmp_path: Path) -> None:
    (tmp_path / "a.crw").write_bytes(b"II\x1a\0\0\0HEAPCCDR" + bytes(1000))
    require_complete(tmp_path / "a.crw")


@given(content=st.binary(max_size=300), start=st.sampled_from([b"II*\0", b"MM\0*", b"....ftyp"]))
def test_whatever_it_holds_it_is_complete_or_our_error(
    content: bytes, start: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.cr2"
    path.write_bytes(start + content)
    with suppress(UnreadablePhoto):
        require_complete(path)
