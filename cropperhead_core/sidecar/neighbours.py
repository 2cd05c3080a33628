"""Sidecars of neighbours: no photo is cropped twice, and no raw gets the IMG.xmp of another.

darktable applies an IMG.xmp beside a photo as well as its own history: the photo would be cropped
twice (measured). Lightroom keeps one for all the raws of a name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cropperhead_core.editor import Editor
from cropperhead_core.errors import SidecarConflict, UnreadablePhoto
from cropperhead_core.photo import Photo, is_photo, is_raw, read_photo

from . import lightroom
from .files import Content, namesakes, read_bytes, sidecar_path
from .reading import DIALECTS

__all__ = ["require_alone", "require_own"]


def require_alone(photo: Photo, editor: Editor) -> None:
    """Raises `SidecarConflict` if darktable would crop this photo or one of its name twice."""
    other: Editor = "lightroom" if editor == "darktable" else "darktable"
    _require_uncropped(photo, other)
    if editor == "lightroom" and is_raw(photo.path):
        for namesake in _with_history(photo.path):
            _require_uncropped(namesake, other)


def require_own(packet: Content, photo: Photo, path: Path) -> None:
    """Raises `SidecarConflict` if IMG.xmp may be that of another raw of this name."""
    if packet is None or lightroom.is_of(packet, photo.path, path):
        return
    rivals = ", ".join(each.name for each in namesakes(photo.path) if is_raw(each))
    if rivals:
        raise SidecarConflict(
            f"expected {path} to name {photo.path.name} as its raw, as Lightroom keeps one sidecar"
            f" for it and {rivals}: rename one of the raws first"
        )


def _require_uncropped(photo: Photo, editor: Editor) -> None:
    """Raises `SidecarConflict` if this editor's sidecar of the photo has a crop."""
    path = sidecar_path(photo.path, editor)
    data = read_bytes(path)
    if data is None:
        return
    crop, _ = DIALECTS[editor].read(data, photo, path)
    if crop is not None and not crop.is_whole(photo.upright):
        raise SidecarConflict(
            f"{path} has a crop for {editor} already, and darktable would apply both: "
            "undo or remove that one first"
        )


def _with_history(photo: Path) -> Iterator[Photo]:
    """The photos of this name with a history in darktable, which shows no damaged ones."""
    for path in filter(is_photo, namesakes(photo)):
        if os.path.lexists(sidecar_path(path, "darktable")):
            with suppress(UnreadablePhoto):
                yield read_photo(path)
