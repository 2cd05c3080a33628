"""A Lightroom packet with a crop in it, from one without: bytes to bytes, pure."""

from __future__ import annotations

from cropperhead_core.crop import Crop
from cropperhead_core.orientation import stored_crop, upright_crop
from cropperhead_core.photo import Photo

from . import adobe, provenance
from .adobe import Name
from .files import Content
from .packet import CRS, descriptions, packed, parsed, rdf_of
from .provenance import Provenance

__all__ = ["is_ours", "read", "with_crop", "without_crop"]

TIFF, PHOTOSHOP = "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/photoshop/1.0/"
VERSION, PROCESS_VERSION = "15.4", "11.0"
"""Of Camera Raw settings that Lightroom Classic since 12 reads, only for new sidecars."""
OURS = {(CRS, name) for name in (*adobe.CROP_TAGS, *adobe.EXTRA_TAGS)} | {adobe.METADATA_DATE}
RESTORED: tuple[Name, ...] = tuple((CRS, name) for name in adobe.CROP_TAGS)


def read(data: bytes, photo: Photo, name: object) -> tuple[Crop | None, bool]:
    """The upright crop in this packet, and whether it is the one that we wrote."""
    tops = descriptions(parsed(data, name), name)
    values = adobe.crop_fields(tops, name)
    crop = adobe.decoded(values, name)
    if crop is None:
        return None, False
    crop.checked(photo.size)
    is_signed = provenance.signed(tops, name) == _signature(values)
    return upright_crop(crop, photo.size, photo.orientation), is_signed


def with_crop(data: Content, photo: Photo, crop: Crop, by: Provenance, name: object) -> bytes:
    """The packet with this upright crop; a new one if there is none."""
    tree = parsed(adobe.NEW.encode() if data is None else data, name)
    rdf, tops = rdf_of(tree, name), descriptions(tree, name)
    values = adobe.encoded(stored_crop(crop, photo.upright, photo.orientation))
    if data is None:
        values |= _beginning(photo)
    elif (CRS, "AlreadyApplied") in adobe.crop_fields(tops, name):
        values[CRS, "AlreadyApplied"] = "False"
    if by.time:
        values[adobe.METADATA_DATE] = by.time
    adobe.update(rdf, tops, values)
    tops = descriptions(tree, name)
    signature = _signature(adobe.crop_fields(tops, name))
    provenance.note(rdf, tops, crop, signature, by)
    return packed(tree)


def without_crop(data: bytes, before: Content, name: object) -> bytes:
    """The packet with our crop taken out and the one of the packet `before` put back."""
    tree = parsed(data, name)
    tops = descriptions(tree, name)
    earlier = {} if before is None else _fields(before, name)
    adobe.remove(tops, [key for key in RESTORED if key not in earlier])
    adobe.update(rdf_of(tree, name), tops, earlier)
    provenance.forget(tops)
    return packed(tree)


def is_ours(namespace: str, path: str) -> bool:
    """Whether writing a crop may change this property, as python-xmp-toolkit names it."""
    key = (namespace, path.rsplit(":", maxsplit=1)[-1])
    return key in OURS or namespace == provenance.NAMESPACE


def _fields(data: bytes, name: object) -> dict[Name, str]:
    tops = descriptions(parsed(data, name), name)
    found = adobe.crop_fields(tops, name)
    return {key: value for key, value in found.items() if key in RESTORED}


def _signature(values: dict[Name, str]) -> str:
    return " ".join(values.get(key, "") for key in RESTORED)


def _beginning(photo: Photo) -> dict[Name, str]:
    """What a new sidecar says besides: darktable's importer divides by the size."""
    return {
        (CRS, "Version"): VERSION,
        (CRS, "ProcessVersion"): PROCESS_VERSION,
        (CRS, "HasSettings"): "True",
        (CRS, "AlreadyApplied"): "False",
        (CRS, "CropConstrainToWarp"): "0",
        (CRS, "RawFileName"): photo.path.name,
        (PHOTOSHOP, "SidecarForExtension"): photo.path.suffix[1:].upper(),
        (TIFF, "ImageWidth"): str(photo.size.width),
        (TIFF, "ImageLength"): str(photo.size.height),
        (TIFF, "Orientation"): str(int(photo.orientation)),
    }
