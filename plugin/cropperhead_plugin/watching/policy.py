"""How a watch is to deal with photos."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cropperhead_core.editor import Editor
from cropperhead_core.photo import is_raw
from cropperhead_core.wishes import Wishes

__all__ = ["Policy"]


@dataclass(frozen=True, slots=True)
class Policy:
    """How photos are to be dealt with.

    options names model and wishes in short; a crop that gains less than review_below is not written
    but kept for review. At 0 none is: a shape that was asked for may well cost something.
    """

    wishes: Wishes
    options: str
    editor: Editor
    embed: bool = False
    review_below: float = 0.0
    is_dry: bool = False

    def is_embedded(self, photo: Path) -> bool:
        """Whether the crop goes into the photo itself."""
        return self.embed and not is_raw(photo)
