"""Entries of darktable's lists: their simple properties, however RDF spells them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from cropperhead_core.errors import DamagedSidecar

from .namespaces import DARKTABLE, RDF, tag

__all__ = ["set_value", "value_of", "whole"]

Element = Any


def value_of(element: Element, key: str) -> str | None:
    """A simple property, said as an attribute or as an element."""
    holder = _holder(element)
    value: str | None = holder.get(tag(DARKTABLE, key))
    if value is None:
        child = holder.find(tag(DARKTABLE, key))
        value = None if child is None else child.text or ""
    return value


def set_value(element: Element, key: str, value: str) -> None:
    """Say a simple property where it is said already, as an element or as an attribute."""
    holder = _holder(element)
    child = holder.find(tag(DARKTABLE, key))
    if child is not None:
        child.text = value
    else:
        holder.set(tag(DARKTABLE, key), value)


def _holder(element: Element) -> Element:
    """What says the properties: an rdf:Description in the entry is the same as the entry itself."""
    inner = element.find(tag(RDF, "Description"))
    return element if inner is None else inner


def whole(text: str, name: object) -> int:
    """The number that this text says; raises `DamagedSidecar` if it is none of 0 or more."""
    with suppress(ValueError):
        if (number := int(text)) >= 0:
            return number
    raise DamagedSidecar(f"expected a whole number of 0 or more, got {text!r} in {name}")
