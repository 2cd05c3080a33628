"""What the parts of one suggestion cost, in CPU seconds of a process that has everything loaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import simplejpeg
from cpu import spent

from cropperhead_core import FaceFinder, Horizon, load_model, suggest
from cropperhead_core.candidates import candidates
from cropperhead_core.photo import read_photo
from cropperhead_core.preview import read_preview
from cropperhead_core.suggest import PREVIEW_SIDE

__all__ = ["Parts", "parts"]

ROUNDS = 10


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
            "Look: features": self.look,
            "Scores of all candidates": self.scores,
            "Faces, in one to three views": self.faces,
            "Horizon: the angle that levels": self.horizon,
            "All else": self.suggest - self.decode - self.network,
            "A suggestion for the JPEG": self.suggest,
            "A suggestion for a raw by its preview": self.raw,
        }
        yield from ("| Part | ms of CPU |", "|---|---|")
        yield from (f"| {name} | {seconds * 1000:.1f} |" for name, seconds in named.items())


def parts(model_folder: Path, photos: Sequence[Path], raws: Sequence[Path]) -> Parts:
    """The means over these photos, and over the raws of the same pictures, each at its least.

    What disturbs can only add, and does so for seconds on end: each is measured again and again
    with all others between.
    """
    model, faces, horizon = load_model(model_folder), FaceFinder(), Horizon()
    boxes = np.concatenate([[[0, 0, 1, 1]], candidates(1.5, 1.5)]).astype(np.float32)

    def whole(path: Path) -> object:
        return suggest(path, model, faces=faces, horizon=horizon)

    def measured(path: Path, raw: Path) -> Parts:
        pixels = read_preview(read_photo(path), PREVIEW_SIDE).pixels
        seen = model.look(pixels)
        return Parts(
            decode=spent(partial(_decoded, path)),
            look=spent(lambda: model.look(pixels)),
            scores=spent(lambda: seen.scores(boxes)),
            faces=spent(lambda: faces(pixels)),
            horizon=spent(lambda: horizon(pixels)),
            suggest=spent(partial(whole, path)),
            raw=spent(partial(whole, raw)),
            many=spent(lambda: seen.scores(np.resize(boxes, (500, 4)))),
        )

    pairs = list(zip(photos, raws, strict=True))
    rounds = [[astuple(measured(*pair)) for pair in pairs] for _ in range(ROUNDS)]
    return Parts(*np.min(rounds, axis=0).mean(axis=0).tolist())


def _decoded(path: Path) -> None:
    content = path.read_bytes()
    simplejpeg.decode_jpeg(content, fastdct=True, fastupsample=True, min_width=512, min_height=341)
