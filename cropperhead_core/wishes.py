"""What the photographer asks of a suggestion: ratio, how many, how far to turn, how tight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from .crop import MAX_ANGLE, Size
from .errors import SettingsError

__all__ = ["USUAL_LIMIT", "Shape", "Wishes"]

USUAL_LIMIT = 8.0
"""Degrees; the largest of 135 Lightroom crops by one photographer is 8.2, and 95 % are below 3.5.
Beyond it a tilt is more likely meant, or the network wrong."""
WIDEST = 10
"""Long over short side of the narrowest ratio that may be asked for."""
FINEST = 1000
"""Largest denominator of a ratio: 2.39:1 is 239:100."""
KNOWN = ("1:1", "5:4", "4:3", "7:5", "3:2", "16:9", "2:1")
NEAR = 0.01
"""By how much a free crop's ratio may differ from a known one and still bear its name."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The ratio (width over height) that crops must have, None for any, and what it was called.

    is_original: the photo has it already, to a pixel.
    """

    name: str
    ratio: Fraction | None
    is_original: bool = False

    @property
    def is_asked(self) -> bool:
        """Whether only a crop can give the photo this shape."""
        return self.ratio is not None and not self.is_original

    def label(self, aspect: float) -> str:
        """What a crop of this aspect is called: `original`, `W:H`, or `free`.

        >>> Shape("free", None).label(0.6667)
        '2:3'
        """
        if ":" in self.name:
            return self.name
        if self.is_original:
            return "original"
        long = max(aspect, 1 / aspect)
        for name in KNOWN:
            wide, high = name.split(":")
            if abs(long * int(high) / int(wide) - 1) <= NEAR:
                return name if aspect >= 1 else f"{high}:{wide}"
        return self.name


@dataclass(frozen=True, slots=True)
class Wishes:
    """Options of a suggestion; raises `SettingsError` when one makes no sense.

    aspect is `original`, `free`, `square`, `portrait` and `landscape` (the photo's own ratio, stood
    or laid), or `W:H`, taken as said. tightness is 0 (keep much) to 1 (crop close).
    """

    aspect: str = "original"
    top: int = 1
    max_angle: float = USUAL_LIMIT
    level: bool = True
    tightness: float = 0.5

    def __post_init__(self) -> None:
        self.shape(Size(3, 2))
        if not 1 <= self.top <= 100:
            raise SettingsError(f"expected 1 to 100 crops, got {self.top}")
        if not 0 <= self.max_angle <= MAX_ANGLE:
            raise SettingsError(
                f"expected a largest angle of 0 to {MAX_ANGLE:g}, got {self.max_angle}"
            )
        if not 0 <= self.tightness <= 1:
            raise SettingsError(f"expected a tightness of 0 to 1, got {self.tightness}")

    def shape(self, size: Size) -> Shape:
        """The shape that crops of a photo of this upright size must have.

        >>> Wishes(aspect="4:5").shape(Size(6000, 4000))
        Shape(name='4:5', ratio=Fraction(4, 5), is_original=False)
        """
        if self.aspect == "free":
            return Shape("free", None)
        own = Fraction(size.width, size.height)
        ratio = {
            "original": own,
            "square": Fraction(1),
            "landscape": max(own, 1 / own),
            "portrait": min(own, 1 / own),
        }.get(self.aspect) or _parsed(self.aspect)
        # Within a pixel of the ratio, the photo has it and may be left: 3:2 of 3000x2001.
        off = min(abs(ratio * size.height - size.width), abs(size.width / ratio - size.height))
        return Shape(self.aspect, ratio, is_original=off <= 1)


def _parsed(text: str) -> Fraction:
    """The ratio W:H; raises `SettingsError`."""
    found = re.fullmatch(r"(\d{1,5}(?:\.\d{1,4})?):(\d{1,5}(?:\.\d{1,4})?)", text)
    if found:
        wide, high = (Fraction(part) for part in found.groups())
        if wide and high and max(wide / high, high / wide) <= WIDEST:
            return (wide / high).limit_denominator(FINEST)
    raise SettingsError(
        "expected an aspect of original, free, square, portrait, landscape or W:H "
        f"(at most {WIDEST}:1), got {text!r}"
    )
