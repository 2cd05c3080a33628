"""Builds the real things behind the commands and hands them down."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cropperhead_core.errors import CropperHeadError, JournalError, ModelError, SettingsError
from cropperhead_core.model_folder import GRAPH, shipped
from cropperhead_plugin.protocol import Failure
from cropperhead_plugin.service import Setup, Suggester
from cropperhead_plugin.settings import Settings, at_home

from .output import warn

if TYPE_CHECKING:
    from cropperhead_core.journal import Journal
    from cropperhead_core.suggestion import Suggestion
    from cropperhead_core.wishes import Wishes

__all__ = [
    "journal_if_possible",
    "model_folder",
    "noted",
    "processes",
    "queue_path",
    "setup",
    "suggester",
]


def setup(settings: Settings) -> Setup:
    """Which model and exiftool the settings ask for."""
    return Setup(model_folder(settings), settings.exiftool)


def model_folder(settings: Settings) -> Path:
    """The model that the settings name, else the one that came with this CropperHead.

    Raises `SettingsError` where no crop model is named: that is found before anything is done.
    """
    if settings.model:
        return _named_model(at_home(settings.model))
    found = sorted(path.parent for path in shipped().glob(f"*/{GRAPH}"))
    if not found:
        raise ModelError(f"expected a model in {shipped()}, found none: install CropperHead again")
    return found[0]


def queue_path(settings: Settings) -> Path:
    """Where the queue is: beside the journal."""
    return Path(settings.journal).with_name("watch.sqlite")


@contextmanager
def suggester(settings: Settings, photos: int) -> Iterator[Suggester]:
    """What suggests crops for this many photos, in one process or several."""
    made = setup(settings)
    count = processes(settings.jobs, photos, len(os.sched_getaffinity(0)))
    if count == 1:
        with made.service() as service:
            yield service
    else:
        from cropperhead_plugin.pool import Pool  # 10 ms

        with Pool(made, count) as pool:
            yield pool


def noted(
    results: Iterable[Suggestion | Failure], wishes: Wishes, journal: Journal | None
) -> Iterator[Suggestion | Failure]:
    """The same results, each noted in the journal, so that an outcome can be told later.

    A suggestion is worth having even where it cannot be noted, so that is only said.
    """
    from cropperhead_plugin.notes import note

    for result in results:
        if journal is not None and not isinstance(result, Failure):
            try:
                note(journal, result, wishes)
            except CropperHeadError as error:
                warn(f"{error}; the suggestion is not noted")
        yield result


@contextmanager
def journal_if_possible(settings: Settings) -> Iterator[Journal | None]:
    """The journal, or None after saying why not: for what can do without."""
    from cropperhead_core.journal import Journal

    try:
        journal = Journal(Path(settings.journal))
    except JournalError as error:
        warn(f"{error}; suggestions are not noted")
        yield None
        return
    with journal:
        yield journal


def processes(wanted: int, photos: int, cores: int) -> int:
    """How many processes to use: as many as wanted, or (0) as pay for their half second of start.

    >>> processes(0, 3, 8), processes(0, 500, 8), processes(2, 500, 8)
    (1, 4, 2)
    """
    return wanted or max(1, min(photos // 8, cores, 4))


def _named_model(folder: Path) -> Path:
    if not os.path.isfile(folder / GRAPH):  # noqa: PTH113 (Path's raises for odd names)
        raise SettingsError(
            f"model: expected a crop model, a folder with config.json and {GRAPH}, got {folder}"
        )
    return folder
