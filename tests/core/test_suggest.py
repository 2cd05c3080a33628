"""A photo and a predictor in, a suggestion out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from cropperhead_core.box import Box
from cropperhead_core.choice import DIFFERENT
from cropperhead_core.crop import Crop, Size
from cropperhead_core.faces import FaceFinder
from cropperhead_core.horizon import BINS
from cropperhead_core.orientation import Orientation
from cropperhead_core.photo import Photo
from cropperhead_core.scene import Eyes
from cropperhead_core.suggest import suggest, suggested
from cropperhead_core.suggestion import Suggestion
from cropperhead_core.wishes import Wishes

LYING = Size(6000, 4000)
ASPECTS = ["original", "free", "square", "portrait", "landscape", "3:2", "4:5", "2.39:1", "7:5"]


@dataclass
class Fake:
    """A network that sees this tilt (or none) and likes boxes near a favourite (or any)."""

    tilt: float | None = 0.0
    favourite: tuple[float, float, float, float] | None = (0.1, 0.1, 0.9, 0.9)
    seed: int = 0
    leave_gain: float = 0.05
    name: str = "fake"
    confidence = 0.6

    def __call__(self, _pixels: np.ndarray) -> np.ndarray:
        flat = np.ones_like(BINS)
        return flat if self.tilt is None else np.exp(-8 * (BINS - self.tilt) ** 2)

    def look(self, _pixels: np.ndarray) -> Fake:
        self.subject = np.zeros((16, 16), np.float32)
        return self

    def scores(self, boxes: np.ndarray) -> np.ndarray:
        if self.favourite is None:
            return np.random.default_rng(self.seed).normal(size=len(boxes)).astype(np.float32)
        return -np.abs(boxes - np.array(self.favourite)).sum(axis=1).astype(np.float32)


def photo_of(size: Size, roll: float | None = None) -> Photo:
    return Photo(Path("a.jpg"), size, Orientation.NORMAL, "", roll)


def preview(size: Size, picture: np.ndarray | None = None) -> np.ndarray:
    """A preview of a photo of this size that shows the astronaut, out of shape."""
    shown = Image.fromarray(data.astronaut() if picture is None else picture)
    scale = 320 / max(size.width, size.height)
    return np.asarray(
        shown.resize((max(round(size.width * scale), 2), max(round(size.height * scale), 2)))
    )


def suggestion(
    fake: Fake, size: Size = LYING, roll: float | None = None, **wishes: object
) -> Suggestion:
    eyes = Eyes(fake, horizon=fake)
    return suggested(photo_of(size, roll), preview(size), eyes, Wishes(**wishes))


def kept(found: Suggestion) -> float:
    """The area that stays, in pixels of the photo."""
    crop = found.best.crop if found.best else Crop.whole()
    return float(np.prod(crop.extent(found.size)))


def test_the_favourite_is_suggested() -> None:
    best = suggestion(Fake()).best
    assert best is not None
    left, top, right, bottom = best.crop.left, best.crop.top, best.crop.right, best.crop.bottom
    assert Box(left, top, right, bottom).overlap(Box(0.1, 0.1, 0.9, 0.9)) > 0.85
    assert best.gain > 0
    assert best.aspect == "original"
    assert best.reasons


def test_what_exif_says_of_a_heic_goes_on() -> None:
    photo = replace(photo_of(LYING), exif=Orientation(6))
    assert suggested(photo, preview(LYING), Eyes(Fake()), Wishes()).exif == Orientation(6)


def test_a_small_gain_leaves_the_photo() -> None:
    found = suggestion(Fake(leave_gain=10))
    assert (found.verdict, found.best) == ("leave", None)


@pytest.mark.parametrize("tilt", [0.0, None])
def test_a_photo_left_for_a_small_gain_says_so(tilt: float | None) -> None:
    found = suggestion(Fake(tilt=tilt, leave_gain=10))
    assert found.note == "no crop gains enough over the whole frame"


def test_a_photo_that_is_left_tilted_says_that() -> None:
    found = suggestion(Fake(tilt=9, leave_gain=10))
    assert found.verdict == "leave"
    assert "9.0 degrees, more than the 8" in found.note


def test_a_tilted_photo_is_levelled_even_if_nothing_else_gains() -> None:
    found = suggestion(Fake(tilt=2, leave_gain=10))
    assert found.verdict == "crop"
    assert found.angle == found.crops[0].crop.angle == pytest.approx(2, abs=0.02)
    assert found.crops[0].reasons[0] == "levels the horizon by 2.0 degrees"


def test_no_level_leaves_the_tilt() -> None:
    assert suggestion(Fake(tilt=2), level=False).angle == 0


def test_a_tilt_beyond_the_limit_is_told() -> None:
    found = suggestion(Fake(tilt=5), max_angle=3)
    assert found.angle == 0
    assert "5.0 degrees" in found.note


def test_the_cameras_roll_levels_what_the_picture_cannot() -> None:
    assert suggestion(Fake(tilt=None), roll=1.5).angle == pytest.approx(1.5, abs=0.02)


def test_a_levelled_crop_that_would_cut_the_face_is_not_levelled() -> None:
    picture = data.astronaut()[68:, 170:]
    size = Size(3420, 4440)
    fake = Fake(tilt=6)
    eyes = Eyes(fake, FaceFinder(), fake)
    shown = np.ascontiguousarray(picture)
    found = suggested(photo_of(size), shown, eyes, Wishes())
    assert (found.angle, found.note) == (0, "levelling it would cut a face")


def test_nor_one_that_would_cut_a_small_face_at_the_side() -> None:
    large, small = Box(0.35, 0.3, 0.55, 0.6), Box(0.01, 0.4, 0.06, 0.48)
    shown = np.zeros((400, 600, 3), np.uint8) + np.arange(600, dtype=np.uint8)[:, None]
    for faces, angle in (((large,), 3.0), ((large, small), 0.0)):
        fake = Fake(tilt=3)
        eyes = Eyes(fake, lambda _, faces=faces: faces, fake)
        found = suggested(photo_of(Size(6000, 4000)), shown, eyes, Wishes())
        assert found.angle == pytest.approx(angle, abs=0.02)


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("size", [LYING, Size(4000, 6000), Size(6016, 4016), Size(1001, 777)])
def test_a_ratio_is_met_to_the_pixel(aspect: str, size: Size) -> None:
    ratio = Wishes(aspect=aspect).shape(size).ratio
    for ranked in suggestion(Fake(), size, aspect=aspect, top=5).crops:
        width, height = ranked.crop.extent(size)
        assert width == pytest.approx(round(width), abs=0.02)
        assert height == pytest.approx(round(height), abs=0.02)
        assert ratio is None or min(
            abs(width - height * ratio), abs(height - width / ratio)
        ) == pytest.approx(0, abs=0.52)


def test_a_small_ratio_is_met_exactly() -> None:
    width, height = suggestion(Fake(), aspect="4:5").crops[0].crop.extent(LYING)
    assert round(width) * 5 == round(height) * 4


@pytest.mark.parametrize("tilt", [0.0, 2.0])
@pytest.mark.parametrize(
    ("aspect", "size", "ratio"),
    [
        ("3:2", Size(3000, 2001), (3, 2)),
        ("square", Size(1000, 999), (1, 1)),
        ("2:3", Size(667, 1001), (2, 3)),
    ],
)
def test_a_photo_within_a_pixel_of_a_ratio_is_cropped_to_it_exactly(
    aspect: str, size: Size, ratio: tuple[int, int], tilt: float
) -> None:
    for ranked in suggestion(Fake(tilt), size, aspect=aspect, top=5).crops:
        width, height = map(round, ranked.crop.extent(size))
        assert width * ratio[1] == height * ratio[0]


@pytest.mark.parametrize("tilt", [0.0, 2.0])
def test_it_is_cropped_where_it_would_be_for_its_own_ratio(tilt: float) -> None:
    fake = Fake(tilt, favourite=None, leave_gain=0)
    for size, aspect in ((Size(3000, 2001), "3:2"), (Size(1000, 999), "square")):
        own, asked = (suggestion(fake, size, aspect=name).crops for name in ("original", aspect))
        for edges in zip(own[0].crop.edges(size), asked[0].crop.edges(size), strict=True):
            assert edges[0] == pytest.approx(edges[1], abs=1.01)


def test_a_photo_within_a_pixel_of_a_ratio_may_be_left() -> None:
    found = suggestion(Fake(leave_gain=10), Size(3000, 2001), aspect="3:2")
    assert found.verdict == "leave"


def test_another_ratio_needs_a_crop_whatever_it_gains() -> None:
    found = suggestion(Fake(leave_gain=10), aspect="square")
    assert found.verdict == "crop"
    assert "fits square, as asked" in found.crops[0].reasons


def test_alternatives_are_really_different() -> None:
    found = suggestion(Fake(favourite=None), top=5)
    boxes = [Box(r.crop.left, r.crop.top, r.crop.right, r.crop.bottom) for r in found.crops]
    assert len(boxes) == 5
    for i, one in enumerate(boxes):
        assert all(one.overlap(other) < DIFFERENT for other in boxes[:i])


@pytest.mark.parametrize("gray", [0, 128, 255])
def test_a_plain_picture_is_left(gray: int) -> None:
    plain = np.full((213, 320, 3), gray, np.uint8)
    fake = Fake(tilt=3)
    found = suggested(photo_of(LYING), plain, Eyes(fake, horizon=fake), Wishes())
    assert (found.verdict, found.crops, found.angle) == ("leave", (), 0)


@pytest.mark.parametrize("size", [Size(1, 1), Size(8, 8), Size(30000, 300), Size(300, 3000)])
def test_the_tiny_and_the_very_long_are_left(size: Size) -> None:
    assert suggestion(Fake(), size).verdict == "leave"


def test_the_face_is_kept_whole() -> None:
    size = Size(4000, 4000)
    eyes = Eyes(Fake(favourite=(0.45, 0.3, 1, 1)), FaceFinder())
    for ranked in suggested(photo_of(size), data.astronaut(), eyes, Wishes(top=5)).crops:
        crop = ranked.crop
        kept_box = Box(crop.left, crop.top, crop.right, crop.bottom)
        assert kept_box.contains(Box(0.336, 0.132, 0.545, 0.34))


def test_where_every_crop_cuts_a_face_the_photo_is_left() -> None:
    wide = np.ascontiguousarray(data.astronaut()[60:190, 150:300])
    size, eyes = Size(1500, 1300), Eyes(Fake(), FaceFinder())
    found = suggested(photo_of(size), wide, eyes, Wishes(aspect="1:5"))
    assert (found.verdict, found.crops) == ("leave", ())
    assert found.note == "every crop of this shape would cut a face"


def test_a_file_is_read_and_suggested_for(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    Image.fromarray(data.coffee()).save(file)
    found = suggest(file, Fake())
    assert (found.photo, found.size, found.model) == (file, Size(600, 400), "fake")


sizes = st.builds(Size, st.integers(64, 9000), st.integers(64, 9000))
tilts = st.just(0.0) | st.floats(-9, 9)
fakes = st.builds(
    Fake,
    tilt=tilts,
    favourite=st.none(),
    seed=st.integers(0, 10**6),
    leave_gain=st.floats(0, 2),
)
wished = st.fixed_dictionaries(
    {"aspect": st.sampled_from(ASPECTS), "top": st.integers(1, 4), "tightness": st.floats(0, 1)}
)


@given(fakes, sizes, wished)
def test_no_crop_ever_leaves_the_frame(fake: Fake, size: Size, wishes: dict[str, object]) -> None:
    for ranked in suggestion(fake, size, **wishes).crops:
        assert ranked.crop.checked(size) == ranked.crop.rounded()


@given(fakes, sizes, st.sampled_from(ASPECTS))
def test_a_tighter_wish_never_keeps_more(fake: Fake, size: Size, aspect: str) -> None:
    areas = [
        kept(suggestion(fake, size, aspect=aspect, tightness=tightness))
        for tightness in (0, 0.3, 0.5, 0.8, 1)
    ]
    # A pixel's breadth: six decimals of the edges.
    assert all(b <= a * (1 + 1e-4) for a, b in pairwise(areas))


@dataclass
class Lucky(Fake):
    """Finds one box by itself best of all, by no more than noise."""

    def scores(self, boxes: np.ndarray) -> np.ndarray:
        found = super().scores(boxes)
        found[-1] = 0.02
        return found


def test_a_box_that_scores_well_alone_is_not_chosen() -> None:
    best, by_luck = suggestion(Fake()).best, suggestion(Lucky()).best
    assert best is not None
    assert by_luck is not None
    assert best.crop == by_luck.crop


def test_the_gain_is_told_over_the_frame_by_the_same_means() -> None:
    found = suggestion(Fake(favourite=(0.0, 0.0, 1.0, 1.0), leave_gain=0), top=3)
    assert found.verdict == "leave"
    assert all(each.gain < 0 for each in found.crops)
    # By itself it has 0; no neighbour has as much.
    frame = {round(each.score - each.gain, 6) for each in found.crops}
    assert len(frame) == 1
    assert -0.1 < frame.pop() < 0


def test_where_another_ratio_is_asked_for_the_frame_stands_for_itself() -> None:
    best = suggestion(Fake(favourite=(0.0, 0.0, 1.0, 1.0)), aspect="square").best
    assert best is not None
    assert best.score - best.gain == pytest.approx(0)


class Sighted(Fake):
    """Likes what is bright, as a mirrored photo's mirrored box would be."""

    def look(self, pixels: np.ndarray) -> Sighted:
        super().look(pixels)
        self.light = np.asarray(Image.fromarray(pixels).convert("L").resize((64, 64)), float)
        return self

    def scores(self, boxes: np.ndarray) -> np.ndarray:
        total = np.pad(self.light.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        left, top, right, bottom = (boxes * 64).round().astype(int).clip(0, 64).T
        light = total[bottom, right] - total[top, right] - total[bottom, left] + total[top, left]
        cells = np.maximum((right - left) * (bottom - top), 1)
        return (light / cells / 50 + np.log(cells / 4096)).astype(np.float32)


@pytest.mark.parametrize("name", ["astronaut", "coffee", "rocket", "chelsea"])
@pytest.mark.parametrize("aspect", ["original", "free", "square"])
def test_a_mirrored_photo_has_the_mirrored_suggestion(name: str, aspect: str) -> None:
    picture = getattr(data, name)()
    size = Size(picture.shape[1] * 8, picture.shape[0] * 8)
    boxes = []
    for shown in (picture, np.ascontiguousarray(picture[:, ::-1])):
        wishes = Wishes(aspect=aspect, tightness=0.7)
        best = suggested(photo_of(size), shown, Eyes(Sighted(leave_gain=0)), wishes).best
        assert best is not None
        boxes.append(Box(best.crop.left, best.crop.top, best.crop.right, best.crop.bottom))
    assert boxes[0].overlap(boxes[1].mirrored) >= 0.97
