"""How well photos never trained on are levelled: `python bench/levelling.py DATA [PART]`.

Of each kind of photo, twice: with the file's own pixels beside ones turned in high quality, and
with both resampled as in training. Turned by the angles that photographers turn by.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
from cpu import spent

from cropperhead_core import Horizon
from cropperhead_core.dataset import parted
from cropperhead_core.photo import read_photo
from cropperhead_core.preview import read_preview
from cropperhead_core.suggest import PREVIEW_SIDE
from cropperhead_core.training.levelled import Figures, Way, figures, heard

SEED = 11
ROUNDS = 9


def row(name: str, found: Figures, count: int) -> str:
    shares = f"{found.acted:6.1%} {found.error:9.2f} {found.within_half:10.0%}"
    return f"{name:22} {count:5} {shares} {found.harm:6.1%} {found.turned_untouched:10.1%}"


def main(arguments: Sequence[str]) -> None:
    data, part = Path(arguments[0]), (*arguments[1:], "validation")[0]
    horizon, pictures = Horizon(), parted(data)[part]
    print(f"{horizon.name}, confidence {horizon.confidence}, photos of the part {part}")
    print(f"{'':22} {'n':>5} {'acted':>6} {'error, °':>9} {'within .5°':>10} {'harm':>6}", end=" ")
    print(f"{'untouched':>10}")
    for kind in ("composed", "snapshot"):
        of_kind = [picture for picture in pictures if picture.kind == kind]
        for way in get_args(Way):
            found = figures(heard(horizon, of_kind, seed=SEED, way=way), horizon.confidence)
            print(row(f"{kind}, {way}", found, len(of_kind)))
    pixels = read_preview(read_photo(pictures[0].path), PREVIEW_SIDE).pixels
    cost = np.min([spent(lambda: horizon(pixels)) for _ in range(ROUNDS)])
    print(f"one look: {cost * 1000:.1f} ms of CPU for {pixels.shape[1]}x{pixels.shape[0]} pixels")


if __name__ == "__main__":
    main(sys.argv[1:])
