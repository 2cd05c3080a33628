"""How large the runtime install is: the files of CropperHead's requirements and of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

__all__ = ["installed_mb"]


def installed_mb(name: str = "cropperhead") -> dict[str, float]:
    """Megabytes on disk of each distribution that `pip install` of this one brings, and its own."""
    sizes: dict[str, float] = {}
    waiting = [name]
    while waiting:
        current = _plain(waiting.pop())
        if current not in sizes:
            sizes[current] = _mb(current)
            waiting += _required(current)
    return sizes


def _required(name: str) -> Iterator[str]:
    """The requirements without extras that apply here and are installed."""
    for line in distribution(name).requires or []:
        wanted = re.match(r"[A-Za-z0-9._-]+", line)
        if wanted and "extra ==" not in line and _is_installed(wanted.group()):
            yield wanted.group()


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:  # only on other platforms or older Pythons
        return False
    return True


def _mb(name: str) -> float:
    files = distribution(name).files or []
    paths = [Path(str(file.locate())) for file in files]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
