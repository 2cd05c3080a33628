"""Which files are photos, and the facts of one: size, orientation, camera, roll angle."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from glob import glob, has_magic
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from .camera import camera_model
from .crop import Size
from .disk import file_stat, is_folder
from .errors import UnreadablePhoto
from .heif import own_orientation
from .ignored import is_ignored_folder, is_ignored_name
from .opening import DECODER_ERRORS, exif_of, opened, opened_raw, unreadable
from .orientation import Orientation, upright_size

__all__ = [
    "SENSOR_SUFFIXES",
    "UPRIGHT_FORMATS",
    "Photo",
    "TagReader",
    "is_photo",
    "is_raw",
    "is_sensor_data",
    "photos",
    "read_photo",
]

RAW_SUFFIXES = frozenset(
    ".3fr .arw .cr2 .cr3 .crw .dcr .erf .fff .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .raw"
    " .rw2 .rwl .sr2 .srf .srw .x3f".split()
)
"""Proprietary raw formats: Lightroom writes IMG.xmp beside these, and into all others."""
SENSOR_SUFFIXES = RAW_SUFFIXES | {".dng"}
PHOTO_SUFFIXES = SENSOR_SUFFIXES | frozenset(
    ".heic .heif .hif .jpe .jpeg .jpg .png .tif .tiff .webp".split()
)
UPRIGHT_FORMATS = frozenset(("HEIF", "TIFF"))
"""What Pillow and libheif turn upright themselves when they decode it."""
ROLL_MAKERS = (b"OM Digital", *b"Canon FUJIFILM LEICA NIKON OLYMPUS Panasonic PENTAX RICOH".split())
"""Makers whose notes may hold a roll angle (ExifTool's tag tables)."""
ROLL_TAG = "RollAngle"
HEAD = 65_536
"""Bytes in which a maker's name stands when there are maker notes: EXIF comes first."""
EXIF_ORIENTATION, EXIF_MODEL = 0x0112, 0x0110
TIFF_WIDTH, TIFF_LENGTH = 256, 257


@dataclass(frozen=True, slots=True)
class Photo:
    """The facts of one file; `size` is that of the stored (sensor) frame.

    roll is the crop angle in degrees that would level the upright photo, by the camera's own level.
    exif is the orientation that the EXIF of a HEIF claims, None for all else; `orientation` is that
    of its irot and imir, which turn it. The two should agree.
    """

    path: Path
    size: Size
    orientation: Orientation = Orientation.NORMAL
    camera: str = ""
    roll: float | None = None
    exif: Orientation | None = None

    @property
    def upright(self) -> Size:
        """The size as a viewer shows it."""
        return upright_size(self.size, self.orientation)

    @property
    def is_heif(self) -> bool:
        """Whether the file turns its pixels by its own means."""
        return self.exif is not None


class TagReader(Protocol):
    """Whatever can read metadata: `ExifTool`."""

    def tags(self, paths: Sequence[Path], names: Sequence[str]) -> list[dict[str, Any]]:
        """The named tags of each file, numbers as numbers, absent ones left out."""


def is_photo(path: Path) -> bool:
    """Whether the name is one of a photo that we can read."""
    return path.suffix.lower() in PHOTO_SUFFIXES


def is_raw(path: Path) -> bool:
    """Whether the name is one of a proprietary raw (DNG is not: it holds its own XMP)."""
    return path.suffix.lower() in RAW_SUFFIXES


def is_sensor_data(path: Path) -> bool:
    """Whether the name is one of a raw or of a DNG."""
    return path.suffix.lower() in SENSOR_SUFFIXES


def photos(paths: Iterable[Path]) -> dict[Path, bool]:
    """These paths, with folders and globs replaced by the photos in them, each once, in order.

    The value is True for a path that was given, False for one found in a folder. Hidden and
    temporary files, and folders of programs, are skipped. A path that was given is kept even if
    nothing is there, and so is a folder that cannot be searched, after the photos beside it:
    reading it later tells what is wrong.
    """
    found: dict[Path, bool] = {}
    spelled: dict[tuple[str, str], Path] = {}
    real = cache(_real)  # folders are few
    for path in chain.from_iterable(map(_matched, paths)):
        is_named = not is_folder(path)
        for photo in [path] if is_named else _inside(path):
            first = spelled.setdefault((real(photo.parent), photo.name), photo)
            found[first] = is_named or found.get(first, False)
    return found


def _real(folder: Path) -> str:
    """The one name of a folder that several may lead to."""
    return os.path.realpath(folder)


def _matched(path: Path) -> list[Path]:
    """The folders and photos that a glob stands for; the path itself if it is none or fits none."""
    if not has_magic(os.fspath(path)) or os.path.lexists(path):
        return [path]
    matches = sorted(map(Path, glob(os.fspath(path), recursive=True)))  # noqa: PTH207 (absolute patterns)
    fitting = [match for match in matches if is_folder(match) or is_photo(match)]
    return fitting if matches else [path]


def _inside(folder: Path) -> Iterator[Path]:
    closed: list[str] = []
    walk = os.walk(folder, onerror=lambda error: closed.append(error.filename))
    for here, folders, names in walk:
        folders[:] = sorted(name for name in folders if not is_ignored_folder(name))
        for name in sorted(names):
            if not is_ignored_name(name) and is_photo(Path(name)):
                yield Path(here, name)
    yield from map(Path, closed)


def read_photo(path: Path, reader: TagReader | None = None) -> Photo:
    """The facts of one photo; raises `UnreadablePhoto`.

    The file's header is enough, except for the camera's roll angle: that needs a reader, which is
    asked only when the maker is one whose notes may hold it.
    """
    head = _head(path)
    facts = _raw_facts(path, camera_model(head)) if is_sensor_data(path) else _facts(path)
    if reader is None or not any(maker in head for maker in ROLL_MAKERS):
        return facts
    (tags,) = reader.tags([path], [ROLL_TAG])
    return replace(facts, roll=levelling(tags.get(ROLL_TAG)))


def levelling(roll: object) -> float | None:
    """The crop angle that levels a photo taken with the camera rolled clockwise by this much.

    A camera held upright for a portrait reports a quarter turn more, which orientation undoes.
    Exactly 0 counts: the camera was level.

    >>> levelling(91.5)
    -1.5
    """
    if not isinstance(roll, int | float) or not math.isfinite(roll) or abs(roll) > 360:
        return None
    return 0.0 - (roll - 90 * round(roll / 90))


def _head(path: Path) -> bytes:
    file_stat(path)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise UnreadablePhoto(f"cannot read {path}: {error.strerror}") from error
    if not head:
        raise UnreadablePhoto(f"expected a photo, got an empty file: {path}")
    return head


def _facts(path: Path) -> Photo:
    """From the header, through Pillow."""
    try:
        with opened(path) as image:
            exif = exif_of(image)
            size, camera = _stored_size(image), str(exif.get(EXIF_MODEL, "")).strip("\0 ")
            if image.format == "HEIF":
                return _heif_facts(path, size, camera)
            number = exif.get(EXIF_ORIENTATION, 1)
    except DECODER_ERRORS as error:
        raise unreadable(path, error) from error
    return Photo(path, size, _orientation(number), camera)


def _heif_facts(path: Path, upright: Size, camera: str) -> Photo:
    """HEIF says itself how it is turned, in EXIF once more."""
    from pillow_heif import open_heif

    exif = Image.Exif()
    with suppress(struct.error):  # as `exif_of`, whose orientation is 1, or what XMP says
        exif.load(open_heif(path).info.get("exif") or b"")
    own, said = own_orientation(path.read_bytes()), _orientation(exif.get(EXIF_ORIENTATION, 1))
    return Photo(path, upright_size(upright, own), own, camera, exif=said)


def _stored_size(image: Image.Image) -> Size:
    """The size before Pillow turns the photo, which it does with TIFF."""
    if image.format == "TIFF":
        return Size(*(image.tag_v2[tag] for tag in (TIFF_WIDTH, TIFF_LENGTH)))  # type: ignore[attr-defined]  # of TIFF only
    return Size(*image.size)


def _orientation(number: object) -> Orientation:
    """EXIF's number as an orientation; what is none counts as upright, as viewers do."""
    if isinstance(number, int) and 1 <= number <= 8:
        return Orientation(number)
    return Orientation.NORMAL


LIBRAW_ORIENTATIONS = {0: 1, 1: 2, 2: 4, 3: 3, 4: 5, 5: 8, 6: 6, 7: 7}
"""LibRaw's flip (bits: mirror x, mirror y, swap) to EXIF's orientation."""


def _raw_facts(path: Path, camera: str) -> Photo:
    """From the raw's header, through LibRaw; the size is the default crop's, as exiftool shows."""
    import rawpy  # LibRaw: only for raw files

    try:
        with opened_raw(path) as raw:
            sizes = raw.sizes
    except (rawpy.LibRawError, OSError) as error:
        raise unreadable(path, error) from error
    cropped = getattr(sizes, "crop_width", 0), getattr(sizes, "crop_height", 0)
    whole = sizes.width, sizes.height
    is_set = 0 < cropped[0] <= whole[0] and 0 < cropped[1] <= whole[1]
    size = Size(*cropped) if is_set else Size(*whole)
    return Photo(path, size, _orientation(LIBRAW_ORIENTATIONS.get(sizes.flip, 1)), camera)
