"""Suggestions for many photos: a photo that fails is a `Failure`, and the others go on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cropperhead_core.disk import file_stat
from cropperhead_core.errors import CropperHeadError, UnreadablePhoto

from .protocol import Failure

if TYPE_CHECKING:
    from cropperhead_core.photo import TagReader
    from cropperhead_core.ranker import Predictor
    from cropperhead_core.scene import FaceFinding, HorizonFinding
    from cropperhead_core.suggestion import Suggestion
    from cropperhead_core.wishes import Wishes

__all__ = ["Service", "Setup", "Suggester", "hushed"]


class Suggester(Protocol):
    """What makes suggestions: one process (`Service`) or several (`Pool`)."""

    def suggestions(self, paths: Iterable[Path], wishes: Wishes) -> Iterator[Suggestion | Failure]:
        """One answer for each photo, in the order of the photos."""
        ...


class Service:
    """Makes suggestions in this process, with everything loaded once."""

    def __init__(
        self,
        predictor: Predictor,
        *,
        faces: FaceFinding | None = None,
        horizon: HorizonFinding | None = None,
        reader: TagReader | None = None,
    ) -> None:
        self._predictor = predictor
        self._faces = faces
        self._horizon = horizon
        self._reader = reader

    def suggestions(self, paths: Iterable[Path], wishes: Wishes) -> Iterator[Suggestion | Failure]:
        """One answer for each photo, each as soon as it is there."""
        for path in paths:
            yield self.suggestion(path, wishes)

    def suggestion(self, path: Path, wishes: Wishes) -> Suggestion | Failure:
        """The suggestion for this photo, or why there is none."""
        from cropperhead_core.suggest import suggest

        try:
            before = _state(path)
            found = suggest(
                path,
                self._predictor,
                faces=self._faces,
                horizon=self._horizon,
                wishes=wishes,
                reader=self._reader,
            )
            if _state(path) != before:
                raise UnreadablePhoto(
                    f"{path} changed while it was read; run again when it is complete"
                )
        except (CropperHeadError, MemoryError) as error:
            return Failure.of(path, error)
        return found


@dataclass(frozen=True, slots=True)
class Setup:
    """What it takes to build a `Service`, here or in another process: a crop model, exiftool."""

    model: Path
    exiftool: str

    @contextmanager
    def service(self) -> Iterator[Service]:
        """The service with the real models and exiftool (which starts when needed)."""
        from cropperhead_core.exiftool import ExifTool
        from cropperhead_core.faces import FaceFinder
        from cropperhead_core.horizon import Horizon
        from cropperhead_core.ranker import load_model

        with hushed():
            predictor, faces = load_model(self.model), FaceFinder()
        with ExifTool(self.exiftool) as reader:
            yield Service(predictor, faces=faces, horizon=Horizon(), reader=reader)


@contextmanager
def hushed() -> Iterator[None]:
    """Stderr closed to native code: LiteRT greets every time, and has no option not to."""
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(null)


def _state(path: Path) -> tuple[int, int, int]:
    """What changes when a file is written to or replaced."""
    found = file_stat(path)
    return found.st_size, found.st_mtime_ns, found.st_ino
