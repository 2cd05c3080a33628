"""An evaluation as JSON lines: docs/evaluation.schema.json is their contract; pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from .evaluation import Evaluation
from .protocol import VERSION, Record

__all__ = ["records"]


def records(found: Evaluation) -> Iterator[Record]:
    """First what was judged by, then a line for each row, each missing one, each against people."""
    about = {"part": found.part, "model": found.model, "seen": found.is_seen}
    table = found.table
    yield _line(
        "photos",
        **about,
        data_sha256=found.data_sha256,
        photos=len(found.shown),
        full=table.full,
        best=table.best,
    )
    for row in table.rows:
        yield _line("row", **asdict(row))
    for name, why in table.missing.items():
        yield _line("missing", name=name, why=why)
    for people in found.people:
        yield _line("people", **asdict(people))


def _line(kind: str, **values: Any) -> Record:
    return {"version": VERSION, "kind": kind, **{k: _rounded(v) for k, v in values.items()}}


def _rounded(value: Any) -> Any:
    """Numbers at five decimals, inside lists and objects too."""
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, tuple):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {name: _rounded(item) for name, item in value.items()}
    return value
