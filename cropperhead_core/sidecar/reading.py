"""The crop that a photo has now, wherever it is said."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cropperhead_core.crop import Crop
from cropperhead_core.photo import Photo, is_raw, read_photo

from . import darkroom, lightroom
from .embedded import embedded_packet
from .files import Editor, read_bytes, sidecar_path

__all__ = ["DIALECTS", "Found", "find_crop", "read_crop"]

DIALECTS = {"darktable": darkroom, "lightroom": lightroom}


@dataclass(frozen=True, slots=True)
class Found:
    """The upright crop that a photo has now, where it says so, and whether we wrote it."""

    crop: Crop
    editor: Editor
    source: Path
    ours: bool


def read_crop(photo: Path, editor: Editor | None = None) -> Crop | None:
    """The upright crop that the photo has now, None if it has none; raises as `find_crop`."""
    found = find_crop(photo, editor)
    return None if found is None else found.crop


def find_crop(photo: Path, editor: Editor | None = None) -> Found | None:
    """The crop of this editor, or of the first that has one: darktable, Lightroom, the file itself.

    Raises `UnreadablePhoto`, `DamagedSidecar`, `InvalidCrop`, or `NotExpressible` where an edit is
    no crop.
    """
    facts = read_photo(photo)
    places: list[tuple[Editor, Path]] = []
    if editor != "lightroom":
        places.append(("darktable", sidecar_path(photo, "darktable")))
    if editor != "darktable":
        places += [("lightroom", sidecar_path(photo, "lightroom")), ("lightroom", photo)]
    for dialect, path in places:
        found = _found(facts, dialect, path)
        if found is not None:
            return found
    return None


def _found(photo: Photo, editor: Editor, path: Path) -> Found | None:
    """The crop in one place. IMG.xmp is the raw's, so a JPEG beside it does not have its crop."""
    is_embedded = path == photo.path
    if editor == "lightroom" and is_raw(photo.path) == is_embedded:
        return None
    data = embedded_packet(photo.path) if is_embedded else read_bytes(path)
    if data is None:
        return None
    crop, ours = DIALECTS[editor].read(data, photo, path)
    return None if crop is None else Found(crop, editor, path, ours)
