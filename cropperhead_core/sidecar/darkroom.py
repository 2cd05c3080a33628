"""A darktable sidecar with a crop in its history, from one without: bytes to bytes, pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from lxml import etree

from cropperhead_core.crop import Crop
from cropperhead_core.errors import DamagedSidecar, NotExpressible
from cropperhead_core.orientation import Orientation, stored_crop, upright_crop
from cropperhead_core.photo import Photo

from . import adobe, history, masks, provenance
from .canvas import naming, require_full
from .darktable import CROP_BYTES, Step, crop_step, decoded, flipped, turn_step
from .entries import value_of
from .files import Content
from .namespaces import CROPPERHEAD, DARKTABLE, XMP_MM
from .packet import NEW, descriptions, packed, parsed, rdf_of
from .provenance import Provenance

__all__ = [
    "FRAMING",
    "framed",
    "is_ours",
    "key",
    "read",
    "require_one_turn",
    "with_crop",
    "without_crop",
]

DERIVED_FROM = (XMP_MM, "DerivedFrom")
AVIF = ".avif"
FRAMING = ("clipping", "ashift", "crop")
SIGNED = ("ashift", "crop")
LASTING_BYTES = {"ashift": 4, "crop": CROP_BYTES}
"""The rotation and the edges, which come first in every version."""


def read(data: bytes, photo: Photo, name: object) -> tuple[Crop | None, bool]:
    """The upright crop in this history, and whether it is the one that we wrote.

    Raises `NotExpressible` where the history frames the photo as no crop can.
    """
    tree = parsed(data, name)
    steps = history.steps(tree, name)
    with naming(name):
        crop = framed(steps, photo)
    if crop is None:
        return None, False
    require_one_turn(photo)
    require_full(crop, photo.upright, name)
    signed = provenance.signed(descriptions(tree, name), name)
    return crop, signed == _signature(steps)


def framed(steps: Sequence[Step], photo: Photo) -> Crop | None:
    """The upright crop that a history makes of a photo, None for the whole; raises as `decoded`."""
    crop = decoded(steps, photo.size, photo.orientation)
    return None if crop is None else upright_crop(crop, photo.size, photo.orientation)


def with_crop(data: Content, photo: Photo, crop: Crop, by: Provenance, name: object) -> bytes:
    """The sidecar with this upright crop appended to its history; a new one if there is none."""
    require_one_turn(photo)
    source = NEW if data is None else data
    tree = parsed(source, name)
    rdf, tops = rdf_of(tree, name), descriptions(tree, name)
    steps = history.steps(tree, name)
    stored = stored_crop(crop, photo.upright, photo.orientation)
    with naming(name):
        shown = flipped(steps, photo.orientation)
        added = _framing(steps, stored, crop_step(stored, photo.size, shown))
    history.append(tree, added, name)
    if data is None and photo.path.name.isprintable():  # XML has no words for other names
        adobe.update(rdf, tops, {DERIVED_FROM: photo.path.name})
    # darktable hands these tags on to what it exports, which is cropped already (measured).
    adobe.update(rdf, tops, adobe.encoded(stored) | {adobe.ALREADY_APPLIED: "True"})
    signature = _signature([*steps, *added])
    provenance.note(rdf, descriptions(tree, name), crop, signature, by)
    return _kept(source, packed(tree, source, name), name)


def require_one_turn(photo: Photo) -> None:
    """Raises `NotExpressible` for a HEIC that EXIF turns otherwise than its own irot and imir do.

    darktable 4.2.1 goes by EXIF, 5.0.1 and 5.4.1 by irot and imir (all measured). An AVIF
    it does not turn by them either (measured).
    """
    if photo.exif not in (None, photo.orientation):
        raise NotExpressible(
            f"darktable may show {photo.path} turned otherwise: expected the orientation"
            f" {photo.orientation:d} of its irot and imir in EXIF, got {photo.exif:d}:"
            f" exiftool -n -Orientation={photo.orientation:d} mends that"
        )
    if photo.path.suffix.lower() == AVIF and photo.orientation != Orientation.NORMAL:
        raise NotExpressible(
            f"darktable may show {photo.path} turned otherwise: expected an AVIF that lies upright"
            " in its file, save it so"
        )


def _framing(steps: Sequence[Step], stored: Crop, cropping: Step) -> list[Step]:
    """What to append: our turn and crop, and what was there before switched off."""
    on = _switched_on(steps)
    added = [on["clipping"].switched_off] if "clipping" in on else []
    if stored.angle or "ashift" in on:
        added.append(turn_step(stored.angle))
    return [*added, cropping]


def _switched_on(steps: Sequence[Step]) -> dict[str, Step]:
    """The last entry of each module, where it is enabled."""
    last = {step.operation: step for step in steps}
    return {name: step for name, step in last.items() if step.is_enabled}


def without_crop(data: bytes, before: Content, name: object) -> bytes:
    """The sidecar with our entries taken out of the history; all others stay and move up.

    Modules that we had switched off in the sidecar `before` are on again. If the crop that it had
    is gone from the history (darktable can compress it), it does not come back.
    """
    tree = parsed(data, name)
    tops = descriptions(tree, name)
    signed = provenance.signed(tops, name)
    if signed is None:
        raise DamagedSidecar(f"expected our note beside the crop, got none in {name}")
    then = parsed(NEW if before is None else before, name)
    steps = history.steps(then, name)
    framed = _count(steps, SIGNED)
    stays = framed if framed <= _count(history.steps(tree, name), SIGNED) else Counter()
    clipped = _count(steps, ["clipping"])
    history.drop(tree, _is_from_us(signed, steps, stays + clipped, name), name)
    noted = descriptions(then, name) if stays == framed else []
    rdf = rdf_of(tree, name)
    provenance.take_back(rdf, tops, noted, name)
    if adobe.is_true(adobe.crop_fields(tops, name), "AlreadyApplied"):  # as we said it
        adobe.restore(rdf, tops, noted, [adobe.ALREADY_APPLIED], name)
    return _kept(data, packed(tree, data, name), name)


def _kept(before: bytes, after: bytes, name: object) -> bytes:
    """The sidecar after a change, if all masks are with their steps."""
    masks.require_kept(before, after, name)
    return after


def _count(steps: Sequence[Step], operations: Sequence[str]) -> Counter[str]:
    """How often each step of these modules is among the steps."""
    return Counter(key(step) for step in steps if step.operation in operations)


def is_ours(namespace: str, name: str) -> bool:
    """Whether writing a crop may change the property of this name."""
    is_history = namespace == DARKTABLE and name in history.OURS
    is_crop = (namespace, name) in (*adobe.CROP_KEYS, adobe.ALREADY_APPLIED)
    return is_history or is_crop or namespace == CROPPERHEAD


def _signature(steps: Sequence[Step]) -> str:
    """What frames the photo now: the parameters of crop, and the angle if it is turned."""
    on = _switched_on(steps)
    return " ".join(key(on[name]) for name in SIGNED if name in on)


def key(step: Step) -> str:
    """A step's module and those of its parameters that stay when darktable upgrades them."""
    return f"{step.operation}:{step.params[: LASTING_BYTES.get(step.operation)].hex()}"


def _is_from_us(
    signed: str, then: Sequence[Step], stays: Mapping[str, int], name: object
) -> history.Test:
    """Whether an entry of the history is one that the signature names, or that switched one off.

    `stays` says how many equal entries were there before ours: so many are kept, since two crops
    of ours may turn by the same angle, and the photographer may have switched a module off before.
    The test counts, so ask about the entries in order.
    """
    keys = signed.split()
    switched_off = _switched_on(then).keys() & {"clipping", "ashift"}
    left: Counter[str] = Counter(stays)

    def test(entry: etree._Element) -> bool:
        operation = value_of(entry, "operation")
        if operation not in FRAMING:
            return False
        said = key(Step(operation, 0, history.params_of(entry, name)))
        left[said] -= 1
        is_off = operation in switched_off and value_of(entry, "enabled") == "0"
        return (said in keys or is_off) and left[said] < 0

    return test
