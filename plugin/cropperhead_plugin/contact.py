"""A contact sheet: each photo with its crop drawn, the cropped photo beside it, and the reasons."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from cropperhead_core.crop import Crop, Size

__all__ = ["Sheet", "contact_sheet", "cropped"]

SCALE = 2
"""Drawn at twice the size and made smaller: smooth lines."""
CELL, GAP, HEAD, CAPTION = 320, 32, 40, 116
TITLE, WORDS = 22, 17
"""Sizes of letters, to be read when a page shows the sheet at half its width."""
COLUMNS = 2
HEADING = "Before, with the suggested crop drawn, and after"
PAPER, INK, PALE, LINE = "#fbfaf7", "#24211d", "#8a837a", "#ffd23f"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One photo of the sheet: upright pixels, the crop if there is one, and what to say of it."""

    photo: Image.Image
    crop: Crop | None
    title: str
    verdict: str
    reasons: str


def contact_sheet(photos: Sequence[Sheet]) -> Image.Image:
    """All photos on one sheet of paper, two cards a row."""
    cards = [_card(photo) for photo in photos]
    rows = [cards[start : start + COLUMNS] for start in range(0, len(cards), COLUMNS)]
    heights = [max(card.height for card in row) for row in rows]
    width = COLUMNS * cards[0].width + (COLUMNS + 1) * GAP * SCALE
    height = HEAD * SCALE + sum(heights) + (len(rows) + 1) * GAP * SCALE
    paper = Image.new("RGB", (width, height), PAPER)
    _written(paper, (GAP * SCALE, GAP * SCALE), HEADING, WORDS, PALE)
    y = (HEAD + GAP) * SCALE
    for row, tallest in zip(rows, heights, strict=True):
        for column, card in enumerate(row):
            paper.paste(card, (GAP * SCALE + column * (card.width + GAP * SCALE), y))
        y += tallest + GAP * SCALE
    return paper.resize((paper.width // SCALE, paper.height // SCALE), Image.Resampling.LANCZOS)


def cropped(photo: Image.Image, crop: Crop) -> Image.Image:
    """What comes out of a photo with this crop."""
    size = Size(*photo.size)
    out, how = crop.output(size), Image.Transform.QUAD
    top_left, top_right, bottom_right, bottom_left = crop.quad(size)
    # Pillow wants the corners counter-clockwise: NW, SW, SE, NE.
    corners = (*top_left, *bottom_left, *bottom_right, *top_right)
    return photo.transform((out.width, out.height), how, corners, Image.Resampling.BICUBIC)


def _card(sheet: Sheet) -> Image.Image:
    """Before and after at one scale, the words below."""
    side = CELL * SCALE
    scale = min(side / sheet.photo.width, side / sheet.photo.height)
    small = sheet.photo.resize(
        (round(sheet.photo.width * scale), round(sheet.photo.height * scale)),
        Image.Resampling.LANCZOS,
    )
    after = small if sheet.crop is None else cropped(small, sheet.crop)
    before = small if sheet.crop is None else _drawn(small, sheet.crop)
    middle = 12 * SCALE
    card = Image.new("RGB", (2 * side + middle, small.height + CAPTION * SCALE), PAPER)
    card.paste(before, (side - small.width, 0))
    card.paste(after, (side + middle, (small.height - after.height) // 2))
    _caption(card, sheet, (side - small.width, small.height + 12 * SCALE))
    return card


def _drawn(photo: Image.Image, crop: Crop) -> Image.Image:
    """The photo with what is cut away in shadow, and the crop's outline."""
    quad = crop.quad(Size(*photo.size))
    shade = Image.new("L", photo.size, 130)
    ImageDraw.Draw(shade).polygon(list(quad), fill=0)
    shaded = Image.composite(Image.new("RGB", photo.size, "black"), photo, shade)
    ImageDraw.Draw(shaded).line([*quad, quad[0]], fill=LINE, width=2 * SCALE, joint="curve")
    return shaded


def _caption(card: Image.Image, sheet: Sheet, at: tuple[int, int]) -> None:
    x, y = at
    _written(card, (x, y), sheet.title, TITLE, INK)
    _written(card, (x, y + 29 * SCALE), sheet.verdict, WORDS, INK)
    letters = int((card.width - x) / SCALE / WORDS * 1.9)
    reasons = "\n".join(textwrap.wrap(sheet.reasons, letters)[:2])
    _written(card, (x, y + 54 * SCALE), reasons, WORDS, PALE)


def _written(on: Image.Image, at: tuple[int, int], text: str, size: int, ink: str) -> None:
    font = ImageFont.load_default(size * SCALE)
    ImageDraw.Draw(on).multiline_text(at, text, ink, font, spacing=4 * SCALE)
