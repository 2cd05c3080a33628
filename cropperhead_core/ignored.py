"""Names of files and folders that are no photos of a person's, whatever they end in; pure."""

from __future__ import annotations

__all__ = ["is_ignored_folder", "is_ignored_name"]

IGNORED_FOLDERS = frozenset(
    (
        "@eadir",  # Synology's thumbnails
        "#recycle",
        "$recycle.bin",
        "system volume information",
        "lost+found",
        "__macosx",
        "darktable_exported",
        "captureone",  # its caches: previews as JPEG
    )
)
"""In lower case. Hidden folders (.Trash-1000, .stversions, .sync) are ignored anyway."""
IGNORED_ENDS = (".lrdata", ".lrcat-data", ".photoslibrary", ".cocatalog")
"""Of folders that are some program's database."""
TEMPORARY_STARTS = ("~",)
SYNC_CONFLICT = ".sync-conflict-"
"""Syncthing's copy of a file that was changed in two places."""


def is_ignored_name(name: str) -> bool:
    """Whether a file is hidden, temporary, or of a program that keeps folders in step.

    >>> is_ignored_name("._IMG_1.jpg"), is_ignored_name("IMG_1.jpg")
    (True, False)
    """
    lower = name.lower()
    return lower.startswith((".", *TEMPORARY_STARTS)) or SYNC_CONFLICT in lower


def is_ignored_folder(name: str) -> bool:
    """Whether no photo of a person's is in a folder of this name."""
    lower = name.lower()
    return lower.startswith(".") or lower in IGNORED_FOLDERS or lower.endswith(IGNORED_ENDS)
