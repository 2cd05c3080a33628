"""Crop suggestions for photographs, and the sidecars that carry them.

>>> from cropperhead_core import Crop
>>> Crop(top=0.1, left=0, bottom=0.9, right=1).angle
0.0

The names below are imported when they are first asked for: whoever needs a `Crop` only starts
without LiteRT, Pillow and lxml.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .crop import Box, Crop, Size
    from .errors import CropperHeadError
    from .faces import FaceFinder
    from .horizon import Horizon
    from .ranker import load_model
    from .sidecar import read_crop, write_crop
    from .suggest import suggest
    from .suggestion import RankedCrop, Suggestion
    from .wishes import Wishes

__all__ = [
    "Box",
    "Crop",
    "CropperHeadError",
    "FaceFinder",
    "Horizon",
    "RankedCrop",
    "Size",
    "Suggestion",
    "Wishes",
    "load_model",
    "read_crop",
    "suggest",
    "write_crop",
]

_HOMES = {
    "Box": "crop",
    "Crop": "crop",
    "CropperHeadError": "errors",
    "FaceFinder": "faces",
    "Horizon": "horizon",
    "RankedCrop": "suggestion",
    "Size": "crop",
    "Suggestion": "suggestion",
    "Wishes": "wishes",
    "load_model": "ranker",
    "read_crop": "sidecar",
    "suggest": "suggest",
    "write_crop": "sidecar",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module(f".{_HOMES[name]}", __name__)
    return getattr(sys.modules[f"{__name__}.{_HOMES[name]}"], name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """This package, where `suggest` is the function whether or not its module is imported yet.

    The import system sets a submodule as an attribute of its package, over whatever is there.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
