"""The lists of the open data, checked as they are read: what is wrong is told by file and line."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .boxes import WHOLE
from .errors import SettingsError

__all__ = ["plain_rows", "scored_rows"]

Row = dict[str, Any]
TEXTS = ("kind", "licence", "credit", "source", "tier")
"""What both lists say of a photo, in words."""
LOWEST, HIGHEST = 1, 5
"""Of the scores, as the README beside the list says."""
ROUNDING = 1e-6
"""By how much an edge may be off the frame's."""


def scored_rows(file: Path) -> list[Row]:
    """The photos with scored boxes, JSON lines, as they stand there; blank lines are passed over.

    Raises `SettingsError` for a line that makes no sense, OSError if the file cannot be read.
    """
    found: dict[str, Row] = {}
    for number, line in enumerate(_text(file).split("\n"), 1):
        if line.strip():
            with _told(file, number):
                row = _object(line)
                _require_texts(row, ("photo", *TEXTS))
                _require_scores(row)
                _require_new(row["photo"], found)
            found[row["photo"]] = row
    return list(found.values())


def plain_rows(file: Path) -> list[Row]:
    """The photos without scores, CSV with a line of columns; raises as `scored_rows` does."""
    found: dict[str, Row] = {}
    for number, row in _table(file, ("file", *TEXTS)):
        with _told(file, number):
            _require_texts(row, ("file", *TEXTS))
            _require_new(row["file"], found)
        found[row["file"]] = row
    return list(found.values())


def _table(file: Path, columns: Sequence[str]) -> list[tuple[int, Row]]:
    """The rows of a CSV file with these columns, each with the number of the line it ends in."""
    rows = csv.DictReader(io.StringIO(_text(file)))
    try:
        found: list[tuple[int, Row]] = [(rows.reader.line_num, row) for row in rows]
    except csv.Error as error:
        where = f"{file}:{rows.reader.line_num}"
        raise SettingsError(f"expected CSV in {where}, mend it: {error}") from error
    with _told(file, 1):
        _require_columns(rows.fieldnames or (), columns)
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(f"expected text in UTF-8 in {file}, fetch it again: {error}") from error


@contextmanager
def _told(file: Path, number: int) -> Iterator[None]:
    """What makes no sense in this line, as `SettingsError` that says where and what to do."""
    try:
        yield
    except ValueError as error:
        raise SettingsError(f"{error} in {file}:{number}, mend or remove that line") from error


def _object(line: str) -> Row:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        wrong = f"{error.msg} at column {error.colno}"
        raise ValueError(f"expected a JSON object, got damage ({wrong})") from error
    except RecursionError as error:
        raise ValueError("expected a JSON object, got brackets without end") from error
    if not isinstance(row, dict):
        raise ValueError(f"expected a JSON object, got a {type(row).__name__}")
    return row


def _require_columns(row: Collection[str], names: Sequence[str]) -> None:
    lacking = [name for name in names if name not in row]
    if lacking:
        raise ValueError(f"expected {', '.join(names)}, got no {', '.join(lacking)}")


def _require_texts(row: Row, names: Sequence[str]) -> None:
    _require_columns(row, names)
    for name in names:
        if not isinstance(row[name], str):
            raise ValueError(f"expected a text as {name}, got {row[name]!r}")


def _require_new(name: str, found: dict[str, Row]) -> None:
    if name in found:
        raise ValueError(f"expected each photo once, got {name} again")


def _require_scores(row: Row) -> None:
    """The boxes, the whole frame first, each with its score, and in which round that was given."""
    boxes, scores = row.get("boxes"), row.get("scores")
    if not (isinstance(boxes, list) and isinstance(scores, list) and len(boxes) == len(scores)):
        raise ValueError("expected boxes and as many scores")
    if type(row.get("round")) is not int:
        raise ValueError(f"expected a whole number as round, got {row.get('round')!r}")
    for score in scores:
        if not (_is_number(score) and LOWEST <= score <= HIGHEST):
            raise ValueError(f"expected scores from {LOWEST} to {HIGHEST}, got {score!r}")
    for box in boxes:
        if not _is_box(box):
            raise ValueError(f"expected left < right and top < bottom in 0..1, got {box!r}")
    if not (boxes and all(abs(x - y) <= ROUNDING for x, y in zip(boxes[0], WHOLE, strict=True))):
        raise ValueError("expected the whole frame [0, 0, 1, 1] as the first box")


def _is_box(box: object) -> bool:
    """Whether these are left, top, right, bottom inside the frame; NaN is in no order."""
    if not (isinstance(box, list) and len(box) == len(WHOLE) and all(map(_is_number, box))):
        return False
    left, top, right, bottom = box
    low, high = -ROUNDING, 1 + ROUNDING
    return bool(low <= left < right <= high and low <= top < bottom <= high)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
