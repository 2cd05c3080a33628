"""darktable exports masked edits as before, whatever we add to the history or take out of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cropperhead_core import Crop, write_crop
from cropperhead_core.sidecar import history, remove_crop
from cropperhead_core.sidecar.namespaces import DARKTABLE, RDF, tag
from cropperhead_core.sidecar.packet import packed, parsed

from . import chart, histories
from .conftest import Darktable

pytestmark = pytest.mark.xdist_group("darktable")

CROP = Crop(0, 0, 1, 0.9)
EXPOSED = 7
"""The entry of the sidecar that darkens five drawn shapes by two stops; two more come after it."""


@pytest.fixture
def masked(shared: Path) -> bytes:
    """darktable's own test of drawn masks."""
    return (shared / "data/crs/corpus/darktable_nocrop/darktable_nocrop_015.xmp").read_bytes()


def mean(exported: Darktable, photo: Path) -> float:
    return float(np.asarray(exported(photo), float).mean())


def cut(data: bytes, end: int) -> bytes:
    """The sidecar with this many entries only."""
    tree = parsed(histories.ending(data, end), "masked")
    history.append(tree, [], "masked")
    return packed(tree, data, "masked")


def moved_behind(ours: bytes, data: bytes) -> bytes:
    """Our sidecar with the masked entry of `data` after our crop, as darktable would add it."""
    tree, source = parsed(ours, "ours"), parsed(data, "masked")
    (steps,), (room,) = (tree.iter(tag(DARKTABLE, name)) for name in ("history", "masks_history"))
    (entry,) = (
        each
        for each in source.iter(tag(RDF, "li"))
        if each.get(tag(DARKTABLE, "num")) == str(EXPOSED)
    )
    (drawn,) = source.iter(tag(DARKTABLE, "masks_history"))
    entry.set(tag(DARKTABLE, "num"), str(EXPOSED + 1))
    for mask in drawn.iter(tag(RDF, "li")):
        mask.set(tag(DARKTABLE, "mask_num"), str(EXPOSED + 1))
    steps[0].append(entry)
    room.getparent().replace(room, drawn)
    return histories.ending(packed(tree, ours, "ours"), EXPOSED + 2)


def test_a_masked_edit_made_since_stays_when_our_crop_is_taken_out(
    tmp_path: Path, exported: Darktable, masked: bytes
) -> None:
    photo, path = chart.jpeg(tmp_path / "chart.jpg"), tmp_path / "chart.jpg.xmp"
    edited, before = cut(masked, EXPOSED + 1), cut(masked, EXPOSED)
    path.write_bytes(edited)
    wanted = mean(exported, photo)
    path.write_bytes(before)
    write_crop(photo, CROP)
    path.write_bytes(moved_behind(path.read_bytes(), edited))
    remove_crop(photo, "darktable", before)
    assert mean(exported, photo) == pytest.approx(wanted, abs=0.05)


def test_a_masked_edit_stays_when_undone_steps_make_room_for_our_crop(
    tmp_path: Path, exported: Darktable, masked: bytes
) -> None:
    photo, path = chart.jpeg(tmp_path / "chart.jpg"), tmp_path / "chart.jpg.xmp"
    path.write_bytes(cut(masked, EXPOSED + 1))
    write_crop(photo, CROP)
    wanted = mean(exported, photo)
    path.write_bytes(without_its_group(histories.ending(masked, EXPOSED + 1)))
    write_crop(photo, CROP)
    assert mean(exported, photo) == pytest.approx(wanted, abs=0.05)


def without_its_group(data: bytes) -> bytes:
    """The sidecar whose undone steps have the shapes but not the group that the edit uses."""
    tree = parsed(data, "masked")
    for mask in list(tree.iter(tag(RDF, "li"))):
        said = (mask.get(tag(DARKTABLE, "mask_num")), mask.get(tag(DARKTABLE, "mask_type")))
        if said == (str(EXPOSED + 1), "4"):
            mask.getparent().remove(mask)
    return packed(tree, data, "masked")
