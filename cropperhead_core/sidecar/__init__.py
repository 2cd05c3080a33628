"""Crops in sidecars and photos: read, written, taken back; nothing else in them is touched."""

from __future__ import annotations

from cropperhead_core.editor import Editor

from .files import replace_file
from .provenance import Provenance
from .reading import Found, find_crop, read_crop
from .writing import Change, remove_crop, write_crop

__all__ = [
    "Change",
    "Editor",
    "Found",
    "Provenance",
    "find_crop",
    "read_crop",
    "remove_crop",
    "replace_file",
    "write_crop",
]
