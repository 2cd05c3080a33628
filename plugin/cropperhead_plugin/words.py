"""Suggestions and what became of them, in a photographer's words; pure."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from .protocol import one_line

if TYPE_CHECKING:
    from cropperhead_core.crop import Crop, Size
    from cropperhead_core.suggestion import Suggestion

    from .doctor import Check
    from .placing import Placed
    from .records import Applied, Recorded, Scored, Shown, Undone
    from .watching.report import Status

__all__ = [
    "Segments",
    "applied_kind",
    "applied_words",
    "check_words",
    "crop_words",
    "outcome_words",
    "placed_words",
    "scored_words",
    "shown_words",
    "status_words",
    "suggestion_kind",
    "suggestion_words",
    "undone_words",
]

Segments = list[tuple[str, str]]
NAME, NUMBER, WHY, QUIET = "bold", "green", "", "dim"

HOW = {
    "restored": "crop taken back; {} is as it was",
    "removed": "crop taken back; {} is gone, there was none before",
    "withdrawn": "crop taken out of {}; what was changed since is kept",
}
STATES = {"done": "given a crop", "left": "best left as they are", "review": "for review"}
"""The watch's words for people, where its own would be misread."""


def suggestion_words(suggestion: Suggestion) -> Segments:
    """One line for each suggested crop, or one saying that the photo is best left.

    If a tilt was left, the first line says why.
    """
    if suggestion.best is None:
        why = f": {suggestion.note}" if suggestion.note else ""
        return [*_name(suggestion.photo), (f"leave it as it is{why}", QUIET)]
    segments: Segments = []
    for number, ranked in enumerate(suggestion.crops):
        lead = _name(suggestion.photo) if number == 0 else [(f"\n  or {number + 1}: ", QUIET)]
        what = crop_words(ranked.crop, suggestion.size)
        segments += [*lead, (what, NUMBER), (f" [{ranked.aspect}]", QUIET)]
        segments += [(f"  {', '.join(ranked.reasons)}", WHY)] if ranked.reasons else []
        segments += _tilt(suggestion.note) if number == 0 else []
    return segments


def applied_words(applied: Applied) -> Segments:
    """The suggestion and where it was written, was there already, or would be."""
    segments = suggestion_words(applied.suggestion)
    if applied.sidecar is None:
        return segments
    where = one_line(str(applied.sidecar))
    if applied.suggestion.best is None:
        there = f"an earlier crop of ours is still in {where}: cropperhead undo takes it back"
        return [*segments, (f"\n  {there}", WHY)]
    return [*segments, (f"\n  {_state(applied)} {where}", QUIET)]


def suggestion_kind(suggestion: Suggestion) -> str:
    """What a photo is counted as after suggest."""
    return "best left as they are" if suggestion.best is None else "to crop"


def applied_kind(applied: Applied) -> str:
    """What a photo is counted as after apply."""
    is_there = applied.suggestion.best and (applied.written or applied.was_there)
    return "cropped" if is_there else suggestion_kind(applied.suggestion)


def undone_words(undone: Undone) -> Segments:
    """What undo did to which file."""
    how = HOW[undone.how].format(one_line(undone.sidecar.name))
    return [*_name(undone.photo), (how, NUMBER)]


def shown_words(shown: Shown) -> Segments:
    """The crop a photo has now, by whom, and where that is said."""
    if shown.crop is None:
        return [*_name(shown.photo), ("no crop", QUIET)]
    whose = "ours" if shown.ours else "not ours"
    where = f"  {shown.editor}, {whose}, in {one_line(shown.source or '')}"
    return [*_name(shown.photo), (crop_words(shown.crop, shown.size), NUMBER), (where, QUIET)]


def outcome_words(recorded: Recorded) -> Segments:
    """What became of the last suggestion."""
    which = f" (number {recorded.rank + 1})" if recorded.rank else ""
    return [*_name(recorded.photo), (recorded.outcome + which, NUMBER)]


def scored_words(scored: Scored) -> Segments:
    """The whole frame's score, then those of the boxes."""
    lines = [f"\n  {number + 1}: {score:.4f}" for number, score in enumerate(scored.scores)]
    whole = (f"the whole frame: {scored.full:.4f}", NUMBER)
    return [*_name(scored.photo), whole, ("".join(lines), NUMBER)]


def placed_words(placed: Placed) -> Segments:
    """What was done to which path, and what to do next."""
    next_step = [(f"\n  {placed.advice}", WHY)] if placed.advice else []
    return [*_name(placed.path), (placed.done, NUMBER), *next_step]


def status_words(status: Status) -> Segments:
    """How the watch does: what it is at, photos by state, speed, troubles, room."""
    running = status.running
    at = "not running" if running is None else f"{running.get('at')}, process {running.get('pid')}"
    segments: Segments = [("watch: ", NAME), (at, NUMBER if running else QUIET)]
    counted = [(STATES.get(state, state), count) for state, count in status.counts.items()]
    counts = ", ".join(f"{count} {state}" for state, count in counted if count)
    segments += [("\nphotos: ", NAME), (counts or "none yet", WHY)]
    rate = f"{status.last_minute} in the last minute, {status.last_hour} in the last hour"
    segments += [("\nrate: ", NAME), (rate, WHY)]
    for place, free in status.free.items():
        segments += [("\nfree: ", NAME), (f"{free / 1e9:.1f} GB at {one_line(place)}", WHY)]
    for entry in status.errors:
        when = time.strftime("%H:%M:%S", time.localtime(entry.next_try))
        times = "once" if entry.tries == 1 else f"{entry.tries} times"
        tried = f" (tried {times}, again at {when} if the watch runs)"
        segments += [("\nfailed: ", NAME), (one_line(entry.note), "red"), (tried, QUIET)]
    for entry in status.review:
        segments += [("\nreview: ", NAME), (f"{one_line(str(entry.path))} {entry.note}", WHY)]
    return segments


def check_words(check: Check) -> Segments:
    """Whether one thing is there, and what to do if it is not."""
    mark, style = ("ok", NUMBER) if check.is_well else ("missing", "red" if check.needed else "dim")
    advice = f" -> {check.advice}" if check.advice and not check.is_well else ""
    return [(f"{mark:8}", style), (f"{check.name}: ", NAME), (check.detail + advice, WHY)]


def crop_words(crop: Crop, size: Size) -> str:
    """Size and place of a crop of a photo of that (upright) size, what it keeps, how it is turned.

    >>> from cropperhead_core.crop import Crop, Size
    >>> crop_words(Crop(0.25, 0.1, 0.75, 0.9), Size(600, 400))
    '480x200+60+100, 40% of 600x400'
    """
    width, height = crop.extent(size)
    kept = width * height / (size.width * size.height)
    framed = str(crop.output(size))
    if crop.angle:
        turned = f"turned {abs(crop.angle):.1f}° {_direction(crop.angle)}"
        return f"{framed}, {kept:.0%} of {size}, {turned}"
    place = f"+{round(crop.left * size.width)}+{round(crop.top * size.height)}"
    return f"{framed}{place}, {kept:.0%} of {size}"


def _tilt(note: str) -> Segments:
    from cropperhead_core.level import NO_TILT  # numpy: for suggestions only

    return [] if note in NO_TILT else [(f"  not levelled: {note}", QUIET)]


def _state(applied: Applied) -> str:
    if applied.written:
        return "in"
    return "already in" if applied.was_there else "would be in"


def _name(photo: Path) -> Segments:
    return [(one_line(str(photo)), NAME), (": ", QUIET)]


def _direction(angle: float) -> str:
    # The box turns clockwise by the angle, so the picture comes out turned the other way.
    return "counter-clockwise" if angle > 0 else "clockwise"
