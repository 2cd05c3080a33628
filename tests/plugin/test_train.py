"""`cropperhead train`: a model that evaluate takes, and wrong usage in one line."""

from __future__ import annotations

import json
from argparse import Namespace
from functools import partial
from pathlib import Path

import pytest

from cropperhead_core.errors import InstallError
from cropperhead_plugin.cli.train import LOSSES, NETWORKS, require_room

from .conftest import Program, lines
from .test_hostile_folders import modest

pytestmark = pytest.mark.xdist_group("tensorflow")


def test_a_classic_network_is_trained_and_judged(program: Program, shared: Path) -> None:
    data = shared / "data"
    options = ["--network", "classic", "--loss", "iou", "--quick"]
    done = program("train", "--data", data, "--out", "new", *options)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == "new\n"
    judged = program("evaluate", "--data", data, "--limit", "1", "--classic", "new", "--json")
    rows = [line["name"] for line in lines(judged.stdout) if line["kind"] == "row"]
    assert rows[-1] == "classic network"
    described = json.loads((program.folder / "new/config.json").read_text())
    assert described["recipe"]["loss"] == "iou"
    assert len(described["data_sha256"]) == 64
    assert list((program.folder / "new.work").rglob("crops/events*"))


@pytest.mark.parametrize("is_quick", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
def test_each_network_is_made_by_its_recipe(network: str, is_quick: bool) -> None:
    from cropperhead_core.training.classic_fit import ClassicConfig, make_classic, quick_classic
    from cropperhead_core.training.levelling import LevelConfig, make_level, quick_level
    from cropperhead_core.training.make import make_model
    from cropperhead_core.training.recipe import TrainingConfig, quick

    recipe, maker, smaller = {
        "ranker": (TrainingConfig(name="new", seed=7), make_model, quick),
        "level": (LevelConfig(name="new", seed=7), make_level, quick_level),
        "classic": (ClassicConfig(seed=7, loss="giou"), make_classic, quick_classic),
    }[network]
    made = NETWORKS[network](Namespace(seed=7, quick=is_quick, loss="giou"), "new")
    assert isinstance(made, partial)
    assert made.func is maker
    assert made.args == (smaller(recipe) if is_quick else recipe,)


def test_the_losses_offered_are_those_there_are() -> None:
    from cropperhead_core.training.box_losses import LOSSES as KNOWN

    assert tuple(KNOWN) == LOSSES


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--data", ".", "--out", "new"], "expected the open data"),
        (["--data", ".", "--out", "new", "--loss", "iou"], "--loss is for --network classic"),
        (["--data", ".", "--out", "new", "--loss", "mae"], "invalid choice"),
        (["--data", "open", "--out", "new"], "expected the open data"),
        (["--data", "."], "--out"),
        *[
            (["--data", "open", "--out", "new", "--seed", seed], "expected a seed from 0 to")
            for seed in ("-1", "4294967296", "99999999999")
        ],
        (["--data", "open", "--out", ""], "got an empty name"),
        (["--data", "open", "--out", "new", "--work", ""], "got an empty name"),
        *[
            (["--data", "open", "--out", out], "expected a folder with a name of its own")
            for out in (".", "..", "/")
        ],
        (["--data", "open", "--out", "file"], "expected a folder, got a file"),
        (["--data", "open", "--out", "file/new"], "expected a folder, got a file"),
        (["--data", "open", "--out", "new", "--work", "file"], "expected a folder, got a file"),
    ],
)
def test_wrong_usage_is_one_line(program: Program, options: list[str], message: str) -> None:
    (program.folder / "open/preferences").mkdir(parents=True)
    (program.folder / "file").touch()
    done = program("train", *options)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert sorted(path.name for path in program.folder.iterdir()) == ["file", "open"]


def test_a_closed_place_is_told_before_the_work(program: Program) -> None:
    (program.folder / "open/preferences").mkdir(parents=True)
    locked = program.folder / "locked"
    locked.mkdir(mode=0o555)
    done = modest(program)("train", "--data", "open", "--out", "locked/to/be/made")
    assert done.returncode == 2
    assert done.stderr.decode().endswith(f"cannot write to the folder {locked}\n")
    assert list(locked.iterdir()) == []


def test_a_place_without_room_for_checkpoints_is_told(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match=r"of room for .*work, got \d+ MB: make room"):
        require_room(tmp_path / "to/be/made.work", needed=2**60)


@pytest.mark.parametrize("network", NETWORKS)
def test_data_with_nothing_to_watch_are_told(program: Program, shared: Path, network: str) -> None:
    row = (shared / "data/preferences/preferences.jsonl").read_text().partition("\n")[0]
    text = "file,kind,licence,credit,source,tier\n"
    for path, content in (("preferences/preferences.jsonl", row), ("photos/manifest.csv", text)):
        (program.folder / path).parent.mkdir()
        (program.folder / path).write_text(content)
    (program.folder / "preferences/images").symlink_to(shared / "data/preferences/images")
    done = program("train", "--data", ".", "--out", "new", "--network", network)
    assert done.returncode == 2
    assert "expected photos to learn from and others to watch in ., got" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert not (program.folder / "new").exists()


def test_without_tensorflow_it_says_what_to_install(program: Program, shared: Path) -> None:
    # A folder on the path that hides it, as an install without the extra would.
    (program.folder / "sitecustomize.py").write_text(
        "import importlib.util as u\n"
        "real = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == 'tensorflow' else real(name, *rest)\n"
    )
    bare = Program(program.home, program.folder, environ={"PYTHONPATH": str(program.folder)})
    done = bare("train", "--data", shared / "data", "--out", "new")
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == [
        "cropperhead train: training needs TensorFlow: pip install '.[train]' in the checkout"
    ]
