"""A chart whose every part can be found again in what an editor exported of it."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cropperhead_core.crop import Quad, Size
from cropperhead_core.orientation import Orientation
from cropperhead_core.preview import upright_pixels

SIZE = Size(1200, 800)
"""Of the chart as a viewer shows it."""
MARKER, PITCH = 60, 100
EXIF_ORIENTATION = 0x0112

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Darktable:
    """The real darktable, with a configuration folder of its own and its library in memory."""

    config: Path

    def export(self, photo: Path, output: Path) -> Image.Image:
        """What darktable makes of the photo and the sidecar beside it, written to output."""
        core = ("--core", "--configdir", self.config, "--library", ":memory:")
        command = ["darktable-cli", photo, output, *core]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert output.exists(), f"darktable exported nothing: {done.stdout}{done.stderr}"
        return Image.open(output).convert("RGB")


def chart() -> Pixels:
    """Rows of ArUco markers on a light ground, (h, w, 3)."""
    pixels = np.full((SIZE.height, SIZE.width), 225, np.uint8)
    places = [
        (x, y)
        for y in range(20, SIZE.height - MARKER, PITCH)
        for x in range(20, SIZE.width - MARKER, PITCH)
    ]
    for number, (x, y) in enumerate(places):
        marker = cv2.aruco.generateImageMarker(_dictionary(), number, MARKER)
        pixels[y : y + MARKER, x : x + MARKER] = np.maximum(marker, 25)
    return np.dstack([pixels] * 3)


def stored(pixels: Pixels, orientation: Orientation) -> Pixels:
    """The upright pixels as a camera held that way stores them."""
    return upright_pixels(Image.fromarray(pixels), orientation.inverse)


def jpeg(path: Path, orientation: Orientation = Orientation.NORMAL) -> Path:
    """The chart as a JPEG that a viewer turns upright."""
    image = Image.fromarray(stored(chart(), orientation))
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = int(orientation)
    image.save(path, quality=95, subsampling=0, exif=exif)
    return path


def region(exported: Image.Image) -> Quad:
    """The corners of what was exported, in pixels of the upright chart, from its own top-left."""
    there, here = _markers(chart()), _markers(np.asarray(exported))
    shared = sorted(there.keys() & here.keys())
    assert len(shared) >= 4, f"found {len(shared)} markers in the export"
    source = np.concatenate([there[number] for number in shared])
    shown = np.concatenate([here[number] for number in shared])
    affine, *_ = np.linalg.lstsq(np.c_[shown, np.ones(len(shown))], source, rcond=None)
    width, height = exported.size
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    a, b, c, d = (tuple(point) for point in (np.c_[corners, np.ones(4)] @ affine).tolist())
    return a, b, c, d


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
