"""What the plugin decides: lines, batches, endings, framings, words."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.crop import Size
from cropperhead_core.evidence import reason_to_leave
from cropperhead_core.horizon import BINS
from cropperhead_core.level import NO_TILT, level
from cropperhead_core.scene import TURN_CUTS_FACE
from cropperhead_core.sidecar.darktable import Step
from cropperhead_core.sidecar.history import append
from cropperhead_core.sidecar.packet import NEW, packed, parsed
from cropperhead_core.suggest import CUTS_FACES, NO_GAIN
from cropperhead_plugin.protocol import line

from .conftest import Lua

LUA = Lua()
SAME = LUA.runtime.eval("function(text) return text end")
"""What gettext gives where there is no translation."""
STEP = {"operation": "crop", "version": 1, "enabled": True, "params": "00ff"}
RANKED = {"reasons": ["keeps the face"], "aspect": "3:2", "history": [STEP]}
ANSWER = {
    "version": 1,
    "photo": "a.jpg",
    "verdict": "crop",
    "crops": [RANKED],
    "before": [STEP],
    "note": "",
}


def suggestion(**changed: object) -> Any:
    answer = LUA.module("protocol").suggestion(line(ANSWER | changed))
    return answer[0] if isinstance(answer, tuple) else answer


def failed(kind: str) -> Any:
    text = line({"version": 1, "photo": "a", "error": {"type": kind, "message": "why"}})
    return LUA.module("protocol").suggestion(text)


def test_a_crop_is_understood() -> None:
    answer = suggestion()
    assert answer.kind == b"crop"
    assert answer.crops[1].history[1].params == b"00ff"


def test_leaving_is_understood() -> None:
    answer = suggestion(verdict="leave", crops=[], note="level already")
    assert (answer.kind, answer.note) == (b"left", b"level already")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("SidecarConflict", b"kept"),
        ("NotExpressible", b"kept"),
        ("UnreadablePhoto", b"failed"),
    ],
)
def test_a_crop_of_ones_own_is_no_failure(kind: str, expected: bytes) -> None:
    assert failed(kind).kind == expected


@pytest.mark.parametrize(
    "changed",
    [
        {"photo": 1},
        {"crops": "x"},
        {"crops": []},
        {"crops": [{"reasons": []}]},
        {"before": []},
        {"before": [STEP | {"operation": "</operation>"}]},
        {"before": [STEP | {"params": "<evil/>"}]},
        {"before": [STEP | {"enabled": 1}]},
        {"before": [STEP | {"version": 1.5}]},
        {"before": [STEP | {"version": "1"}]},
    ],
)
def test_a_line_that_is_not_whole_is_refused(changed: dict[str, object]) -> None:
    assert suggestion(**changed) is None


def test_another_version_is_told_from_rubbish() -> None:
    assert LUA.module("protocol").suggestion(line(ANSWER | {"version": 2}))[2] == b"version"
    assert LUA.module("protocol").suggestion(b"Segmentation fault")[2] is None


@given(st.binary(), st.lists(st.integers(0, 200)))
def test_lines_come_whole_however_they_arrive(text: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut <= len(text)), len(text)]
    rest, found = b"", []
    for start, end in pairwise(edges):
        lines, rest = LUA.module("protocol").lines(rest + text[start:end])
        found += list(lines.values())
    assert [*found, rest] == text.split(b"\n")


KINDS = ("applied", "left", "kept", "failed")


@given(st.lists(st.sampled_from(KINDS)))
def test_a_batch_counts_each_photo_once(kinds: list[str]) -> None:
    batch = LUA.module("batch")
    state = batch.new(LUA.table([str(n) for n in range(len(kinds))]))
    for number, kind in enumerate(kinds):
        assert batch.turn(state) == str(number).encode()
        state = batch.after(state, kind.encode(), b"why")
    assert batch.turn(state) is None
    assert batch.progress(state) == 1
    counts = {pair[1].decode(): pair[2] for pair in batch.counts(state).values()}
    assert counts == {kind: kinds.count(kind) for kind in KINDS if kind in kinds}


def test_a_batch_is_a_value() -> None:
    batch = LUA.module("batch")
    begun = batch.new(LUA.table(["a", "b"]))
    batch.after(begun, b"applied", None)
    assert (begun.answered, begun.applied) == (0, 0)


def test_batches_joined_count_what_both_came_to() -> None:
    batch = LUA.module("batch")
    failed = batch.after(batch.new(LUA.table(["a", "b"])), b"failed", b"first")
    again = batch.after(batch.new(LUA.table(["b"])), b"failed", b"second")
    other = batch.after(batch.new(LUA.table(["b"])), b"kept", None)
    assert batch.joined(failed, again).message == b"second"
    both = batch.joined(failed, other)
    assert (both.answered, both.failed, both.kept, both.message) == (2, 1, 1, b"first")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"status": 0, "answered": 2}, None),
        ({"status": 1, "answered": 2}, None),
        ({"status": 127, "answered": 0, "errors": "sh: x: not found\n"}, b"missing"),
        ({"status": 126, "answered": 0}, b"missing"),
        ({"status": 2, "answered": 0, "errors": "usage: cropperhead\nno\n"}, b"old"),
        ({"status": 2, "answered": 0, "errors": "cropperhead: bad setting\n"}, b"stopped"),
        ({"status": 139, "answered": 1}, b"stopped"),
        ({"answered": 0}, b"stopped"),
        ({"stopped": "hanging", "answered": 0}, b"hanging"),
        ({"stopped": "cancelled", "answered": 2, "status": 143}, b"cancelled"),
    ],
)
def test_an_ending_has_its_word(known: dict[str, object], expected: bytes | None) -> None:
    word = LUA.module("ending").word(LUA.table({"errors": "", "expected": 2} | known))
    assert (word[0] if isinstance(word, tuple) else word) == expected


def entry(operation: str, params: str = "00", num: int = 0) -> str:
    return (
        f'<rdf:li\n darktable:num="{num}" darktable:operation="{operation}"'
        f' darktable:params="{params}"/>'
    )


def framing(*entries: str) -> bytes:
    inside = "".join(entries)
    text = f"<darktable:history><rdf:Seq>{inside}</rdf:Seq></darktable:history>"
    found: bytes = LUA.module("framing").of(text.encode())
    return found


def test_edits_that_frame_nothing_do_not_count() -> None:
    alone = framing(entry("crop"))
    assert framing(entry("exposure", "ff"), entry("crop", num=1)) == alone
    assert framing() == b""


@pytest.mark.parametrize("operation", ["crop", "ashift", "clipping"])
def test_edits_that_frame_count(operation: str) -> None:
    assert framing(entry(operation, "01")) != framing(entry(operation, "02"))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], False),
        ([("exposure", True)], False),
        ([("crop", True)], True),
        ([("crop", True), ("crop", False)], False),
        ([("clipping", False), ("ashift", True), ("crop", False)], True),
    ],
)
def test_a_photo_is_framed_by_the_last_step_of_a_module(
    steps: list[tuple[str, bool]], expected: bool
) -> None:
    text = packed_history([Step(name, 1, b"\0" * 24, is_enabled=is_on) for name, is_on in steps])
    assert LUA.module("framing").is_on(text) is expected


def packed_history(steps: list[Step]) -> bytes:
    """A sidecar with these steps."""
    path = Path("a.jpg.xmp")
    tree = parsed(NEW, path)
    append(tree, steps, path)
    return packed(tree, NEW, path)


def test_what_was_undone_frames_nothing() -> None:
    text = packed_history([Step("crop", 1, b"\0" * 24)]).replace(
        b'history_end="1"', b'history_end="0"'
    )
    assert LUA.module("framing").is_on(text) is False
    assert LUA.module("framing").of(text) == b""


def test_the_suggestion_is_told_in_words() -> None:
    said = LUA.module("words").suggestion(SAME, suggestion(), 1)
    assert said == b"Crop 1 of 1, 3:2: keeps the face"


def test_a_tilt_that_is_left_is_told_beside_each_crop() -> None:
    tilted = suggestion(crops=[RANKED, RANKED], note=TURN_CUTS_FACE)
    for index in (1, 2):
        said = LUA.module("words").suggestion(SAME, tilted, index)
        assert said.endswith(b": keeps the face\nNot levelled: levelling it would cut a face.")


@pytest.mark.parametrize("note", NO_TILT)
def test_no_tilt_is_told_where_none_is_left(note: str) -> None:
    said = LUA.module("words").suggestion(SAME, suggestion(note=note), 1)
    assert said == b"Crop 1 of 1, 3:2: keeps the face"


def test_leaving_is_told_with_its_reason() -> None:
    left = suggestion(verdict="leave", crops=[], note="it is a panorama")
    assert LUA.module("words").suggestion(SAME, left, 0) == b"Best left as it is: it is a panorama."


def test_a_crop_of_a_photo_that_is_best_left_has_no_word_of_a_tilt() -> None:
    answer = suggestion(verdict="leave", note=NO_GAIN)
    said = [LUA.module("words").suggestion(SAME, answer, index) for index in (0, 1)]
    assert said == [
        f"Best left as it is: {NO_GAIN}.".encode(),
        b"Crop 1 of 1, 3:2: keeps the face",
    ]


@pytest.mark.parametrize(
    "said",
    [
        "levels the horizon by 1.2 degrees",
        "keeps all 3 faces",
        "fits 4:5, as asked",
        "fits square, as asked",
        "trims 12 % of the frame",
        "tilted by 9.1 degrees, more than the 8 that may be levelled",
        "something new",
    ],
)
def test_reasons_keep_their_numbers(said: str) -> None:
    assert LUA.module("reasons").translated(SAME, said.encode()) == said.encode()


def test_every_reason_of_the_program_can_be_translated() -> None:
    """Each text in reasons.py that a person reads has its place in the table."""
    core = Path(__file__).resolve().parents[2] / "cropperhead_core"
    source = (core / "reasons.py").read_text()
    table = (core.parent / "lua/darktable/cropperhead/reasons.lua").read_text()
    starts = set(re.findall(r'f?"(keeps|brings|puts|removes|trims|levels|fits|centres) ', source))
    assert starts == set(
        re.findall(r'N"(keeps|brings|puts|removes|trims|levels|fits|centres) ', table)
    )
    for phrase in re.findall(r'(?<!f)"((?:keeps|brings|puts|centres) [^"{]*)"', source):
        assert f'N"{phrase}"' in table


def notes() -> set[str]:
    """Every note that a suggestion can have, as the program says it."""
    gray, size = np.full((100, 100, 3), 128, np.uint8), Size(6000, 4000)
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
    leaving = {
        reason_to_leave(gray, size),
        reason_to_leave(noise, size),
        reason_to_leave(gray, Size(40, 30)),
        reason_to_leave(gray, Size(9000, 1000)),
    }
    steep = np.exp(-8 * (BINS - 9.5) ** 2)
    levels = {level(steep, BINS).note, level(steep, BINS, 30.0).note, *NO_TILT[1:]}
    return {str(note) for note in leaving} | levels | {NO_GAIN, CUTS_FACES, TURN_CUTS_FACE}


def test_every_note_of_the_program_can_be_translated() -> None:
    marked = LUA.runtime.eval('function(text) return "<" .. text .. ">" end')
    translated = LUA.module("reasons").translated
    found = notes()
    assert len(found) == 11
    for note in found:
        assert translated(marked, note.encode()) == f"<{note}>".encode()


@given(st.text(alphabet="ab cdéü\n", max_size=200), st.integers(5, 40))
def test_wrapped_text_keeps_its_words(text: str, width: int) -> None:
    wrapped = LUA.module("words").wrapped(text.encode(), width).decode()
    assert wrapped.split() == text.split()
    for one in wrapped.split("\n"):
        assert len(one) <= width or " " not in one
