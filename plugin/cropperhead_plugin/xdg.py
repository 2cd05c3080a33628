"""Where a person's settings and data belong, as the XDG Base Directory Specification says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

__all__ = ["config_home", "data_home", "home"]


def config_home(environ: Mapping[str, str]) -> Path:
    """Where programs keep their settings.

    >>> config_home({"HOME": "/home/ada"}).as_posix()
    '/home/ada/.config'
    >>> config_home({"HOME": "/home/ada", "XDG_CONFIG_HOME": "/etc/ada"}).as_posix()
    '/etc/ada'
    """
    return _base(environ, "XDG_CONFIG_HOME", ".config")


def data_home(environ: Mapping[str, str]) -> Path:
    """Where programs keep what they make for this person."""
    return _base(environ, "XDG_DATA_HOME", ".local/share")


def home(environ: Mapping[str, str]) -> Path:
    """The home that HOME names, else the one in the list of users, else the root."""
    if environ.get("HOME"):
        return Path(environ["HOME"])
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def _base(environ: Mapping[str, str], variable: str, below_home: str) -> Path:
    given = environ.get(variable, "")
    # The specification: a relative path is to be ignored.
    return Path(given) if given.startswith("/") else home(environ) / below_home
