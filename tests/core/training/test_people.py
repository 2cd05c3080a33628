"""Crops by people: read from a file, and what methods make of the same photos."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cropperhead_core.errors import SettingsError, UnreadablePhoto
from cropperhead_core.training.evaluate.methods import Answer, Method
from cropperhead_core.training.evaluate.people import PEOPLE, people_rows, read_crops

HALF, WHOLE = [0, 0, 300, 400], [0, 0, 600, 400]


def crops(folder: Path, *boxes: list[int], **changed: object) -> Path:
    Image.fromarray(data.coffee()[:400, :600]).save(folder / "a.jpg")
    row = {"photo": "a.jpg", "width": 600, "height": 400, "boxes": list(boxes)} | changed
    (folder / "crops.jsonl").write_text(json.dumps(row) + "\n\n")
    return folder / "crops.jsonl"


def always(*box: float) -> Method:
    return lambda _pixels, _boxes: Answer(np.array(box))


def test_boxes_are_read_as_fractions_and_photos_found_beside_the_file(tmp_path: Path) -> None:
    (photo,) = read_crops(crops(tmp_path, HALF, WHOLE))
    assert photo.boxes.tolist() == [[0, 0, 0.5, 1], [0, 0, 1, 1]]
    assert photo.pixels().shape == (400, 600, 3)


def test_photos_are_seen_as_suggestions_see_them(tmp_path: Path) -> None:
    file = crops(tmp_path, HALF, photo="grey.png")
    Image.fromarray(np.full((400, 600), 0x8000, np.uint16)).save(tmp_path / "grey.png")
    (photo,) = read_crops(file)
    assert set(photo.pixels().flat) == {128}


def test_methods_and_people_are_judged_alike(tmp_path: Path) -> None:
    photos = read_crops(crops(tmp_path, HALF, WHOLE))
    whole, people = people_rows(photos, {"whole": always(0, 0, 1, 1)})
    assert (whole.overlap[0], whole.nearest[0]) == (0.75, 1)
    assert whole.displacement[0] == pytest.approx(0.5 / 8)
    assert (people.name, people.overlap[0], people.photos) == (PEOPLE, 0.5, 1)


def test_one_person_alone_is_no_row_of_people(tmp_path: Path) -> None:
    rows = people_rows(read_crops(crops(tmp_path, HALF)), {"whole": always(0, 0, 1, 1)})
    assert [row.name for row in rows] == ["whole"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"boxes": []}, "expected boxes inside 600x400 in .*crops.jsonl:1"),
        ({"boxes": [[0, 0, 601, 400]]}, "expected boxes inside"),
        ({"boxes": [[300, 0, 200, 400]]}, "expected boxes inside"),
        ({"boxes": [[0, 0, 1]]}, "expected photo, width, height and boxes"),
        ({"width": "wide"}, "expected photo, width, height and boxes"),
        ({"width": 0}, "expected photo, width, height and boxes"),
        ({"photo": 3}, "expected photo, width, height and boxes"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_line(
    tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        read_crops(crops(tmp_path, HALF, **changed))


def test_a_file_or_a_photo_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read the crops"):
        read_crops(tmp_path / "absent.jsonl")
    (photo,) = read_crops(crops(tmp_path, HALF, photo="absent.jpg"))
    with pytest.raises(UnreadablePhoto, match=r"absent\.jpg"):
        photo.pixels()
