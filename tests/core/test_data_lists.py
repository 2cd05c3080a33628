"""The open data's lists: what makes no sense in them is one error that says where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cropperhead_core.data_lists import plain_rows, scored_rows
from cropperhead_core.dataset import read_pictures
from cropperhead_core.errors import SettingsError

ABOUT = {"kind": "composed", "licence": "CC0", "credit": "", "source": "us", "tier": "A"}
BOXES = [[0, 0, 1, 1], [0.1, 0.1, 0.9, 0.9]]
COLUMNS = "file,kind,licence,credit,source,tier\n"
NAN = float("nan")


def row(name: str = "a.jpg", **values: Any) -> dict[str, Any]:
    return {"photo": name, **ABOUT, "round": 1, "boxes": BOXES, "scores": [3.0, 4.5], **values}


def listed(folder: Path, *lines: dict[str, Any] | str) -> Path:
    file = folder / "preferences.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    file.write_text("\n".join(texts) + "\n")
    return file


def test_rows_come_as_they_stand_and_blank_lines_do_not_count(tmp_path: Path) -> None:
    file = listed(tmp_path, row(), "", "  ", row("b.jpg"), "")
    assert scored_rows(file) == [row(), row("b.jpg")]


@pytest.mark.parametrize("edge", [-1e-9, 1 + 1e-9])
def test_what_rounding_puts_outside_counts_as_inside(tmp_path: Path, edge: float) -> None:
    box = [min(edge, 0), 0, max(edge, 1), 1]
    assert scored_rows(listed(tmp_path, row(boxes=[box, BOXES[1]])))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"photo": "x.jpg", ', "expected a JSON object, got damage .* at column"),
        ("[1, 2]", "expected a JSON object, got a list"),
        ("[" * 100_000, "got brackets without end"),
        ({key: each for key, each in row().items() if key != "tier"}, "got no tier"),
        (row(photo=7), "expected a text as photo, got 7"),
        (row(round="1"), "expected a whole number as round, got '1'"),
        (row(scores=[3.0]), "expected boxes and as many scores"),
        (row(scores=None), "expected boxes and as many scores"),
        (row(boxes=[], scores=[]), "the whole frame"),
        *[
            (row(scores=[3.0, score]), "expected scores from 1 to 5")
            for score in (NAN, 1e999, 500, 0.9, "high", True, None, 10**400)
        ],
        *[
            (row(boxes=[BOXES[0], box]), "expected left < right and top < bottom in 0..1")
            for box in (
                [0.1, 0.1, 0.5],
                [0.9, 0.9, 0.1, 0.1],
                [0.1, 0.1, 0.1, 0.9],
                [-0.1, 0, 1, 1],
                [0, 0, 1, 1.1],
                [0, 0, NAN, 1],
                [0, 0, "1", 1],
                7,
            )
        ],
        (row(boxes=BOXES[::-1]), "expected the whole frame"),
        (row("first.jpg"), "expected each photo once, got first.jpg again"),
    ],
)
def test_a_line_that_makes_no_sense_is_named(tmp_path: Path, line: Any, message: str) -> None:
    file = listed(tmp_path, row("first.jpg"), "", line)
    with pytest.raises(SettingsError, match=message) as told:
        scored_rows(file)
    assert f"in {file}:3, mend or remove that line" in str(told.value)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("file,kind,licence,credit\n", "got no source, tier in .*:1, mend"),
        (COLUMNS + "\na.jpg,composed\n", "a text as licence, got None in .*:3, mend"),
        (COLUMNS + "a.jpg,composed,CC0,,us,A\n" * 2, "each photo once, got a.jpg again in .*:3"),
        (COLUMNS + "x" * 200_000, "expected CSV in .*:2, mend it"),
    ],
)
def test_a_table_that_makes_no_sense_is_told_by_its_line(
    tmp_path: Path, table: str, message: str
) -> None:
    (tmp_path / "manifest.csv").write_text(table)
    with pytest.raises(SettingsError, match=message):
        plain_rows(tmp_path / "manifest.csv")


@pytest.mark.parametrize("name", ["preferences/preferences.jsonl", "photos/manifest.csv"])
def test_a_list_that_is_no_text_is_named(tmp_path: Path, name: str) -> None:
    for part, text in (("preferences/preferences.jsonl", ""), ("photos/manifest.csv", COLUMNS)):
        (tmp_path / part).parent.mkdir()
        (tmp_path / part).write_text(text)
    (tmp_path / name).write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(SettingsError, match=f"expected text in UTF-8 in .*{name}"):
        read_pictures(tmp_path)
