"""Real sidecars of many programs: the crop changes and nothing else, or nothing changes at all."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cropperhead_core.crop import Crop
from cropperhead_core.errors import DamagedSidecar, SidecarError
from cropperhead_core.sidecar import Editor, Provenance, find_crop, remove_crop, write_crop

from .conftest import RAW_SIZE, Witness, properties

KINDS = (
    "lr_crop",
    "lr_nocrop",
    "odd",
    "weird",
    "synthetic_weird",
    "darktable",
    "darktable_nocrop",
)
EDITORS: tuple[Editor, ...] = ("darktable", "lightroom")
NAMES = {"darktable": "IMG.CR2.xmp", "lightroom": "IMG.xmp"}
BROKEN = {
    "odd": {"012", "038"},
    "weird": {"003", "015", "016", "017", "028", "034", "037", "043", "044"},
    "synthetic_weird": {"006", "007", "008", "012", "031"},
}
"""Not XML, cut short, a document type, or one property said twice: see the manifest's notes."""
CROP = Crop(0.1, 0.15, 0.85, 0.9, 1.5)
BY = Provenance("test", 0.5, "2026-01-02T03:04:05+00:00")

OUR_TAGS = re.compile(
    r"XMP-crs:(HasCrop|Crop(Top|Left|Bottom|Right|Angle)|AlreadyApplied)"
    r"|XMP-xmp:MetadataDate|XMP-cropperhead:.*"
)
BEGUN = re.compile(
    r"XMP-darktable:(History|History_end|Xmp_version|Raw_params|Auto_presets_applied"
    r"|Iop_order_version)"
)
OUR_PROPERTIES = re.compile(
    r"\w+:(HasCrop|Crop(Top|Left|Bottom|Right|Angle)|AlreadyApplied|MetadataDate"
    r"|history|history_end|xmp_version|raw_params|auto_presets_applied|iop_order_version)"
    r"|cropperhead:.*"
)
ENTRY = re.compile(r"darktable:history\[\d+\]")


def sidecars(shared: Path, kind: str) -> Iterator[tuple[str, bytes]]:
    """Number and content of each sidecar of a kind, as the manifest lists them."""
    folder = shared / "data/crs/corpus"
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        names = sorted({row["file"] for row in csv.DictReader(file)})
    for name in names:
        if name.startswith(f"{kind}/") and name.endswith(".xmp"):
            yield name[-7:-4], (folder / name).read_bytes()


def others(tags: dict[str, Any]) -> dict[str, Any]:
    """What exiftool sees, without what a crop may change."""
    return {
        name: value
        for name, value in tags.items()
        if not (OUR_TAGS.fullmatch(name) or BEGUN.fullmatch(name))
    }


def history(tags: dict[str, Any]) -> list[Any]:
    """darktable's entries as exiftool sees them."""
    return tags.get("XMP-darktable:History") or []


def other_properties(data: bytes) -> dict[tuple[str, str], str]:
    """What Adobe's parser sees, without what a crop may change; history entries are kept."""
    return {
        (space, path): value
        for (space, path), value in properties(data).items()
        if not OUR_PROPERTIES.fullmatch(path)
    }


def added(before: dict[Any, Any], after: dict[Any, Any]) -> dict[Any, Any]:
    """What came new, after making sure that nothing went or changed."""
    assert {key: after.get(key) for key in before} == before
    return {key: value for key, value in after.items() if key not in before}


@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_whole_sidecar_keeps_all_but_the_crop(
    shared: Path, raw: Path, exiftool: Witness, kind: str, editor: Editor
) -> None:
    path, count = raw.with_name(NAMES[editor]), 0
    for number, data in sidecars(shared, kind):
        if number in BROKEN.get(kind, ()):
            continue
        path.write_bytes(data)
        before = exiftool.tags(path)
        write_crop(raw, CROP, editor, replace=True, provenance=BY)
        after, written = exiftool.tags(path), path.read_bytes()
        assert others(after) == others(before), number
        assert history(after)[: len(history(before))] == history(before), number
        new = added(other_properties(data), other_properties(written))
        assert all(ENTRY.match(key[1]) for key in new), number
        if editor == "lightroom":
            assert not new, number
        write_crop(raw, CROP, editor, provenance=BY)
        assert path.read_bytes() == written, f"{number} written twice"
        count += 1
    assert count


@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.parametrize("kind", KINDS)
def test_taking_the_crop_out_leaves_what_was_there(
    shared: Path, raw: Path, exiftool: Witness, kind: str, editor: Editor
) -> None:
    path = raw.with_name(NAMES[editor])
    for number, data in sidecars(shared, kind):
        if number in BROKEN.get(kind, ()):
            continue
        path.write_bytes(data)
        before = exiftool.tags(path)
        write_crop(raw, CROP, editor, replace=True)
        remove_crop(raw, editor, data)
        assert same_but_for_the_beginning(exiftool.tags(path), before), number


def same_but_for_the_beginning(after: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether tags are the same, or all that came is an empty history."""
    new = {name for name in after if name not in before}
    kept = {name: value for name, value in after.items() if name in before}
    begun = all(BEGUN.fullmatch(name) for name in new)
    return begun and kept == before and (not new or not history(after))


@pytest.mark.parametrize("editor", EDITORS)
@pytest.mark.parametrize("kind", BROKEN)
def test_each_broken_sidecar_is_refused_and_stays(
    shared: Path, raw: Path, kind: str, editor: Editor
) -> None:
    path = raw.with_name(NAMES[editor])
    tried = set()
    for number, data in sidecars(shared, kind):
        if number in BROKEN[kind]:
            path.write_bytes(data)
            with pytest.raises(DamagedSidecar, match=re.escape(path.name)):
                write_crop(raw, CROP, editor, replace=True)
            assert path.read_bytes() == data, number
            assert sorted(each.name for each in raw.parent.iterdir()) == ["IMG.CR2", path.name]
            tried.add(number)
    assert tried == BROKEN[kind]


@pytest.mark.parametrize("kind", ["lr_crop", "darktable"])
def test_a_photographers_crop_is_not_overwritten(shared: Path, raw: Path, kind: str) -> None:
    editor: Editor = "lightroom" if kind == "lr_crop" else "darktable"
    path = raw.with_name(NAMES[editor])
    refused = 0
    for number, data in sidecars(shared, kind):
        path.write_bytes(data)
        try:
            has_crop = find_crop(raw, editor) is not None
        except SidecarError:
            has_crop = True
        if has_crop:
            with pytest.raises(SidecarError):
                write_crop(raw, CROP, editor)
            assert path.read_bytes() == data, number
            refused += 1
    assert refused >= 3


def test_crops_are_read_as_the_manifest_says(shared: Path, raw: Path) -> None:
    with (shared / "data/crs/corpus/manifest.csv").open(encoding="utf-8") as file:
        rows = {row["file"]: row for row in csv.DictReader(file)}
    path, cropped = raw.with_name("IMG.xmp"), 0
    for number, data in sidecars(shared, "lr_crop"):
        row = rows[f"lr_crop/lr_crop_{number}.xmp"]
        path.write_bytes(data)
        found = find_crop(raw, "lightroom")
        if row["already_applied"] == "True":
            assert found is None, number
            continue
        assert found is not None, number
        assert not found.ours
        said = [float(row[key] or 0) for key in ("top", "left", "bottom", "right", "angle")]
        read = found.crop.checked(RAW_SIZE)
        numbers = [read.top, read.left, read.bottom, read.right, read.angle]
        assert numbers == pytest.approx(said), number
        cropped += 1
    assert cropped == 3
