"""Builds the real things behind the commands and hands them down."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from cropperhead_core.errors import CropperHeadError, JournalError, ModelError
from cropperhead_plugin.pool import Pool, processes
from cropperhead_plugin.protocol import Failure
from cropperhead_plugin.service import Setup, Suggester
from cropperhead_plugin.settings import Settings

from .output import warn

if TYPE_CHECKING:
    from cropperhead_core.journal import Journal
    from cropperhead_core.suggest import Suggestion, Wishes

__all__ = ["journal_if_possible", "noted", "setup", "suggester", "wishes_of"]

FACES = "faces"


def setup(settings: Settings) -> Setup:
    """Which model, face finder and exiftool the settings ask for."""
    folder = Path(import_module("cropperhead_models").__path__[0])
    model = Path(settings.model).expanduser() if settings.model else _shipped(folder)
    return Setup(model, folder / FACES, settings.exiftool)


@contextmanager
def suggester(settings: Settings, photos: int) -> Iterator[Suggester]:
    """What suggests crops for this many photos, in one process or several."""
    made = setup(settings)
    count = processes(settings.jobs, photos, len(os.sched_getaffinity(0)))
    if count == 1:
        with made.service() as service:
            yield service
    else:
        with Pool(made, count) as pool:
            yield pool


def wishes_of(settings: Settings) -> Wishes:
    """What the settings wish of a crop; raises `SettingsError`."""
    from cropperhead_core.wishes import Wishes

    return Wishes(
        aspect=settings.aspect,
        top=settings.top,
        max_angle=settings.max_angle,
        level=settings.level,
        tightness=settings.tightness,
    )


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


def _shipped(folder: Path) -> Path:
    """The model that came with this CropperHead: the one folder that ranks."""
    models = [path.parent for path in sorted(folder.glob("*/model.tflite"))]
    for model in models:
        if model.name != FACES:
            return model
    raise ModelError(f"expected a model in {folder}, found none: install CropperHead again")
