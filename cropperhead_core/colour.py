"""Whatever a decoder gives, as a small picture of 8 bits in sRGB."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from .tiff import white_and_black

__all__ = ["finished", "fitted"]

BACKGROUND = (128, 128, 128)
"""Behind transparency: mid gray pulls no eye to a corner, as black or white would."""
SRGB = b"sRGB IEC61966-2.1"
"""In the usual sRGB profile, which needs no conversion; others of a like name may be linear."""
RESOLVED = {"P": "RGB", "1": "L"}


def fitted(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """The size to show: the same shape with the long side at most this, at least 1 pixel each."""
    scale = min(1.0, long_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def finished(image: Image.Image, long_side: int) -> Image.Image:
    """Small, 8 bit, RGB, sRGB: in this order, so that the dear steps see few pixels."""
    image.load()  # the caller may close the file, and some formats say their profile last
    profile = image.info.get("icc_profile")
    small = _reduced(_resolved(image), fitted(image.size, long_side))
    if _is_deep(image):
        small = _eight_bit(small, *white_and_black(image))
    shown = _opaque(small)
    return _srgb(shown.convert("L") if image.mode == "LA" else shown, profile)


def _is_deep(image: Image.Image) -> bool:
    """Whether it is gray of more than 8 bits."""
    return image.mode.startswith("I") or image.mode == "F"


def _resolved(image: Image.Image) -> Image.Image:
    """Without palettes, colours that mean transparent, and single bits: what cannot be averaged."""
    if _is_deep(image) or image.mode == "RGBA":
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert(RESOLVED[image.mode]) if image.mode in RESOLVED else image


def _reduced(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Averaged down to this size."""
    if image.size == size:
        return image
    if image.mode == "I;16B":  # which Pillow averages in the wrong byte order
        image = Image.fromarray(np.asarray(image).astype(np.uint16))
    # Pillow's quick first step lacks gray of 16 bits.
    gap = None if image.mode.startswith("I;16") else 2.0
    # Between whole multiples BOX leans to one side: a mirrored photo would have another picture.
    is_multiple = not (image.width % size[0] or image.height % size[1])
    how = Image.Resampling.BOX if is_multiple else Image.Resampling.BILINEAR
    return image.resize(size, how, reducing_gap=gap)


def _eight_bit(image: Image.Image, white: float, black: float) -> Image.Image:
    """Deep gray scaled down, its white to 255 and its black to 0."""
    known = np.nan_to_num(np.asarray(image, np.float64), nan=black)  # floats may be anything
    samples = (known - black) * (255 / (white - black))
    return Image.fromarray((samples.clip(0, 255) + 0.5).astype(np.uint8))


def _opaque(image: Image.Image) -> Image.Image:
    """Transparency laid over mid gray."""
    if image.mode != "RGBA":
        return image
    under = Image.new("RGBA", image.size, (*BACKGROUND, 255))
    return Image.alpha_composite(under, image).convert("RGB")


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB; a profile that cannot be used (damaged, of another kind) is ignored."""
    is_srgb = image.mode == "RGB" and isinstance(profile, bytes) and SRGB in profile
    if profile and not is_srgb:
        from PIL import ImageCms  # 20 ms: only for photos in another colour space

        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, TypeError):  # of a TIFF it may be any type
            converted = None
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")
