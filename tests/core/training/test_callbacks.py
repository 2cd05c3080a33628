"""What TensorBoard shows: the grid of crops, and that it gets there each epoch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
keras = pytest.importorskip("keras")

from cropperhead_core.training.callbacks import CropImages, corners, crop_grid  # noqa: E402 (TF)

PHOTOS = [np.full((200, 400, 3), 90, np.uint8)] * 5
BOXES = corners(np.array([[0.25, 0.25, 0.75, 0.75]] * 5))
WHOLE = corners(np.array([[0, 0, 1, 1.0]] * 5))


def test_corners_go_clockwise_from_the_top_left() -> None:
    assert corners(np.array([[0.1, 0.2, 0.3, 0.4]]))[0].tolist() == [
        [0.1, 0.2],
        [0.3, 0.2],
        [0.3, 0.4],
        [0.1, 0.4],
    ]


def test_the_grid_has_rows_of_four_and_the_crop_in_yellow() -> None:
    grid = crop_grid(PHOTOS, BOXES, WHOLE)
    assert grid.shape[0] < grid.shape[1]
    yellow = (grid == (255, 210, 63)).all(axis=-1)
    assert yellow.any(axis=1).nonzero()[0].max() > 206  # in the second row too
    assert yellow[:, :206].any(axis=0).nonzero()[0].min() == pytest.approx(6 + 50, abs=2)


def test_a_crop_outside_the_photo_is_drawn_as_far_as_the_cell_goes() -> None:
    outside = corners(np.array([[-0.5, 0.25, 0.5, 1.25]]))
    yellow = (crop_grid(PHOTOS[:1], outside, WHOLE[:1]) == (255, 210, 63)).all(axis=-1)
    # The photo lies in rows 56 to 155 of the picture, the crop's lower edge 25 rows below it.
    assert yellow.any(axis=1).nonzero()[0].max() == pytest.approx(6 + 50 + 124, abs=2)
    assert not yellow[:, 212:].any()


def test_each_epoch_writes_one_image(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    drawn = CropImages(tmp_path, PHOTOS, WHOLE, lambda _: BOXES)
    model.fit(np.zeros((2, 1)), np.zeros((2, 1)), epochs=2, verbose=0, callbacks=[drawn])
    events = EventAccumulator(str(tmp_path / "crops"), {"tensors": 10})
    events.Reload()
    assert len(events.Tensors("crops on unseen photos")) == 2
