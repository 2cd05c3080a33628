"""A chart whose every part can be found again in what an editor exported of it."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from pillow_heif import register_heif_opener

from cropperhead_core.crop import Crop, Quad, Size
from cropperhead_core.orientation import Orientation
from cropperhead_core.preview import upright_pixels

SIZE = Size(1200, 800)
"""Of the chart as a viewer shows it."""
EDGES = (-480, -300, 460, 310)
"""A box of the turned chart, in pixels from its centre, that fits into it up to 8 degrees."""
MARKER, PITCH = 60, 100
DARK, LIGHT = 25, 225
EXIF_ORIENTATION = 0x0112
WHITE = 4000
"""The raw's brightest number, of 12 bits."""

Pixels = NDArray[np.uint8]


def cropped(angle: float) -> Crop:
    """The crop of the chart at this angle that tests write."""
    return Crop.turned(EDGES, SIZE, angle)


@cache
def chart() -> Pixels:
    """Rows of ArUco markers on a light ground, (h, w, 3)."""
    pixels = np.full((SIZE.height, SIZE.width), LIGHT, np.uint8)
    places = [
        (x, y)
        for y in range(20, SIZE.height - MARKER, PITCH)
        for x in range(20, SIZE.width - MARKER, PITCH)
    ]
    for number, (x, y) in enumerate(places):
        marker = cv2.aruco.generateImageMarker(_dictionary(), number, MARKER)
        pixels[y : y + MARKER, x : x + MARKER] = np.clip(marker, DARK, LIGHT)
    return np.dstack([pixels] * 3)


def jpeg(path: Path, orientation: Orientation = Orientation.NORMAL) -> Path:
    """The chart as a JPEG that a viewer turns upright."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = int(orientation)
    _stored(orientation).save(path, quality=95, subsampling=0, exif=exif)
    return path


def heic(path: Path, orientation: Orientation = Orientation.NORMAL) -> Path:
    """The chart as a HEIC that says by its own means and in EXIF how it is turned."""
    register_heif_opener()
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = int(orientation)
    _stored(orientation).save(path, quality=95, exif=exif.tobytes())
    return path


def raw(path: Path, orientation: Orientation = Orientation.NORMAL) -> Path:
    """The chart as a DNG: one mosaic of a camera that sees as sRGB does, no preview."""
    gray = np.asarray(_stored(orientation))[..., 0].astype(float) / 255
    mosaic = (gray**2.2 * WHITE).astype(np.uint16)
    matrix = [(32406, -15372, -4986), (-9689, 18758, 415), (557, -2040, 10570)]
    fractions = [part for row in matrix for number in row for part in (number, 10000)]
    tags = [
        (274, "H", 1, int(orientation)),
        (33421, "H", 2, (2, 2)),
        (33422, "B", 4, bytes((0, 1, 1, 2))),
        (50706, "B", 4, bytes((1, 4, 0, 0))),
        (50708, "s", 0, "CropperHead Chart"),
        (50714, "H", 1, 0),
        (50717, "H", 1, WHITE),
        (50721, "2i", 9, fractions),
        (50728, "2I", 3, (1, 1, 1, 1, 1, 1)),
        (50778, "H", 1, 21),
    ]
    tifffile.imwrite(path, mosaic, photometric=32803, metadata=None, extratags=tags)
    return path


def region(exported: Image.Image) -> Quad:
    """The corners of what was exported, in pixels of the upright chart, from its own top-left."""
    there, here = _markers_of_chart(), _markers(np.asarray(exported))
    shared = sorted(there.keys() & here.keys())
    assert len(shared) >= 4, f"found {len(shared)} markers in the export"
    source = np.concatenate([there[number] for number in shared])
    shown = np.concatenate([here[number] for number in shared])
    affine, *_ = np.linalg.lstsq(np.c_[shown, np.ones(len(shown))], source, rcond=None)
    width, height = exported.size
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    a, b, c, d = (tuple(point) for point in (np.c_[corners, np.ones(4)] @ affine).tolist())
    return a, b, c, d


def apart(one: Quad, other: Quad) -> float:
    """The largest distance between corners of the same name, in pixels."""
    return max(math.dist(a, b) for a, b in zip(one, other, strict=True))


def turns(quad: Quad) -> list[Quad]:
    """The same corners, each of them first once: edits may turn the photo by quarters."""
    a, b, c, d = quad
    return [(a, b, c, d), (b, c, d, a), (c, d, a, b), (d, a, b, c)]


def _stored(orientation: Orientation) -> Image.Image:
    """The chart as a camera held that way stores it."""
    return Image.fromarray(upright_pixels(Image.fromarray(chart()), orientation.inverse))


@cache
def _markers_of_chart() -> dict[int, NDArray[np.float64]]:
    return _markers(chart())


def _markers(pixels: Pixels) -> dict[int, NDArray[np.float64]]:
    """The corners of each marker by its number, (4, 2); (0, 0) is the first pixel's own corner."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    detector = cv2.aruco.ArucoDetector(_dictionary(), parameters)
    found, numbers, _ = detector.detectMarkers(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
    if numbers is None:
        return {}
    return {
        int(number): corners[0].astype(np.float64) + 0.5
        for number, corners in zip(numbers.ravel(), found, strict=True)
    }


def _dictionary() -> cv2.aruco.Dictionary:
    return cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_100)
