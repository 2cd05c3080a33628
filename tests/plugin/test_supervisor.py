"""What a watch makes of troubles once it has been up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cropperhead_core.errors import CropperHeadError, JournalError, ModelError
from cropperhead_plugin.cli.supervisor import is_to_blame
from cropperhead_plugin.settings import Settings

OLD = Settings(journal="/a/journal.sqlite", folders=("/photos",))


@pytest.mark.parametrize(
    ("error", "settings", "expected"),
    [
        (JournalError("full"), OLD, False),
        (ModelError("gone"), OLD, False),
        (ModelError("gone"), replace(OLD, model="/nope"), True),
        (JournalError("full"), replace(OLD, settle=1.0), False),
        (JournalError("closed"), replace(OLD, journal="/b/journal.sqlite"), True),
    ],
)
def test_new_settings_are_to_blame_for_what_they_changed(
    error: CropperHeadError, settings: Settings, expected: bool
) -> None:
    assert is_to_blame(error, settings, OLD) is expected
