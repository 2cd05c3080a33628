"""A darktable sidecar with a crop in its history, from one without: bytes to bytes, pure."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from lxml import etree

from cropperhead_core.crop import Crop
from cropperhead_core.errors import DamagedSidecar
from cropperhead_core.orientation import stored_crop, upright_crop
from cropperhead_core.photo import Photo

from . import adobe, history, provenance
from .darktable import Step, crop_params, decoded, flipped, params, turn_params
from .files import Content
from .packet import descriptions, packed, parsed, rdf_of
from .provenance import Provenance

__all__ = ["is_ours", "read", "with_crop", "without_crop"]

DERIVED_FROM = ("http://ns.adobe.com/xap/1.0/mm/", "DerivedFrom")
FRAMING = ("clipping", "ashift", "crop")


def read(data: bytes, photo: Photo, name: object) -> tuple[Crop | None, bool]:
    """The upright crop in this history, and whether it is the one that we wrote.

    Raises `NotExpressible` where the history frames the photo as no crop can.
    """
    tree = parsed(data, name)
    steps = history.steps(tree, name)
    signed = provenance.signed(descriptions(tree, name), name)
    crop = decoded(steps, photo.size, photo.orientation)
    if crop is None:
        return None, False
    return upright_crop(crop, photo.size, photo.orientation), signed == _signature(steps)


def with_crop(data: Content, photo: Photo, crop: Crop, by: Provenance, name: object) -> bytes:
    """The sidecar with this upright crop appended to its history; a new one if there is none."""
    tree = parsed(history.NEW.encode() if data is None else data, name)
    rdf, tops = rdf_of(tree, name), descriptions(tree, name)
    steps = history.steps(tree, name)
    stored = stored_crop(crop, photo.upright, photo.orientation)
    shown = flipped(steps, photo.orientation)
    history.append(tree, _framing(steps, stored, crop_params(stored, photo.size, shown)), name)
    if data is None and photo.path.name.isprintable():  # XML has no words for other names
        adobe.update(rdf, tops, {DERIVED_FROM: photo.path.name})
    adobe.update(rdf, tops, adobe.encoded(stored))
    signature = _signature(history.steps(tree, name))
    provenance.note(rdf, descriptions(tree, name), crop, signature, by)
    return packed(tree)


def _framing(steps: Sequence[Step], stored: Crop, cropping: bytes) -> list[Step]:
    """What to append: our turn and crop, and what was there before switched off."""
    last = {step.operation: step for step in steps}
    added = [
        old.switched_off for name, old in last.items() if name == "clipping" and old.is_enabled
    ]
    if stored.angle or ("ashift" in last and last["ashift"].is_enabled):
        added.append(Step("ashift", 5, turn_params(stored.angle), is_enabled=bool(stored.angle)))
    return [*added, Step("crop", 1, cropping)]


def without_crop(data: bytes, before: Content, name: object) -> bytes:
    """The sidecar with our entries taken out of the history; all others stay and move up."""
    tree = parsed(data, name)
    tops = descriptions(tree, name)
    signed = provenance.signed(tops, name)
    if signed is None:
        raise DamagedSidecar(f"expected our note beside the crop, got none in {name}")
    history.drop(tree, _is_signed(signed), name)
    earlier = {} if before is None else adobe.crop_fields(_tops(before, name), name)
    keys = [*adobe.encoded(Crop.whole())]
    adobe.remove(tops, [key for key in keys if key not in earlier])
    adobe.update(rdf_of(tree, name), tops, {key: earlier[key] for key in keys if key in earlier})
    provenance.forget(tops)
    return packed(tree)


def is_ours(namespace: str, path: str) -> bool:
    """Whether writing a crop may change this property, as python-xmp-toolkit names it."""
    crop = (namespace, path.rsplit(":", maxsplit=1)[-1]) in adobe.encoded(Crop.whole())
    bare = path.split("[", maxsplit=1)[0].split("/", maxsplit=1)[0]
    return crop or bare in history.OURS or namespace == provenance.NAMESPACE


def _tops(data: bytes, name: object) -> list[etree._Element]:
    return descriptions(parsed(data, name), name)


def _signature(steps: Sequence[Step]) -> str:
    """What frames the photo now: the parameters of crop, and the angle if it is turned."""
    last = {step.operation: step for step in steps if step.operation in FRAMING}
    texts = [
        key(step) for name, step in sorted(last.items()) if step.is_enabled and name != "clipping"
    ]
    return " ".join(texts)


def key(step: Step) -> str:
    """A step's module and those of its parameters that stay when darktable upgrades them."""
    return f"{step.operation}:{_short(step).hex()}"


def _short(step: Step) -> bytes:
    return step.params[:16] if step.operation == "crop" else struct.pack("<f", _rotation(step))


def _rotation(step: Step) -> float:
    (rotation,) = struct.unpack_from("<f", step.params)
    return float(rotation)


def _is_signed(signed: str) -> history.Test:
    """Whether an entry of the history is one that the signature names."""
    parts = dict(part.split(":", 1) for part in signed.split())

    def test(entry: etree._Element) -> bool:
        operation = history.value_of(entry, "operation")
        data = params(history.value_of(entry, "params") or "")
        return operation in parts and key(Step(operation, 0, data)) in signed.split()

    return test
