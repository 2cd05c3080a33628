"""The crop that a photo has now, wherever it is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cropperhead_core.crop import Crop
from cropperhead_core.disk import is_there
from cropperhead_core.editor import Editor
from cropperhead_core.photo import Photo, is_raw, read_photo

from . import darkroom, lightroom, rawtherapee
from .embedded import embedded_packet, extension
from .files import Content, namesakes, read_bytes, sidecar_path

__all__ = ["DIALECTS", "Found", "find_crop", "read_crop"]

DIALECTS = {"darktable": darkroom, "lightroom": lightroom}
"""What we write, too; RawTherapee's we only read."""
READERS = DIALECTS | {"rawtherapee": rawtherapee}
Teller = Editor | Literal["rawtherapee"]
"""Who may have said a crop."""


@dataclass(frozen=True, slots=True)
class Found:
    """The upright crop that a photo has now, by which editor and where, and whether we wrote it."""

    crop: Crop
    editor: Teller
    source: Path
    ours: bool


def read_crop(photo: Path, editor: Editor | None = None) -> Crop | None:
    """The upright crop that the photo has now, None if it has none; raises as `find_crop`."""
    found = find_crop(photo, editor)
    return None if found is None else found.crop


def find_crop(photo: Path, editor: Editor | None = None) -> Found | None:
    """The crop of this editor, or of the first that has one.

    The order is darktable, Lightroom, the photo itself, RawTherapee. Raises `UnreadablePhoto`,
    `DamagedSidecar`, `InvalidCrop`, or `NotExpressible` where an edit is no crop.
    """
    facts = read_photo(photo)
    for teller, path in _places(photo, editor):
        if editor is None or teller == editor:
            found = _found(facts, teller, path)
            if found is not None:
                return found
    return None


def _places(photo: Path, editor: Editor | None) -> Iterator[tuple[Teller, Path]]:
    """Who may store a crop of this photo and in which file, in the order of reading.

    Lightroom reads IMG.xmp for a raw only, darktable for any photo of that name (measured); where
    a raw is, it is the raw's.
    """
    yield "darktable", sidecar_path(photo, "darktable")
    shared = sidecar_path(photo, "lightroom")
    if is_raw(photo) or (editor is None and is_there(shared) and not _has_raw_beside(photo)):
        yield "lightroom", shared
    yield "lightroom", photo
    yield "rawtherapee", photo.with_name(photo.name + ".pp3")


def _has_raw_beside(photo: Path) -> bool:
    return any(map(is_raw, namesakes(photo)))


def _found(photo: Photo, teller: Teller, path: Path) -> Found | None:
    """The crop in one place."""
    for data in _packets(path) if path == photo.path else [read_bytes(path)]:
        if data is not None:
            crop, ours = READERS[teller].read(data, photo, path)
            if crop is not None:
                return Found(crop, teller, path, ours)
    return None


def _packets(photo: Path) -> list[Content]:
    """The packet in a photo, and what it goes on with if that speaks of a crop."""
    packet = embedded_packet(photo)
    more = extension(photo, packet)
    return [packet, more if more and b"HasCrop" in more else None]
