"""The person's settings: defaults, the settings file over them, the command line over both."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, get_args

from cropperhead_core.editor import EDITORS, Editor
from cropperhead_core.errors import SettingsError
from cropperhead_core.wishes import Wishes

from .xdg import config_home, data_home

__all__ = ["Poll", "Settings", "at_home", "config_path", "defaults", "load", "parse"]

Poll = Literal["auto", "on", "off"]

MOST_JOBS = 256
TYPES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text in quotes",
    tuple: "a list of texts",
}
"""What a setting of this type is called."""
A_DAY_S = 86_400
USUAL = Wishes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a person may choose once, in the settings file, or each time, as an option.

    Wishes are checked by `Wishes`, all else here; raises `SettingsError`. An empty path means our
    usual place, jobs = 0 as many processes as are worth starting. From `folders` on they are for
    the watch; times are in seconds.
    """

    editor: Editor = "darktable"
    aspect: str = USUAL.aspect
    top: int = USUAL.top
    max_angle: float = USUAL.max_angle
    level: bool = USUAL.level
    tightness: float = USUAL.tightness
    jobs: int = 0
    embed: bool = False
    model: str = ""
    exiftool: str = "exiftool"
    journal: str = ""
    folders: tuple[str, ...] = ()
    settle: float = 5.0
    poll: Poll = "auto"
    interval: float = 300.0
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    workers: int = 1
    review_below: float = 0.0
    pause_on_battery: bool = False
    notify: bool = False
    log: str = ""
    json_log: bool = False

    def __post_init__(self) -> None:
        if self.editor not in EDITORS:
            raise SettingsError(f"editor: expected {' or '.join(EDITORS)}, got {self.editor!r}")
        if not 0 <= self.jobs <= MOST_JOBS:
            raise SettingsError(f"jobs: expected 0 to {MOST_JOBS} processes, got {self.jobs}")
        if not 1 <= self.workers <= MOST_JOBS:
            raise SettingsError(f"workers: expected 1 to {MOST_JOBS} processes, got {self.workers}")
        if self.poll not in get_args(Poll):
            raise SettingsError(f"poll: expected auto, on or off, got {self.poll!r}")
        if not self.review_below >= 0:
            raise SettingsError(f"review_below: expected 0 or more, got {self.review_below}")
        for name, least in (("settle", 0.0), ("interval", 1.0)):
            if not least <= getattr(self, name) <= A_DAY_S:
                raise SettingsError(
                    f"{name}: expected {least:g} to {A_DAY_S} seconds, got {getattr(self, name)}"
                )

    @property
    def wishes(self) -> Wishes:
        """What is wished of a crop; raises `SettingsError`."""
        return Wishes(
            aspect=self.aspect,
            top=self.top,
            max_angle=self.max_angle,
            level=self.level,
            tightness=self.tightness,
        )

    def updated(self, values: Mapping[str, Any]) -> Self:
        """These settings with those of the values that are settings and not None."""
        names = {field.name for field in dataclasses.fields(self)}
        chosen = {k: v for k, v in values.items() if k in names and v not in (None, [])}
        listed = {k: tuple(v) for k, v in chosen.items() if isinstance(v, list)}
        return dataclasses.replace(self, **chosen | listed)


def config_path(environ: Mapping[str, str]) -> Path:
    """Where the settings file is (XDG base directories)."""
    return config_home(environ) / "cropperhead/settings.toml"


def defaults(environ: Mapping[str, str]) -> Settings:
    """The settings of a person who has set nothing (XDG base directories)."""
    return Settings(journal=str(data_home(environ) / "cropperhead/journal.sqlite"))


def load(environ: Mapping[str, str]) -> Settings:
    """The settings of this person; the defaults where there is no file."""
    path, usual = config_path(environ), defaults(environ)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return usual
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read the settings {path}: {error}") from error
    try:
        return _placed(parse(text, usual), usual)
    except SettingsError as error:
        raise SettingsError(f"{error} in {path}") from error


def at_home(name: str) -> Path:
    """The path of this name, with the home in place of ~; raises `SettingsError` for no home."""
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise SettingsError(f"expected ~ or the ~NAME of a user in front, got {name!r}") from error


def parse(text: str, usual: Settings) -> Settings:
    """The defaults with what this TOML text says.

    >>> parse('editor = "lightroom"', Settings()).editor
    'lightroom'
    """
    import tomllib  # 4 ms, and most people have no file

    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError
        raise SettingsError(f"expected TOML: {error}") from error
    known = {field.name: type(getattr(usual, field.name)) for field in dataclasses.fields(usual)}
    for name, value in values.items():
        if name not in known:
            from difflib import get_close_matches  # 5 ms: for errors only

            close = get_close_matches(name, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
            raise SettingsError(f"unknown setting {name!r}; {hint}")
        if not _fits(value, known[name]):
            raise SettingsError(f"{name}: expected {TYPES[known[name]]}, got {value!r}")
    try:
        return usual.updated({name: known[name](value) for name, value in values.items()})
    except OverflowError as error:
        raise SettingsError(f"expected a smaller number: {error}") from error


def _placed(settings: Settings, usual: Settings) -> Settings:
    """These settings with ~ for the home in paths, and a journal that is the same in any folder."""
    journal = at_home(settings.journal or usual.journal)
    if not journal.is_absolute():  # undo finds in one folder what apply noted in another
        raise SettingsError(f"journal: expected a path from / or ~, got {settings.journal!r}")
    if "\0" in str(journal):
        raise SettingsError(f"journal: expected a path, got {settings.journal!r}")
    exiftool = settings.exiftool or usual.exiftool
    if exiftool.startswith("~"):
        exiftool = str(at_home(exiftool))
    folders = tuple(str(at_home(folder)) for folder in settings.folders)
    return dataclasses.replace(settings, journal=str(journal), exiftool=exiftool, folders=folders)


def _fits(value: object, wanted: type) -> bool:
    """Whether a TOML value may stand for this type: a whole number is a number too."""
    if isinstance(value, bool) or wanted is bool:
        return isinstance(value, bool) and wanted is bool
    if wanted is tuple:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, (int, float) if wanted is float else wanted)
