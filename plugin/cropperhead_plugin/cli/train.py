"""`cropperhead train`: make a model from open photos, on this machine."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from shutil import disk_usage

from cropperhead_core.disk import is_folder
from cropperhead_core.errors import InstallError, SettingsError, ToolError
from cropperhead_plugin.heap import keep_all
from cropperhead_plugin.settings import Settings, at_home

from .options import named, require_writable
from .output import printing

__all__ = ["describe", "require_room", "run"]

LOSSES = ("mse", "mse+clip", "iou", "giou")
SEEDS = 2**32
"""How many there are: numpy takes no others."""
ROOM = 256 << 20
"""Bytes: the ranker's two checkpoints take about 200 MB."""


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the options of train."""
    parser.description = (
        "Trains a model on the open data and writes it to a folder, for --model. A run that was\n"
        "stopped goes on from its last epoch when it is started again with the same options.\n"
        "TensorBoard shows it: tensorboard --logdir WORK. Needs TensorFlow: in the checkout,\n"
        "pip install '.[train]'. A GPU is used if TensorFlow finds one (see README.md)."
    )
    add = parser.add_argument
    add("--data", required=True, metavar="FOLDER", help="the open data: preferences/, photos/, ...")
    add("--out", required=True, metavar="FOLDER", help="where the model goes; its name is its own")
    add(
        "--work",
        metavar="FOLDER",
        help="features, checkpoints and TensorBoard's logs (default: OUT.work)",
    )
    add(
        "--network",
        choices=list(NETWORKS),
        default="ranker",
        help="ranker: what suggests crops; level: what straightens; classic: the first"
        " CropperHead's, five numbers out, as a baseline for evaluate --classic (default: ranker)",
    )
    add(
        "--loss",
        choices=LOSSES,
        help="what the classic network is trained to lower (default: mse+clip)",
    )
    add("--seed", type=int, default=1, metavar="N", help="the same seed makes the same model")
    add(
        "--quick", action="store_true", help="two steps on a few photos, to see that all of it runs"
    )


def run(options: argparse.Namespace, _settings: Settings) -> int:
    """Train."""
    out, work = _places(options)
    data = at_home(options.data)
    if not 0 <= options.seed < SEEDS:
        raise SettingsError(f"expected a seed from 0 to {SEEDS - 1}, got {options.seed}")
    if options.loss and options.network != "classic":
        raise SettingsError("--loss is for --network classic; the others have a loss of their own")
    if not is_folder(data / "preferences"):
        raise SettingsError(f"expected the open data (preferences/, photos/) in {data}")
    if find_spec("tensorflow") is None:
        raise ToolError("training needs TensorFlow: pip install '.[train]' in the checkout")
    require_room(work)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before the import: it greets at length
    keep_all()
    make = NETWORKS[options.network](options, out.name)
    from cropperhead_core.training.publishing import disk_trouble_told  # imports TensorFlow

    # Keras prints its progress.
    with redirect_stdout(sys.stderr), disk_trouble_told(work, out):
        make(data=data, work=work, folder=out, say=print)
    with printing():
        print(out, flush=True)
    return 0


def _places(options: argparse.Namespace) -> tuple[Path, Path]:
    """Where the model and its work go; raises `SettingsError` where they cannot be."""
    named(options.out)
    out = at_home(options.out)
    if out.name in ("", ".."):  # it names the model and its work
        raise SettingsError(f"expected a folder with a name of its own as --out, got {options.out}")
    work = out.with_name(f"{out.name}.work")
    if options.work is not None:
        named(options.work)
        work = at_home(options.work)
    for place in (out, work):
        require_writable(place)
    return out, work


def require_room(work: Path, needed: int = ROOM) -> None:
    """Raises `InstallError` where the first checkpoints would not fit.

    HDF5, which keeps them, crashes on a full disk when the program ends.
    """
    place = next(place for place in (work, *work.absolute().parents) if is_folder(place))
    free = disk_usage(place).free
    if free < needed:
        raise InstallError(
            f"expected {needed >> 20} MB of room for {work}, got {free >> 20} MB: make room or"
            " choose another place with --work"
        )


def _ranker(options: argparse.Namespace, name: str) -> Callable[..., None]:
    from functools import partial

    from cropperhead_core.training.make import make_model
    from cropperhead_core.training.recipe import TrainingConfig, quick

    config = TrainingConfig(name=name, seed=options.seed)
    return partial(make_model, quick(config) if options.quick else config)


def _classic(options: argparse.Namespace, _name: str) -> Callable[..., None]:
    from functools import partial

    from cropperhead_core.training.classic_fit import ClassicConfig, make_classic, quick_classic

    config = ClassicConfig(seed=options.seed, loss=options.loss or "mse+clip")
    return partial(make_classic, quick_classic(config) if options.quick else config)


def _level(options: argparse.Namespace, name: str) -> Callable[..., None]:
    from functools import partial

    from cropperhead_core.training.levelling import LevelConfig, make_level, quick_level

    config = LevelConfig(name=name, seed=options.seed)
    return partial(make_level, quick_level(config) if options.quick else config)


NETWORKS = {"ranker": _ranker, "level": _level, "classic": _classic}
