"""How HEIF files say that they are turned; whole ones are in test_photo.py."""

from __future__ import annotations

import pytest

from cropperhead_core.heif import own_orientation
from cropperhead_core.orientation import Orientation

from . import drawn_photos


@pytest.fixture(scope="module")
def transversed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A HEIC with irot and imir."""
    folder = tmp_path_factory.mktemp("heif")
    return drawn_photos.save(folder / "a.heic", Orientation.TRANSVERSED).read_bytes()


def test_a_file_cut_short_anywhere_says_some_orientation(transversed: bytes) -> None:
    assert own_orientation(transversed) == Orientation.TRANSVERSED
    for end in range(len(transversed)):
        assert own_orientation(transversed[:end]) in Orientation


def test_a_file_with_any_byte_wrong_says_some_orientation(transversed: bytes) -> None:
    for place in range(min(len(transversed), 1500)):
        for byte in (b"\0", b"\1", b"\xff"):
            wrong = transversed[:place] + byte + transversed[place + 1 :]
            assert own_orientation(wrong) in Orientation


def test_the_order_of_turns_and_mirrors_counts(transversed: bytes) -> None:
    assert transversed.count(b"\x85\x86") == 1, "irot is the fifth property, imir the sixth"
    other = transversed.replace(b"\x85\x86", b"\x86\x85")
    assert own_orientation(other) == Orientation.TRANSPOSED
