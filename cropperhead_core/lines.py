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

__all__ = ["ANGLES", "CELLS", "CHANNELS", "LONG_SIDE", "STEP", "evidence", "luma"]

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
STEEPEST = float(np.tan(np.radians(REACH + 1)))
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
    level = [*_pixels(down, -across), *_neighbourhoods(down, -across), *_lines(down, across)]
    upright = [*_pixels(across, down), *_neighbourhoods(across, down)]
    laid = _lines(np.ascontiguousarray(across.T), np.ascontiguousarray(down.T))
    upright += [x[::-1].swapaxes(1, 2) for x in laid]
    return np.stack([*level, *upright], axis=-1)


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


def _pixels(strong: Floats, weak: Floats) -> Iterator[Floats]:
    """Each pixel's direction, weighted by its contrast."""
    size = np.abs(strong)
    rows, columns = np.nonzero((size > FAINT) & (np.abs(weak) < STEEPEST * size))
    slope = weak[rows, columns] / strong[rows, columns]
    weight = np.sqrt(size[rows, columns])
    yield _histogram(slope, weight, rows, columns, strong.shape)


def _neighbourhoods(strong: Floats, weak: Floats) -> Iterator[Floats]:
    """The direction that the pixels around agree on, weighted by how much they do."""
    ss, ww, sw = (_pooled(x) for x in (strong * strong, weak * weak, strong * weak))
    trace = ss + ww
    spread = np.hypot(ss - ww, 2 * sw)
    # The larger eigenvector of the structure tensor, (strong, weak) = (ss - ww + spread, 2 sw).
    main = ss - ww + spread
    rows, columns = np.nonzero((trace > FAINT**2) & (2 * np.abs(sw) < STEEPEST * main))
    at = rows, columns
    coherence = spread[at] / trace[at]
    weight = np.sqrt(np.sqrt(trace[at])) * coherence**4
    yield _histogram(2 * sw[at] / main[at], weight, rows, columns, ss.shape)


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
    slope: Floats,
    weight: Floats,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    shape: tuple[int, ...],
) -> Floats:
    """(angles, cells, cells): the weights of slopes, shared between the two nearest angles."""
    place = (np.degrees(np.arctan(slope)) + REACH) / STEP
    low = np.floor(place).astype(np.intp)
    part = place - low
    cell = rows * CELLS // shape[0] * CELLS + columns * CELLS // shape[1]
    count = len(ANGLES) + 2  # a bin at each end for what lies beyond
    found = np.zeros((count, CELLS * CELLS))
    for bins, share in ((low, 1 - part), (low + 1, part)):
        index = np.clip(bins + 1, 0, count - 1) * CELLS * CELLS + cell
        found += np.bincount(index, weight * share, found.size).reshape(found.shape)
    return found[1:-1].reshape(-1, CELLS, CELLS).astype(np.float32)


def _lines(strong: Floats, weak: Floats) -> Iterator[Floats]:
    """Sums along lines that run along the rows, of a quarter and of all of the long side.

    Signed: an edge adds up, texture cancels out. Falling lines are the rising ones of the mirrored
    picture.
    """
    size = np.abs(strong)
    signed = (strong / np.sqrt(size + FAINT)).astype(np.float32, copy=False)
    signed[np.abs(weak) > 0.5 * size] = 0
    x = _halved(signed)
    wide = np.zeros((LONG, x.shape[0]), np.float32)
    start = (LONG - x.shape[1]) // 2
    for_both = []
    for one in (x, x[:, ::-1]):
        wide[start : start + x.shape[1]] = one.T
        for_both.append(list(_sums(wide)))
    for (down, length), (up, _) in zip(*for_both, strict=True):
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
