"""`cropperhead train`: a model that evaluate takes, and wrong usage in one line."""

from __future__ import annotations

import json
from argparse import Namespace
from functools import partial
from pathlib import Path

import pytest

from cropperhead_plugin.cli.train import LOSSES, NETWORKS

from .conftest import Program, lines

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
    ],
)
def test_wrong_usage_is_one_line(program: Program, options: list[str], message: str) -> None:
    (program.folder / "open/preferences").mkdir(parents=True)
    done = program("train", *options)
    assert done.returncode == 2
    assert message in done.stderr.decode()
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
