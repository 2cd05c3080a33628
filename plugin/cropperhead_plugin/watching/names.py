"""Which names in a watched folder are photos of a person's, and which belong together; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

from cropperhead_core.ignored import is_ignored_name
from cropperhead_core.photo import is_photo, is_raw

__all__ = ["CAMERA_TWINS", "Group", "Patterns", "groups"]

CAMERA_TWINS = frozenset((".jpg", ".jpeg", ".jpe", ".heic", ".heif", ".hif"))
"""What a camera writes beside a raw; a TIFF or PNG of the same name is somebody's export."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """Globs over paths relative to the watched folder, case counting; `*` crosses slashes."""

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()

    def take(self, path: PurePath) -> bool:
        """Whether a photo with this relative path is wanted.

        >>> Patterns(exclude=["exports/*"]).take(PurePath("exports/a.jpg"))
        False
        """
        wanted = not self.include or _matches(path, self.include)
        return wanted and not _matches(path, self.exclude)


@dataclass(frozen=True, slots=True)
class Group:
    """A photo, the twins that share its crop, and the sidecars of them all: names of one folder."""

    leader: str
    twins: tuple[str, ...] = ()
    sidecars: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[str, ...]:
        """All but the leader."""
        return self.twins + self.sidecars


def groups(names: Iterable[str]) -> list[Group]:
    """The photos among the files of one folder, each with what belongs to it, in order.

    A raw and a camera's JPEG or HEIC of the same name are one photo, which the raw stands for.
    Where it is unclear which of two raws the JPEG belongs to, the proprietary one has it; of two
    proprietary ones, none.

    >>> [group.leader for group in groups(["a.jpg", "a.cr2", "b.jpg", "a.cr2.xmp"])]
    ['a.cr2', 'b.jpg']
    """
    sidecars: dict[str, list[str]] = {}
    stems: dict[str, list[str]] = {}
    for name in sorted(names):
        if name[-4:].lower() == ".xmp":
            sidecars.setdefault(name[:-4], []).append(name)
        elif is_photo(Path(name)) and not is_ignored_name(name):
            stems.setdefault(_stem(name), []).append(name)
    return [
        _group(leader, twins, sidecars)
        for photos in stems.values()
        for leader, twins in _paired(photos).items()
    ]


def _paired(photos: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The photos of one stem that stand for themselves, each with its twins."""
    raws = [name for name in photos if is_raw(Path(name))]
    raws = raws or [name for name in photos if _suffix(name) == ".dng"]
    if len(raws) != 1:
        return dict.fromkeys(photos, ())
    twins = tuple(name for name in photos if _suffix(name) in CAMERA_TWINS)
    return {name: twins if name == raws[0] else () for name in photos if name not in twins}


def _group(leader: str, twins: tuple[str, ...], sidecars: dict[str, list[str]]) -> Group:
    stems = (leader, *twins, _stem(leader))
    found = [name for stem in dict.fromkeys(stems) for name in sidecars.get(stem, ())]
    return Group(leader, twins, tuple(found))


def _matches(path: PurePath, patterns: Sequence[str]) -> bool:
    text = path.as_posix()
    return any(fnmatchcase(text, p) or fnmatchcase(path.name, p) for p in patterns)


def _stem(name: str) -> str:
    return name[: -len(_suffix(name))]


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()
