"""What is done with one photo: what cannot be seen now is tried again, what went is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from cropperhead_core.errors import ToolError
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.journal import Journal
from cropperhead_core.sidecar import write_crop
from cropperhead_core.sidecar.packet import NEW
from cropperhead_core.suggestion import Verdict
from cropperhead_core.wishes import Wishes
from cropperhead_plugin.protocol import Failure
from cropperhead_plugin.watching.entry import Entry, stamp
from cropperhead_plugin.watching.gate import require_room
from cropperhead_plugin.watching.logs import Troubles
from cropperhead_plugin.watching.policy import Policy
from cropperhead_plugin.watching.processor import CLOSED_DELAY_S, Processor
from cropperhead_plugin.watching.queue import Queue
from cropperhead_plugin.writer import Writer
from tests.plugin.conftest import CROP, OTHER, photo, snapshot, suggestion

POLICY = Policy(wishes=Wishes(), options="o", editor="darktable")


@dataclass(frozen=True, slots=True)
class Watching:
    """A processor, the queue that it notes things in, and a folder for photos."""

    processor: Processor
    queue: Queue
    folder: Path


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    folder = tmp_path / "photos"
    folder.mkdir()
    with Queue(tmp_path / "watch.sqlite") as queue, Journal(tmp_path / "j.sqlite") as journal:
        processor = Processor(
            POLICY,
            queue=queue,
            journal=journal,
            writer=Writer(journal, ExifTool()),
            troubles=Troubles(),
            resettle=lambda one: queue.put([replace(one, state="settling")]),
        )
        yield Watching(processor, queue, folder)


@pytest.mark.parametrize(("place", "expected"), [("file", {"failed": 1}), ("folder", {})])
def test_a_photo_that_cannot_be_looked_at_is_not_taken_for_gone(
    watching: Watching, tmp_path: Path, place: str, expected: dict[str, int]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    entry = Entry(tmp_path / place / "a.jpg", (1, 2), state="waiting")
    watching.queue.put([entry])
    assert not watching.processor.admit(entry)
    assert watching.queue.counts() == expected


@pytest.mark.parametrize("verdict", ["crop", "leave"])
@pytest.mark.parametrize("is_anybodys", [True, False])
def test_a_sidecar_that_comes_while_the_photo_is_looked_at_stays(
    watching: Watching, verdict: Verdict, is_anybodys: bool
) -> None:
    entry = admitted(watching)
    path = entry.path
    if is_anybodys:
        path.with_name("a.jpg.xmp").write_bytes(NEW)
    else:
        write_crop(path, OTHER)
    before = snapshot(watching.folder)
    watching.processor.finish(entry, replace(suggestion(path, CROP), verdict=verdict))
    assert snapshot(watching.folder) == before
    assert watching.queue.counts() == {"settling": 1}


def admitted(watching: Watching, **options: Any) -> Entry:
    path = photo(watching.folder / "a.jpg")
    entry = Entry(path, stamp(path.lstat()), state="waiting", **options)
    assert watching.processor.admit(entry)
    return entry


def test_a_tool_that_is_away_is_no_fault_of_the_photos(
    watching: Watching, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        entry = admitted(watching, tries=8)
        error = ToolError("cannot start exiftool")
        watching.processor.finish(entry, Failure.of(entry.path, error))
    (failed,) = watching.queue.in_state("failed", 9)
    assert failed.delay_s == CLOSED_DELAY_S
    assert [record.getMessage() for record in caplog.records] == ["cannot start exiftool"]


def test_a_photo_that_needs_too_much_memory_costs_itself(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    entry = admitted(watching)
    monkeypatch.setattr(Writer, "apply", exhausted)
    watching.processor.finish(entry, suggestion(entry.path, CROP))
    (failed,) = watching.queue.in_state("failed", 9)
    assert failed.note == f"{entry.path} needs more memory than there is"


def test_a_file_system_that_tells_no_sizes_is_not_full() -> None:
    require_room(Path("/proc"))
