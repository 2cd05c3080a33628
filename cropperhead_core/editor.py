"""The editors that crops are written for."""

from __future__ import annotations

from typing import Literal, get_args

__all__ = ["EDITORS", "Editor"]

Editor = Literal["darktable", "lightroom"]
EDITORS: tuple[Editor, ...] = get_args(Editor)
