"""Suggestions for photos that a running darktable has, as steps for their histories."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from cropperhead_core.content import content_key
from cropperhead_core.errors import CropperHeadError
from cropperhead_core.photo import read_photo
from cropperhead_core.sidecar.delivery import Framing
from cropperhead_core.sidecar.files import read_bytes

from .notes import note
from .protocol import Failure, Record
from .records import suggestion_record

if TYPE_CHECKING:
    from cropperhead_core.journal import Journal
    from cropperhead_core.sidecar.darktable import Step
    from cropperhead_core.suggestion import Suggestion
    from cropperhead_core.wishes import Wishes

    from .service import Suggester

__all__ = ["Delivered", "Pair", "deliveries"]

Pair = tuple[Path, Path]
"""A photo, and the darktable sidecar of one of its versions."""

HOLD_S = 0.5
"""The longest run of skipped photos, in seconds, before the answers in work are waited for and
handed out. Waiting costs about one photo's time where several processes work."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A suggestion; for each of its crops the steps that bring it, and those that lead back."""

    suggestion: Suggestion
    histories: list[list[Step]]
    before: list[Step]

    def record(self) -> Record:
        """The suggestion's line with `history` in every crop, and `before`."""
        record = suggestion_record(self.suggestion)
        crops = zip(record["crops"], self.histories, strict=True)
        return record | {
            "crops": [crop | {"history": list(map(_entry, steps))} for crop, steps in crops],
            "before": list(map(_entry, self.before)),
        }


def deliveries(
    pairs: Iterable[Pair],
    service: Suggester,
    wishes: Wishes,
    journal: Journal | None,
    *,
    replace: bool = False,
) -> Iterator[Delivered | Failure]:
    """One answer for each pair, in their order, each noted in the journal.

    A photo with a crop that is not ours is a `SidecarConflict` before anything is suggested for it,
    one with a perspective correction `NotExpressible`; unless `replace`.
    """
    checked = _checked(pairs, journal, replace=replace)
    waiting: deque[Pair | Failure] = deque()

    def open_to_us() -> Iterator[Path]:
        since = monotonic()
        for one in checked:
            waiting.append(one)
            if not isinstance(one, Failure):
                yield one[0]
                since = monotonic()
            elif monotonic() - since > HOLD_S:
                return

    is_done = False
    while not is_done:
        for result in service.suggestions(open_to_us(), wishes):
            while isinstance(next_one := waiting.popleft(), Failure):
                yield next_one
            yield _delivered(result, next_one[1], wishes, journal)
        is_done = not waiting
        yield from (failure for failure in waiting if isinstance(failure, Failure))
        waiting.clear()


def _checked(
    pairs: Iterable[Pair], journal: Journal | None, *, replace: bool
) -> Iterator[Pair | Failure]:
    """Each pair, or why nothing is to be suggested for it."""
    for photo, sidecar in pairs:
        try:
            if not replace:
                _framing(photo, sidecar, journal).require_ours()
        except CropperHeadError as error:
            yield Failure.of(photo, error)
        else:
            yield photo, sidecar


def _delivered(
    result: Suggestion | Failure, sidecar: Path, wishes: Wishes, journal: Journal | None
) -> Delivered | Failure:
    if isinstance(result, Failure):
        return result
    try:
        framing = _framing(result.photo, sidecar, journal)
        sayable = tuple(each for each in result.crops if framing.can_say(each.crop))
        result = replace(result, crops=sayable or result.crops)
        crops = [each.crop for each in result.crops]
        found = Delivered(result, framing.deliveries(crops), framing.before(crops))
        if journal is not None:
            note(journal, result, wishes)
    except CropperHeadError as error:
        return Failure.of(result.photo, error)
    return found


def _framing(photo: Path, sidecar: Path, journal: Journal | None) -> Framing:
    earlier = [] if journal is None else journal.suggested_crops(photo, content_key(photo))
    return Framing.of(read_bytes(sidecar), read_photo(photo), earlier, sidecar)


def _entry(step: Step) -> dict[str, object]:
    return {
        "operation": step.operation,
        "version": step.version,
        "enabled": step.is_enabled,
        "params": step.params.hex(),
    }
