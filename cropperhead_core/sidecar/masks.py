"""darktable's drawn masks: each is of a step of the history, by that step's number.

A step that changed masks has all of them anew; what counts are those of the last step that has some
(dt_masks_read_masks_history in darktable's develop/masks/masks.c).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

from cropperhead_core.errors import DamagedSidecar

from .entries import set_value, value_of, whole
from .namespaces import DARKTABLE, RDF, tag
from .packet import descriptions, properties

__all__ = ["renumber", "require_kept"]

FIELD = re.compile(r"[^:/]+:(history|masks_history)\[(\d+)\]/[^:/]+:(\w+)")
"""The path of a property of a step or a mask: list, place and name."""

LISTS = tuple("masks_history".encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))
"""What any sidecar with masks has in it, in whichever encoding it is."""

Tree = Any
Fields = dict[str, str]
Said = frozenset[tuple[str, str]]


def renumber(tree: Tree, moved: Callable[[int], int | None], name: object) -> None:
    """Give each mask the number that its step moved to; where that is None the mask goes."""
    for mask in _masks(tree, name):
        before = whole(value_of(mask, "mask_num") or "0", name)
        after = moved(before)
        if after is None:
            mask.getparent().remove(mask)
        elif after != before:
            set_value(mask, "mask_num", str(after))


def _masks(tree: Tree, name: object) -> list[Tree]:
    path = f"{tag(DARKTABLE, 'masks_history')}/*/{tag(RDF, 'li')}"
    return [mask for top in descriptions(tree, name) for mask in top.findall(path)]


def require_kept(before: bytes, after: bytes, name: object) -> None:
    """Raises `DamagedSidecar` unless each mask is as it was, and of the step that it was of.

    A mask whose step was removed may have moved to another old step, or be gone; a new step has no
    masks.
    """
    if not any(word in data for data in (before, after) for word in LISTS):
        return  # without asking Adobe's parser, which takes longer than all else
    (then, were), (now, are) = _with_steps(before, name), _with_steps(after, name)
    gone, new = then - now, now - then
    stay = Counter(each for each in were if each[0] is not None and each[0] not in gone)
    is_changed = Counter(mask for _, mask in are) - Counter(mask for _, mask in were)
    if is_changed or stay - Counter(are) or any(step in new for step, _ in are):
        raise DamagedSidecar(f"writing would have changed masks, so nothing was written to {name}")


def _with_steps(data: bytes, name: object) -> tuple[Counter[Said], list[tuple[Said | None, Said]]]:
    """The steps without their numbers, and each mask with the step that it is of."""
    lists = _lists(data, name)
    steps = {fields.pop("num", ""): frozenset(fields.items()) for fields in lists["history"]}
    masks = [
        (steps.get(fields.pop("mask_num", "0")), frozenset(fields.items()))
        for fields in lists["masks_history"]
    ]
    return Counter(steps.values()), masks


def _lists(data: bytes, name: object) -> dict[str, list[Fields]]:
    """The entries of darktable's lists, as Adobe's parser sees them."""
    found: dict[str, dict[str, Fields]] = {"history": {}, "masks_history": {}}
    for namespace, path, value in properties(data, name):
        field = FIELD.fullmatch(path)
        if namespace == DARKTABLE and field:
            found[field[1]].setdefault(field[2], {})[field[3]] = value
    return {each: list(entries.values()) for each, entries in found.items()}
