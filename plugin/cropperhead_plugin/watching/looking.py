"""One look into one folder: which photos are there, and what is to be done with each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cropperhead_core.content import digest
from cropperhead_core.ignored import is_ignored_folder

from .entry import Entry, stamp
from .names import Group, Patterns, groups
from .settling import Glance, action, deadline

__all__ = ["listing", "outlook"]


@dataclass(frozen=True, slots=True)
class Listing:
    """What is in a folder: sub-folders to look into, and the names of files."""

    folders: tuple[Path, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a look into a folder leads to: entries to note, files that are gone, the next look.

    next_look is of the monotonic clock, None when nothing there is settling.
    """

    changed: list[Entry] = field(default_factory=list)
    gone: list[Path] = field(default_factory=list)
    next_look: float | None = None


def listing(folder: Path) -> Listing:
    """What is in this folder; links are not followed. Raises OSError."""
    folders, names = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not is_ignored_folder(entry.name):
                    folders.append(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                names.append(entry.name)
    return Listing(tuple(folders), tuple(names))


def outlook(
    folder: Path,
    names: tuple[str, ...],
    entries: Mapping[str, Entry],
    *,
    patterns: Patterns,
    root: Path,
    now: float,
    settle_s: float,
) -> Outlook:
    """What to do with the photos among these files, given what was known of them."""
    found = Outlook()
    leaders = set[str]()
    ends = []
    for group in _wanted(groups(names), folder.relative_to(root), patterns):
        entry = entries.get(group.leader)
        seen = _seen(folder, group, entry)
        if seen is None:
            continue
        leaders.add(group.leader)
        match action(entry, seen, now=now, settle_s=settle_s):
            case "settle":
                entry = Entry(
                    seen.path, seen.stamp, seen.around or _around(folder, group), since=now
                )
                found.changed.append(entry)
                ends.append(deadline(entry, settle_s))
            case "work":
                found.changed.append(Entry(seen.path, seen.stamp, seen.around, "waiting"))
            case "wait" if entry is not None and entry.state == "settling":
                ends.append(deadline(entry, settle_s))
    found.gone.extend(folder / name for name in entries.keys() - leaders)
    return Outlook(found.changed, found.gone, min(ends, default=None))


def _wanted(found: list[Group], below: Path, patterns: Patterns) -> Iterator[Group]:
    return (group for group in found if patterns.take(below / group.leader))


def _seen(folder: Path, group: Group, entry: Entry | None) -> Glance | None:
    """What a photo is like now, and what is around it if that counts; None if it went."""
    path = folder / group.leader
    try:
        facts = path.lstat()
    except OSError:
        return None
    is_settling = entry is not None and entry.state == "settling"
    around = _around(folder, group) if is_settling else ""
    return Glance(path, stamp(facts), around)


def _around(folder: Path, group: Group) -> str:
    """What the files that belong to a photo are like, in 32 hex digits; nothing for none."""
    facts = []
    for name in group.others:
        try:
            found = (folder / name).lstat()
        except OSError:
            continue
        facts.append(f"{name}:{found.st_size}:{found.st_mtime_ns}")
    return digest("\n".join(facts).encode("utf-8", "surrogateescape")) if facts else ""
