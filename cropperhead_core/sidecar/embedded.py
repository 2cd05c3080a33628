"""XMP packets inside photos: read through Pillow, written through exiftool into a copy."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from PIL import Image

from cropperhead_core.errors import SidecarError
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.photo import opened, unreadable

from .files import Content

__all__ = ["embedded_packet", "with_packet"]

PILLOW_KEYS = ("xmp", "XML:com.adobe.xmp")
XMP_TIFF_TAG = 700


def embedded_packet(photo: Path) -> Content:
    """The bytes of the photo's XMP packet, None if it has none; raises `UnreadablePhoto`."""
    try:
        with opened(photo) as image:
            found = next((image.info[key] for key in PILLOW_KEYS if key in image.info), None)
            if found is None and hasattr(image, "tag_v2"):
                found = image.tag_v2.get(XMP_TIFF_TAG)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise unreadable(photo, error) from error
    if not found:
        return None
    data = found.encode() if isinstance(found, str) else bytes(found)
    return data.strip(b"\0 \n") or None


def with_packet(photo: Path, packet: bytes, exiftool: ExifTool) -> bytes:
    """The bytes of the photo with this packet instead of its own; the photo itself is not touched.

    Raises `SidecarError` if exiftool did not write just that.
    """
    with tempfile.TemporaryDirectory(prefix="cropperhead-") as folder:
        source, copy = Path(folder, "packet.xmp"), Path(folder, f"copy{photo.suffix}")
        source.write_bytes(_wrapped(packet))
        shutil.copyfile(photo, copy)
        report = exiftool.write(copy, {"XMP<": str(source)})
        if embedded_packet(copy) is None:
            raise SidecarError(f"exiftool could not write into {photo}: {report.strip()}")
        return copy.read_bytes()


def _wrapped(packet: bytes) -> bytes:
    """The packet without an XML declaration, which exiftool takes for no XMP when it embeds."""
    if not packet.startswith(b"<?xml "):
        return packet
    return packet[packet.index(b"?>") + 2 :].lstrip()
