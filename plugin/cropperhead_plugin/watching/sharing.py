"""Photos that share one crop: a raw and its twin, and the photos of one burst.

The rule for bursts is made to be safe: whoever is in doubt has a crop of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from cropperhead_core.crop import Box, Crop, Size
from cropperhead_core.errors import CropperHeadError, InvalidCrop
from cropperhead_core.opening import DECODER_ERRORS, opened
from cropperhead_core.photo import is_sensor_data, read_photo
from cropperhead_core.suggestion import RankedCrop, Suggestion
from cropperhead_plugin.records import recorded_crop

from .entry import Moment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BURST_S", "adopted", "are_alike", "in_burst", "moment"]

BURST_S = 2.0
"""Photos of a burst are at most so far apart; without fractions of a second in the EXIF, that is
one second and its rounding."""
CELLS = 16
ALIKE_LEVELS = 24
"""How much lighter or darker (of 255) no cell of 16x16 may be: a subject that moved shows there."""
OVERLAP, ANGLE = 0.75, 0.5
"""A burst's photo takes over a crop that overlaps its own so far (intersection over union) and is
turned as it to so many degrees. One pixel's shift of a picture can change the choice among nearly
equal crops by as much (0.82 measured)."""
SHAPE = 0.01
"""How much the ratios of two photos may differ for one crop to suit both: raws show a few rows
more than their JPEG."""
EXIF, MODEL, TAKEN, FRACTION = 0x8769, 0x0110, 0x9003, 0x9291


def adopted(own: Suggestion, record: Mapping[str, Any]) -> Suggestion | None:
    """A photo's suggestion with the verdict and crops of a relative's record instead of its own.

    None where they do not suit: another shape, or a crop that would leave this frame.
    """
    theirs = Size(record["width"], record["height"])
    ratio = own.size.width / own.size.height * theirs.height / theirs.width
    if abs(ratio - 1) > SHAPE:
        return None
    with suppress(InvalidCrop):
        crops = tuple(map(_ranked, record["crops"]))
        for ranked in crops:
            ranked.crop.checked(own.size)
        verdict, angle, note = record["verdict"], record["angle"], record["note"]
        return replace(own, crops=crops, verdict=verdict, angle=angle, note=note)
    return None


def in_burst(own: Suggestion, record: Mapping[str, Any]) -> Suggestion | None:
    """The same, but only where the photo by itself would be cropped nearly so."""
    shared = adopted(own, record)
    if shared is None or shared.verdict != own.verdict:
        return None
    if own.best is None or shared.best is None:
        return shared
    ours, theirs = own.best.crop, shared.best.crop
    turned = abs(ours.angle - theirs.angle)
    is_near = turned <= ANGLE and _box(ours, own.size).overlap(_box(theirs, own.size)) >= OVERLAP
    return shared if is_near else None


def are_alike(one: Path, other: Path) -> bool:
    """Whether two photos look nearly the same, in every part; no for one that cannot be read."""
    from cropperhead_core.dataset import is_alike, likeness  # numpy: for bursts only

    try:
        pixels = [_small(path) for path in (one, other)]
    except CropperHeadError:
        return False
    prints = likeness(pixels[0]), likeness(pixels[1])
    if pixels[0].shape != pixels[1].shape:
        return False
    difference = abs(_cells(pixels[0]) - _cells(pixels[1])).max()
    return is_alike(*prints) and bool(difference <= ALIKE_LEVELS)


def moment(path: Path) -> Moment | None:
    """Which camera took this photo, and when; None where the file does not say both."""
    try:
        exif = _exif(path)
        details = exif.get_ifd(EXIF)
        taken = datetime.strptime(str(details[TAKEN])[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
        fraction = float(f"0.{str(details.get(FRACTION, 0)).strip() or 0}")
        camera = str(exif[MODEL]).strip("\0 ")
    except DECODER_ERRORS:
        return None
    return Moment(camera, taken.timestamp() + fraction) if camera else None


def _exif(path: Path) -> Image.Exif:
    """From the header; of raws from those that are TIFF inside by its own number."""
    if not is_sensor_data(path):
        with opened(path) as image:
            return _whole(image.getexif())
    exif = Image.Exif()
    with path.open("rb") as file:
        exif.load_from_fp(file)
        return _whole(exif)


def _whole(exif: Image.Exif) -> Image.Exif:
    """With its details, which can be read only while the file is open."""
    exif.get_ifd(EXIF)
    return exif


def _ranked(record: Mapping[str, Any]) -> RankedCrop:
    crop, reasons = recorded_crop(record), tuple(record["reasons"])
    return RankedCrop(crop, record["score"], record["gain"], record["aspect"], reasons)


def _box(crop: Crop, size: Size) -> Box:
    """The crop as an upright box; for two that are turned nearly alike."""
    return Box(*crop.edges(size))


def _small(path: Path) -> NDArray[np.uint8]:
    from cropperhead_core.preview import read_preview

    return read_preview(read_photo(path), 4 * CELLS).pixels


def _cells(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    import numpy as np

    small = Image.fromarray(pixels).convert("L").resize((CELLS, CELLS), Image.Resampling.BOX)
    return np.asarray(small, np.float64)
