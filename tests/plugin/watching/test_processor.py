"""What is done with one photo: what cannot be seen now is tried again, what went is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from cropperhead_core.exiftool import ExifTool
from cropperhead_core.journal import Journal
from cropperhead_core.wishes import Wishes
from cropperhead_plugin.watching.entry import Entry
from cropperhead_plugin.watching.logs import Troubles
from cropperhead_plugin.watching.policy import Policy
from cropperhead_plugin.watching.processor import Processor
from cropperhead_plugin.watching.queue import Queue
from cropperhead_plugin.writer import Writer

POLICY = Policy(wishes=Wishes(), options="", editor="darktable")


@pytest.mark.parametrize(("place", "expected"), [("file", {"failed": 1}), ("folder", {})])
def test_a_photo_that_cannot_be_looked_at_is_not_taken_for_gone(
    tmp_path: Path, place: str, expected: dict[str, int]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    entry = Entry(tmp_path / place / "a.jpg", (1, 2), state="waiting")
    with Queue(tmp_path / "watch.sqlite") as queue, Journal(tmp_path / "j.sqlite") as journal:
        queue.put([entry])
        writer = Writer(journal, ExifTool())
        processor = Processor(
            POLICY,
            queue=queue,
            journal=journal,
            writer=writer,
            troubles=Troubles(),
            resettle=lambda one: queue.put([one]),
        )
        assert not processor.admit(entry)
        assert queue.counts() == expected
