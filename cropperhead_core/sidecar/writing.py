"""Crops written where an editor finds them, and taken back; nothing else there is touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cropperhead_core.crop import Crop
from cropperhead_core.disk import alone_in
from cropperhead_core.editor import Editor
from cropperhead_core.errors import InvalidCrop, NotExpressible, SidecarConflict, SidecarError
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.photo import Photo, is_raw, read_photo

from . import lightroom
from .embedded import embedded_packet, with_packet
from .files import Content, read_bytes, replace_file, sidecar_path
from .neighbours import require_alone, require_own
from .packet import require_kept
from .provenance import Provenance
from .reading import DIALECTS

__all__ = ["WHOLE_PIXELS", "Change", "remove_crop", "write_crop"]

WHOLE_PIXELS = 1.0
"""How far the edges of one crop may be apart: darktable keeps whole pixels only."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file, what it holds, and what it is to hold: equal when there is nothing to do."""

    path: Path
    before: Content
    after: bytes

    @property
    def is_needed(self) -> bool:
        """Whether anything changes."""
        return self.before != self.after


def write_crop(
    photo: Path | Photo,
    crop: Crop,
    editor: Editor = "darktable",
    replace: bool = False,
    *,
    embed: bool = False,
    provenance: Provenance | None = None,
    exiftool: ExifTool | None = None,
    about_to: Callable[[Change], None] | None = None,
    is_dry: bool = False,
) -> Change:
    """Write an upright crop where the editor finds it; gives what changed, or would (is_dry).

    A `Photo` is one whose facts are known already; a path is looked at for them. `about_to` is told
    before a file is replaced, and not called when nothing changes. Raises `InvalidCrop`,
    `NotExpressible`, `DamagedSidecar`, and `SidecarConflict` when another crop is there (unless
    `replace`), the other editor's sidecar would crop the photo a second time, or the sidecar is
    that of another raw of the same name; every file is as it was then.
    """
    facts = read_photo(photo) if isinstance(photo, Path) else photo
    try:
        crop.checked(facts.upright)
    except InvalidCrop as error:
        raise InvalidCrop(f"{error}, for {facts.path}") from error
    with alone_in(facts.path.parent):  # else two could write, one for each editor
        change = _planned(
            facts,
            crop.rounded(),
            editor,
            replace=replace,
            embed=embed,
            provenance=provenance or Provenance(),
            exiftool=exiftool,
        )
        if change.is_needed and not is_dry:
            if about_to is not None:
                about_to(change)
            replace_file(change.path, change.after, expected=change.before)
    return change


def _planned(
    photo: Photo,
    crop: Crop,
    editor: Editor,
    *,
    replace: bool,
    embed: bool,
    provenance: Provenance,
    exiftool: ExifTool | None,
) -> Change:
    """What to write where."""
    path = _place(photo.path, editor, embed=embed)
    require_alone(photo, editor)
    dialect, (whole, packet) = DIALECTS[editor], _content(path, photo)
    if editor == "lightroom" and is_raw(photo.path):
        require_own(packet, photo, path)
    if packet is not None:
        present, is_ours = _present(packet, photo, editor, path, replace=replace)
        # The whole frame is nobody's crop: crop's reset button in darktable leaves it behind.
        is_anybodys = present is not None and not present.is_whole(photo.upright)
        if is_anybodys and not is_ours and not replace:
            raise SidecarConflict(f"there is a crop already in {path}: --replace overwrites it")
        is_there = present is not None and present.is_near(crop, photo.upright, WHOLE_PIXELS)
        if whole is not None and is_ours and is_there:
            return Change(path, whole, whole)
    if path == photo.path:
        lightroom.require_undeveloped(packet, path)
    after = dialect.with_crop(packet, photo, crop, provenance, path)
    require_kept(packet, after, dialect.is_ours, path)
    return Change(path, whole, _filled(path, photo, after, exiftool))


def _content(path: Path, photo: Photo) -> tuple[Content, Content]:
    """All that a file holds, and the packet in it: the same, except in the photo itself.

    All of it is read first, so that whoever changes the file from here on is noticed.
    """
    whole = read_bytes(path)
    return whole, embedded_packet(path) if path == photo.path else whole


def _filled(path: Path, photo: Photo, packet: bytes, exiftool: ExifTool | None) -> bytes:
    """All that the file is to hold when its packet is this one."""
    if path != photo.path:
        return packet
    if exiftool is None:
        raise SidecarError(f"expected an exiftool to write into {path}")
    return with_packet(path, packet, exiftool)


def _place(photo: Path, editor: Editor, *, embed: bool) -> Path:
    """The file to write: Lightroom ignores sidecars of all but proprietary raws."""
    if editor == "darktable" or is_raw(photo):
        return sidecar_path(photo, editor)
    if embed:
        return photo
    raise NotExpressible(
        f"Lightroom reads no sidecar of {photo}: --embed writes the crop into the file itself"
    )


def _present(
    data: bytes, photo: Photo, editor: Editor, path: Path, *, replace: bool
) -> tuple[Crop | None, bool]:
    """The crop there now; an edit that is no crop is somebody's too."""
    try:
        read: tuple[Crop | None, bool] = DIALECTS[editor].read(data, photo, path)
    except (NotExpressible, InvalidCrop):
        if replace:
            return None, False
        raise
    return read


def remove_crop(
    photo: Path,
    editor: Editor,
    before: Content,
    *,
    exiftool: ExifTool | None = None,
    about_to: Callable[[Change], None] | None = None,
) -> Change:
    """Take our crop out of a file that was edited since, and put the crop of `before` back.

    `before` is the packet as it was before we wrote (None: there was none). All else stays. Raises
    `SidecarConflict` when the crop there now is not ours.
    """
    dialect, facts, path = DIALECTS[editor], read_photo(photo), _place(photo, editor, embed=True)
    whole, packet = _content(path, facts)
    crop, is_ours = (None, False) if packet is None else dialect.read(packet, facts, path)
    if packet is None or not is_ours:
        what = "there is no crop of ours in" if crop is None else "the crop is not ours any more in"
        raise SidecarConflict(f"{what} {path}, so it was left alone")
    after = dialect.without_crop(packet, before, path)
    require_kept(packet, after, dialect.is_ours, path)
    change = Change(path, whole, _filled(path, facts, after, exiftool))
    if about_to is not None:
        about_to(change)
    replace_file(path, change.after, expected=change.before)
    return change
