"""Files opened by their decoders, nothing decoded yet."""

from __future__ import annotations

import os
import struct
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from .errors import UnreadablePhoto
from .heif import is_heif
from .tiff import refusal, register_tiff_kinds

__all__ = [
    "DECODER_ERRORS",
    "HEIF_SUFFIXES",
    "MAX_PIXELS",
    "XMP_KEYS",
    "exif_of",
    "forget_xmp",
    "load_late",
    "opened",
    "opened_raw",
    "unreadable",
]

DECODER_ERRORS = (
    *(OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, ArithmeticError),
    *(MemoryError, RuntimeError, struct.error, Image.DecompressionBombError),
)
"""What Pillow, libheif and simplejpeg throw at damaged files (found by flipping bytes)."""
MAX_PIXELS = 400_000_000
"""More than any camera's; a file that claims more is refused before memory is asked for."""
Image.MAX_IMAGE_PIXELS = MAX_PIXELS  # Pillow warns from here on and refuses twice as many

HEIF_SUFFIXES = frozenset((".heic", ".heif", ".hif"))
TIFF_SUFFIXES = frozenset((".tif", ".tiff"))
KINDS = dict.fromkeys((".jpg", ".jpeg", ".jpe"), "JPEG") | dict.fromkeys(TIFF_SUFFIXES, "TIFF")
"""What a name says about the content."""
UNKNOWN = "its content is of no format that CropperHead reads"
XMP_KEYS = ("xmp", "XML:com.adobe.xmp")
"""Where Pillow keeps the packet."""


def opened(path: Path) -> Image.Image:
    """The file opened by Pillow, pixels not decoded yet; the caller closes it.

    The size is checked by whoever decodes, so Pillow's warning about large ones is silent here.
    """
    _prepare(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(path)
    except UnidentifiedImageError as error:
        is_tiff = path.suffix.lower() in TIFF_SUFFIXES
        raise ValueError(refusal(path) if is_tiff else UNKNOWN) from error


def _prepare(path: Path) -> None:
    """Register the decoder that this suffix needs; raises ValueError for a HEIC by another name."""
    suffix = path.suffix.lower()
    if suffix in HEIF_SUFFIXES:
        from pillow_heif import register_heif_opener  # 26 MB of libraries: only for such files

        register_heif_opener()
        return
    with path.open("rb") as file:
        if is_heif(file.read(12)):
            said = KINDS.get(suffix) or suffix[1:].upper() or "nothing"
            raise ValueError(f"the name says {said}, the content HEIC")
    if suffix in TIFF_SUFFIXES:
        register_tiff_kinds()


def opened_raw(path: Path) -> Any:
    """The raw opened by LibRaw, nothing decoded yet; the caller closes it."""
    import rawpy  # LibRaw: only for raw files

    try:
        return rawpy.imread(os.fspath(path))
    except UnicodeEncodeError:  # it takes no name that is not UTF-8, but any content
        with path.open("rb") as file:
            return rawpy.imread(file)


def unreadable(path: Path, error: BaseException) -> UnreadablePhoto:
    """Our error for whatever a decoder threw at this file."""
    said = error.args[0] if error.args else ""
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(error)  # LibRaw's are
    because = " ".join(text.split()) or type(error).__name__
    because = because.replace(f"{os.fspath(path)!r}", "it")
    return UnreadablePhoto(f"expected a photo that can be decoded, check {path}: {because}")


def exif_of(image: Image.Image) -> Image.Exif:
    """The tags of the EXIF block, without what Pillow takes from XMP; none if it is cut short."""
    if "exif" not in image.info:
        load_late(image)
    forget_xmp(image)
    with suppress(struct.error):
        return image.getexif()
    return Image.Exif()


def load_late(image: Image.Image) -> None:
    """Read to the end of a PNG, since its EXIF and XMP may stand behind its pixels."""
    if image.format == "PNG":
        image.load()


def forget_xmp(image: Image.Image) -> None:
    """Keep Pillow from turning by XMP where EXIF says nothing: darktable does not (measured)."""
    for key in XMP_KEYS:
        image.info.pop(key, None)
