"""The Adobe dialect: crops as crs: properties, and numbers as Lightroom writes them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.crop import Crop, Size
from cropperhead_core.errors import DamagedSidecar, InvalidCrop
from cropperhead_core.photo import Photo
from cropperhead_core.sidecar import Provenance, lightroom
from cropperhead_core.sidecar.adobe import decoded, encoded, number
from cropperhead_core.sidecar.namespaces import CRS
from cropperhead_core.sidecar.packet import NEW
from tests.strategies import crops_of, sizes

from .test_darktable import apart, photos_with_crops

DESCRIPTION = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" {}
</rdf:RDF></x:xmpmeta>"""
SAID = 'crs:CropTop="0.1" crs:CropLeft="0.2" crs:CropBottom="0.8" crs:CropRight="0.9"'
SNAPSHOT = f"""><crs:Look><rdf:Description crs:HasCrop="True" {SAID}/></crs:Look>
</rdf:Description>"""
PHOTO = Photo(Path("a.cr2"), Size(600, 400))


@given(st.data())
def test_a_crop_comes_back_from_its_properties(data: st.DataObject) -> None:
    crop = data.draw(crops_of(data.draw(sizes))).rounded()
    assert decoded(encoded(crop), "a.xmp") == crop


def test_a_packet_without_descriptions_gets_one() -> None:
    bare = NEW.replace(b'<rdf:Description rdf:about=""/>', b"")
    written = lightroom.with_crop(bare, PHOTO, Crop(0.1, 0.2, 0.8, 0.9), Provenance(), "a.xmp")
    assert written.count(b"<rdf:Description") == 1


def test_a_number_that_lacks_is_named() -> None:
    said = {key: text for key, text in encoded(Crop.whole()).items() if key[1] != "CropLeft"}
    with pytest.raises(InvalidCrop, match=r"in a\.xmp, got no CropLeft"):
        decoded(said, "a.xmp")


@given(photos_with_crops())
def test_a_crop_comes_back_from_a_packet_in_every_orientation(
    pictured: tuple[Photo, Crop],
) -> None:
    photo, crop = pictured
    data = lightroom.with_crop(None, photo, crop, Provenance(), "a.xmp")
    read, is_ours = lightroom.read(data, photo, "a.xmp")
    assert is_ours
    assert apart(read, crop, photo.upright) < 0.1


@given(photos_with_crops())
def test_mirrored_photos_are_said_with_the_angle_negated(pictured: tuple[Photo, Crop]) -> None:
    photo, crop = pictured
    data = lightroom.with_crop(None, photo, crop, Provenance(), "a.xmp").decode()
    said = re.search(r'CropAngle="([^"]*)"', data)
    assert said is not None
    sign = -1 if photo.orientation in (2, 4, 5, 7) else 1
    assert float(said.group(1)) == pytest.approx(sign * crop.angle, abs=1e-6)


@given(st.floats(-45, 45))
def test_numbers_are_plain_decimals(value: float) -> None:
    text = number(value)
    assert re.fullmatch(r"-?\d+(\.\d{1,6})?", text)
    assert text != "-0"
    assert float(text) == pytest.approx(value, abs=5.1e-7)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (f'crs:HasCrop="True" {SAID}/>', Crop(0.1, 0.2, 0.8, 0.9)),
        (f'crs:HasCrop="true" {SAID} crs:CropAngle=""/>', Crop(0.1, 0.2, 0.8, 0.9)),
        (f'crs:HasCrop=" True " {SAID} crs:CropAngle="-1.5"/>', Crop(0.1, 0.2, 0.8, 0.9, -1.5)),
        (f'crs:HasCrop="False" {SAID}/>', None),
        (f"{SAID}/>", None),
        (f'crs:HasCrop="True" crs:AlreadyApplied="True" {SAID}/>', None),
        (f"{SAID}><crs:HasCrop>True</crs:HasCrop></rdf:Description>", Crop(0.1, 0.2, 0.8, 0.9)),
        (SNAPSHOT, None),
    ],
    ids=["plain", "lower", "spaces", "off", "unsaid", "applied", "element", "snapshot"],
)
def test_what_counts_as_a_crop(said: str, expected: Crop | None) -> None:
    data = DESCRIPTION.format(said).encode()
    assert lightroom.read(data, PHOTO, "a.xmp") == (expected, False)


@pytest.mark.parametrize("gone", ["CropTop", "CropLeft", "CropBottom", "CropRight"])
def test_a_crop_without_one_of_its_edges_is_named(gone: str) -> None:
    said = encoded(Crop(0.1, 0.1, 0.9, 0.9))
    del said[CRS, gone]
    with pytest.raises(InvalidCrop, match=r"expected five numbers for the crop in a\.xmp"):
        decoded(said, "a.xmp")


@pytest.mark.parametrize("text", ["nan", "inf", "", "0,5", "half"])
def test_an_edge_that_is_no_number_is_named(text: str) -> None:
    said = encoded(Crop(0.1, 0.1, 0.9, 0.9)) | {(CRS, "CropTop"): text}
    with pytest.raises(InvalidCrop, match=r"a\.xmp"):
        decoded(said, "a.xmp")


def test_a_property_said_twice_is_refused() -> None:
    said = f'crs:HasCrop="True" {SAID}><crs:CropTop>0.3</crs:CropTop></rdf:Description>'
    with pytest.raises(DamagedSidecar, match=r"CropTop is said 2 times, .* a\.xmp"):
        lightroom.read(DESCRIPTION.format(said).encode(), PHOTO, "a.xmp")
