"""Sidecars with a history of edits, as darktable would have left them."""

from __future__ import annotations

import re
import struct
from pathlib import Path

from lxml import etree

from cropperhead_core.sidecar import history
from cropperhead_core.sidecar.darktable import TURN, TURN_BYTES, Step
from cropperhead_core.sidecar.namespaces import DARKTABLE, RDF, tag
from cropperhead_core.sidecar.packet import NEW, packed, parsed

EXPOSURE_EV = 1.0


def exposure() -> Step:
    """One stop brighter (version 6: mode, black, exposure, two of deflickering, compensation)."""
    return Step("exposure", 6, struct.pack("<i4fi", 0, 0.0, EXPOSURE_EV, 50.0, -4.0, 0))


def crop(left: float, top: float, right: float, bottom: float) -> Step:
    return Step("crop", 1, struct.pack("<4f2i", left, top, right, bottom, 0, 0))


def ashift(angle: float, inner: tuple[float, float, float, float] = (0, 1, 0, 1)) -> Step:
    """Turned by an angle; left, right, top and bottom of the inner crop."""
    data = TURN.pack(angle, 0, 0, 0, 28, 1, 100, 1, 0, 1, *inner)
    return Step("ashift", 5, data.ljust(TURN_BYTES, b"\0"))


def clipping(angle: float, edges: tuple[float, float, float, float], *, auto: int = 0) -> Step:
    corners = (0.2, 0.2, 0.8, 0.2, 0.8, 0.8, 0.2, 0.8)
    return Step(
        "clipping", 5, struct.pack("<15f6i", angle, *edges, 0, 0, *corners, 0, 0, 0, auto, -1, -1)
    )


def flip(flags: int, *, is_enabled: bool = True) -> Step:
    return Step("flip", 2, struct.pack("<i", flags), is_enabled)


def sidecar(photo: Path, *steps: Step) -> Path:
    """A sidecar with these edits beside the photo."""
    tree = parsed(NEW, photo)
    history.append(tree, list(steps), photo)
    path = photo.with_name(photo.name + ".xmp")
    path.write_bytes(packed(tree, NEW, path))
    return path


def ending(data: bytes, end: int) -> bytes:
    """The sidecar stepped back to this many entries; the others are there still."""
    return re.sub(rb'(history_end=)"\d+"', rb'\1"%d"' % end, data)


def with_masks(path: Path, *masks: tuple[int, str]) -> None:
    """Put drawn masks into the sidecar: the number of the entry that each is of, and its name."""
    data = path.read_bytes()
    tree = parsed(data, path)
    (steps,) = tree.iter(tag(DARKTABLE, "history"))
    drawn = etree.SubElement(steps.getparent(), tag(DARKTABLE, "masks_history"))
    sequence = etree.SubElement(drawn, tag(RDF, "Seq"))
    for number, name in masks:
        mask = etree.SubElement(sequence, tag(RDF, "li"))
        mask.set(tag(DARKTABLE, "mask_num"), str(number))
        mask.set(tag(DARKTABLE, "mask_name"), name)
    path.write_bytes(packed(tree, data, path))


def as_format_2(path: Path) -> None:
    """The sidecar as darktable before 3.0 wrote it: entries without numbers."""
    data = path.read_bytes()
    tree = parsed(data, path)
    for element in tree.iter("{*}li", "{*}Description"):
        for name in ("num", "iop_order_version", "auto_presets_applied"):
            element.attrib.pop(f"{{{DARKTABLE}}}{name}", None)
        if element.get(f"{{{DARKTABLE}}}xmp_version"):
            element.set(f"{{{DARKTABLE}}}xmp_version", "2")
    etree.cleanup_namespaces(tree)
    path.write_bytes(packed(tree, data, path))
