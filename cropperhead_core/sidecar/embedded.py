"""XMP packets inside photos: read through Pillow, written through exiftool into a copy."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from PIL.TiffImagePlugin import ImageFileDirectory_v2

from cropperhead_core.disk import scratch
from cropperhead_core.errors import SidecarError, UnreadablePhoto
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.jpeg import START_OF_SCAN, markers
from cropperhead_core.opening import (
    DECODER_ERRORS,
    XMP_KEYS,
    load_late,
    opened,
    opened_raw,
    unreadable,
)
from cropperhead_core.photo import is_raw

from .files import Content
from .packet import require_kept

__all__ = ["embedded_packet", "extension", "with_earlier_packet", "with_packet"]

XMP_TIFF_TAG = 700
TIFF_HEADS = (b"II*\0", b"MM\0*")
EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
"""Begins the segments of a JPEG that its packet goes on in (XMP specification 3, 1.1.3.1): then
the packet's name (32 bytes), the whole length, the place in it (4 each), and this part."""
MAY_DIFFER = re.compile(
    r"SourceFile|(ExifTool|File|System|Composite|XMP-cropperhead|XMP-x):.*"
    r"|XMP-crs:(HasCrop|Crop(Top|Left|Bottom|Right|Angle|ConstrainToWarp)|AlreadyApplied)"
    r"|XMP-xmp:MetadataDate|QuickTime:MediaData.*|RIFF:WebP_?Flags"
    r"|.*(Offsets?|Start|Length|ByteCounts|Warning)"
)
"""Tags, as exiftool names them, of the file, of our crop, and of places in the file."""
MAY_GO = re.compile(f"{MAY_DIFFER.pattern}|XMP-.*")


def embedded_packet(photo: Path) -> Content:
    """The bytes of the photo's XMP packet, None if it has none; raises `UnreadablePhoto`."""
    try:
        found = _tiff_packet(photo) if _is_tiff(photo) else _packet(photo)
        if not isinstance(found, str | bytes | None):
            raise ValueError(f"expected XMP in its tag, got {type(found).__name__}")
    except DECODER_ERRORS as error:
        raise unreadable(photo, error) from error
    data = found.encode() if isinstance(found, str) else found or b""
    return data.strip(b"\0 \n") or None


def _packet(photo: Path) -> str | bytes | None:
    if is_raw(photo):  # in a container of its maker's, which Pillow does not know
        return None
    with opened(photo) as image:
        if not any(key in image.info for key in XMP_KEYS):
            load_late(image)
        return next((image.info[key] for key in XMP_KEYS if key in image.info), None)


def extension(photo: Path, packet: Content) -> Content:
    """What a JPEG's packet goes on with, where it says that it does; raises `UnreadablePhoto`."""
    if packet is None or b"HasExtendedXMP" not in packet:
        return None
    parts = {}
    data, head = _bytes(photo), len(EXTENSION)
    for _due, place, kind in markers(data):
        if kind == START_OF_SCAN:
            break
        segment = data[place + 4 : place + 2 + int.from_bytes(data[place + 2 : place + 4])]
        if segment.startswith(EXTENSION) and segment[head : head + 32] in packet:
            parts[int.from_bytes(segment[head + 36 : head + 40])] = segment[head + 40 :]
    return b"".join(parts[start] for start in sorted(parts)) or None


def _is_tiff(photo: Path) -> bool:
    with photo.open("rb") as file:
        return file.read(4) in TIFF_HEADS


def _tiff_packet(photo: Path) -> str | bytes | None:
    """The packet of a TIFF or DNG, also of one whose picture Pillow does not know."""
    with photo.open("rb") as file:
        directory = ImageFileDirectory_v2(file.read(8))
        file.seek(directory.next)
        directory.load(file)
        found: str | bytes | None = directory.get(XMP_TIFF_TAG)
        return found


def with_packet(photo: Path, packet: bytes, exiftool: ExifTool) -> bytes:
    """The bytes of the photo with this packet instead of its own; the photo itself is not touched.

    Raises `SidecarError` if anything else would have changed (the picture, or another tag), and
    where there is no room for a copy; and `UnreadablePhoto`.
    """
    return _copied(photo, packet, exiftool, MAY_DIFFER)


def with_earlier_packet(photo: Path, packet: Content, exiftool: ExifTool) -> bytes:
    """The bytes of the photo with a packet that it had before, None for none, whatever it says.

    Raises as `with_packet`; all that XMP says now may go.
    """
    return _copied(photo, packet, exiftool, MAY_GO)


def _copied(photo: Path, packet: Content, exiftool: ExifTool, may: re.Pattern[str]) -> bytes:
    """The bytes of a copy with this packet, of whose tags those that fit the pattern may differ."""
    if extension(photo, embedded_packet(photo)) is not None:
        raise SidecarError(f"expected XMP in one part, got several, so {photo} was left alone")
    try:
        with scratch() as folder:
            source, copy = folder / "packet.xmp", folder / f"copy{photo.suffix}"
            source.write_bytes(_wrapped(packet or b""))
            copy.write_bytes(_bytes(photo))
            tags = {"XMP:all": ""} if packet is None else {"XMP<": str(source)}
            return _written(photo, packet, exiftool, tags=tags, copy=copy, may_differ=may)
    except OSError as error:
        raise SidecarError(
            f"cannot copy {photo} to where temporary files go (TMPDIR): {error.strerror}"
        ) from error


def _written(
    photo: Path,
    packet: Content,
    exiftool: ExifTool,
    *,
    tags: dict[str, str],
    copy: Path,
    may_differ: re.Pattern[str],
) -> bytes:
    """The bytes of the copy when these tags were set in it, checked against photo and packet."""

    def kept() -> dict[str, Any]:
        every = exiftool.everything(copy)
        return {name: value for name, value in every.items() if not may_differ.fullmatch(name)}

    then, picture, before = kept(), _picture(photo), embedded_packet(photo)
    report = exiftool.write(copy, tags)
    try:
        written, now, shown = embedded_packet(copy), kept(), _picture(copy)
    except UnreadablePhoto as error:
        raise SidecarError(f"exiftool would have damaged {photo}: {error}") from error
    if written == before or (written is None) != (packet is None):
        raise SidecarError(f"exiftool could not write into a copy of {photo}: {report}")
    if written is not None:
        require_kept(packet, written, lambda _namespace, _name: False, photo)
    changed = _changed(then, now) or ([] if shown == picture else ["its picture"])
    if changed:
        raise SidecarError(f"exiftool would have changed {changed[0]}, so {photo} was left alone")
    return copy.read_bytes()


def _changed(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Names of tags that differ. New ones of XMP are from the packet, which was compared itself."""
    new = [name for name in now if name not in before and not name.startswith("XMP-")]
    return new + [name for name in before if now.get(name) != before[name]]


def _picture(path: Path) -> bytes:
    """A digest of what the photo shows: of a JPEG as it is coded, of a DNG what the sensor saw."""
    if path.suffix.lower() == ".dng":
        return hashlib.blake2b(_sensor(path)).digest()
    data = _bytes(path)
    try:
        if data.startswith(b"\xff\xd8"):
            return hashlib.blake2b(memoryview(data)[_scan(data) :]).digest()
        with opened(path) as image:
            return hashlib.blake2b(image.tobytes()).digest()
    except DECODER_ERRORS as error:
        raise unreadable(path, error) from error


def _bytes(path: Path) -> bytes:
    """All of the photo; raises `UnreadablePhoto`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def _sensor(path: Path) -> bytes:
    import rawpy  # LibRaw: only for raw files

    try:
        with opened_raw(path) as raw:
            return bytes(raw.raw_image.tobytes())
    except (rawpy.LibRawError, OSError) as error:
        raise unreadable(path, error) from error


def _scan(data: bytes) -> int:
    """Where a JPEG's segments end and its picture begins; raises ValueError where there is none."""
    for _due, place, kind in markers(data):
        if kind == START_OF_SCAN:
            return place
    raise ValueError("there is no picture in it")


def _wrapped(packet: bytes) -> bytes:
    """The packet without an XML declaration, which exiftool takes for no XMP when it embeds."""
    if not packet.startswith(b"<?xml "):
        return packet
    return packet[packet.index(b"?>") + 2 :].lstrip()
