"""Faces are found where they are, at any size, and the same in the mirror."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from cropperhead_core.blazeface import agreed, decoded, distinct
from cropperhead_core.crop import Box
from cropperhead_core.errors import ModelError
from cropperhead_core.faces import FaceFinder

FOLDER = Path(__file__).resolve().parents[2] / "models/faces"
ASTRONAUT = Box(0.336, 0.132, 0.545, 0.34)
"""Eileen Collins's face in scikit-image's picture."""


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return FaceFinder(FOLDER)


@pytest.mark.parametrize("side", [64, 100, 200, 512, 1024])
def test_a_face_is_found_at_any_size(finder: FaceFinder, side: int) -> None:
    picture = np.asarray(Image.fromarray(data.astronaut()).resize((side, side)))
    (face,) = finder(picture)
    assert face.overlap(ASTRONAUT) > 0.9


@pytest.mark.parametrize(("columns", "rows"), [(3, 2), (2, 3), (4, 3)])
def test_every_face_of_a_group_is_found(finder: FaceFinder, columns: int, rows: int) -> None:
    one = Image.fromarray(data.astronaut()[:, 60:400]).resize((160, 241))
    faces = finder(np.tile(np.asarray(one), (rows, columns, 1)))
    assert len(faces) == columns * rows


@pytest.mark.parametrize("columns", [1, 3])
def test_a_mirrored_photo_has_the_mirrored_faces(finder: FaceFinder, columns: int) -> None:
    picture = np.tile(data.astronaut()[:, :400], (1, columns, 1))
    there, back = finder(picture), finder(np.ascontiguousarray(picture[:, ::-1]))
    assert len(there) == columns
    assert [face.mirrored for face in back] == list(there)


@pytest.mark.parametrize("name", ["coffee", "rocket", "chelsea", "hubble_deep_field"])
def test_there_is_no_face_where_there_is_none(finder: FaceFinder, name: str) -> None:
    assert finder(getattr(data, name)()) == ()


@pytest.mark.parametrize("shape", [(1, 1), (2, 900), (900, 2)])
def test_the_oddest_pictures_are_looked_at(finder: FaceFinder, shape: tuple[int, int]) -> None:
    assert finder(np.zeros((*shape, 3), np.uint8)) == ()


def test_a_cell_and_its_offsets_become_a_box() -> None:
    raw, logits = np.zeros((2304, 16), np.float32), np.full(2304, -9, np.float32)
    raw[48 * 24 + 12, :4], logits[48 * 24 + 12] = (2, -2, 19.2, 38.4), 3
    centre_x, centre_y = 12.5 / 48 + 2 / 192, 24.5 / 48 - 2 / 192
    expected = [centre_x - 0.05, centre_y - 0.1, centre_x + 0.05, centre_y + 0.1, 0.9526]
    assert decoded(raw, logits)[0] == pytest.approx(expected, abs=1e-4)


def test_what_only_one_look_sees_is_half_as_sure() -> None:
    none = np.zeros((0, 5), np.float32)
    seen = np.array([[0.1, 0.1, 0.2, 0.2, 0.9]], np.float32)
    for looks, confidence in (((seen,), 0.9), ((seen, none), 0.45), ((seen, seen), 0.9)):
        assert agreed(*looks) == pytest.approx(np.array([[0.1, 0.1, 0.2, 0.2, confidence]]))
    assert agreed(none).shape == (0, 5)


def test_a_part_of_a_face_is_no_other_face() -> None:
    found = np.array([[0.2, 0.2, 0.8, 0.8, 0.9], [0.3, 0.4, 0.5, 0.6, 0.7]], np.float32)
    assert len(distinct(found)) == 1


def test_weights_that_do_not_match_their_hash_are_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "faces")
    weights = folder / "face_detection_full_range_sparse.tflite"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelError, match="do not match their hash"):
        FaceFinder(folder)


@pytest.mark.parametrize("change", [{"version": 2}, {"kind": "ranker"}])
def test_a_face_model_of_another_version_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "faces")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | change))
    with pytest.raises(ModelError, match="version 1"):
        FaceFinder(folder)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": "faces"}'])
def test_a_damaged_face_model_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ModelError, match="expected the faces model"):
        FaceFinder(tmp_path)
