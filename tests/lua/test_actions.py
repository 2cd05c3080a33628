"""What the buttons do with several photos, and what they say (see lighttable.lua)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cropperhead_plugin.protocol import line

from .conftest import Lua
from .test_decisions import ANSWER

LIGHTTABLE = Path(__file__).with_name("lighttable.lua")
PROGRAM = """#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >> asked
tr '\\0' '\\n' | grep -v 'xmp$' | while read -r photo; do cat "$1-$(basename "$photo")"; done
"""
"""Answers each photo with a line that lies ready."""
CROP: dict[str, object] = {"operation": "crop", "enabled": "1"}
OFF: dict[str, object] = {"operation": "crop", "enabled": "0"}


def error(kind: str, message: str = "why") -> dict[str, object]:
    return {"version": 1, "photo": "x", "error": {"type": kind, "message": message}}


def became(outcome: str) -> dict[str, object]:
    return {"version": 1, "photo": "x", "outcome": outcome}


class Desk:
    """A lighttable with photos that the program answers as it is told here."""

    def __init__(self, lua: Lua, folder: Path) -> None:
        self.lua, self.folder = lua, folder
        self.photos: list[dict[str, object]] = []
        self.keep, self.is_queued = True, False

    def photo(self, deliver: object = None, outcome: object = None, **more: object) -> None:
        """A photo more; its answers, and as lighttable.lua has it."""
        name = f"{len(self.photos)}.jpg"
        for command, answer in (("deliver", deliver), ("outcome", outcome)):
            if isinstance(answer, dict):
                (self.folder / f"{command}-{name}").write_bytes(line(answer))
        self.photos.append({"name": name} | more)

    def press(self, *names: str) -> str:
        """Use these buttons with all photos; what was said last."""
        program = self.folder / "program"
        program.write_text(PROGRAM)
        program.chmod(0o755)
        place = {"folder": str(self.folder), "program": str(program)}
        wishes = {"keep": self.keep, "is_queued": self.is_queued}
        setup = self.lua.table(place | wishes | {"photos": self.photos})
        make = self.lua.runtime.eval(f'(dofile("{LIGHTTABLE}"))')
        self.app: Any = make(setup, self.lua.module("memory").new)
        for name in names:
            self.lua.module("actions")[name.encode()](self.app, self.app.images)
        return self.said

    @property
    def said(self) -> str:
        """What was said last."""
        return [text.decode() for text in self.app.said.values()][-1]

    @property
    def edits(self) -> list[int]:
        return [image.edits for image in self.app.images.values()]

    @property
    def tags(self) -> list[str]:
        found = [list(image.tags.keys()) for image in self.app.images.values()]
        return [b" ".join(names).decode().removeprefix("cropperhead|") for names in found]

    @property
    def asked(self) -> str:
        asked = self.folder / "asked"
        return asked.read_text() if asked.exists() else ""


@pytest.fixture
def desk(lua: Lua, tmp_path: Path) -> Desk:
    return Desk(lua, tmp_path)


@pytest.mark.parametrize("before", [{}, OFF, {"tag": "left"}, {"tag": "rejected"} | OFF])
def test_reject_leaves_a_photo_without_a_crop_as_it_is(
    desk: Desk, before: dict[str, object]
) -> None:
    desk.photo(ANSWER, became("rejected"), **before)
    assert desk.press("reject") == "No suggested crop to take away: 1"
    assert (desk.edits, desk.tags, desk.asked) == ([0], [before.get("tag", "")], "")


def test_a_photo_that_is_best_left_is_said_to_be(desk: Desk) -> None:
    desk.photo(ANSWER | {"verdict": "leave", "note": "it is a panorama"})
    assert desk.press("suggest") == "Best left as it is: it is a panorama."
    assert (desk.edits, desk.tags) == ([0], ["left"])


@pytest.mark.parametrize("before", [{"tag": "suggested"}, {"tag": "accepted"}, CROP])
def test_reject_takes_away_a_crop_of_an_earlier_session(
    desk: Desk, before: dict[str, object]
) -> None:
    desk.photo(ANSWER, became("rejected"), **before)
    assert desk.press("reject") == "Rejected; the photo is as before."
    assert (desk.edits, desk.tags) == ([1], ["rejected"])


def test_reject_takes_away_what_was_just_suggested_once(desk: Desk) -> None:
    desk.photo(ANSWER, became("rejected"))
    assert desk.press("suggest", "reject") == "Rejected; the photo is as before."
    assert desk.press("suggest", "reject", "reject") == "No suggested crop to take away: 1"
    assert desk.edits == [2]


def test_reject_never_asks_for_what_is_over_a_crop_of_ones_own(desk: Desk) -> None:
    desk.keep = False
    desk.photo(error("SidecarConflict"), **CROP)
    assert desk.press("reject") == "Left alone: it has a crop of your own."
    assert "--replace" not in desk.asked
    assert (desk.edits, desk.tags) == ([0], [""])


@pytest.mark.parametrize("is_first", [True, False])
def test_accept_tells_of_every_photo(desk: Desk, is_first: bool) -> None:
    answers = [error("NotInJournal", "nothing was suggested for a.jpg"), became("accepted")]
    for answer in answers if is_first else reversed(answers):
        desk.photo(outcome=answer)
    assert desk.press("accept") == "Accepted: 1, failed: 1 (nothing was suggested for a.jpg)"
    assert sorted(desk.tags) == ["", "accepted"]


def test_one_photo_is_told_of_in_its_own_words(desk: Desk) -> None:
    desk.photo(outcome=error("NotInJournal", "nothing was suggested for a.jpg"))
    assert desk.press("accept") == "nothing was suggested for a.jpg"


def test_a_failure_that_is_no_table_is_a_failure(desk: Desk) -> None:
    desk.photo(outcome={"version": 1, "photo": "x", "error": 1})
    desk.photo(outcome=became("accepted"))
    assert desk.press("accept").startswith("Accepted: 1, failed: 1")


def test_reject_tells_of_every_photo(desk: Desk) -> None:
    desk.photo(error("UnreadablePhoto", "cannot read 0.jpg"), tag="suggested")
    desk.photo(ANSWER, became("rejected"), tag="suggested")
    desk.photo(error("SidecarConflict"), **CROP)
    desk.photo()
    assert desk.press("reject") == (
        "Rejected, as before: 1, no suggested crop to take away: 1,"
        " skipped because of your own crop: 1, failed: 1 (cannot read 0.jpg)"
    )
    assert desk.edits == [0, 1, 0, 0]


def test_a_photo_that_is_rejected_is_not_called_best_left(desk: Desk) -> None:
    for _ in range(2):
        desk.photo(ANSWER, became("rejected"), tag="suggested")
    assert desk.press("reject") == "Rejected, as before: 2"
    assert not any(b"left" in text for text in desk.app.said.values())


def test_a_batch_is_counted(desk: Desk) -> None:
    for _ in range(3):
        desk.photo(ANSWER)
    desk.press("suggest")
    counted = [text.decode().splitlines()[-1] for text in desk.app.shown.values()]
    assert counted == ["1/3", "2/3", "3/3"]
