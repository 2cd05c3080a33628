"""Renews the screenshots of docs/darktable.md: python -m tests.editor.pictures."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from skimage import data

from .darktable import until
from .panel import Panel, panel

FOLDER = Path(__file__).resolve().parents[2] / "docs/images"
SUBJECTS = ("astronaut", "chelsea", "coffee", "rocket")
SIZE = (1280, 800)
RESOLUTION = f"{SIZE[0]}x{SIZE[1]}"


def subjects(folder: Path, count: int) -> list[Path]:
    """Photographs from scikit-image, this many times over."""
    paths = []
    for number in range(count):
        name = SUBJECTS[number % len(SUBJECTS)]
        path = folder / f"{number:02}-{name}.jpg"
        image = Image.fromarray(getattr(data, name)())
        image.resize((image.width * 2, image.height * 2)).save(path, quality=90)
        paths.append(path)
    return paths


def shoot(gui: Panel, name: str, pause_s: float = 3) -> None:
    """A picture of the whole window, when everything is drawn."""
    time.sleep(pause_s)
    path = FOLDER / f"darktable-{name}.png"
    gui.gui.screenshot(path)
    Image.open(path).convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(
        path, optimize=True
    )


def shown(gui: Panel) -> None:
    """Our panel open, and what would distract from it closed."""
    gui.gui.lua("dt.gui.libs.cropperhead.expanded = true")
    gui.gui.lua("dt.gui.libs.filmstrip.visible = false")


def main() -> None:
    """Take every picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photos = subjects(folder, 40)
        with panel(folder, size=RESOLUTION) as gui:
            numbers = gui.add(*photos)
            shown(gui)
            gui.select(numbers[:1])
            gui.darkroom(numbers[2])
            shown(gui)
            shoot(gui, "before")
            gui.press("suggest")
            shoot(gui, "after")
            gui.select(numbers)
            gui.begin("suggest")
            sidecar = photos[11].with_name(f"{photos[11].name}.xmp")
            until(lambda: '"crop"' in sidecar.read_text(), "a twelfth crop")
            shoot(gui, "batch", 0)
            gui.end(600)
    sys.stdout.write(f"{FOLDER}\n")


if __name__ == "__main__":
    main()
