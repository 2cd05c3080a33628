"""What people read, and what programs read, of the same values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from cropperhead_core.crop import Crop, Size
from cropperhead_core.horizon import BINS
from cropperhead_core.level import level
from cropperhead_core.orientation import Orientation
from cropperhead_core.suggestion import RankedCrop, Suggestion
from cropperhead_plugin.records import Applied, Shown, Undone, suggestion_record
from cropperhead_plugin.words import applied_words, shown_words, suggestion_words, undone_words
from tests.strategies import crops_of

SIZE = Size(600, 400)
BEST = RankedCrop(Crop(0, 0, 1, 0.5), 1.5, 0.25, "3:4", ("keeps the face whole", "level"))
OTHER = RankedCrop(Crop(0, 0.5, 1, 1), 1.0, 0.1, "3:4", ())


def suggestion(*crops: RankedCrop, note: str = "") -> Suggestion:
    verdict = "crop" if crops else "leave"
    photo = Path("a b.jpg")
    return Suggestion(photo, SIZE, Orientation(6), verdict, 0.0, crops, "lite0", note)


def seen(angle: float) -> np.ndarray:
    """What a network that sees this angle says."""
    return np.exp(-8 * (BINS - angle) ** 2)


def said(segments: list[tuple[str, str]]) -> str:
    return "".join(text for text, _ in segments)


def test_a_suggestion_says_what_is_kept_and_why() -> None:
    assert said(suggestion_words(suggestion(BEST))) == (
        "a b.jpg: 300x400+0+0, 50% of 600x400 [3:4]  keeps the face whole, level"
    )


def test_alternatives_have_a_line_each() -> None:
    assert said(suggestion_words(suggestion(BEST, OTHER))).splitlines()[1].startswith("  or 2: ")


def test_a_tilt_that_is_left_is_told_with_the_first_crop() -> None:
    found = suggestion(BEST, OTHER, note=level(seen(9), BINS).note)
    first, second = said(suggestion_words(found)).splitlines()
    assert first.endswith(
        "  not levelled: tilted by 9.0 degrees, more than the 8 that may be levelled"
    )
    assert "tilted" not in second


@pytest.mark.parametrize("probabilities", [np.ones_like(BINS), seen(0)])
def test_a_crop_has_no_word_of_a_tilt_that_nobody_found(probabilities: np.ndarray) -> None:
    found = suggestion(BEST, note=level(probabilities, BINS).note)
    assert said(suggestion_words(found)).endswith("  keeps the face whole, level")


def test_leaving_says_why() -> None:
    words = said(suggestion_words(suggestion(note="no crop gains enough")))
    assert words == "a b.jpg: leave it as it is: no crop gains enough"


@pytest.mark.parametrize(
    ("angle", "way"), [(2.0, "turned 2.0° counter-clockwise"), (-2.0, "turned 2.0° clockwise")]
)
def test_the_picture_turns_against_the_box(angle: float, way: str) -> None:
    crop = Crop.turned((-100, -100, 100, 100), SIZE, angle)
    assert way in said(shown_words(Shown(Path("a.jpg"), SIZE, crop, "darktable", "a.jpg.xmp")))


def test_a_dry_run_says_would() -> None:
    applied = Applied(suggestion(BEST), "darktable", Path("a.jpg.xmp"), written=False)
    assert said(applied_words(applied)).endswith("would be in a.jpg.xmp")


def test_an_earlier_crop_of_a_photo_that_is_best_left_is_told_of() -> None:
    applied = Applied(suggestion(), "darktable", Path("a.jpg.xmp"), written=False)
    assert said(applied_words(applied)).endswith(
        "\n  an earlier crop of ours is still in a.jpg.xmp: cropperhead undo takes it back"
    )


def test_a_crop_that_was_there_already_is_said_to_be() -> None:
    applied = Applied(
        suggestion(BEST), "darktable", Path("a.jpg.xmp"), written=False, was_there=True
    )
    assert said(applied_words(applied)).endswith("\n  already in a.jpg.xmp")


def test_undo_names_the_sidecar() -> None:
    undone = Undone(Path("a.jpg"), "darktable", Path("a.jpg.xmp"), "removed")
    assert (
        said(undone_words(undone))
        == "a.jpg: crop taken back; a.jpg.xmp is gone, there was none before"
    )


def test_the_record_of_a_suggestion_is_the_contract() -> None:
    assert suggestion_record(suggestion(BEST)) == {
        "version": 1,
        "photo": "a b.jpg",
        "width": 600,
        "height": 400,
        "orientation": 6,
        "verdict": "crop",
        "angle": 0.0,
        "crops": [
            {
                "top": 0.0,
                "left": 0.0,
                "bottom": 1.0,
                "right": 0.5,
                "angle": 0.0,
                "score": 1.5,
                "gain": 0.25,
                "aspect": "3:4",
                "reasons": ["keeps the face whole", "level"],
            }
        ],
        "model": "lite0",
        "note": "",
    }


def test_the_record_of_a_photo_that_is_left_says_why() -> None:
    left = suggestion(note="it is noise")
    applied = Applied(left, "darktable", None, written=False)
    assert suggestion_record(left)["note"] == applied.record()["note"] == "it is noise"


@given(crop=crops_of(SIZE))
def test_a_shown_crop_has_its_corners_in_upright_pixels(crop: Crop) -> None:
    record = Shown(Path("a.jpg"), SIZE, crop).record()
    for corner, expected in zip(record["quad"], crop.quad(SIZE), strict=True):
        assert corner == pytest.approx(expected, abs=0.001)
    assert record["pixels"] == [max(1, round(length)) for length in crop.extent(SIZE)]
