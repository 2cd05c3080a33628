"""What a running darktable is to append to a photo's history, since it ignores a sidecar. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from cropperhead_core.crop import Crop
from cropperhead_core.errors import NotExpressible, SidecarConflict
from cropperhead_core.orientation import Orientation, stored_crop
from cropperhead_core.photo import Photo

from . import darkroom, history, provenance
from .canvas import WHOLE, naming
from .darktable import CROP, Step, crop_step, flipped, turn_step
from .files import Content
from .packet import descriptions, parsed

__all__ = ["Framing"]

OFF = {
    "crop": Step("crop", 1, CROP.pack(*WHOLE, 0, 0), is_enabled=False),
    "ashift": turn_step(0.0),
}
"""Modules that leave the frame whole."""


@dataclass(frozen=True, slots=True)
class Framing:
    """How a history frames a photo, and which of its steps bring crops of ours.

    A step is ours when its parameters are, bit for bit, those of a crop that was suggested for the
    photo before: darktable keeps what it was given, and no hand hits the same.
    """

    photo: Photo
    steps: tuple[Step, ...]
    shown: Orientation
    ours: frozenset[str]

    @classmethod
    def of(cls, data: Content, photo: Photo, suggested: Iterable[Crop], name: object) -> Self:
        """The framing in a sidecar (None: no edits yet) of a photo with these earlier suggestions.

        Raises `DamagedSidecar`, or `NotExpressible` for a format of darktable that we do not know.
        """
        if data is None:
            return cls.told((), photo, suggested)
        tree = parsed(data, name)
        signed = provenance.signed(descriptions(tree, name), name)
        return cls.told(history.steps(tree, name), photo, suggested, signed or "")

    @classmethod
    def told(
        cls, steps: Sequence[Step], photo: Photo, suggested: Iterable[Crop], signed: str = ""
    ) -> Self:
        """The framing by these steps; signed is what we noted beside a crop written by us.

        Raises `NotExpressible` where it is not known how the photo is shown.
        """
        darkroom.require_one_turn(photo)
        with naming(photo.path):
            shown = flipped(steps, photo.orientation)
        brought = [step for crop in suggested for step in _sayable(crop, photo, shown)]
        keys = {darkroom.key(step) for step in [OFF["ashift"], *brought]}
        return cls(photo, tuple(steps), shown, frozenset(keys | set(signed.split())))

    def require_ours(self) -> None:
        """Raises `SidecarConflict` for somebody's own crop, `NotExpressible` for perspective."""
        with naming(self.photo.path):
            crop = darkroom.framed(self.steps, self.photo)
        if crop is None:
            return
        last = {step.operation: number for number, step in enumerate(self.steps)}
        framing = [last[name] for name in darkroom.FRAMING if name in last]
        if not crop.is_whole(self.photo.upright) and not all(
            self._is_ours(number) for number in framing if self.steps[number].is_enabled
        ):
            raise SidecarConflict(f"{self.photo.path} has a crop of your own, so it was left alone")

    def can_say(self, crop: Crop) -> bool:
        """Whether darktable can be given this upright crop: it refuses some close to a corner."""
        return bool(_sayable(crop, self.photo, self.shown))

    def deliveries(self, crops: Sequence[Crop]) -> list[list[Step]]:
        """The steps that bring each of these upright crops, whichever was there before it.

        Raises `NotExpressible` for one that darktable cannot be given.
        """
        modules = self._modules(crops)
        with naming(self.photo.path):
            return [self._brought(_said(crop, self.photo, self.shown), modules) for crop in crops]

    def before(self, crops: Sequence[Crop]) -> list[Step]:
        """The steps that lead from any of these crops back to the frame before any crop of ours."""
        kept = {s.operation: s for n, s in enumerate(self.steps) if not self._is_ours(n)}
        return [kept.get(name) or OFF[name] for name in self._modules(crops)]

    def _modules(self, crops: Sequence[Crop]) -> list[str]:
        """The modules that frame the photo now, or would with one of these crops."""
        used = {step.operation for step in self.steps} | {"crop"}
        used |= {"ashift"} if any(crop.angle for crop in crops) else set()
        return [name for name in darkroom.FRAMING if name in used]

    def _brought(self, said: Sequence[Step], modules: Sequence[str]) -> list[Step]:
        """These steps, and before them what else might frame the photo, switched off."""
        own = {step.operation for step in said}
        last = {step.operation: step for step in self.steps}
        off = [OFF.get(name) or last[name].switched_off for name in modules if name not in own]
        return [*off, *said]

    def _is_ours(self, number: int) -> bool:
        """Whether we brought this step; clipping is switched off by us just before our own."""
        step = self.steps[number]
        if step.operation == "clipping":
            later = [n for n in range(number + 1, len(self.steps)) if self._frames(n)]
            return not step.is_enabled and bool(later) and self._is_ours(later[0])
        return darkroom.key(step) in self.ours

    def _frames(self, number: int) -> bool:
        return self.steps[number].operation in darkroom.FRAMING


def _sayable(crop: Crop, photo: Photo, shown: Orientation) -> list[Step]:
    """The steps of a crop that was suggested; none for one that darktable can't have been given."""
    try:
        return _said(crop, photo, shown)
    except NotExpressible:
        return []


def _said(crop: Crop, photo: Photo, shown: Orientation) -> list[Step]:
    """An upright crop as steps for a photo that is shown in this orientation."""
    stored = stored_crop(crop.rounded(), photo.upright, photo.orientation)
    turn = [turn_step(stored.angle)] if stored.angle else []
    return [*turn, crop_step(stored, photo.size, shown)]
