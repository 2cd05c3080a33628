"""The program missing, old, crashing, babbling or hanging, and names that are no words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .chart import SIZE, apart, jpeg
from .panel import PLUGIN, PROGRAM, Panel, crop_in, panel, script

pytestmark = pytest.mark.xdist_group("darktable-gui")

USAGE = (
    'echo "usage: cropperhead COMMAND" >&2; echo "cropperhead: error: invalid choice" >&2; exit 2'
)
OTHER_VERSION = """echo '{"version":2,"photo":"a"}'; sleep 0.2"""
HALF = """echo '{"version":1,"photo":"a","verdict":"crop","crops":[{"history":[]}]}'"""


@pytest.fixture(scope="module")
def gui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Panel]:
    """darktable with a plugin that waits five seconds for an answer."""
    settings = "lua/cropperhead/ratio=1:1\nlua/cropperhead/patience=5\n"
    with panel(tmp_path_factory.mktemp("gui"), settings=settings) as running:
        yield running


@pytest.fixture
def number(gui: Panel, tmp_path: Path) -> int:
    """A photo that is selected."""
    (number,) = gui.add(jpeg(tmp_path / "a.jpg"))
    gui.select([number])
    return number


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (USAGE, "too old"),
        (OTHER_VERSION, "do not fit together"),
        ("echo 'Hello, world'; exec sleep 600", "does not understand"),
        (HALF, "does not understand"),
        ("head -c 100000 /dev/urandom; echo", "does not understand"),
        ("kill -SEGV $$", "ended before"),
        ("echo 'ModelError: no model' >&2; exit 1", "no model"),
        ("exit 0", "ended before"),
        ("exec sleep 600", "no answer for 5 seconds"),
        ("trap '' TERM; while :; do sleep 0.1; done", "no answer for 5 seconds"),
    ],
)
def test_a_program_that_fails_is_told_and_nothing_is_changed(
    gui: Panel, tmp_path: Path, number: int, lines: str, said: str
) -> None:
    gui.use(script(tmp_path / "program", f'echo $$ > "{tmp_path}/pid"\n{lines}\n'))
    assert said in gui.press("suggest")
    gui.use(PROGRAM)
    assert crop_in(tmp_path / "a.jpg") is None
    assert gui.tags(number) == set()
    assert gui.leftovers() == []
    assert not is_running(int((tmp_path / "pid").read_text()))
    assert "1:1" in gui.press("suggest")


def is_running(pid: int) -> bool:
    """Whether this process lives, a moment after it was to end."""
    for _ in range(50):
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or ") Z " in stat.read_text():
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize("program", ["/no/such/program", "", "/etc/passwd"])
def test_a_program_that_is_not_there_is_told(gui: Panel, number: int, program: str) -> None:
    with gui.using(program):
        assert "was not found" in gui.press("suggest")
    assert gui.tags(number) == set()


def test_what_came_before_a_crash_is_kept(gui: Panel, tmp_path: Path) -> None:
    photos = [jpeg(tmp_path / f"{name}.jpg") for name in "abc"]
    gui.select(gui.add(*photos))
    once = f'"{PROGRAM}" "$@" | head -n 1\nkill -SEGV $$'
    with gui.using(script(tmp_path / "program", once)):
        said = gui.press("suggest")
    assert "ended before" in said
    assert "Cropped: 1" in said
    assert [crop_in(photo) is not None for photo in photos] == [True, False, False]


NAMES = [
    "with spaces.jpg",
    'it\'s "quoted".jpg',
    "$(touch hacked) `touch hacked`.jpg",
    "; touch hacked; .jpg",
    "-rf.jpg",
    "\\back\\slash\\.jpg",
    "two\nlines.jpg",
    "größe 写真 фото.jpg",
    "100%s%d.jpg",
    "<b>&amp;.jpg",
]


@pytest.mark.parametrize("name", NAMES)
def test_no_file_name_is_ever_run(gui: Panel, tmp_path: Path, name: str) -> None:
    photo = jpeg(tmp_path / name)
    (number,) = gui.add(photo)
    gui.select([number])
    assert "1:1" in gui.press("suggest")
    assert crop_in(photo) is not None
    assert gui.press("accept") == "Accepted."
    assert gui.tags(number) == {"cropperhead|accepted"}
    places = [tmp_path, gui.gui.folder, gui.gui.folder / "home", Path.cwd(), Path("/")]
    assert not any((place / "hacked").exists() for place in places)


def test_without_sidecars_nothing_is_begun(tmp_path: Path) -> None:
    with panel(tmp_path, settings="write_sidecar_files=never\n") as alone:
        photo = jpeg(tmp_path / "a.jpg")
        (number,) = alone.add(photo)
        alone.select([number])
        assert "sidecar" in alone.press("suggest")
        assert alone.tags(number) == set()


def test_german_darktable_speaks_german_and_still_reads_numbers(
    tmp_path: Path, german: str
) -> None:
    speech = {"LOCPATH": german, "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"}
    with panel(tmp_path, settings="lua/cropperhead/ratio=1:1\n", **speech) as alone:
        assert alone.gui.lua('return string.format("%.1f", 0.5)') == "0,5"
        photo = jpeg(tmp_path / "a.jpg")
        alone.select(alone.add(photo))
        alone.gui.lua(f'said = "" {PLUGIN}.actions.suggest()')  # shortcuts have German names
        alone.gui.until('said ~= ""')
        assert alone.end().startswith("Zuschnitt 1 von ")
        crop = crop_in(photo)
        assert crop is not None
        assert apart(crop.quad(SIZE), alone.suggested(photo)[0].quad(SIZE)) < 2.5
