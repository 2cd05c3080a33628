"""Findings into the table: one row a method, means over the same photos with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .judge import Exhibit, Finding
from .metrics import Interval, clipped, foretold, interval
from .tilt import Levelled

__all__ = ["Ours", "Row", "Table", "table"]

Floats = NDArray[np.float64]
NAN = float("nan")
CLOSE = 0.5
"""Degrees within which a photo is level again."""
TIE = 1e-6
"""Scores nearer than this are one."""


@dataclass(frozen=True, slots=True)
class Ours:
    """The names of our two rows that others are compared with: the ranker's and the suggestion's.

    A method that ranks the offered boxes is compared with the one that does, a method that proposes
    its own with the one that does.
    """

    ranker: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class LevellingFigures:
    """How a method levels n photos: errors in degrees on turned ones, harm to untouched ones."""

    photos: int
    error: Interval
    within: Interval
    acted: Interval
    error_where_acted: Interval | None
    harm: Interval


@dataclass(frozen=True, slots=True)
class Row:
    """A method's line. Means have their 95 % intervals; None is a figure that does not apply.

    insight is what its answer is worth on its own photo, less what its answers for the others are
    worth there on average: what it gains by looking. behind and correlation_behind are how much
    lower than ours its figures are, photo by photo; won, drawn and lost the shares of photos on
    which our first choice is better, as good, worse.
    """

    name: str
    photos: int
    correlation: Interval
    choice: Interval
    regret: Interval
    among_best: Interval
    insight: Interval
    mirror: Interval
    outside: int
    left: Interval
    well_left: Interval | None
    with_faces: int
    faces_cut: int
    cpu_ms: float
    ours: str
    behind: Interval
    correlation_behind: Interval
    won: float
    drawn: float
    lost: float
    levelling: LevellingFigures | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """All rows, what the photos offer if left and at best, and which rows are missing and why."""

    rows: tuple[Row, ...]
    full: Interval
    best: Interval
    missing: Mapping[str, str]


def table(
    shown: Sequence[Exhibit],
    levels: Sequence[Mapping[str, Levelled]],
    ours: Ours,
    missing: Mapping[str, str],
) -> Table:
    """The table of these photos; raises ValueError when there are none."""
    if not shown:
        raise ValueError("expected at least one scored photo, got none")
    names = list(shown[0].findings)
    return Table(
        rows=tuple(_row(name, shown, levels, ours) for name in names),
        full=_interval([photo.full for photo in shown]),
        best=_interval([photo.best for photo in shown]),
        missing=missing,
    )


def _row(
    name: str, shown: Sequence[Exhibit], levels: Sequence[Mapping[str, Levelled]], ours: Ours
) -> Row:
    found = [photo.findings[name] for photo in shown]
    is_ranking = found[0].answer.scores is not None
    rival = ours.ranker if is_ranking else ours.suggestion
    choices = _column(shown, name, lambda each: each.choice)
    lead = _column(shown, rival, lambda each: each.choice) - choices
    correlations = _column(shown, name, lambda each: each.correlation)
    faced = [each for each, photo in zip(found, shown, strict=True) if photo.faces]
    of_left = [
        photo.is_well_left if each.is_left else NAN
        for photo, each in zip(shown, found, strict=True)
    ]
    return Row(
        name=name,
        photos=len(found),
        correlation=_interval(correlations),
        choice=_interval(choices),
        regret=_interval(
            [photo.best - each.choice for photo, each in zip(shown, found, strict=True)]
        ),
        among_best=_interval([each.is_among_best for each in found]),
        insight=_interval(_insight(shown, name)),
        mirror=_interval([each.mirror for each in found]),
        outside=sum(each.is_outside for each in found),
        left=_interval([each.is_left for each in found]),
        well_left=interval(np.array(of_left, float)),
        with_faces=len(faced),
        faces_cut=sum(each.faces_cut > 0 for each in faced),
        cpu_ms=float(np.median([each.cpu_ms for each in found])),
        ours=rival,
        behind=_interval(lead),
        correlation_behind=_interval(
            _column(shown, ours.ranker, lambda each: each.correlation) - correlations
        ),
        won=float((lead > TIE).mean()),
        drawn=float((abs(lead) <= TIE).mean()),
        lost=float((lead < -TIE).mean()),
        levelling=_levelling([photo[name] for photo in levels if name in photo]),
    )


def _insight(shown: Sequence[Exhibit], name: str) -> Floats:
    """(n,): what each answer is worth on its own photo, less the mean of the others' there."""
    answers = np.array([clipped(photo.findings[name].answer.box) for photo in shown])
    gains = np.zeros(len(shown))
    if len(shown) > 1:
        for row, photo in enumerate(shown):
            picture = photo.picture
            values = foretold(answers, np.array(picture.boxes), np.array(picture.scores))
            gains[row] = values[row] - np.delete(values, row).mean()
    return gains


def _column(shown: Sequence[Exhibit], name: str, of: Callable[[Finding], float]) -> Floats:
    return np.array([of(photo.findings[name]) for photo in shown], float)


def _levelling(found: Sequence[Levelled]) -> LevellingFigures | None:
    if not found:
        return None
    return LevellingFigures(
        photos=len(found),
        error=_interval([each.error for each in found]),
        within=_interval([each.error <= CLOSE for each in found]),
        acted=_interval([each.said != 0 for each in found]),
        error_where_acted=interval(np.array([each.error if each.said else NAN for each in found])),
        harm=_interval([each.is_harmed for each in found]),
    )


def _interval(values: Sequence[float] | Floats) -> Interval:
    """As `interval`, of values that are all known."""
    found = interval(np.array(values, float))
    assert found is not None  # noqa: S101 (no value is NaN here)
    return found
