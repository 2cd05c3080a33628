"""The demonstration behind `make demo`: real photographs, their crops, and a picture of both.

The photographs are those that come inside scikit-image, all free to use: an astronaut (NASA), a cup
of coffee (Rachel Michetti), Chelsea the cat (Stefan van der Walt), a rocket (SpaceX), a
photographer (MIT).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import skimage
from PIL import Image

from cropperhead_core.errors import CropperHeadError
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.journal import Journal
from cropperhead_core.sidecar import read_crop
from cropperhead_core.suggestion import Suggestion

from .cli.work import suggester
from .contact import Sheet, contact_sheet
from .notes import note
from .protocol import Failure, one_line
from .settings import Settings, load
from .words import applied_words, crop_words
from .writer import Writer

__all__ = ["main"]

FOLDER = Path("demo")
PHOTOS = {
    "rocket": "original",
    "astronaut": "original",
    "camera": "4:5",
    "coffee": "1:1",
    "chelsea": "1:1",
    "hubble_deep_field": "16:9",
}
"""Each photograph and the shape that is asked for; the second is best left."""


def main() -> int:
    """Suggest crops for the photographs, write them, and draw the sheet; the exit status."""
    try:
        FOLDER.mkdir(exist_ok=True)
        sheets = list(_sheets(load(os.environ)))
    except CropperHeadError as error:
        sys.stderr.write(f"{one_line(str(error))}\n")
        return 1
    if not sheets:
        return 1  # each failure has been said
    target = FOLDER / "contact-sheet.png"
    contact_sheet(sheets).save(target)
    program = Path(sys.executable).with_name("cropperhead")
    sys.stdout.write(
        f"\nPhotos and sidecars: {FOLDER.resolve()}\nBefore and after: {target.resolve()}\n"
        f"Take it all back: {program} undo {FOLDER}\n"
    )
    return 0


def _sheets(settings: Settings) -> Iterator[Sheet]:
    """One after the other: suggested, written, said, and read back from the sidecar."""
    with (
        Journal(Path(settings.journal)) as journal,
        ExifTool(settings.exiftool) as exiftool,
        suggester(settings, 1) as service,
    ):
        writer = Writer(journal, exiftool)
        for name, aspect in PHOTOS.items():
            wishes = replace(settings, aspect=aspect).wishes
            for found in service.suggestions([_exported(name)], wishes):
                if isinstance(found, Failure):
                    sys.stderr.write(f"{found.message}\n")
                    continue
                note(journal, found, wishes)
                words = applied_words(writer.apply(found))
                sys.stdout.write("".join(text for text, _ in words) + "\n")
                yield _sheet(found, aspect)


def _exported(name: str) -> Path:
    """The photograph as a JPEG in our folder."""
    target = FOLDER / f"{name}.jpg"
    source = next(Path(skimage.__file__).with_name("data").glob(f"{name}.*"))
    with Image.open(source) as image:
        image.convert("RGB").save(target, quality=95)
    return target


def _sheet(found: Suggestion, aspect: str) -> Sheet:
    with Image.open(found.photo) as image:
        photo = image.convert("RGB")
    asked = "" if aspect == "original" else f", asked for {aspect}"
    title, crop = f"{found.photo.stem.replace('_', ' ')}{asked}", read_crop(found.photo)
    if found.best is None:
        return Sheet(photo, crop, title, "leave it as it is", found.note)
    verdict = f"crop to {crop_words(found.best.crop, found.size)}"
    return Sheet(photo, crop, title, verdict, "; ".join(found.best.reasons))


if __name__ == "__main__":
    sys.exit(main())
