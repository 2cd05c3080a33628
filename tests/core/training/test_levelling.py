"""What levelling learns from, and that what is learnt is what is shipped."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from cropperhead_core.dataset import Picture
from cropperhead_core.horizon import BINS, Horizon, belief, mirrored_summary, summary
from cropperhead_core.lines import ANGLES, CELLS, CHANNELS, evidence, luma
from cropperhead_core.training.horizon import level_network, network_weights
from cropperhead_core.training.levelled import figures, heard
from cropperhead_core.training.levelling import LevelConfig, make_level, quick_level
from cropperhead_core.training.offsets import OFFSETS, posterior, targets, usual
from cropperhead_core.training.tilting import resampled, tilted, usual_tilts
from tests.core.test_lines import chart

# Keras 3.15 asks TensorFlow's variables for arrays as NumPy 1 did.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy")

COMPOSED = Picture(Path("a.jpg"), "composed", "CC0")
SNAPSHOT = Picture(Path("b.jpg"), "snapshot", "CC0")


def bell(angles: np.ndarray, spread: float = 0.3) -> np.ndarray:
    """(..., bins): what a network that sees these angles says."""
    found = np.exp(-0.5 * ((BINS - angles[..., None]) / spread) ** 2) + 1e-6
    return found / found.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("angle", [-6.0, -1.5, 0.0, 0.75, 4.0])
def test_a_resampled_picture_lies_as_it_was_turned(angle: float) -> None:
    random = np.random.default_rng(3)
    found = evidence(luma(resampled(chart(), -angle, random))).sum(axis=(1, 2))
    # Half a degree: JPEG's blocks lie level, and in a drawing nothing else is between the lines.
    assert np.median(ANGLES[found.argmax(axis=0)]) == pytest.approx(angle, abs=0.5)


def test_no_corner_shows_when_a_picture_is_turned() -> None:
    white, random = np.full((320, 480, 3), 255, np.uint8), np.random.default_rng(0)
    for angle in (-11, -4, 0, 7, 11):
        for _ in range(5):
            assert resampled(white, angle, random).min() > 150


def test_photos_are_turned_as_photographers_turn_them() -> None:
    tilts = np.abs(usual_tilts(20000, np.random.default_rng(0)))
    assert np.percentile(tilts, [50, 75, 95, 100]) == pytest.approx(
        [0.8, 1.44, 3.49, 8.2], rel=0.05
    )


def test_a_photo_that_lies_askew_in_all_its_versions_is_believed_to() -> None:
    angles = np.linspace(-6, 6, 8)[None]
    before = usual([COMPOSED])
    after = posterior(before, bell(angles + 1.5), angles)
    assert (before @ OFFSETS)[0] == pytest.approx(0, abs=1e-9)
    assert (after @ OFFSETS)[0] == pytest.approx(1.5, abs=0.2)


def test_who_says_nothing_changes_no_belief() -> None:
    angles = np.linspace(-6, 6, 8)[None].repeat(2, axis=0)
    before = usual([COMPOSED, SNAPSHOT])
    said = np.full((2, 8, len(BINS)), 1 / len(BINS))
    assert np.allclose(posterior(before, said, angles), before, atol=1e-6)


def test_a_composed_photo_is_not_believed_to_lie_far_off() -> None:
    angles = np.linspace(-2, 2, 8)[None]
    after = posterior(usual([COMPOSED]), bell(angles + 6), angles)
    assert abs((after @ OFFSETS)[0]) < 0.5


def test_the_target_is_the_turn_back_and_the_offset() -> None:
    known = np.eye(len(OFFSETS))[[np.argmin(np.abs(OFFSETS - 1))]]
    found = targets(known, np.array([-3.0]))
    assert BINS[found.argmax()] == -2
    assert np.allclose(targets(known[:, ::-1], np.array([3.0])), found[:, ::-1], atol=1e-6)


def test_the_shipped_network_computes_what_keras_does() -> None:
    keras.utils.set_random_seed(0)
    network, random = level_network(), np.random.default_rng(0)
    for layer in network.layers:
        shaken = [x + random.normal(0, 0.05, x.shape) for x in layer.get_weights()]
        layer.set_weights([x.astype(np.float16).astype(np.float32) for x in shaken])
    weights = {name: x.astype(np.float32) for name, x in network_weights(network).items()}
    seen = random.gamma(1, 10, (len(ANGLES), CELLS, CELLS, CHANNELS)).astype(np.float32)
    shown, amount = summary(seen)
    both = {
        "shown": np.stack([shown, mirrored_summary(shown)]),
        "amount": np.stack([amount, amount]),
    }
    there, back = network.predict(both, verbose=0)
    expected = np.exp((there + back[::-1]) / 2)
    expected /= expected.sum()
    assert expected.max() > 0.02
    assert np.abs(belief(weights, shown, amount) - expected).max() < 1e-5


def test_a_mirrored_summary_is_that_of_the_mirrored_evidence() -> None:
    seen = np.random.default_rng(0).gamma(1, 10, (len(ANGLES), CELLS, CELLS, CHANNELS))
    there, _ = summary(seen.astype(np.float32))
    back, _ = summary(seen[::-1, :, ::-1].astype(np.float32))
    assert np.allclose(mirrored_summary(there), back, atol=1e-5)


def test_figures_count_what_is_left_and_what_is_harmed() -> None:
    class Found:
        tilts = np.array([1.0, -2.0, 0.0, 3.0])
        turned = np.array([*bell(np.array([-1.25, 2.0, 0.0])), np.full(len(BINS), 1 / len(BINS))])
        untouched = bell(np.array([0.0, 1.0, 0.25, 0.0]))

    found = figures(Found(), 0.6)  # type: ignore[arg-type]
    assert (found.acted, found.harm) == (0.5, 0.25)
    assert found.error == pytest.approx(0.125, abs=0.03)
    assert found.within_half == 1


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data in miniature: boxes drawn level, no scores."""
    folder, random = tmp_path_factory.mktemp("data"), np.random.default_rng(1)
    for part in ("preferences", "photos/images"):
        (folder / part).mkdir(parents=True)
    (folder / "preferences/preferences.jsonl").write_text("")
    with (folder / "photos/manifest.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "set", "kind", "licence", "credit", "source", "tier"])
        for number in range(36):
            pixels = np.full((256, 384, 3), 128, np.uint8)
            for _ in range(8):
                y, x = random.integers(0, 220), random.integers(0, 340)
                pixels[y : y + 120, x : x + 120] = random.integers(0, 255, 3)
            name = f"drawn__{random.bytes(4).hex()}x_{number:06x}.jpg"
            Image.fromarray(pixels).save(folder / "photos/images" / name)
            kind = ("composed", "snapshot")[number % 2]
            rows.writerow([name, "drawn", kind, "CC0", f"Ann, {number}", "us", "A"])
    return folder


def test_the_whole_recipe_runs_in_miniature(drawn: Path, tmp_path: Path) -> None:
    said: list[str] = []
    make_level(
        quick_level(LevelConfig()),
        data=drawn,
        work=tmp_path / "work",
        folder=tmp_path / "made",
        say=said.append,
    )
    made = Horizon(tmp_path / "made")
    config = json.loads((tmp_path / "made/config.json").read_text())
    assert made(chart()).sum() == pytest.approx(1, abs=1e-4)
    assert config["recipe"]["seed"] == 1
    assert "calibrated" in said[-1]
    with (tmp_path / "made/CREDITS.csv").open(newline="") as file:
        credits_ = list(csv.DictReader(file))
    assert len(credits_) == 12
    assert {row["licence"] for row in credits_} == {"CC0"}
    assert all(row["credit"].startswith("Ann, ") for row in credits_)


class Killed(Exception):
    """In place of a signal."""


def test_a_run_that_was_killed_ends_as_if_it_had_not_been(drawn: Path, tmp_path: Path) -> None:
    config = replace(quick_level(LevelConfig()), epochs=(2, 2))

    def killing(line: str) -> None:
        if "are seen to lie off" in line:
            raise Killed

    def made(name: str, say: Callable[[str], None]) -> dict[str, np.ndarray]:
        folder = tmp_path / f"{name}-made"
        make_level(config, data=drawn, work=tmp_path / name, folder=folder, say=say)
        with np.load(folder / "weights.npz") as weights:
            return dict(weights)

    with pytest.raises(Killed):
        made("killed", killing)
    whole, resumed = made("whole", print), made("killed", print)
    assert list(whole) == list(resumed)
    for name, weights in whole.items():
        assert np.array_equal(weights, resumed[name]), name
    assert list((tmp_path / "whole").rglob("validation/events*"))


def test_the_same_seed_sees_the_same(drawn: Path, tmp_path: Path) -> None:
    picture = Picture(next((drawn / "photos/images").iterdir()), "composed", "CC0")
    there, back = (
        tilted([picture], versions=2, seed=5, cache=tmp_path / name) for name in ("a", "b")
    )
    assert np.array_equal(there.seen, back.seen)
    assert np.array_equal(there.angles, back.angles)


@pytest.mark.parametrize("way", ["plain", "alike"])
def test_a_photo_is_heard_turned_and_untouched(drawn: Path, way: str) -> None:
    pictures = [Picture(p, "composed", "CC0") for p in sorted((drawn / "photos/images").iterdir())]

    def tell(pixels: np.ndarray) -> np.ndarray:
        found = evidence(luma(pixels)).sum(axis=(1, 2, 3))
        return np.asarray(bell(np.array(ANGLES[found.argmax()])))

    found = heard(tell, pictures[:6], seed=0, way=way)  # type: ignore[arg-type]
    assert np.median(np.abs(BINS[found.turned.argmax(axis=1)] + found.tilts)) <= 0.5
    assert np.abs(BINS[found.untouched.argmax(axis=1)]).max() <= 0.25
