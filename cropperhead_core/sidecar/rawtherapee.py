"""RawTherapee's dialect: the crop in a .pp3 processing profile. Pure, and read only.

Measured on RawTherapee 5.9 (docs/sidecars.md): the upright photo is turned by quarters, mirrored,
then turned by an angle in a frame that keeps its size; the crop is in pixels of that frame.
"""

from __future__ import annotations

from configparser import ConfigParser, Error, SectionProxy

from cropperhead_core.crop import Crop, Size, largest_inside
from cropperhead_core.errors import DamagedSidecar, NotExpressible
from cropperhead_core.orientation import Orientation, stored_crop, upright_size
from cropperhead_core.photo import Photo

from .canvas import PERSPECTIVE, naming, require_full

__all__ = ["read"]

COARSE, COMMON = "Coarse Transformation", "Common Properties for Transformations"
SECTIONS = ("Crop", COARSE, COMMON, "Rotation", "Perspective")
TURNS = {0: Orientation(1), 90: Orientation(6), 180: Orientation(3), 270: Orientation(8)}
SIMPLE = ("horizontal", "vertical")
CAMERA_BASED = "camera_based"
SAMPLE = (0.25, 0.125)
"""A point of the unit square that no two orientations put at the same place."""


def read(data: bytes, photo: Photo, name: object) -> tuple[Crop | None, bool]:
    """The upright crop in this profile; it is never ours.

    Raises `DamagedSidecar`, and `NotExpressible` for perspective, for corners that show nothing,
    and for photos that EXIF mirrors, which RawTherapee shows otherwise.
    """
    profile = _parsed(data, name)
    try:
        with naming(name):
            crop = _decoded(profile, photo)
        has_perspective = _has_perspective(profile["Perspective"])
    except (ValueError, OverflowError) as error:
        raise DamagedSidecar(f"expected a number: {error}, check or move away {name}") from error
    if crop is None:
        return None, False
    if photo.orientation.is_mirrored:
        raise NotExpressible(f"RawTherapee ignores that the photo is mirrored, in {name}")
    if has_perspective:
        raise NotExpressible(f"{PERSPECTIVE}, in {name}")
    require_full(crop, photo.upright, name)
    return crop, False


def _parsed(data: bytes, name: object) -> ConfigParser:
    profile = ConfigParser(interpolation=None, strict=False, delimiters="=", comment_prefixes="#")
    profile.read_dict({section: {} for section in SECTIONS})
    try:
        profile.read_string(data.decode("utf-8-sig"))
    except (Error, UnicodeDecodeError) as error:
        because = " ".join(str(error).split())
        raise DamagedSidecar(f"expected a .pp3, check or move away {name}: {because}") from error
    return profile


def _decoded(profile: ConfigParser, photo: Photo) -> Crop | None:
    """The upright crop, None where the whole photo is kept as it stands."""
    cut, angle = profile["Crop"], profile["Rotation"].getfloat("Degree", 0.0)
    is_cut = cut.getboolean("Enabled", False)
    if not is_cut and angle == 0:
        return None
    turned = _turned(profile[COARSE])
    size = upright_size(photo.upright, turned)
    width, height = float(size.width), float(size.height)
    if profile[COMMON].getboolean("AutoFill", True):
        width, height = largest_inside(size, angle, size.aspect)
    left, top, right, bottom = _edges(cut, size) if is_cut else (0, 0, size.width, size.height)
    edges = (
        (left / size.width - 0.5) * width,
        (top / size.height - 0.5) * height,
        (right / size.width - 0.5) * width,
        (bottom / size.height - 0.5) * height,
    )
    return stored_crop(Crop.turned(edges, size, angle), size, turned)


def _edges(cut: SectionProxy, size: Size) -> tuple[int, int, int, int]:
    """Left, top, right and bottom in pixels of the frame, as far as it reaches."""
    x, y = max(0, cut.getint("X", 0)), max(0, cut.getint("Y", 0))
    width, height = cut.getint("W", size.width), cut.getint("H", size.height)
    return x, y, min(x + width, size.width), min(y + height, size.height)


def _turned(coarse: SectionProxy) -> Orientation:
    """The orientation that puts the upright photo where coarse turns and mirrors do."""
    turn = TURNS.get(coarse.getint("Rotate", 0) % 360)
    if turn is None:
        raise NotExpressible(f"expected quarter turns, got Rotate={coarse['Rotate']}")
    x, y = turn.upright(SAMPLE)
    x = 1 - x if coarse.getboolean("HorizontalFlip", False) else x
    y = 1 - y if coarse.getboolean("VerticalFlip", False) else y
    return next(each for each in Orientation if each.upright(SAMPLE) == (x, y))


def _has_perspective(perspective: SectionProxy) -> bool:
    """Whether the perspective is changed, by the method that is chosen."""
    if perspective.get("Method", "simple") == CAMERA_BASED:
        names = [name for name in perspective if name.startswith(("camera", "projection"))]
        moves = ("pitch", "yaw", "roll", "rotate", "shift")
        return any(
            perspective.getfloat(name) for name in names if any(move in name for move in moves)
        )
    return any(perspective.getfloat(name, 0.0) for name in SIMPLE)
