"""A Lightroom packet with a crop in it, from one without: bytes to bytes, pure."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from cropperhead_core.crop import Crop
from cropperhead_core.errors import InvalidCrop, NotExpressible
from cropperhead_core.orientation import stored_crop, upright_crop
from cropperhead_core.photo import Photo, is_raw

from . import adobe, provenance
from .adobe import Name
from .files import Content
from .namespaces import CROPPERHEAD, CRS, PHOTOSHOP, TIFF
from .packet import NEW, descriptions, packed, parsed, rdf_of
from .provenance import Provenance

__all__ = ["is_of", "is_ours", "read", "require_undeveloped", "with_crop", "without_crop"]

VERSION, PROCESS_VERSION = "15.4", "11.0"
"""Of Camera Raw settings that Lightroom Classic since 12 reads, only for new sidecars."""
RAW_NAME, RAW_SUFFIX = (CRS, "RawFileName"), (PHOTOSHOP, "SidecarForExtension")
UNDEVELOPED = {"Version", "ProcessVersion", "HasSettings", "RawFileName", "CropUnit"} | {
    name for _, name in (*adobe.CROP_KEYS, *adobe.EXTRA_KEYS)
}
"""Settings of Camera Raw's that develop nothing."""
OURS = {*adobe.CROP_KEYS, *adobe.EXTRA_KEYS, adobe.METADATA_DATE}


def read(data: bytes, photo: Photo, name: object) -> tuple[Crop | None, bool]:
    """The upright crop in this packet, and whether it is the one that we wrote."""
    tops = descriptions(parsed(data, name), name)
    values = adobe.crop_fields(tops, name)
    crop = adobe.decoded(values, name)
    if crop is None:
        return None, False
    photo = _framed(photo)
    try:
        upright = upright_crop(crop, photo.size, photo.orientation).checked(photo.upright)
    except InvalidCrop as error:
        raise InvalidCrop(f"{error}, in {name}") from error
    is_signed = provenance.signed(tops, name) == _signature(values)
    return upright, is_signed


def with_crop(data: Content, photo: Photo, crop: Crop, by: Provenance, name: object) -> bytes:
    """The packet with this upright crop; a new one if there is none."""
    source, photo = NEW if data is None else data, _framed(photo)
    tree = parsed(source, name)
    rdf, tops = rdf_of(tree, name), descriptions(tree, name)
    values = adobe.encoded(stored_crop(crop, photo.upright, photo.orientation))
    if data is None:
        values |= _beginning(photo)
    elif adobe.ALREADY_APPLIED in adobe.crop_fields(tops, name):
        values[adobe.ALREADY_APPLIED] = "False"
    if by.time:
        values[adobe.METADATA_DATE] = by.time
    adobe.update(rdf, tops, values)
    tops = descriptions(tree, name)
    signature = _signature(adobe.crop_fields(tops, name))
    provenance.note(rdf, tops, crop, signature, by)
    return packed(tree, source, name)


def without_crop(data: bytes, before: Content, name: object) -> bytes:
    """The packet with our crop taken out and the one of the packet `before` put back."""
    tree = parsed(data, name)
    tops = descriptions(tree, name)
    then = [] if before is None else descriptions(parsed(before, name), name)
    rdf = rdf_of(tree, name)
    provenance.take_back(rdf, tops, then, name)
    adobe.restore(rdf, tops, then, [adobe.ALREADY_APPLIED], name)
    return packed(tree, data, name)


def require_undeveloped(data: Content, name: object) -> None:
    """Raises `NotExpressible` for a packet in a photo that was exported with its settings.

    They are applied already, as it says, and the crop is to be applied: Lightroom has one word for
    both, and would develop the photo a second time.
    """
    if data is None:
        return
    tops = descriptions(parsed(data, name), name)
    if not adobe.is_true(adobe.crop_fields(tops, name), "AlreadyApplied"):
        return
    inside = [key for top in tops for key in (*top.attrib, *(child.tag for child in top))]
    names = {etree.QName(key) for key in inside if isinstance(key, str)}
    developed = {each.localname for each in names if each.namespace == CRS} - UNDEVELOPED
    if developed:
        raise NotExpressible(
            f"{name} was developed already, by {min(developed)} and others, and Lightroom would do"
            " so again with a crop: crop the photo that it was made from"
        )


def is_of(data: bytes, photo: Path, name: object) -> bool:
    """Whether this packet says that it is the sidecar of this raw, by its name or by its suffix."""
    said = adobe.fields(descriptions(parsed(data, name), name), [RAW_NAME, RAW_SUFFIX], name)
    if RAW_NAME in said:
        return said[RAW_NAME] == photo.name
    return said.get(RAW_SUFFIX, "").lower() == photo.suffix[1:].lower()


def is_ours(namespace: str, name: str) -> bool:
    """Whether writing a crop may change the property of this name."""
    return (namespace, name) in OURS or namespace == CROPPERHEAD


def _framed(photo: Photo) -> Photo:
    """The photo in the frame of its crop: of HEIC the upright one, as nobody measured another."""
    return Photo(photo.path, photo.upright) if photo.is_heif else photo


def _signature(values: dict[Name, str]) -> str:
    return " ".join(values.get(key, "") for key in adobe.CROP_KEYS)


def _beginning(photo: Photo) -> dict[Name, str]:
    """What a new packet says besides: darktable's importer divides by the size."""
    said = {
        (CRS, "Version"): VERSION,
        (CRS, "ProcessVersion"): PROCESS_VERSION,
        (CRS, "HasSettings"): "True",
        adobe.ALREADY_APPLIED: "False",
        (CRS, "CropConstrainToWarp"): "0",
        (TIFF, "ImageWidth"): str(photo.size.width),
        (TIFF, "ImageLength"): str(photo.size.height),
        (TIFF, "Orientation"): str(int(photo.orientation)),
    }
    if photo.path.name.isprintable():  # XML has no words for other names
        said[RAW_NAME] = photo.path.name
    if is_raw(photo.path):  # else it is no sidecar but in the photo itself
        said[RAW_SUFFIX] = photo.path.suffix[1:].upper()
    return said
