"""What TensorBoard shows of a training run beside its curves: the crops on photos it never saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from PIL import Image, ImageDraw

__all__ = ["CropImages", "corners", "crop_grid"]

CELL, GAP, COLUMNS = 200, 6, 4
"""Pixels of a photo's long side and between photos; photos in a row."""
SAID, WANTED, PAPER = "#ffd23f", "#ffffff", "#24211d"

Floats = NDArray[np.floating]
Pixels = NDArray[np.uint8]


def crop_grid(photos: Sequence[Pixels], said: Floats, wanted: Floats) -> Pixels:
    """The photos in rows of four, each with the crop that was said (yellow) and the best (white).

    said and wanted are (n, 4, 2): corners in fractions of the photo, clockwise; they may lie
    outside it, and are drawn there as far as the cell goes.
    """
    rows = -(-len(photos) // COLUMNS)
    step = CELL + GAP
    sheet = Image.new("RGB", (COLUMNS * step + GAP, rows * step + GAP), PAPER)
    for index, photo in enumerate(photos):
        cell = _cell(photo, said[index], wanted[index])
        sheet.paste(cell, (GAP + index % COLUMNS * step, GAP + index // COLUMNS * step))
    return np.asarray(sheet)


def _cell(photo: Pixels, said: Floats, wanted: Floats) -> Image.Image:
    image = Image.fromarray(photo)
    image.thumbnail((CELL, CELL))
    cell = Image.new("RGB", (CELL, CELL), PAPER)
    start = np.array([(CELL - image.width) // 2, (CELL - image.height) // 2])
    cell.paste(image, (int(start[0]), int(start[1])))
    draw = ImageDraw.Draw(cell)
    for quad, colour, width in ((wanted, WANTED, 1), (said, SAID, 3)):
        points = (quad * (image.width - 1, image.height - 1) + start).tolist()
        draw.line([tuple(point) for point in [*points, points[0]]], fill=colour, width=width)
    return cell


def corners(boxes: Floats) -> Floats:
    """The corners (n, 4, 2), clockwise from the top-left, of boxes (n, 4) left to bottom."""
    left, top, right, bottom = np.asarray(boxes).T
    points = ((left, top), (right, top), (right, bottom), (left, bottom))
    return np.stack([np.stack(point, axis=-1) for point in points], axis=1)


class CropImages(keras.callbacks.Callback):
    """After every epoch, `crop_grid` of what the model says now, among TensorBoard's images."""

    def __init__(
        self,
        logs: Path,
        photos: Sequence[Pixels],
        wanted: Floats,
        said: Callable[[keras.Model], Floats],
    ) -> None:
        """Said gives the corners (n, 4, 2) that the model now says for these photos."""
        super().__init__()
        self._photos, self._wanted, self._said = photos, wanted, said
        self._writer = tf.summary.create_file_writer(str(logs / "crops"))

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:  # noqa: ARG002 (Keras' signature)
        """Draw."""
        grid = crop_grid(self._photos, self._said(self.model), self._wanted)
        with self._writer.as_default():
            tf.summary.image("crops on unseen photos", grid[None], step=epoch)
        self._writer.flush()
