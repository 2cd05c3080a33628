"""A `cropperhead` that delivers crops of a test's choice, by the real code; for the plugin's tests.

Its environment names a file of JSON, {photo's name: [[top, left, bottom, right, angle], ...]}.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from cropperhead_core.crop import Crop
from cropperhead_core.journal import Journal
from cropperhead_core.photo import read_photo
from cropperhead_core.suggestion import RankedCrop, Suggestion
from cropperhead_core.wishes import Wishes
from cropperhead_plugin.cli import main
from cropperhead_plugin.cli.options import pairs_in
from cropperhead_plugin.deliver import Delivered, deliveries
from cropperhead_plugin.protocol import Failure, line
from cropperhead_plugin.settings import load


class Chosen:
    """Suggests what the file says."""

    def __init__(self, crops: dict[str, list[list[float]]]) -> None:
        self._crops = crops

    def suggestions(self, paths: Iterable[Path], _: Wishes) -> Iterator[Suggestion | Failure]:
        """The chosen crops of each photo."""
        for path in paths:
            facts = read_photo(path)
            ranked = tuple(
                RankedCrop(Crop(*numbers), 1.0, 0.5, "free", ("keeps the subject whole",))
                for numbers in self._crops[path.name]
            )
            size, angle = facts.upright, ranked[0].crop.angle
            yield Suggestion(path, size, facts.orientation, "crop", angle, ranked, "chosen")


if __name__ == "__main__":
    if sys.argv[1] != "deliver":
        sys.exit(main(sys.argv[1:]))
    chosen = json.loads(Path(os.environ["CHOSEN_CROPS"]).read_text())
    with Journal(Path(load(os.environ).journal)) as journal:
        pairs = pairs_in(sys.stdin.buffer.read())
        replace = "--replace" in sys.argv
        for result in deliveries(pairs, Chosen(chosen), Wishes(), journal, replace=replace):
            record = result.record() if isinstance(result, Failure) else Delivered.record(result)
            sys.stdout.buffer.write(line(record))
            sys.stdout.flush()
