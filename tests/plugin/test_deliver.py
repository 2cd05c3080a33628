"""`cropperhead deliver` and `outcome --sidecars`: what the plugin in darktable asks."""

from __future__ import annotations

import os
import sqlite3
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cropperhead_core.crop import Crop
from cropperhead_core.photo import read_photo
from cropperhead_core.sidecar import darkroom
from cropperhead_core.sidecar.darktable import Step, turn_step
from cropperhead_core.sidecar.history import append
from cropperhead_core.sidecar.packet import NEW, packed, parsed
from cropperhead_core.sidecar.provenance import Provenance
from cropperhead_core.wishes import Wishes
from cropperhead_plugin.deliver import HOLD_S, Pair, deliveries
from cropperhead_plugin.protocol import Failure

from .conftest import Program, lines, photo, snapshot
from .test_cli import TALL, kind

OWN = Crop(0.1, 0.2, 0.8, 0.9)


def listed(*paths: Path) -> bytes:
    """Paths as the plugin lists them."""
    return b"".join(os.fsencode(path) + b"\0" for path in paths)


def beside(path: Path) -> Path:
    return path.with_name(path.name + ".xmp")


def delivered(program: Program, *pairs: Path, more: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return lines(program("deliver", *TALL, *more, stdin=listed(*pairs)).stdout)


def with_history(path: Path, steps: list[dict[str, Any]]) -> None:
    """A sidecar as darktable would have it after it appended these steps."""
    tree = parsed(NEW, path)
    said = [
        Step(s["operation"], s["version"], bytes.fromhex(s["params"]), is_enabled=s["enabled"])
        for s in steps
    ]
    append(tree, said, path)
    path.write_bytes(packed(tree, NEW, path))


@pytest.fixture
def astronaut(program: Program) -> Path:
    return photo(program.folder / "astronaut.jpg")


def test_a_delivery_keeps_the_contract(program: Program, astronaut: Path) -> None:
    before = snapshot(program.folder)
    (line,) = delivered(program, astronaut, beside(astronaut), more=("--top", "3"))
    kind(line, "delivered")
    assert line["verdict"] == "crop"
    assert 1 <= len(line["crops"]) <= 3
    assert snapshot(program.folder) == before


def test_its_steps_are_the_crop_that_is_suggested(program: Program, astronaut: Path) -> None:
    (line,) = delivered(program, astronaut, beside(astronaut))
    with_history(beside(astronaut), line["crops"][0]["history"])
    (shown,) = lines(program("show", "--json", astronaut).stdout)
    for edge in ("top", "left", "bottom", "right"):
        assert shown["crop"][edge] == pytest.approx(line["crops"][0][edge], abs=2 / 512)


def test_its_own_crop_may_be_replaced(program: Program, astronaut: Path) -> None:
    (line,) = delivered(program, astronaut, beside(astronaut))
    with_history(beside(astronaut), line["crops"][0]["history"])
    (again,) = delivered(program, astronaut, beside(astronaut))
    assert kind(again, "delivered")["verdict"] == "crop"


def test_crops_that_darktable_refuses_are_left_out_and_forgotten(program: Program) -> None:
    rocket, narrow = photo(program.folder / "r.jpg", "rocket"), ("--aspect", "1:10", "--top", "100")
    (suggested,) = lines(program("suggest", "--json", *narrow, rocket).stdout)
    (line,) = lines(program("deliver", *narrow, stdin=listed(rocket, beside(rocket))).stdout)
    assert 0 < len(kind(line, "delivered")["crops"]) < len(suggested["crops"])
    (again,) = delivered(program, rocket, beside(rocket))
    assert kind(again, "delivered")["verdict"] == "crop"


def test_a_crop_of_the_photographer_is_left_alone(program: Program, astronaut: Path) -> None:
    sidecar = darkroom.with_crop(None, read_photo(astronaut), OWN, Provenance(), "a")
    beside(astronaut).write_bytes(sidecar.replace(b"cropperhead:Written", b"cropperhead:Other"))
    (line,) = delivered(program, astronaut, beside(astronaut))
    assert kind(line, "failure")["error"]["type"] == "SidecarConflict"
    (line,) = delivered(program, astronaut, beside(astronaut), more=("--replace",))
    assert kind(line, "delivered")["verdict"] == "crop"


def test_what_is_left_alone_is_not_noted_as_suggested(program: Program, astronaut: Path) -> None:
    sidecar = darkroom.with_crop(None, read_photo(astronaut), OWN, Provenance(), "a")
    beside(astronaut).write_bytes(sidecar.replace(b"cropperhead:Written", b"cropperhead:Other"))
    delivered(program, astronaut, beside(astronaut))
    (line,) = lines(program("outcome", "--json", astronaut).stdout)
    assert "nothing was suggested" in kind(line, "failure")["error"]["message"]


def test_answers_come_in_the_order_of_the_pairs(program: Program) -> None:
    photos = [photo(program.folder / f"{n}.jpg", size=(300, 200)) for n in range(6)]
    own = darkroom.with_crop(None, read_photo(photos[0]), OWN, Provenance(), "a")
    for number in (0, 3, 5):
        beside(photos[number]).write_bytes(own.replace(b":Written", b":Other"))
    pairs = [path for one in photos for path in (one, beside(one))]
    printed = delivered(program, *pairs, more=("--jobs", "2"))
    assert [line["photo"] for line in printed] == [str(path) for path in photos]
    assert [n for n, line in enumerate(printed) if "error" in line] == [0, 3, 5]


class Ahead:
    """Takes two photos before it answers the first, as several processes do."""

    def suggestions(self, paths: Iterable[Path], _wishes: Wishes) -> Iterator[Failure]:
        held: list[Path] = []
        for path in paths:
            held.append(path)
            if len(held) == 2:
                yield Failure(held.pop(0), "Answer", "")
        yield from (Failure(path, "Answer", "") for path in held)


def test_an_answer_does_not_wait_for_all_that_is_passed_over(program: Program) -> None:
    photos = [photo(program.folder / f"{n}.jpg", size=(300, 200)) for n in range(8)]
    own = darkroom.with_crop(None, read_photo(photos[0]), OWN, Provenance(), "a")
    for one in photos[1:7]:
        beside(one).write_bytes(own.replace(b":Written", b":Other"))
    taken: list[Path] = []

    def slowly() -> Iterator[Pair]:
        for one in photos:
            taken.append(one)
            time.sleep(HOLD_S / 2)
            yield one, beside(one)

    answers = deliveries(slowly(), Ahead(), Wishes(), None)
    first = next(answers)
    assert len(taken) < 6
    rest = [answer.photo for answer in answers if isinstance(answer, Failure)]
    assert isinstance(first, Failure)
    assert [first.photo, *rest] == photos


def test_versions_of_one_photo_are_told_apart(program: Program, astronaut: Path) -> None:
    second = astronaut.with_name("astronaut_01.jpg.xmp")
    own = darkroom.with_crop(None, read_photo(astronaut), OWN, Provenance(), "a")
    second.write_bytes(own.replace(b":Written", b":Other"))
    printed = delivered(program, astronaut, beside(astronaut), astronaut, second)
    assert ["error" in line for line in printed] == [False, True]


@pytest.mark.parametrize("stdin", [b"a.jpg", b"a.jpg\0", b"a.jpg\0a.jpg.xmp\0b.jpg\0"])
def test_half_a_pair_is_wrong_usage(program: Program, stdin: bytes) -> None:
    done = program("deliver", stdin=stdin)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"expected pairs" in done.stderr


def test_no_pairs_are_no_error(program: Program) -> None:
    assert program("deliver").returncode == 0


@pytest.mark.parametrize(
    "name", ["$(touch hacked).jpg", "two\nlines.jpg", "a'b\"c`d`.jpg", "ä\udcff.jpg"]
)
def test_any_name_is_a_name(program: Program, name: str) -> None:
    path = photo(program.folder / name)
    (line,) = delivered(program, path, beside(path))
    assert kind(line, "delivered")["photo"] == str(path)
    assert not (program.folder / "hacked").exists()


def test_the_outcome_is_that_of_the_version(program: Program, astronaut: Path) -> None:
    (line,) = delivered(program, astronaut, beside(astronaut))
    second = astronaut.with_name("astronaut_01.jpg.xmp")
    with_history(second, line["crops"][0]["history"])
    pairs = listed(astronaut, beside(astronaut), astronaut, second)
    done = program("outcome", "--json", "--sidecars", "-", stdin=pairs)
    assert [kind(said, "recorded")["outcome"] for said in lines(done.stdout)] == [
        "rejected",
        "untouched",
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [([], "inexpressible"), (["--accepted"], "inexpressible"), (["--rejected"], "rejected")],
)
def test_perspective_is_noted_as_inexpressible(
    program: Program, astronaut: Path, said: list[str], expected: str
) -> None:
    delivered(program, astronaut, beside(astronaut))
    shifted = struct.pack("<2f", 0.0, 0.3) + turn_step(0).params[8:]
    step = {"operation": "ashift", "version": 5, "enabled": True, "params": shifted.hex()}
    with_history(beside(astronaut), [step])
    (line,) = lines(program("outcome", "--json", *said, astronaut).stdout)
    assert kind(line, "recorded")["outcome"] == expected
    database = sqlite3.connect(program.journal)
    assert database.execute("SELECT outcome FROM outcomes").fetchall() == [(expected,)]
    database.close()
