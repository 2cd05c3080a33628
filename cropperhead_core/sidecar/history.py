"""darktable's history in a sidecar: read as steps, ours appended; the rest stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from cropperhead_core.errors import DamagedSidecar, NotExpressible

from . import masks
from .canvas import naming
from .darktable import Step, params
from .entries import set_value, value_of, whole
from .namespaces import DARKTABLE, RDF, tag
from .packet import descriptions

__all__ = ["OURS", "Test", "append", "drop", "params_of", "steps"]

VERSIONS = ("2", "3", "4", "5")
"""Of the sidecar format whose histories we know; darktable 4.2.1 itself rejects 6."""
BEGINNING = {
    "xmp_version": "5",
    "raw_params": "0",
    "auto_presets_applied": "0",
    "iop_order_version": "2",
}
"""Set where a sidecar has no history yet and does not say otherwise; auto_presets_applied of 0 lets
darktable add its defaults (measured: with 1 a raw loses filmic and exposure, without it the legacy
look is used)."""
OURS = frozenset(("history", "history_end", "masks_history", *BEGINNING))
"""Properties of darktable's that a crop may change or begin; masks as `masks.require_kept` says."""
READ = ("crop", "ashift", "clipping", "flip")
"""The modules that say what is seen of the photo, and how turned."""
ORDER = ("ashift", "flip", "clipping", "crop")
"""In which they run, in every one of darktable's own orders."""
BLEND_VERSION = "11"
BLEND = "gz14eJxjYIAACQYYOOHEgAZY0QVwggZ7CB6pfNoAAE8gGQg="
"""No blending, as darktable writes it."""

Tree = Any
Test = Callable[[Any], bool]


def steps(tree: Tree, name: object) -> list[Step]:
    """The history's entries that count, first to last; none when there is no history.

    Raises `NotExpressible` for a version of darktable's format that we do not know.
    """
    sequence, end = _history(tree, name)
    if sequence is None:
        return []
    found = []
    for number, entry in _numbered(sequence, name):
        operation = value_of(entry, "operation")
        if operation is None:
            raise DamagedSidecar(
                f"expected a module in each entry of the history, got none in {name}"
            )
        if number < end and operation in READ:
            version = whole(value_of(entry, "modversion") or "0", name)
            data = params_of(entry, name)
            found.append(Step(operation, version, data, value_of(entry, "enabled") == "1"))
    return found


def params_of(entry: Tree, name: object) -> bytes:
    """The parameters of an entry; raises `NotExpressible` if they cannot be read."""
    with naming(name):
        return params(value_of(entry, "params") or "")


def append(tree: Tree, added: list[Step], name: object) -> None:
    """Put entries after those that count; what was undone beyond them goes, as in darktable."""
    sequence, end = _history(tree, name)
    if sequence is None:
        sequence = _begun(tree, name)
        end = 0
    for number, entry in _numbered(sequence, name):
        if number >= end:
            sequence.remove(entry)
    masks.renumber(tree, lambda number: number if number < end else None, name)
    for number, step in enumerate(added, end):
        entry = etree.SubElement(sequence, tag(RDF, "li"))
        said = {
            "num": str(number),
            "operation": step.operation,
            "enabled": "1" if step.is_enabled else "0",
            "modversion": str(step.version),
            "params": step.params.hex(),
            "multi_name": "",
            "multi_priority": "0",
            "blendop_version": BLEND_VERSION,
            "blendop_params": BLEND,
        }
        for key, value in said.items():
            entry.set(tag(DARKTABLE, key), value)
    _set_end(tree, end + len(added), name)


def _history(tree: Tree, name: object) -> tuple[Tree | None, int]:
    """The list of entries and how many of them count."""
    for top in descriptions(tree, name):
        version, history = value_of(top, "xmp_version"), top.find(tag(DARKTABLE, "history"))
        # Format 1 has its history in other words.
        if version not in (VERSIONS if history is not None else (None, *VERSIONS)):
            raise NotExpressible(f"format {version} of darktable is not known to us: {name}")
        if history is None:
            continue
        _require_usual_order(value_of(top, "iop_order_list") or "", name)
        sequence = history.find(tag(RDF, "Seq"))
        if sequence is None:
            raise DamagedSidecar(f"expected rdf:Seq in darktable's history in {name}")
        end = value_of(top, "history_end")
        count = len(sequence.findall(tag(RDF, "li")))
        return sequence, count if end is None else whole(end, name)
    return None, 0


def _require_usual_order(listed: str, name: object) -> None:
    """Raises `NotExpressible` where the modules that frame a photo run in another order.

    The list is of modules and the numbers of their instances: ashift,0,flip,0,crop,0.
    """
    found = [module for module in listed.split(",")[::2] if module in ORDER]
    if found != sorted(found, key=ORDER.index):
        raise NotExpressible(f"{', '.join(found)} were put into another order, in {name}")


def _begun(tree: Tree, name: object) -> Tree:
    """An empty history in a sidecar that has none, with what darktable wants beside it."""
    tops = descriptions(tree, name)
    if not tops:
        raise DamagedSidecar(f"expected rdf:Description in {name}")
    top = next((top for top in tops if value_of(top, "xmp_version")), tops[0])
    for key, value in BEGINNING.items():
        if value_of(top, key) is None:
            top.set(tag(DARKTABLE, key), value)
    history = etree.SubElement(top, tag(DARKTABLE, "history"))
    return etree.SubElement(history, tag(RDF, "Seq"))


def _set_end(tree: Tree, end: int, name: object) -> None:
    for top in descriptions(tree, name):
        if top.find(tag(DARKTABLE, "history")) is not None:
            set_value(top, "history_end", str(end))


def _numbered(sequence: Tree, name: object) -> list[tuple[int, Tree]]:
    """The entries with their numbers, in order; format 2 says none, there the place counts."""
    entries = sequence.findall(tag(RDF, "li"))
    said = [text for entry in entries if (text := value_of(entry, "num")) is not None]
    if len(said) < len(entries):
        return list(enumerate(entries))
    numbers = [whole(text, name) for text in said]
    return sorted(zip(numbers, entries, strict=True), key=lambda numbered: numbered[0])


def drop(tree: Tree, is_dropped: Test, name: object) -> None:
    """Take entries out; those after them move up, and those beyond the end stay beyond it."""
    sequence, end = _history(tree, name)
    if sequence is None:
        return
    gone: list[int] = []
    for number, entry in _numbered(sequence, name):
        if is_dropped(entry):
            gone.append(number)
            sequence.remove(entry)
        elif gone and value_of(entry, "num") is not None:
            set_value(entry, "num", str(number - len(gone)))
    masks.renumber(tree, lambda number: _moved(number, gone), name)
    _set_end(tree, end - sum(number < end for number in gone), name)


def _moved(number: int, gone: list[int]) -> int:
    """The number that a step has when some are gone; for one of those that of the step before.

    darktable gives no masks to crop and ashift; if something else did, they go on to count.
    """
    return max(0, number - sum(each <= number for each in gone))
