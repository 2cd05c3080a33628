"""An evaluation as tables for a person, in colour on a terminal."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cropperhead_core.training.evaluate.metrics import Interval
from cropperhead_core.training.evaluate.table import Row

from .evaluation import Evaluation

__all__ = ["print_tables"]

WIDTH = 130
"""Columns of text where no terminal says how wide it is."""


def print_tables(found: Evaluation) -> None:
    """Print what each method chooses, how it behaves, how near it comes to people."""
    is_terminal = sys.stdout.isatty()
    console = Console(width=None if is_terminal else WIDTH, highlight=False)
    table = found.table
    console.print(
        f"[bold]{len(found.shown)}[/] photos of the {found.part} part, model"
        f" [bold]{escape(found.model)}[/]"
        f"; mean score of the whole frame {_spread(table.full)}, of the best box"
        f" {_spread(table.best)}"
    )
    if found.is_seen:
        console.print("[red]The model was fitted to these photos: its figures flatter it[/]")
    if found.reservation:
        console.print(escape(found.reservation))
    console.print("", _choices(table.rows), "", _beside_ours(table.rows), sep="\n")
    console.print("", _behaviour(table.rows), sep="\n")
    if any(row.levelling for row in table.rows):
        console.print("", _levels(table.rows), sep="\n")
    if found.people:
        console.print("", _people(found), sep="\n")
    if table.missing:
        console.print()
    for name, why in table.missing.items():
        console.print(f"[bold]{escape(name)}[/] is missing: {escape(why)}")


def _choices(rows: tuple[Row, ...]) -> Table:
    table = _table("What it chooses", "SRCC", "first choice", "regret", "among best 5", "insight")
    for row in rows:
        figures = map(_spread, (row.correlation, row.choice, row.regret))
        table.add_row(_name(row), *figures, _share(row.among_best), _spread(row.insight))
    return table


def _beside_ours(rows: tuple[Row, ...]) -> Table:
    columns = ("beside", "first choice behind", "SRCC behind", "we win", "draw", "lose")
    table = _table("Beside ours, photo by photo", *columns)
    for row in rows:
        if row.name != row.ours:
            leads = map(_lead, (row.behind, row.correlation_behind))
            shares = (f"{share:.0%}" for share in (row.won, row.drawn, row.lost))
            table.add_row(_name(row), row.ours, *leads, *shares)
    return table


def _behaviour(rows: tuple[Row, ...]) -> Table:
    columns = ("mirror", "outside", "leaves", "rightly", "faces cut", "CPU ms")
    table = _table("How it behaves", *columns)
    for row in rows:
        table.add_row(
            _name(row),
            _spread(row.mirror),
            _bad(row.outside),
            _share(row.left),
            _share(row.well_left) if row.well_left else "",
            f"{_bad(row.faces_cut)} of {row.with_faces}",
            f"{row.cpu_ms:.0f}" if row.cpu_ms >= 1 else "<1",
        )
    return table


def _levels(rows: tuple[Row, ...]) -> Table:
    columns = ("photos", "error", "within .5°", "acted", "error where acted", "harm")
    table = _table("How it levels", *columns)
    for row in rows:
        level = row.levelling
        if level:
            acted = level.error_where_acted
            table.add_row(
                _name(row),
                str(level.photos),
                _spread(level.error, "°"),
                _share(level.within),
                _share(level.acted),
                _spread(acted, "°") if acted else "",
                _share(level.harm),
            )
    return table


def _people(found: Evaluation) -> Table:
    table = _table("Against crops by people", "photos", "overlap", "with nearest", "displacement")
    for row in found.people:
        figures = map(_spread, (row.overlap, row.nearest, row.displacement))
        table.add_row(row.name, str(row.photos), *figures)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _name(row: Row) -> str:
    return f"[bold]{row.name}[/]" if row.name.startswith("ours") else row.name


def _spread(found: Interval, unit: str = "") -> str:
    """The mean and its interval."""
    mean, low, high = found
    return f"{mean:.2f}{unit} [dim]({low:.2f} to {high:.2f})[/]"


def _share(found: Interval) -> str:
    mean, low, high = found
    return f"{mean:.0%} [dim]({low:.0%} to {high:.0%})[/]"


def _lead(found: Interval) -> str:
    """By how much it is behind ours; green where that is sure at the 95 % level, red if ahead."""
    mean, low, high = found
    style = "green" if low > 0 else "red" if high < 0 else "yellow"
    return f"[{style}]{mean:+.2f}[/] [dim]({low:+.2f} to {high:+.2f})[/]"


def _bad(count: int) -> str:
    return f"[red]{count}[/]" if count else "0"
