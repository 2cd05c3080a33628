"""Findings, levelling and the table, by methods whose figures are known beforehand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cropperhead_core.crop import Box
from cropperhead_core.dataset import Picture
from cropperhead_core.preview import turned
from cropperhead_core.training.evaluate.judge import Exhibit, cut_faces, exhibits
from cropperhead_core.training.evaluate.methods import Answer, Method
from cropperhead_core.training.evaluate.table import Ours, Table, table
from cropperhead_core.training.evaluate.tilt import Levelled, levelled, tilts

BOXES = ((0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0), (0.2, 0.2, 0.7, 0.8))
SCORES = (3.0, 2.0, 4.0, 3.2)
FACE = Box(0.4, 0.4, 0.6, 0.6)


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Picture:
    path = tmp_path_factory.mktemp("photos") / "a.jpg"
    Image.fromarray(data.coffee()[:240, :360]).save(path)
    return Picture(path, "composed", "CC0", BOXES, SCORES)


def always(*box: float, angle: float = 0.0) -> Method:
    return lambda _pixels, _boxes: Answer(np.array(box), angle)


def oracle(_pixels: np.ndarray, boxes: np.ndarray) -> Answer:
    """The true scores; boxes of the mirrored photo come in the same order."""
    return Answer(boxes[2], scores=np.array(SCORES))


def shown(picture: Picture, **methods: Method) -> Exhibit:
    (found,) = exhibits([picture], methods, lambda _pixels: (FACE,))
    return found


def test_who_knows_the_scores_is_perfect(picture: Picture) -> None:
    found = shown(picture, oracle=oracle).findings["oracle"]
    assert found.correlation == pytest.approx(1)
    assert found.choice == 4
    assert found.is_among_best
    assert found.mirror == pytest.approx(1)


def test_a_box_on_one_side_is_not_mirrored_and_cuts_the_face(picture: Picture) -> None:
    found = shown(picture, left=always(0, 0, 0.5, 1)).findings["left"]
    assert (found.choice, found.mirror, found.faces_cut) == (2, 0, 1)
    assert not found.is_left


def test_the_whole_frame_is_leaving(picture: Picture) -> None:
    exhibit = shown(picture, full=always(0, 0, 1, 1))
    assert exhibit.findings["full"].is_left
    assert not exhibit.is_well_left
    assert exhibit.findings["full"].faces_cut == 0


def test_a_turned_frame_is_no_leaving(picture: Picture) -> None:
    found = shown(picture, turned=always(0.01, 0.01, 0.99, 0.99, angle=1.0)).findings["turned"]
    assert not found.is_left


@pytest.mark.parametrize("box", [(-0.1, 0, 1, 1), (0, 0, 1, 1.1), (0.6, 0, 0.4, 1)])
def test_a_box_that_leaves_the_frame_is_counted(picture: Picture, box: tuple[float, ...]) -> None:
    assert shown(picture, out=always(*box)).findings["out"].is_outside


def test_a_face_beside_a_turned_crop_turns_with_it() -> None:
    # 30 degrees about the centre takes a face at the right edge's middle below it.
    face = Box(0.85, 0.45, 0.95, 0.55)
    upper = np.array([0.0, 0.0, 1.0, 0.52])
    assert cut_faces(Answer(upper), [face], 1.0) == 1
    assert cut_faces(Answer(upper, angle=-30.0), [face], 1.0) == 0
    assert cut_faces(Answer(upper, angle=30.0), [face], 1.0) == 0


def test_tilts_are_photographers() -> None:
    drawn = np.abs(tilts(4000))
    assert np.median(drawn) == pytest.approx(0.8, abs=0.05)
    assert np.percentile(drawn, 95) == pytest.approx(3.5, abs=0.3)
    assert drawn.max() <= 8


@pytest.mark.parametrize("angle", [-7.0, 0.4, 5.0])
def test_a_turned_picture_keeps_its_shape_and_shows_no_corner(angle: float) -> None:
    white = np.full((240, 360, 3), 255, np.uint8)
    seen = turned(white, angle)
    assert seen.min() == 255
    assert seen.shape[1] / seen.shape[0] == pytest.approx(1.5, rel=0.03)


def test_levelling_back_leaves_no_error_and_meddling_is_harm(picture: Picture) -> None:
    tilt = tilts(1)[0]
    (found,) = levelled([picture], {"back": always(0, 0, 1, 1, angle=-tilt)})
    assert found["back"].error == pytest.approx(0)
    assert Levelled(1.0, -1.0, 0.31).is_harmed
    assert not Levelled(1.0, -1.0, 0.29).is_harmed


@pytest.fixture(scope="module")
def made(picture: Picture) -> Table:
    methods = {"r": oracle, "s": always(0.5, 0, 1, 1), "full": always(0, 0, 1, 1)}
    found = list(exhibits([picture] * 5, methods, lambda _pixels: (FACE,)))
    levels = [{"s": Levelled(2.0, -1.6, 0.0)}, {"s": Levelled(2.0, 0.0, 0.5)}]
    return table(found, levels, Ours("r", "s"), {"other": "is not installed"})


def test_the_table_compares_each_row_with_ours_of_its_kind(made: Table) -> None:
    ranker, suggestion, full = made.rows
    assert (ranker.ours, suggestion.ours, full.ours) == ("r", "s", "s")
    assert full.behind == (1, 1, 1)
    assert (full.won, full.drawn, full.lost) == (1, 0, 0)
    assert full.regret[0] == 1
    assert suggestion.drawn == 1


def test_insight_is_what_an_answer_gains_on_its_own_photo(picture: Picture) -> None:
    upside_down = replace(picture, scores=(3.0, 4.0, 2.0, 2.8))

    def best(_pixels: np.ndarray, boxes: np.ndarray) -> Answer:
        return Answer(boxes[next(turns)])

    turns = iter([2, 2, 1, 1])  # each photo is asked about twice, the second time mirrored
    methods = {"r": best, "s": always(0.5, 0, 1, 1)}
    found = list(exhibits([picture, upside_down], methods, lambda _pixels: ()))
    seeing, blind = table(found, [], Ours("r", "s"), {}).rows
    assert seeing.insight[0] > 1
    assert blind.insight == (0, 0, 0)


def test_the_table_counts_leaving_and_faces(made: Table) -> None:
    _, suggestion, full = made.rows
    assert full.left[0] == 1
    assert full.well_left == (0, 0, 0)
    assert suggestion.well_left is None
    assert (suggestion.faces_cut, suggestion.with_faces) == (5, 5)


def test_the_table_has_what_is_missing_and_what_the_photos_offer(made: Table) -> None:
    assert made.missing == {"other": "is not installed"}
    assert (made.full[0], made.best[0]) == (3, 4)


def test_the_table_has_errors_of_all_turned_photos_and_of_those_acted_on(made: Table) -> None:
    levelling = made.rows[1].levelling
    assert levelling is not None
    assert levelling.error[0] == pytest.approx(1.2)
    assert levelling.error_where_acted is not None
    assert levelling.error_where_acted[0] == pytest.approx(0.4)
    assert (levelling.within[0], levelling.acted[0], levelling.harm[0]) == (0.5, 0.5, 0.5)
    assert made.rows[0].levelling is None


def test_no_photos_are_no_table() -> None:
    with pytest.raises(ValueError, match="at least one"):
        table([], [], Ours("r", "s"), {})
