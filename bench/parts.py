"""What the parts of one suggestion cost, in CPU seconds of a process that has everything loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np
import simplejpeg
from cpu import spent

from cropperhead_core import FaceFinder, Horizon, load_model, suggest
from cropperhead_core.candidates import candidates
from cropperhead_core.photo import read_photo
from cropperhead_core.preview import read_preview
from cropperhead_core.suggest import PREVIEW_SIDE

__all__ = ["Parts", "best", "parts"]

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Parts:
    """CPU seconds for one photo, and for a raw of the same picture through its preview."""

    decode: float
    look: float
    scores: float
    faces: float
    horizon: float
    suggest: float
    raw: float
    many: float
    """Scores of 500 boxes, more than any suggestion asks for."""

    @property
    def network(self) -> float:
        """All that the networks do."""
        return self.look + self.scores + self.faces + self.horizon

    def rows(self) -> Iterator[str]:
        """Lines of a table."""
        named = {
            "Decode a 24 MP JPEG at 1/8": self.decode,
            "Look: features, subject": self.look,
            "Scores of all candidates": self.scores,
            "Faces, in one to three views": self.faces,
            "Horizon: the angle that levels": self.horizon,
            "All else": self.suggest - self.decode - self.network,
            "A suggestion for the JPEG": self.suggest,
            "A suggestion for a raw by its preview": self.raw,
        }
        yield from ("| Part | ms of CPU |", "|---|---|")
        yield from (f"| {name} | {seconds * 1000:.1f} |" for name, seconds in named.items())


def best(work: Callable[[], object]) -> float:
    """The least CPU time of several tries: what disturbs can only add."""
    return min(spent(work) for _ in range(ROUNDS))


def parts(model_folder: Path, photos: Sequence[Path], raws: Sequence[Path]) -> Parts:
    """The means over these photos, and over the raws of the same pictures."""
    model, faces, horizon = load_model(model_folder), FaceFinder(), Horizon()
    boxes = np.concatenate([[[0, 0, 1, 1]], candidates(1.5, 1.5)]).astype(np.float32)

    def whole(path: Path) -> object:
        return suggest(path, model, faces=faces, horizon=horizon)

    def measured(path: Path, raw: Path) -> Parts:
        pixels = read_preview(read_photo(path), PREVIEW_SIDE).pixels
        seen = model.look(pixels)
        return Parts(
            decode=best(partial(_decoded, path)),
            look=best(lambda: model.look(pixels)),
            scores=best(lambda: seen.scores(boxes)),
            faces=best(lambda: faces(pixels)),
            horizon=best(lambda: horizon(pixels)),
            suggest=best(partial(whole, path)),
            raw=best(partial(whole, raw)),
            many=best(lambda: seen.scores(np.resize(boxes, (500, 4)))),
        )

    each = [astuple(measured(*pair)) for pair in zip(photos, raws, strict=True)]
    names = [field.name for field in fields(Parts)]
    return Parts(**dict(zip(names, map(fmean, zip(*each, strict=True)), strict=True)))


def _decoded(path: Path) -> None:
    content = path.read_bytes()
    simplejpeg.decode_jpeg(content, fastdct=True, fastupsample=True, min_width=512, min_height=341)
