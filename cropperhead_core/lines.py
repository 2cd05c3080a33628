"""What runs nearly level or nearly upright in a picture, by angle and place: levelling's evidence.

Two witnesses: gradients, each pixel and its neighbourhood telling a direction; and sums along
straight lines, which know an angle to a tenth of a degree once a line is a few hundred pixels long.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray
from PIL import Image

__all__ = ["ANGLES", "CELLS", "CHANNELS", "STEP", "evidence", "luma"]

LONG_SIDE = 512
"""Pixels; a power of two, as the sums along lines need."""
STEP, REACH = 0.25, 15.0
ANGLES = np.arange(-REACH, REACH + STEP / 2, STEP)
"""Degrees clockwise from level or upright: the crop angles that would level such a line."""
CELLS = 4
"""Along each side of the picture."""
CHANNELS = 8
"""Level and upright: pixels, neighbourhoods, lines of a quarter of the long side, of all of it."""
FAINT = 1.5
"""Gray levels a pixel; a slope of less is noise."""
SHORT, LONG = 64, 256
"""Pixels of half the resolution along which lines are summed."""
BEYOND = 5
"""Angles at either end that are counted and dropped, so that nothing is counted as another."""
STEEPEST = float(np.tan(np.radians(REACH + (BEYOND - 1) * STEP)))
BLUR = np.array([0.037659, 0.249153, 0.426375, 0.249153, 0.037659], np.float32)
SLOPE = np.array([-0.109604, -0.276691, 0.0, 0.276691, 0.109604], np.float32)
"""Of five taps, designed to agree on directions (Farid and Simoncelli 2004)."""

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


def luma(pixels: Pixels) -> Floats:
    """Gray levels 0..255 of an upright (h, w, 3) picture, its long side at 512 pixels."""
    height, width = pixels.shape[:2]
    scale = LONG_SIDE / max(height, width)
    size = tuple(max(32, round(side * scale / 8) * 8) for side in (width, height))
    gray = Image.fromarray(pixels).convert("L")
    if gray.size != size:
        gray = gray.resize(size, Image.Resampling.BICUBIC)
    return np.asarray(gray, np.float32)


def evidence(gray: Floats) -> Floats:
    """(angles, 4, 4, 8): how much in each cell of the picture (row, column) runs at each angle.

    Of the mirrored picture it is the same with the angles and the columns reversed, exactly.
    """
    across, down = _gradients(gray)
    squares = _pooled(across * across), _pooled(down * down)
    both = _pooled(across * down)
    laid = _lines(np.ascontiguousarray(across.T), np.ascontiguousarray(down.T))
    return np.stack(
        [
            _pixels(down, -across),
            _neighbourhoods(squares[1], squares[0], -both),
            *_lines(down, across),
            _pixels(across, down),
            _neighbourhoods(*squares, both),
            *(x[::-1].swapaxes(1, 2) for x in laid),
        ],
        axis=-1,
    )


def _gradients(gray: Floats) -> tuple[Floats, Floats]:
    """Gray levels a pixel, to the right and down, without the outermost pixels."""
    return (
        _filtered(_filtered(gray, BLUR, 0), SLOPE, 1),
        _filtered(_filtered(gray, SLOPE, 0), BLUR, 1),
    )


def _filtered(x: Floats, taps: Floats, axis: int) -> Floats:
    """Correlated along an axis; four pixels shorter. Symmetric to the bit for mirrored input."""
    count = x.shape[axis] - 4
    parts = [_cut(x, start, count, axis) for start in range(5)]
    sign = np.float32(1 if taps[0] > 0 else -1)
    ends, inner = parts[4] + sign * parts[0], parts[3] + sign * parts[1]
    found: Floats = taps[4] * ends + taps[3] * inner
    return found + taps[2] * parts[2] if taps[2] else found


def _cut(x: Floats, start: int, count: int, axis: int) -> Floats:
    return x[start : start + count] if axis == 0 else x[:, start : start + count]


def _pixels(strong: Floats, weak: Floats) -> Floats:
    """Each pixel's direction, weighted by its contrast."""
    size = np.abs(strong)
    at = np.flatnonzero((size > FAINT) & (np.abs(weak) < STEEPEST * size))
    slope = weak.ravel()[at] / strong.ravel()[at]
    return _histogram(slope, np.sqrt(size.ravel()[at]), at, strong.shape)


def _neighbourhoods(strong: Floats, weak: Floats, both: Floats) -> Floats:
    """The direction that the pixels around agree on, weighted by how much they do.

    From the structure tensor; its larger eigenvector is (strong - weak + spread, 2 both).
    """
    trace, less = strong + weak, strong - weak
    spread = np.sqrt(less * less + 4 * both * both)
    main = less + spread
    at = np.flatnonzero((trace > FAINT**2) & (2 * np.abs(both) < STEEPEST * main))
    trace = trace.ravel()[at]
    weight = np.sqrt(np.sqrt(trace)) * (spread.ravel()[at] / trace) ** 4
    return _histogram(2 * both.ravel()[at] / main.ravel()[at], weight, at, strong.shape)


def _pooled(x: Floats) -> Floats:
    """Means over about 10 pixels at half the resolution."""
    x = _halved(x)
    x = x[:-2] + x[2:] + x[1:-1]
    x = x[:, :-2] + x[:, 2:] + x[:, 1:-1]
    x = (x[:-4] + x[4:]) + (x[1:-3] + x[3:-1]) + x[2:-2]
    x = (x[:, :-4] + x[:, 4:]) + (x[:, 1:-3] + x[:, 3:-1]) + x[:, 2:-2]
    return x / np.float32(9 * 25)


def _halved(x: Floats) -> Floats:
    """Means of 2 x 2 pixels; sides are even."""
    x = x[::2] + x[1::2]
    return (x[:, ::2] + x[:, 1::2]) / np.float32(4)


def _histogram(
    slope: Floats, weight: Floats, at: NDArray[np.intp], shape: tuple[int, ...]
) -> Floats:
    """(angles, cells, cells) of the weights of slopes, each shared between the nearest angles.

    `at` says which pixels of a picture of this shape they are, row by row.
    """
    place = np.degrees(np.arctan(slope)) / STEP + (REACH / STEP + BEYOND)
    low = place.astype(np.intp)
    part = (place - low) * weight
    rows, columns = (np.arange(side) * CELLS // side for side in shape)
    cell = (rows[:, None] * CELLS + columns).ravel()[at]
    index, above = low * CELLS**2 + cell, CELLS**2
    found = np.zeros((len(ANGLES) + 2 * BEYOND) * CELLS**2)
    found += np.bincount(index, weight - part, len(found))
    found += np.bincount(index + above, part, len(found))
    return found.reshape(-1, CELLS, CELLS)[BEYOND:-BEYOND].astype(np.float32)


def _lines(strong: Floats, weak: Floats) -> Iterator[Floats]:
    """Sums along lines that run along the rows, of a quarter and of all of the long side.

    Signed: an edge adds up, texture cancels out. Falling lines are the rising ones of the mirrored
    picture.
    """
    size = np.abs(strong)
    signed = (strong / np.sqrt(size + FAINT)).astype(np.float32, copy=False)
    signed *= np.abs(weak) <= 0.5 * size  # to assign zeros by a mask is 15 times slower
    x = _halved(signed)
    start, count = (LONG - x.shape[1]) // 2, x.shape[1]
    both = np.zeros((2, LONG, x.shape[0]), np.float32)
    both[0, start : start + count] = x.T
    both[1, start : start + count] = x[:, ::-1].T
    for sums, length in _sums(both.reshape(2 * LONG, -1)):
        down, up = np.split(sums, 2, axis=1)
        yield _by_angle(down, up[:, ::-1], length)


def _sums(columns: Floats) -> Iterator[tuple[Floats, int]]:
    """(slopes, blocks, bands): how much adds up on lines falling 0, 1, 2, ... pixels in a block.

    The approximate discrete Radon transform (Brady 1998): two neighbouring halves that fall by n
    make a whole that falls by 2n, or by 2n + 1 if the second half is one lower.
    """
    height = columns.shape[1]
    deepest = int(LONG * STEEPEST) + 2
    above = deepest // 2 + 1
    x = np.zeros((len(columns), 1, above + height + deepest), np.float32)
    x[:, 0, above : above + height] = columns
    length = 1
    while length < LONG:
        x = _doubled(x, int(2 * length * STEEPEST) + 1)
        length *= 2
        if length in (SHORT, LONG):
            yield _banded(x, length, above, height), length


def _doubled(x: Floats, slopes: int) -> Floats:
    """The sums in blocks twice as long, falling 0 to slopes - 1 pixels."""
    blocks, count, height = x.shape
    padded = np.zeros((blocks, count + 2, height), np.float32)
    padded[:, :count] = x
    found = np.empty((blocks // 2, slopes, height), np.float32)
    s_block, s_slope, s_row = padded.strides
    for odd in (0, 1):
        # Slope n of the second half n rows lower, as a view: a step of one slope and one row. What
        # it reads beyond a row's end is the next slope's empty start; the last has one to spare.
        half = (slopes + 1 - odd) // 2
        shape, strides = (blocks // 2, half, height), (2 * s_block, s_slope + s_row, s_row)
        second = as_strided(padded[1:, :, odd:], shape, strides)
        found[:, odd::2] = padded[::2, :half] + second
    return found


def _banded(sums: Floats, length: int, above: int, height: int) -> Floats:
    """Blocks and slopes with the fourth powers of their sums added up in four bands of rows.

    A line belongs to the band that its middle lies in, half to each where that is an edge.
    """
    powers = sums * sums / np.float32(length)
    powers *= powers
    total = np.zeros((*sums.shape[:2], sums.shape[2] + 1))
    np.cumsum(powers, axis=2, out=total[:, :, 1:])
    falls = np.arange(sums.shape[1])[:, None]
    twice = 2 * above + np.arange(CELLS + 1) * (height // 2) - falls
    low, high = (
        np.take_along_axis(total, index[None], axis=2) for index in (twice // 2, (twice + 1) // 2)
    )
    found = np.sqrt(np.maximum(np.diff(low + high, axis=2) / 2, 0))
    banded: Floats = found.transpose(1, 0, 2).astype(np.float32)
    return banded


def _by_angle(down: Floats, up: Floats, length: int) -> Floats:
    """(angles, bands, blocks made 4) of sums by slope, (slopes, blocks, bands) to either side."""
    both = np.concatenate([up[:0:-1], down])
    both[len(up) - 1] = (up[0] + down[0]) / 2
    place = np.tan(np.radians(ANGLES)) * (length - 1) + len(up) - 1
    low = np.floor(place).astype(np.intp)
    part = (place - low)[:, None, None].astype(np.float32)
    found = both[low] * (1 - part) + both[low + 1] * part
    blocks: Floats = np.repeat(found, CELLS // found.shape[1], axis=1)
    return blocks.transpose(0, 2, 1)
