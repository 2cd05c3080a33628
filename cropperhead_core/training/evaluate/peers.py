"""Other people's croppers, run as they come: smartcrop from PyPI, and libvips' attention."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropperhead_core.errors import ToolError

from .methods import Answer, Method

__all__ = ["smartcrop", "vips_attention"]

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
SIDE = 100
"""Pixels of the short side of what smartcrop is asked for, as its README does."""
KEPT = 0.88
"""Of each side of the frame: photographers keep .87 by .89, and libvips must be told a size."""


def smartcrop() -> Method:
    """Smartcrop's defaults, at the photo's own ratio; raises `ToolError` if absent."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from smartcrop import SmartCrop
    except ImportError as error:
        raise ToolError(
            "smartcrop is not installed: pip install '.[evaluate]' in the checkout"
        ) from error
    cropper = SmartCrop()

    def method(pixels: Pixels, _boxes: Floats) -> Answer:
        height, width = pixels.shape[:2]
        asked = [round(side * SIDE / min(width, height)) for side in (width, height)]
        found = cropper.crop(Image.fromarray(pixels), *asked)["top_crop"]
        start = np.array([found["x"], found["y"]])
        end = start + np.array([found["width"], found["height"]])
        return Answer(np.concatenate([start, end]) / (width, height, width, height))

    return method


def vips_attention() -> Method:
    """The crop of libvips by attention, keeping .88 of each side; raises `ToolError` if absent."""
    try:
        import pyvips
    except (ImportError, OSError) as error:
        raise ToolError(
            "pyvips or libvips is not installed: apt install libvips42 && "
            "pip install '.[evaluate]' in the checkout"
        ) from error

    def method(pixels: Pixels, _boxes: Floats) -> Answer:
        height, width = pixels.shape[:2]
        spans = round(width * KEPT), round(height * KEPT)
        image = pyvips.Image.new_from_array(np.ascontiguousarray(pixels))
        part = image.smartcrop(*spans, interesting="attention")
        start = -np.array([part.xoffset, part.yoffset])  # libvips notes what it cut away
        box = np.concatenate([start, start + spans]) / (width, height, width, height)
        return Answer(box)

    return method
