"""What others need for the same photos: CPU seconds a photo, start-up left out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from cpu import used

__all__ = ["ALONE", "install", "per_photo", "smartcrop", "vipsthumbnail"]

ALONE = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "VIPS_CONCURRENCY": "1",
    "PYTHONDONTWRITEBYTECODE": "",
}
"""One thread each; and bytecode, which pip writes when it installs, for us too."""
SMARTCROP = """
import sys, warnings
warnings.simplefilter("ignore")
from PIL import Image
from smartcrop import SmartCrop
crop = SmartCrop()
for name in sys.argv[1:]:
    with Image.open(name) as photo:
        crop.crop(photo, 100, 100)
"""


def install() -> None:
    """Install the peers that are absent: smartcrop through pip (vipsthumbnail is Debian's)."""
    if find_spec("smartcrop") is None:
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "smartcrop"], check=True)


def per_photo(command: Sequence[str], photos: Sequence[Path]) -> float:
    """CPU seconds a photo of a command that takes several: all of them less the first alone."""
    one, all_of_them = (
        min(used([*command, *map(str, some)], ALONE).cpu_s for _ in range(3))
        for some in (photos[:1], photos)
    )
    return (all_of_them - one) / (len(photos) - 1)


def smartcrop(photos: Sequence[Path]) -> float:
    """smartcrop.py from PyPI, as its README uses it."""
    return per_photo([sys.executable, "-c", SMARTCROP], photos)


def vipsthumbnail(photos: Sequence[Path], folder: Path) -> float:
    """The attention crop of libvips at 512 pixels."""
    options = ["--size", "512x512", "--smartcrop", "attention", "-o", f"{folder}/%s.png"]
    return per_photo(["vipsthumbnail", *options], photos)
