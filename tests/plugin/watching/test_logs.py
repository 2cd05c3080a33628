"""Each trouble is said when it begins and when it is over; a line is a line."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cropperhead_core.errors import SettingsError
from cropperhead_plugin.watching.logs import MOST_BYTES, MOST_TROUBLES, Troubles, fields, log_to

log = logging.getLogger("cropperhead_plugin.test")


def test_the_same_trouble_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    troubles = Troubles()
    for _ in range(3):
        troubles.warn(log, "disk", "full: %s", "/mnt")
    troubles.warn(log, "other", "full: %s", "/home")
    assert caplog.messages == ["full: /mnt", "full: /home"]


def test_a_trouble_that_changed_or_came_back_is_said_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    troubles = Troubles()
    for reason in ("full", "read-only"):
        troubles.warn(log, "disk", "%s", reason)
    for _ in range(2):
        troubles.over(log, "disk", "fine")
    troubles.warn(log, "disk", "%s", "read-only")
    assert caplog.messages == ["full", "read-only", "fine", "read-only"]


def test_troubles_do_not_pile_up() -> None:
    troubles = Troubles()
    for number in range(3 * MOST_TROUBLES):
        troubles.warn(log, number, "trouble %s", number)
    assert len(troubles._said) <= MOST_TROUBLES


def formatted(message: str, values: dict[str, object], *, as_json: bool) -> str:
    handler = log_to("", as_json=as_json, environ={})
    record = log.makeRecord("x", logging.INFO, "f", 1, message, (), None, extra=fields(**values))
    return handler.format(record)


@given(message=st.text(), value=st.text(), as_json=st.booleans())
def test_whatever_is_said_is_one_line(message: str, value: str, as_json: bool) -> None:
    text = formatted(message, {"photo": value}, as_json=as_json)
    assert len(text.splitlines()) == 1
    if as_json:
        assert json.loads(text)["photo"] == value
        assert json.loads(text)["message"] == message


def test_values_are_quoted_where_their_end_is_in_doubt() -> None:
    text = formatted("done", {"photo": "a b.jpg", "note": "x"}, as_json=False)
    assert text.endswith('info: done photo="a b.jpg" note=x')


def test_a_log_file_is_kept_small(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("logs") / "watch.log"
    handler = log_to(str(path), as_json=False, environ={})
    for _ in range(24):
        handler.emit(log.makeRecord("x", logging.INFO, "f", 1, "x" * 1_000_000, (), None))
    handler.close()
    sizes = [file.stat().st_size for file in path.parent.iterdir()]
    assert len(sizes) == 4
    assert max(sizes) <= MOST_BYTES


@pytest.mark.parametrize("name", [".", "file/watch.log", "n" * 300, "nul\0.log"])
def test_a_place_that_cannot_be_a_log_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="log: expected a file to write, got "):
        log_to(str(tmp_path / name), as_json=False, environ={})
