"""`cropperhead evaluate` from end to end on a handful of photos, and its page in a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cropperhead_plugin.cli.work import model_folder
from cropperhead_plugin.settings import Settings

from .conftest import Program, lines, photo
from .test_hostile_folders import modest

pytestmark = pytest.mark.xdist_group("evaluate")

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/evaluation.schema.json").read_text())
PAGE = "page <1>.html"


@pytest.fixture(scope="module")
def judged(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """The folder of an evaluation of four photos, one more cropped by people, and its lines."""
    home = tmp_path_factory.mktemp("judged")
    photo(home / "chelsea.jpg", "chelsea")
    row = {"photo": "chelsea.jpg", "width": 451, "height": 300, "boxes": [[50, 20, 400, 290]]}
    (home / "crops.jsonl").write_text(json.dumps(row))
    (home / PAGE).write_text("older")
    (home / "older.html").hardlink_to(home / PAGE)
    options = ["--limit", "4", "--json", "--html", PAGE, "--crops", "crops.jsonl"]
    options += ["--classic", str(shared / "data/seed")]
    done = Program(home, home)("evaluate", "--data", shared / "data", *options)
    assert done.returncode == 0, done.stderr.decode()
    return home, lines(done.stdout)


def test_every_line_obeys_the_schema(judged: tuple[Path, list[Any]]) -> None:
    for line in judged[1]:
        jsonschema.validate(line, SCHEMA)


def test_every_method_is_judged_by_the_same_photos(judged: tuple[Path, list[Any]]) -> None:
    first, *others = judged[1]
    rows = [line for line in others if line["kind"] == "row"]
    assert first["kind"] == "photos"
    assert {row["photos"] for row in rows} == {first["photos"]} == {4}
    assert [line for line in others if line["kind"] == "missing"] == []
    assert len(rows) == 12
    assert all(row["outside"] == 0 for row in rows if row["name"].startswith("ours"))


def test_leaving_every_photo_regrets_what_the_best_gains(judged: tuple[Path, list[Any]]) -> None:
    first, *others = judged[1]
    full = next(line for line in others if line.get("name") == "full frame")
    assert full["choice"] == first["full"]
    assert full["regret"][0] == pytest.approx(first["best"][0] - first["full"][0], abs=1e-4)
    assert full["left"] == [1, 1, 1]


def test_the_same_network_twice_has_the_same_figures(judged: tuple[Path, list[Any]]) -> None:
    rows = {line["name"]: line for line in judged[1] if line["kind"] == "row"}
    original, classic = ({**rows[f"{name} network"]} for name in ("original", "classic"))
    for row in (original, classic):
        row.pop("name"), row.pop("cpu_ms")
    assert original == classic


def test_people_judge_too(judged: tuple[Path, list[Any]]) -> None:
    people = [line for line in judged[1] if line["kind"] == "people"]
    assert len(people) == 12
    assert all(line["photos"] == 1 for line in people)


def browsed(page: Path, script: str = "") -> str:
    """The page's elements in Chromium once this script has run; it may not load anything."""
    return dumped(scripted(page, script))


def scripted(page: Path, script: str) -> Path:
    """A copy of the page that runs this script when it is there."""
    copy = page.with_name("copy.html")
    copy.write_text(page.read_text().replace("</body>", f"<script>{script}</script></body>"))
    return copy


def dumped(page: Path) -> str:
    """The page's elements in Chromium."""
    done = subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *(f"--user-data-dir={page.parent / 'chromium'}", "--virtual-time-budget=3000"),
            *("--hide-scrollbars", "--dump-dom", page.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "CONSOLE" not in done.stderr, done.stderr
    return re.sub(r"<script.*?</script>", "", done.stdout, flags=re.DOTALL)


def test_the_page_shows_each_photo_with_every_crop(judged: tuple[Path, list[Any]]) -> None:
    seen = browsed(judged[0] / PAGE)
    assert seen.count("<article") == 4
    assert seen.count("<svg") == 4 * (1 + 12)
    assert "4 of 4 photos" in seen


def test_the_page_has_every_table_and_line(judged: tuple[Path, list[Any]]) -> None:
    rows = [line for line in judged[1] if line["kind"] == "row"]
    seen = browsed(judged[0] / PAGE)
    tables = re.findall(r"<caption>(.*?)</caption>(.*?)</table>", seen, re.DOTALL)
    assert {title: body.count('<th scope="row">') for title, body in tables} == {
        "What it chooses": len(rows),
        "Beside ours, photo by photo": len([row for row in rows if row["name"] != row["ours"]]),
        "How it behaves": len(rows),
        "How it levels": len([row for row in rows if row["levelling"]]),
        "Against crops by people": 12,
    }


def test_the_page_tells_means_and_shares_with_their_intervals(
    judged: tuple[Path, list[Any]],
) -> None:
    first, *others = judged[1]
    seen = " ".join(re.sub(r"<.*?>", " ", browsed(judged[0] / PAGE)).split())
    mean, low, high = first["full"]
    assert f"The whole frame scores {mean:.2f} {low:.2f} to {high:.2f} on average" in seen
    ours = next(line for line in others if line["name"] == "ours: suggest")
    mean, low, high = (round(100 * part) for part in ours["among_best"])
    assert f" {mean} % {low} to {high} " in seen
    people = next(line for line in others if line["kind"] == "people")
    mean, low, high = people["overlap"]
    assert f"{people['name']} 1 {mean:.2f} {low:.2f} to {high:.2f} " in seen


def test_the_page_says_whose_the_scores_are_and_what_was_set_on_these_photos(
    judged: tuple[Path, list[Any]],
) -> None:
    seen = " ".join(browsed(judged[0] / PAGE).split())
    assert "A vision-language model scored 25 boxes of each photo from 1 to 5" in seen
    assert "own crop has no score: it is foretold from those" in seen
    assert "Two thresholds were set on the validation part" in seen
    assert "at most .2 below the best box" in seen


def test_the_page_counts_the_worst_that_it_shows(judged: tuple[Path, list[Any]]) -> None:
    assert "The 4 worst of ours" in browsed(judged[0] / PAGE)


def test_the_page_writes_ranges_in_words(judged: tuple[Path, list[Any]]) -> None:
    ranges = re.findall(r"<small>(.*?)</small>", browsed(judged[0] / PAGE))
    assert ranges
    number = r"−?\d+(\.\d\d)?"
    assert all(re.fullmatch(f"{number} to {number}", each) for each in ranges)


@pytest.mark.parametrize("width", [400, 1400])
def test_the_page_is_not_wider_than_its_window(judged: tuple[Path, list[Any]], width: int) -> None:
    told = "parent.postMessage(`${document.documentElement.scrollWidth} of ${innerWidth}`, '*');"
    page = scripted(judged[0] / PAGE, told)
    around = page.with_name("around.html")  # Chromium has no windows under 500 pixels
    around.write_text(
        "<script>onmessage = (told) => document.body.append(told.data);</script>"
        f'<iframe src="{page.as_uri()}" width="{width}" height="900" frameborder="0"></iframe>'
    )
    assert f"{width} of {width}" in dumped(around)


def test_the_page_filters_orders_and_hides(judged: tuple[Path, list[Any]]) -> None:
    seen = browsed(
        judged[0] / PAGE,
        "document.querySelector('[value=composed]').click();"
        "document.querySelector('[value=smartcrop]').click();",
    )
    photos = seen.count("<article")
    assert f"{photos} of 4 photos" in seen
    assert 0 <= photos < 4
    assert seen.count("<svg") == photos * 12


def test_the_page_opens_a_crop_large_from_the_keyboard(judged: tuple[Path, list[Any]]) -> None:
    seen = browsed(
        judged[0] / PAGE,
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true}));"
        "document.querySelector('article button').click();",
    )
    assert re.search(r"<dialog[^>]* open", seen)


def test_the_page_takes_the_place_of_an_older_one_in_one_step(judged: tuple[Path, Any]) -> None:
    assert (judged[0] / "older.html").read_text() == "older"
    assert "<article" in browsed(judged[0] / PAGE)


def test_a_page_where_nothing_can_be_written_is_said_before_the_work(program: Program) -> None:
    locked = program.folder / "locked"
    locked.mkdir(mode=0o555)
    done = modest(program)("evaluate", "--data", "absent", "--html", "locked/page.html")
    assert done.returncode == 2
    assert done.stderr.decode().endswith(f"cannot write to the folder {locked}\n")


def test_the_page_needs_no_network(judged: tuple[Path, list[Any]]) -> None:
    text = (judged[0] / PAGE).read_text()
    assert "default-src 'none'" in text
    assert set(re.findall(r"https?://[^\"'\s]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_a_method_that_is_not_installed_is_said_to_be_missing(
    program: Program, shared: Path
) -> None:
    (program.folder / "smartcrop.py").write_text("raise ImportError('hidden')")
    bare = Program(program.home, program.folder, environ={"PYTHONPATH": str(program.folder)})
    printed = lines(bare("evaluate", "--data", shared / "data", "--limit", "1", "--json").stdout)
    (missing,) = (line for line in printed if line["kind"] == "missing")
    assert missing["name"] == "smartcrop"
    assert "pip install '.[evaluate]'" in missing["why"]
    jsonschema.validate(missing, SCHEMA)


def test_a_classic_network_that_is_damaged_is_said_before_the_work(
    program: Program, shared: Path
) -> None:
    for name in ("model.json", "group1-shard1of1.bin"):
        shutil.copy(shared / "data/seed" / name, program.folder)
    config = {"files": {"group1-shard1of1.bin": "0" * 64}}
    (program.folder / "config.json").write_text(json.dumps(config))
    done = program("evaluate", "--data", "absent", "--classic", ".")
    assert done.returncode == 2
    (said,) = done.stderr.decode().splitlines()
    assert said.endswith("do not match their hash, train them again")


@pytest.mark.parametrize("recipe", [None, [], {"parts": None}, {"parts": "train"}, {"parts": [1]}])
def test_a_recipe_that_makes_no_sense_is_said_before_the_work(
    program: Program, recipe: object
) -> None:
    folder = program.folder / "model"
    shutil.copytree(model_folder(Settings()), folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"recipe": recipe}))
    done = program("evaluate", "--data", ".", "--model", folder)
    assert done.returncode == 1
    (said,) = done.stderr.decode().splitlines()
    assert "expected a recipe with parts" in said


def test_words_say_so_when_a_model_was_fitted_to_the_photos(program: Program, shared: Path) -> None:
    folder = program.folder / "model"
    shutil.copytree(model_folder(Settings()), folder)
    config = json.loads((folder / "config.json").read_text())
    config["recipe"]["parts"] = ["train", "validation"]
    (folder / "config.json").write_text(json.dumps(config))
    done = program("evaluate", "--data", shared / "data", "--limit", "1", "--model", folder)
    said = done.stdout.decode()
    assert "was fitted to these photos" in said
    assert "Two thresholds were set" not in said
    for title in ("What it chooses", "Beside ours", "How it behaves", "How it levels"):
        assert title in said


def test_a_full_disk_is_said_and_what_is_missing_is_spelled_out(
    program: Program, shared: Path
) -> None:
    (program.folder / "smartcrop.py").write_text("raise ImportError('hidden')")
    bare = Program(program.home, program.folder, environ={"PYTHONPATH": str(program.folder)})
    asked = ("evaluate", "--data", shared / "data", "--limit", "1")
    done = bare.onto(Path("/dev/full"), *asked)
    assert done.returncode == 1
    assert done.stderr == b"cropperhead: cannot write the results: No space left on device\n"
    said = bare(*asked).stdout
    assert b"pip install '.[evaluate]'" in said
    assert b"Two thresholds were set on the validation part" in said


def test_data_without_scored_photos_is_said(program: Program) -> None:
    columns = "file,set,kind,licence,credit,source,tier"
    for name, text in (("preferences/preferences.jsonl", ""), ("photos/manifest.csv", columns)):
        (program.folder / name).parent.mkdir()
        (program.folder / name).write_text(text)
    done = program("evaluate", "--data", ".")
    assert done.returncode == 2
    assert b"expected scored photos" in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", ".", "--html", "absent/page.html"], "expected a folder for the page"),
        (["--data", "absent", "--html", "."], "expected a file for the page"),
        (["--data", "absent", "--html", "/dev/null"], "expected a file for the page"),
        (["--data", "absent", "--html", ""], "got an empty name"),
        (["--data", "absent", "--classic", "absent"], "--classic: expected a TensorFlow.js model"),
        (["--data", "absent", "--classic", ""], "got an empty name"),
        (["--data", "absent"], "expected the open data"),
        (["--data", ".", "--limit", "0"], "at least 1 photo"),
        (["--data", ".", "--crops", "absent"], "cannot read the crops"),
        ([], "--data"),
    ],
)
def test_wrong_usage_is_one_line(program: Program, options: list[str], message: str) -> None:
    done = program("evaluate", *options)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
