"""Hypothesis strategies that several tests share."""

from __future__ import annotations

from hypothesis import strategies as st

from cropperhead_core.crop import Crop, Size, largest_inside
from cropperhead_core.orientation import Orientation

sizes = st.builds(Size, st.integers(40, 12000), st.integers(40, 12000))
orientations = st.sampled_from(Orientation)
angles = st.one_of(st.just(0.0), st.floats(-45, 45), st.floats(-8, 8))


@st.composite
def crops_of(draw: st.DrawFn, size: Size, angle: st.SearchStrategy[float] = angles) -> Crop:
    """A crop that lies inside a photo of this size, at least a tenth of what fits there."""
    turn = draw(angle)
    width, height = largest_inside(size, turn)
    spans = []
    for length in (width, height):
        start = draw(st.floats(0, 0.9))
        end = draw(st.floats(start + 0.1, 1))
        spans.append(((start - 0.5) * length, (end - 0.5) * length))
    (left, right), (top, bottom) = spans
    return Crop.turned((left, top, right, bottom), size, turn)
