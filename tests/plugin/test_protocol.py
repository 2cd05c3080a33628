"""Lines of JSON that hold any file name, and boxes read with distrust."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.errors import CropperHeadError, InvalidCrop, SettingsError, UnreadablePhoto
from cropperhead_plugin.protocol import Failure, boxes, line, one_line


@given(st.binary(min_size=1, max_size=50).filter(lambda name: b"\0" not in name))
def test_any_file_name_crosses_and_comes_back(name: bytes) -> None:
    text = line({"photo": os.fsdecode(name)})
    assert os.fsencode(json.loads(text.decode("utf-8"))["photo"]) == name
    assert text.count(b"\n") == 1


def test_a_failure_names_its_kind_in_one_line() -> None:
    failure = Failure.of(Path("a\nb.jpg"), UnreadablePhoto("cannot read a\nb.jpg: it is empty"))
    assert failure.record()["error"] == {
        "type": "UnreadablePhoto",
        "message": "cannot read a\\nb.jpg: it is empty",
    }


@given(st.text())
def test_one_line_is_printable(text: str) -> None:
    assert one_line(text).isprintable()


def test_boxes_are_floats() -> None:
    assert boxes("[[0, 0.25, 1, 1], [0.1, 0.1, 0.2, 0.3]]") == [
        (0.0, 0.25, 1.0, 1.0),
        (0.1, 0.1, 0.2, 0.3),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[1]", "[[0, 0, 1]]", '[[0, 0, 1, "1"]]', "[" * 100_000, "null", "[[0,0,1,1,1]]"],
)
def test_what_lists_no_boxes_is_a_usage_error(text: str) -> None:
    with pytest.raises(SettingsError, match="expected"):
        boxes(text)


@pytest.mark.parametrize(
    "box",
    [
        "0,0,0,1",
        "-0.1,0,1,1",
        "0,0,1.1,1",
        "NaN,0,1,1",
        "0,0,Infinity,1",
        "0,0,1e999,1",
        "0,0,1e-320,1",
    ],
)
def test_a_box_outside_the_frame_is_refused(box: str) -> None:
    with pytest.raises(InvalidCrop, match="fractions"):
        boxes(f"[[{box}]]")


@given(st.text(max_size=30))
def test_no_text_raises_anything_but_our_errors(text: str) -> None:
    with suppress(CropperHeadError):
        assert all(left < right for left, _, right, _ in boxes(text))


def test_a_lack_of_memory_is_said_of_the_photo() -> None:
    found = Failure.of(Path("a.jpg"), MemoryError())
    assert (found.type, found.message) == (
        "UnreadablePhoto",
        "a.jpg needs more memory than there is",
    )
