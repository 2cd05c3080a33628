"""Whatever a decoder gives, as a small picture of 8 bits in sRGB."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

__all__ = ["finished", "fitted"]

BACKGROUND = (128, 128, 128)
"""Behind transparency: mid gray pulls no eye to a corner, as black or white would."""


def fitted(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """The size to show: the same shape with the long side at most this, at least 1 pixel each."""
    scale = min(1.0, long_side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def finished(image: Image.Image, long_side: int) -> Image.Image:
    """Small, 8 bit, RGB, sRGB: in this order, so that the dear steps see few pixels."""
    width, height = fitted(image.size, long_side)
    profile = image.info.get("icc_profile")
    image = _eight_bit(image)
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)
    return _srgb(_opaque(image), profile)


def _eight_bit(image: Image.Image) -> Image.Image:
    """16 bits a channel scaled down, palettes resolved."""
    if image.mode.startswith("I") or image.mode == "F":
        samples = np.asarray(image, np.float64)
        top = 65535 if image.mode.startswith("I") else max(1.0, float(samples.max(initial=0)))
        return Image.fromarray((samples.clip(0, top) * (255 / top) + 0.5).astype(np.uint8))
    if image.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L") if image.mode == "1" else image


def _opaque(image: Image.Image) -> Image.Image:
    """Transparency laid over mid gray."""
    if image.mode != "RGBA":
        return image
    under = Image.new("RGBA", image.size, (*BACKGROUND, 255))
    return Image.alpha_composite(under, image).convert("RGB")


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """RGB in sRGB; a profile that cannot be used (damaged, of another kind) is ignored."""
    if profile and not (image.mode == "RGB" and b"sRGB" in profile):
        from PIL import ImageCms  # 20 ms: only for photos in another colour space

        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")
