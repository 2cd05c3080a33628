"""The Adobe dialect: a crop as crs: properties. Pure; crops here are of the stored frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from cropperhead_core.crop import Crop
from cropperhead_core.errors import DamagedSidecar, InvalidCrop

from .namespaces import CRS, RDF, XMP, tag

__all__ = [
    "ALREADY_APPLIED",
    "CROP_KEYS",
    "EXTRA_KEYS",
    "METADATA_DATE",
    "Name",
    "crop_fields",
    "decoded",
    "encoded",
    "fields",
    "is_true",
    "number",
    "restore",
    "update",
]

Element = Any
Name = tuple[str, str]
"""Namespace and name of a property."""

CROP_TAGS = ("HasCrop", "CropTop", "CropLeft", "CropBottom", "CropRight", "CropAngle")
CROP_KEYS: tuple[Name, ...] = tuple((CRS, name) for name in CROP_TAGS)
ALREADY_APPLIED: Name = (CRS, "AlreadyApplied")
EXTRA_KEYS: tuple[Name, ...] = ((CRS, "CropConstrainToWarp"), ALREADY_APPLIED)
METADATA_DATE: Name = (XMP, "MetadataDate")


def number(value: float) -> str:
    """Plain decimals with a dot, at most six places, no exponent, no minus before nothing.

    >>> number(0.5), number(-0.0), number(1e-9), number(1)
    ('0.5', '0', '0', '1')
    """
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def encoded(crop: Crop) -> dict[Name, str]:
    """The properties that say this crop."""
    return dict(zip(CROP_KEYS, ["True", *map(number, crop.numbers)], strict=True))


def decoded(values: Mapping[Name, str], name: object) -> Crop | None:
    """The crop these properties say, None when they say there is none.

    Raises `InvalidCrop`, naming the file, when the numbers are no crop. AlreadyApplied=True means
    that the pixels were cropped already: then there is none left to make.
    """
    if not is_true(values, "HasCrop") or is_true(values, "AlreadyApplied"):
        return None
    lacking = [key for key in CROP_TAGS[1:5] if (CRS, key) not in values]
    if lacking:
        raise InvalidCrop(f"expected five numbers for the crop in {name}, got no {lacking[0]}")
    try:
        top, left, bottom, right = (float(values[CRS, key]) for key in CROP_TAGS[1:5])
        return Crop(top, left, bottom, right, float(values.get((CRS, "CropAngle"), "0") or 0))
    except ValueError as error:
        raise InvalidCrop(f"expected five numbers for the crop in {name}: {error}") from error


def is_true(values: Mapping[Name, str], key: str) -> bool:
    """Whether Adobe says this of a setting."""
    return values.get((CRS, key), "").strip().lower() == "true"


def crop_fields(tops: Sequence[Element], name: object) -> dict[Name, str]:
    """The crop properties of the top descriptions; raises `DamagedSidecar` if one is said twice."""
    return fields(tops, (*CROP_KEYS, *EXTRA_KEYS), name)


def fields(tops: Sequence[Element], wanted: Sequence[Name], name: object) -> dict[Name, str]:
    """Simple properties, said as attributes or elements, of the top descriptions."""
    found: dict[Name, str] = {}
    for key in wanted:
        said = _said(tops, tag(*key))
        if len(said) > 1:
            raise DamagedSidecar(f"{key[1]} is said {len(said)} times, check or move away {name}")
        if said:
            found[key] = said[0]
    return found


def _said(tops: Sequence[Element], key: str) -> list[str]:
    attributes = [top.get(key) for top in tops if top.get(key) is not None]
    elements = [child.text or "" for top in tops for child in top.findall(key)]
    return attributes + elements


def update(rdf: Element, tops: Sequence[Element], values: Mapping[Name, str]) -> None:
    """Set simple properties where they are said now, else on the description that fits best."""
    for key, value in values.items():
        spelled = tag(*key)
        holder = next((top for top in tops if top.get(spelled) is not None), None)
        element = next((child for top in tops for child in top.findall(spelled)), None)
        if holder is not None:
            holder.set(spelled, value)
        elif element is not None:
            element.text = value
        else:
            best = _description(rdf, tops, key[0])
            best.set(spelled, value)
            tops = tops or [best]


def _description(rdf: Element, tops: Sequence[Element], namespace: str) -> Element:
    """The first description that speaks of this namespace already, else the first, else a new."""
    if len(tops) == 1:
        return tops[0]
    for top in tops:
        names = [*top.attrib, *(child.tag for child in top if isinstance(child.tag, str))]
        if any(name.startswith(f"{{{namespace}}}") for name in names):
            return top
    if tops:
        return tops[0]
    new = etree.SubElement(rdf, tag(RDF, "Description"))
    new.set(tag(RDF, "about"), "")
    return new


def _remove(tops: Sequence[Element], names: Sequence[Name]) -> None:
    """Take simple properties out, however they are said."""
    for key in names:
        for top in tops:
            top.attrib.pop(tag(*key), None)
            for child in top.findall(tag(*key)):
                top.remove(child)


def restore(
    rdf: Element,
    tops: Sequence[Element],
    then: Sequence[Element],
    wanted: Sequence[Name],
    name: object,
) -> None:
    """Set simple properties back to what they were then; remove those that were not there."""
    earlier = fields(then, wanted, name)
    _remove(tops, [key for key in wanted if key not in earlier])
    update(rdf, tops, earlier)
