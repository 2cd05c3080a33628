"""Our crop is taken out: what was there before is there again, and what came since stays."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lxml import etree

from cropperhead_core.crop import Crop
from cropperhead_core.sidecar import (
    Editor,
    Provenance,
    find_crop,
    read_crop,
    remove_crop,
    write_crop,
)
from cropperhead_core.sidecar.darktable import Step
from cropperhead_core.sidecar.history import append
from cropperhead_core.sidecar.namespaces import DARKTABLE, RDF, tag
from cropperhead_core.sidecar.packet import packed, parsed
from tests.editor import histories

from .test_writing import CROP, EDITORS, OTHER


def test_what_was_switched_off_is_on_again_when_our_crop_is_taken_out(jpeg: Path) -> None:
    edits = (histories.clipping(2, (0.1, 0.1, 0.9, 0.9)), histories.exposure())
    path = histories.sidecar(jpeg, *edits)
    before, was = path.read_bytes(), read_crop(jpeg)
    write_crop(jpeg, CROP, replace=True)
    remove_crop(jpeg, "darktable", before)
    assert read_crop(jpeg) == was


def test_a_rotation_comes_back_when_our_straight_crop_is_taken_out(jpeg: Path) -> None:
    path = histories.sidecar(jpeg, histories.ashift(3, (0.1, 0.9, 0.1, 0.9)))
    before, was = path.read_bytes(), read_crop(jpeg)
    write_crop(jpeg, OTHER, replace=True)
    remove_crop(jpeg, "darktable", before)
    assert read_crop(jpeg) == was


TURN, CLIPPED = histories.ashift(3), histories.clipping(2, (0.1, 0.1, 0.9, 0.9))


@pytest.mark.parametrize("crop", [OTHER, CROP, Crop(0.2, 0.3, 0.7, 0.8, 3)])
@pytest.mark.parametrize(
    "steps",
    [
        [TURN.switched_off, histories.exposure(), histories.ashift(1)],
        [histories.ashift(0).switched_off, histories.exposure(), histories.ashift(1)],
        [TURN, TURN.switched_off, histories.exposure(), TURN],
        [CLIPPED.switched_off, histories.exposure(), CLIPPED],
        [CLIPPED, CLIPPED.switched_off, histories.exposure(), CLIPPED],
    ],
    ids=["turn", "no turn", "turn on again", "clipping", "clipping on again"],
)
def test_what_the_photographer_switched_off_stays_when_our_crop_is_taken_out(
    jpeg: Path, steps: list[Step], crop: Crop
) -> None:
    path = histories.sidecar(jpeg, *steps)
    before = path.read_bytes()
    write_crop(jpeg, crop, replace=True)
    remove_crop(jpeg, "darktable", before)
    assert entries(path.read_bytes()) == entries(before)


def entries(sidecar: bytes) -> list[dict[str, str]]:
    """All that is said of each entry of a history, and how many count."""
    tree = etree.fromstring(sidecar)
    (top,) = tree.iter(tag(RDF, "Description"))
    end = {"end": top.get(tag(DARKTABLE, "history_end"))}
    return [*(dict(each.attrib) for each in tree.iter(tag(RDF, "li"))), end]


def test_edits_made_since_stay_when_our_crop_is_taken_out(jpeg: Path) -> None:
    path = write_crop(jpeg, CROP).path
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-Rating=4", path], check=True)
    remove_crop(jpeg, "darktable", None)
    assert read_crop(jpeg) is None
    assert (
        b"4"
        in subprocess.run(
            ["exiftool", "-s3", "-Rating", path], capture_output=True, check=True
        ).stdout
    )


def test_an_angle_that_two_crops_of_ours_share_stays_when_the_second_goes(jpeg: Path) -> None:
    before = write_crop(jpeg, CROP).path.read_bytes()
    first = read_crop(jpeg)
    write_crop(jpeg, Crop(0.2, 0.3, 0.7, 0.8, CROP.angle))
    remove_crop(jpeg, "darktable", before)
    assert read_crop(jpeg) == first


def test_of_a_history_that_was_compressed_all_of_ours_goes(jpeg: Path) -> None:
    before = write_crop(jpeg, CROP).path.read_bytes()
    path = write_crop(jpeg, Crop(0.2, 0.3, 0.7, 0.8, CROP.angle)).path
    path.write_bytes(compressed(path.read_bytes()))
    assert find_crop(jpeg) is not None
    remove_crop(jpeg, "darktable", before)
    assert find_crop(jpeg) is None
    assert b"darktable:operation" not in path.read_bytes()
    assert write_crop(jpeg, CROP).is_needed


def compressed(sidecar: bytes) -> bytes:
    """What darktable's command of that name leaves: the last entry of each module."""
    tree = etree.fromstring(sidecar)
    entries = {each.get(tag(DARKTABLE, "operation")): each for each in tree.iter(tag(RDF, "li"))}
    for each in list(tree.iter(tag(RDF, "li"))):
        if each not in entries.values():
            each.getparent().remove(each)
    for number, each in enumerate(entries.values()):
        each.set(tag(DARKTABLE, "num"), str(number))
    (top,) = tree.iter(tag(RDF, "Description"))
    top.set(tag(DARKTABLE, "history_end"), str(len(entries)))
    return etree.tostring(tree)


@pytest.mark.parametrize("editor", EDITORS)
def test_our_crop_that_comes_back_is_known_for_ours(raw: Path, editor: Editor) -> None:
    before = write_crop(raw, CROP, editor, provenance=Provenance("first", 0.5)).path.read_bytes()
    path = write_crop(raw, OTHER, editor, provenance=Provenance("second", 0.7)).path
    remove_crop(raw, editor, before)
    found = find_crop(raw, editor)
    assert found is not None
    assert found.ours
    assert b'Model="first"' in path.read_bytes()
    remove_crop(raw, editor, None)
    assert find_crop(raw, editor) is None
    assert b"cropperhead:" not in path.read_bytes().replace(b"xmlns:cropperhead:", b"")


def test_what_darktable_exports_says_that_its_crop_is_applied(jpeg: Path) -> None:
    path = write_crop(jpeg, CROP).path
    assert 'crs:AlreadyApplied="True"' in path.read_text()
    with_exposure = path.read_bytes()
    tree = parsed(with_exposure, path)
    append(tree, [histories.exposure()], path)
    path.write_bytes(packed(tree, with_exposure, path))
    remove_crop(jpeg, "darktable", None)
    assert "crs:AlreadyApplied" not in path.read_text()
