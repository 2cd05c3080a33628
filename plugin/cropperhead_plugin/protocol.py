"""JSON in and out, one object a line: docs/suggestion.schema.json is its contract.

Pure: values in, text out. The records of each command are made in `records`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from cropperhead_core.errors import (
    CropperHeadError,
    InvalidCrop,
    SettingsError,
    UnreadablePhoto,
)

__all__ = ["VERSION", "Failure", "Record", "boxes", "line", "one_line"]

VERSION = 1

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A photo that could not be dealt with: the error's name in the tree and its one line."""

    photo: Path
    type: str
    message: str

    @classmethod
    def of(cls, photo: Path, error: CropperHeadError | MemoryError) -> Self:
        """The failure that this error means for this photo; it is named if the error does not."""
        if isinstance(error, MemoryError):
            error = UnreadablePhoto(f"{photo} needs more memory than there is")
        message = str(error) if str(photo) in str(error) else f"{photo}: {error}"
        return cls(photo, type(error).__name__, one_line(message))

    def record(self) -> Record:
        """This failure as a line of JSON output."""
        error = {"type": self.type, "message": self.message}
        return {"version": VERSION, "photo": str(self.photo), "error": error}


def line(record: Record) -> bytes:
    r"""One line of valid UTF-8 that holds this object.

    A byte of a file name that is no UTF-8 comes out as JSON's escape of the lone surrogate that
    Python gives it (0xff is `\udcff`), so that a reader can have the byte back.

    >>> line({"photo": "ä\udcff"})
    b'{"photo":"\xc3\xa4\\udcff"}\n'
    """
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def boxes(text: str) -> list[tuple[float, float, float, float]]:
    """The boxes (left, top, right, bottom as upright fractions) that this JSON text lists.

    >>> boxes("[[0, 0, 1, 0.5]]")
    [(0.0, 0.0, 1.0, 0.5)]
    """
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"expected JSON [[left, top, right, bottom], ...]: {error}") from error
    if not isinstance(listed, list):
        raise SettingsError(f"expected [[left, top, right, bottom], ...], got {_short(listed)}")
    return [_box(item) for item in listed]


def one_line(text: str) -> str:
    r"""This text with what would break a line or a terminal escaped.

    >>> one_line("two\nlines")
    'two\\nlines'
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _box(item: object) -> tuple[float, float, float, float]:
    match item:
        case [int() | float(), int() | float(), int() | float(), int() | float()]:
            left, top, right, bottom = item
        case _:
            raise SettingsError(f"expected a box [left, top, right, bottom], got {_short(item)}")
    # Comparisons with NaN are false, and an integer too large for a float compares all the same.
    is_inside = 0 <= left < right <= 1 and 0 <= top < bottom <= 1
    if not is_inside or _single(left) == _single(right) or _single(top) == _single(bottom):
        raise InvalidCrop(
            f"expected fractions with 0 <= left < right <= 1 and 0 <= top < bottom <= 1,"
            f" got {_short(item)}"
        )
    return float(left), float(top), float(right), float(bottom)


def _single(number: float) -> float:
    """The number as the network sees it."""
    (rounded,) = struct.unpack("f", struct.pack("f", number))
    return float(rounded)


def _short(item: object) -> str:
    text = repr(item)
    return text if len(text) <= 60 else text[:57] + "..."
