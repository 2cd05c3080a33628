"""The camera's model from the first bytes of a raw."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.camera import camera_model
from cropperhead_core.crop import Size
from cropperhead_core.photo import read_photo

from .test_photo import raw


def tiff(model: bytes, order: str = "<", number: int = 42) -> bytes:
    """A directory with this model, after another tag."""
    mark = b"II" if order == "<" else b"MM"
    value = model.ljust(4, b"\0") if len(model) <= 4 else struct.pack(f"{order}I", 38)
    entries = struct.pack(f"{order}HHII", 256, 4, 1, 600)
    entries += struct.pack(f"{order}HHI", 272, 2, len(model)) + value
    head = struct.pack(f"{order}2sHIH", mark, number, 8, 2)
    return head + entries + bytes(4) + model


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("number", [42, 0x55, 0x4F52])
def test_tiff_and_its_cousins_name_it(order: str, number: int) -> None:
    assert camera_model(tiff(b"NIKON Z 6\0", order, number)) == "NIKON Z 6"


def test_a_short_name_stands_in_the_entry() -> None:
    assert camera_model(tiff(b"D3\0")) == "D3"


def test_canons_newest_holds_a_directory_in_a_box() -> None:
    head = b"\0\0\0\x18ftypcrx " + bytes(20) + b"\0\0\1\0CMT1"
    assert camera_model(head + tiff(b"Canon EOS R5\0")) == "Canon EOS R5"


@given(st.binary(max_size=200), st.sampled_from([b"", b"II*\0", b"MM\0*", b"\0\0\0\x18ftypCMT1II"]))
def test_whatever_the_bytes_are_there_is_an_answer(content: bytes, start: bytes) -> None:
    assert isinstance(camera_model(start + content), str)


def with_model(path: Path, model: bytes) -> Path:
    """The drawn raw with this model of at most four bytes in a new directory at its end."""
    content = path.read_bytes()
    (start,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, start)
    places = range(start + 2, start + 2 + 12 * count, 12)
    entries = [content[at : at + 12] for at in places]
    entries.append(struct.pack("<HHI4s", 272, 2, len(model), model))
    entries.sort(key=lambda entry: struct.unpack_from("<H", entry))
    directory = struct.pack("<H", count + 1) + b"".join(entries) + bytes(4)
    path.write_bytes(content[:4] + struct.pack("<I", len(content)) + content[8:] + directory)
    return path


@pytest.mark.parametrize("name", ["a.dng", "a.NEF"])
def test_the_facts_of_a_raw_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("cropperhead_core.photo.HEAD", 1 << 30)  # the drawn one's is at its end
    path = with_model(raw(tmp_path / name, 6), b"Z9\0")
    facts = read_photo(path)
    assert (facts.camera, facts.size, facts.orientation) == ("Z9", Size(600, 400), 6)
