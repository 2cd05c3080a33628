"""What crosses between Lua and the world: words of a shell, numbers, JSON, styles."""

from __future__ import annotations

import json
import math
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from cropperhead_core.crop import Crop, Size
from cropperhead_plugin.protocol import line
from tests.strategies import crops_of

from .conftest import Lua

LUA = Lua()
NASTY = bytes(range(1, 256))
doubles = st.floats(allow_nan=False, allow_infinity=False)
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def through_a_shell(words: list[bytes]) -> list[bytes]:
    """What a shell makes of these words, quoted by the plugin."""
    quoted = LUA.module("quote").line(LUA.runtime.table_from([b"printf", b"%s\\0", *words]))
    done = subprocess.run(["sh", "-c", quoted], capture_output=True, check=True)
    return done.stdout.split(b"\0")[:-1]


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\0", b"x")), min_size=1))
@example([NASTY])
@example([b"", b"'", b"''", b"\n", b"$(touch hacked)", b"`touch hacked`", b"-n", b"a\\"])
def test_a_shell_takes_every_word_as_it_is(words: list[bytes]) -> None:
    assert through_a_shell(words) == words


def test_a_nul_is_refused() -> None:
    with pytest.raises(Exception, match="NUL"):
        LUA.module("quote").word(b"a\0b")


def same(number: float) -> None:
    text = LUA.module("number").text(number)
    assert b"," not in text
    assert struct.pack("d", float(text)) == struct.pack("d", number)
    back = LUA.module("number").value(repr(number).encode())
    assert struct.pack("d", back) == struct.pack("d", number)


@given(doubles)
@example(-0.0)
@example(5e-324)
@example(0.1)
def test_a_number_keeps_every_bit(number: float) -> None:
    same(number)


@SHARED
@given(number=doubles)
@example(number=0.5)
def test_a_number_keeps_every_bit_in_german(german_numbers: None, number: float) -> None:
    same(number)


@pytest.mark.parametrize(
    "text", [b"", b"x", b"0x10", b"nan", b"inf", b"1,5", b"1 2", b"--1", b"1e"]
)
def test_what_is_no_number_is_none(text: bytes) -> None:
    assert LUA.module("number").value(text) is None


def round_trip(crop: Crop) -> None:
    """A crop from Python through text, Lua, and text again, to Python."""
    numbers = (crop.top, crop.left, crop.bottom, crop.right, crop.angle)
    names = ("top", "left", "bottom", "right", "angle")
    decoded = LUA.module("json").decode(line(dict(zip(names, numbers, strict=True))))
    texts = [LUA.module("number").text(decoded[name.encode()]) for name in names]
    back = Crop(*map(float, texts))
    assert struct.pack("5d", *numbers) == struct.pack(
        "5d", back.top, back.left, back.bottom, back.right, back.angle
    )


@given(crops_of(Size(6000, 4000)))
def test_crops_go_through_lua_bit_for_bit(crop: Crop) -> None:
    round_trip(crop)


@SHARED
@given(crop=crops_of(Size(6000, 4000)))
def test_crops_go_through_german_lua_bit_for_bit(german_numbers: None, crop: Crop) -> None:
    round_trip(crop)


values = st.recursive(
    st.one_of(st.booleans(), doubles, st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(min_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


def plain(value: object) -> object:
    """A Lua value as Python has it; an empty table is an empty list."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if not hasattr(value, "items"):
        return value
    keys = list(value.keys())
    if all(isinstance(key, int) for key in keys):
        return [plain(value[key]) for key in keys]
    return {plain(key): plain(value[key]) for key in keys}


def emptied(value: object) -> object:
    """The same with empty objects as empty lists, which Lua cannot tell apart."""
    if isinstance(value, dict):
        return {key: emptied(item) for key, item in value.items()} or []
    return [emptied(item) for item in value] if isinstance(value, list) else value


@given(values, st.booleans())
def test_lua_reads_the_json_that_python_writes(value: object, escape: bool) -> None:
    text = json.dumps(value, ensure_ascii=escape).encode()
    assert plain(LUA.module("json").decode(text)) == emptied(value)


@given(st.binary(max_size=30))
def test_a_name_of_any_bytes_comes_through(name: bytes) -> None:
    text = line({"photo": name.decode("utf-8", "surrogateescape")})
    assert LUA.module("json").decode(text)[b"photo"] == name


@given(st.binary(max_size=60))
@example(b"")
@example(b"{")
@example(b'{"a"')
@example(b'{"a":1')
@example(b"[1,")
@example(b"[" * 100)
@example(b'"\\u12')
@example(b'"\\ud800')
@example(b"{} {}")
def test_rubbish_is_an_error_and_no_crash(text: bytes) -> None:
    try:
        json.loads(text)
    except ValueError:
        pass
    else:
        return
    decoded = LUA.module("json").decode(text)
    if isinstance(decoded, tuple):
        assert decoded[0] is None
        assert b"expected" in decoded[1]


STEPS = [
    {"operation": "ashift", "version": 5.0, "enabled": False, "params": "00ff" * 446},
    {"operation": "crop", "version": 1.0, "enabled": True, "params": "cdcc" * 12},
]


def test_a_style_says_the_steps() -> None:
    text = LUA.module("style").text(b"CropperHead", LUA.table(STEPS))
    plugins = etree.fromstring(text).findall("style/plugin")
    said = [
        {
            "operation": plugin.findtext("operation"),
            "version": float(plugin.findtext("module") or "nan"),
            "enabled": plugin.findtext("enabled") == "1",
            "params": plugin.findtext("op_params"),
        }
        for plugin in plugins
    ]
    assert said == STEPS
    assert [plugin.findtext("num") for plugin in plugins] == ["0", "1"]


@given(st.lists(st.binary(min_size=1, max_size=20).map(lambda b: b.replace(b"\0", b"x"))))
def test_paths_are_listed_as_they_are(paths: list[bytes]) -> None:
    listed = LUA.module("command").list(LUA.runtime.table_from(paths))
    assert listed == b"".join(path + b"\0" for path in paths)


def test_a_command_runs_between_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "it's $(touch hacked) here"
    folder.mkdir()
    names = ("input", "output", "errors", "pid", "status")
    files = {name: str(folder / name) for name in names}
    (folder / "input").write_bytes(b"in")
    words = LUA.runtime.table_from([b"sh", b"-c", b"cat; echo $$ >&2; exit 3"])
    text = LUA.module("command").line(words, LUA.table(files))
    subprocess.run(["sh", "-c", text], cwd=tmp_path, check=True)
    assert (folder / "output").read_bytes() == b"in"
    assert (folder / "errors").read_text() == (folder / "pid").read_text()
    assert (folder / "status").read_text() == "3\n"
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [(b"12\n", b"kill -TERM 12"), (b"", None), (b"1; rm x", None), (b"-1", None), (None, None)],
)
def test_only_a_number_is_killed(text: bytes | None, expected: bytes | None) -> None:
    assert LUA.module("command").kill(b"TERM", text) == expected


def test_wishes_become_options_with_a_dot(german_numbers: None) -> None:
    wishes = {"aspect": "3:2", "tightness": 0.35, "level": False, "keep": False, "crops": 5}
    words = list(LUA.module("command").deliver(LUA.table(wishes)).values())
    assert words[:3] == [b"deliver", b"--aspect", b"3:2"]
    assert float(words[words.index(b"--tightness") + 1]) == math.nextafter(0.35, 0.35)
    assert words[-2:] == [b"--no-level", b"--replace"]
