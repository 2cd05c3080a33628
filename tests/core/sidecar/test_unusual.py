"""Sidecars of darktable as others may say them: read however they are spelled, or refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cropperhead_core.crop import Crop
from cropperhead_core.errors import DamagedSidecar, NotExpressible, SidecarConflict
from cropperhead_core.sidecar import read_crop, remove_crop, write_crop
from cropperhead_core.sidecar.darktable import Step
from cropperhead_core.sidecar.history import append
from cropperhead_core.sidecar.packet import packed, parsed
from tests.editor import histories

from .conftest import RAW_SIZE
from .test_conflicts import UNCROPPED
from .test_darktable import REACHED_PX, apart
from .test_writing import CROP, OTHER


@pytest.mark.parametrize("is_replaced", [False, True])
@pytest.mark.parametrize(
    ("step", "said"), [(histories.crop(0.1, 0.1, 0.9, 0.9), "zz"), (histories.flip(1), "00")]
)
def test_parameters_that_cannot_be_read_are_reported_with_their_file(
    jpeg: Path, step: Step, said: str, is_replaced: bool
) -> None:
    path = histories.sidecar(jpeg, step)
    path.write_text(path.read_text().replace(step.params.hex(), said))
    with pytest.raises(NotExpressible, match=r", in .*IMG\.jpg\.xmp$"):
        write_crop(jpeg, OTHER, replace=is_replaced)


@pytest.mark.parametrize("place", ["history_end", "num"])
def test_a_negative_number_in_the_history_is_refused(jpeg: Path, place: str) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    text = re.sub(rf'(darktable:{place}=)"\d+"', r'\1"-1"', path.read_text())
    path.write_text(text)
    with pytest.raises(DamagedSidecar, match=r"0 or more, got '-1' in .*IMG\.jpg\.xmp"):
        write_crop(jpeg, CROP)
    assert path.read_text() == text


SPELLED = {
    "attributes": r"<rdf:li \1/>",
    "description": r"<rdf:li><rdf:Description \1/></rdf:li>",
    "with space": "<rdf:li>\n  <rdf:Description \\1>\n  </rdf:Description>\n</rdf:li>",
}
"""The same entry of a list in words of RDF; darktable applies each (measured)."""


def spelled(path: Path, how: str) -> bytes:
    """The sidecar with its entries said so."""
    text = re.sub(r"<rdf:li ([^>]*)/>", SPELLED[how], path.read_text())
    path.write_text(text)
    return text.encode()


@pytest.mark.parametrize("how", SPELLED)
def test_a_crop_is_seen_however_rdf_spells_it(jpeg: Path, how: str) -> None:
    path = histories.sidecar(jpeg, histories.exposure(), histories.crop(0.2, 0.2, 0.8, 0.8))
    before = spelled(path, how)
    assert apart(read_crop(jpeg), Crop(0.2, 0.2, 0.8, 0.8), RAW_SIZE) < REACHED_PX
    with pytest.raises(SidecarConflict, match="a crop already"):
        write_crop(jpeg, CROP)
    assert path.read_bytes() == before


@pytest.mark.parametrize("how", SPELLED)
def test_entries_are_renumbered_however_rdf_spells_them(jpeg: Path, how: str) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    before = path.read_bytes()
    write_crop(jpeg, OTHER)
    data = path.read_bytes()
    tree = parsed(data, path)
    append(tree, [histories.exposure()], path)
    path.write_bytes(packed(tree, data, path))
    spelled(path, how)
    remove_crop(jpeg, "darktable", before)
    assert re.findall(r'darktable:num="(\d+)"', path.read_text()) == ["0", "1"]


def test_an_entry_whose_module_is_not_said_is_refused(jpeg: Path) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    text = path.read_text().replace("darktable:operation=", "darktable:operations=")
    path.write_text(text)
    for replace in (False, True):
        with pytest.raises(DamagedSidecar, match=r"a module in each entry .* in .*IMG\.jpg\.xmp"):
            write_crop(jpeg, CROP, replace=replace)
    assert path.read_text() == text


def test_a_turned_photo_with_empty_corners_is_reported(jpeg: Path) -> None:
    histories.sidecar(jpeg, histories.ashift(5))
    with pytest.raises(NotExpressible, match=r"empty corners are kept, in .*IMG\.jpg\.xmp"):
        read_crop(jpeg)


def test_an_unknown_format_of_darktable_is_kept(jpeg: Path) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    path.write_bytes(path.read_bytes().replace(b'xmp_version="5"', b'xmp_version="6"'))
    before = path.read_bytes()
    for replace in (False, True):
        with pytest.raises(NotExpressible, match="format 6 of darktable"):
            write_crop(jpeg, CROP, replace=replace)
    assert path.read_bytes() == before


def test_the_first_format_of_darktable_is_kept(jpeg: Path) -> None:
    path = jpeg.with_name("IMG.jpg.xmp")
    said = "xmlns:darktable='http://darktable.sf.net/' darktable:xmp_version='1'"
    path.write_text(UNCROPPED.format(said))
    before = path.read_bytes()
    with pytest.raises(NotExpressible, match="format 1 of darktable"):
        write_crop(jpeg, CROP)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("order", "is_known"),
    [("ashift,0,flip,0,crop,0", True), ("flip,0,ashift,0,exposure,1,crop,0", False)],
)
def test_modules_in_another_order_are_reported(jpeg: Path, order: str, is_known: bool) -> None:
    path = histories.sidecar(jpeg, histories.exposure())
    listed = f'darktable:iop_order_list="{order}" darktable:history_end'
    path.write_text(path.read_text().replace("darktable:history_end", listed))
    if is_known:
        write_crop(jpeg, CROP)
        assert listed.split(maxsplit=1)[0] in path.read_text()
    else:
        with pytest.raises(NotExpressible, match=r"flip, ashift, crop .*order, in .*IMG\.jpg\.xmp"):
            write_crop(jpeg, CROP)
