"""The one tree of errors; `except CropperHeadError` catches all that is raised on purpose.

CropperHeadError
├── InvalidCrop            the numbers are no crop of this photo
├── UnreadablePhoto        the file is no photo we can decode
├── ToolError              exiftool or libexempi is absent, or stopped answering
├── SidecarError           a sidecar could not be read or written
│   ├── DamagedSidecar     not well-formed, ambiguous, too large: left as it is, byte for byte
│   ├── SidecarConflict    a crop that is not ours is there already, or the file changed meanwhile
│   └── NotExpressible     the editor cannot say this crop, or its edit is no crop (perspective)
├── ModelError             a model folder is damaged, or of an unknown version
├── JournalError           journal or queue cannot be used, or is of a newer version
│   └── NotInJournal       it has nothing of the kind about this photo
├── SettingsError          a setting or an option has a value that makes no sense
└── InstallError           a place that we were to install into cannot be used, or is not ours
"""

from __future__ import annotations

__all__ = [
    "CropperHeadError",
    "DamagedSidecar",
    "InstallError",
    "InvalidCrop",
    "JournalError",
    "ModelError",
    "NotExpressible",
    "NotInJournal",
    "SettingsError",
    "SidecarConflict",
    "SidecarError",
    "ToolError",
    "UnreadablePhoto",
]


class CropperHeadError(Exception):
    """The root of the tree; its text is one line made for people."""


class InvalidCrop(CropperHeadError, ValueError):
    """These numbers are no crop of this photo."""


class UnreadablePhoto(CropperHeadError):
    """This file is no photo that can be decoded."""


class ToolError(CropperHeadError):
    """An outside program or library is absent or stopped answering."""


class SidecarError(CropperHeadError):
    """This sidecar could not be read or written."""


class DamagedSidecar(SidecarError):
    """This sidecar is not well-formed, ambiguous or too large; it stays as it is."""


class SidecarConflict(SidecarError):
    """A crop that is not ours is there already, or (is_race) the file changed under our hands."""

    def __init__(self, message: str, *, is_race: bool = False) -> None:
        super().__init__(message)
        self.is_race = is_race


class NotExpressible(SidecarError):
    """This edit cannot be said as a crop, or this crop not in that editor's words."""


class ModelError(CropperHeadError):
    """This model folder is damaged or of an unknown version."""


class JournalError(CropperHeadError):
    """The journal, or another file that we keep notes in, cannot be used."""


class NotInJournal(JournalError):
    """The journal has nothing of the kind about this photo."""


class SettingsError(CropperHeadError, ValueError):
    """A setting or an option has a value that makes no sense."""


class InstallError(CropperHeadError):
    """A place that something was to be installed into cannot be used, or is somebody else's."""
