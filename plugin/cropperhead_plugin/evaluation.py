"""The evaluation as a whole: which photos, which methods, and what became of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from cropperhead_core.crop import Size
from cropperhead_core.dataset import Picture, data_hash, parted
from cropperhead_core.errors import CropperHeadError, ModelError, SettingsError
from cropperhead_core.faces import FaceFinder
from cropperhead_core.horizon import Horizon
from cropperhead_core.model_folder import CONFIG
from cropperhead_core.photo import Photo
from cropperhead_core.ranker import load_model
from cropperhead_core.scene import Eyes
from cropperhead_core.suggest import suggested
from cropperhead_core.suggestion import Suggestion
from cropperhead_core.training.evaluate.judge import Exhibit, exhibits
from cropperhead_core.training.evaluate.methods import (
    FULL_FRAME,
    Method,
    Pixels,
    blind,
    ranker,
    whole_suggestion,
)
from cropperhead_core.training.evaluate.peers import smartcrop, vips_attention
from cropperhead_core.training.evaluate.people import PeopleRow, people_rows, read_crops
from cropperhead_core.training.evaluate.table import Ours, Table, table
from cropperhead_core.training.evaluate.tfjs import classic
from cropperhead_core.training.evaluate.tilt import levelled
from cropperhead_core.wishes import Wishes

from .service import hushed

__all__ = ["OURS", "Evaluation", "Plan", "evaluation"]

OURS = Ours(ranker="ours: the ranker", suggestion="ours: suggest")
FREE = "ours: suggest, any shape"
ORIGINAL, CLASSIC = "original network", "classic network"

KINDLY = (
    "Two thresholds were set on the validation part: from which gain a crop is suggested"
    " (leave_gain), and from which confidence a photo is levelled."
    " So the figures are a little kind."
)

Item = TypeVar("Item")


class Progress(Protocol):
    """What lets a person see how far it is."""

    def __call__(self, results: Iterable[Item], total: int) -> Iterator[Item]:
        """The same items, each as it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be evaluated; limit is a number of photos, None for all of the part."""

    data: Path
    model: Path
    part: Literal["validation", "test"] = "validation"
    limit: int | None = None
    classic: Path | None = None
    crops: Path | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The table, the photos behind it, the rows against people's crops, and what was evaluated.

    is_seen is whether the model was fitted to these photos, so that its figures flatter it.
    """

    part: str
    model: str
    is_seen: bool
    data_sha256: str
    table: Table
    shown: tuple[Exhibit, ...]
    people: tuple[PeopleRow, ...] = ()

    @property
    def reservation(self) -> str:
        """What to keep in mind of the figures of a model that was not fitted to these photos."""
        return KINDLY if self.part == "validation" and not self.is_seen else ""


def evaluation(plan: Plan, watch: Progress) -> Evaluation:
    """Every method on the same photos; one whose program is absent is listed with the reason.

    Raises `CropperHeadError` if the data, our model or the classic one that was asked for cannot be
    read.
    """
    asked = {CLASSIC: _asked_for(plan.classic)} if plan.classic else {}
    crops = read_crops(plan.crops) if plan.crops else []
    with hushed():
        predictor, faces = load_model(plan.model), FaceFinder()
    fitted = _fitted_parts(plan.model)
    parts = parted(plan.data)
    learnt, held = [p for p in parts["train"] if p.scores], parts[plan.part]
    scored = _spread([picture for picture in held if picture.scores], plan.limit)
    if not (learnt and scored):
        raise SettingsError(f"expected scored photos to learn from and to judge by in {plan.data}")
    level = _spread([picture for picture in held if picture.kind == "composed"], plan.limit)
    eyes = Eyes(predictor, faces, Horizon())
    found, missing = _present(_methods(plan, learnt, eyes))
    found |= asked
    shown = tuple(watch(exhibits(scored, found, faces), len(scored)))
    levels = list(watch(levelled(level, _levelling(found)), len(level)))
    return Evaluation(
        part=plan.part,
        model=predictor.name,
        is_seen=plan.part in fitted,
        data_sha256=data_hash(chain.from_iterable(parts.values())),
        table=table(shown, levels, OURS, missing),
        shown=shown,
        people=people_rows(watch(crops, len(crops)), found),
    )


def _fitted_parts(folder: Path) -> Sequence[str]:
    """The parts of the split that the model in this folder was fitted to, as its recipe says.

    Raises `ModelError` for a recipe that makes no sense.
    """
    recipe = json.loads((folder / CONFIG).read_text("utf-8")).get("recipe", {})
    parts = recipe.get("parts", ["train"]) if isinstance(recipe, dict) else None
    if not (isinstance(parts, list) and all(isinstance(part, str) for part in parts)):
        raise ModelError(
            f"expected a recipe with parts, a list of names, in {folder / CONFIG}, got {recipe!r}"
        )
    return parts


def _spread(pictures: list[Picture], limit: int | None) -> list[Picture]:
    """At most so many, in an order that has nothing to do with their sets."""

    def lot(picture: Picture) -> bytes:
        return hashlib.sha256(picture.path.name.encode()).digest()

    return sorted(pictures, key=lot)[:limit]


def _methods(plan: Plan, learnt: list[Picture], eyes: Eyes) -> dict[str, Callable[[], Method]]:
    """What makes each method, in the order of the rows."""
    return {
        OURS.ranker: partial(ranker, eyes.predictor),
        OURS.suggestion: partial(whole_suggestion, _suggest(eyes, Wishes())),
        FREE: partial(whole_suggestion, _suggest(eyes, Wishes(aspect="free"))),
        **{name: partial(_same, method) for name, method in blind(learnt).items()},
        "smartcrop": smartcrop,
        "libvips attention": vips_attention,
        ORIGINAL: partial(classic, plan.data / "seed"),
    }


def _asked_for(folder: Path) -> Method:
    """The classic network in this folder; raises `SettingsError`, since a person named it."""
    try:
        return classic(folder)
    except ModelError as error:
        raise SettingsError(f"--classic: {error}") from error


def _same(method: Method) -> Method:
    return method


def _suggest(eyes: Eyes, wishes: Wishes) -> Callable[[Pixels], Suggestion]:
    """The suggestion for pixels that are no file, as if they were all of a photo."""

    def suggest(pixels: Pixels) -> Suggestion:
        size = Size(pixels.shape[1], pixels.shape[0])
        return suggested(Photo(Path("picture"), size), pixels, eyes, wishes)

    return suggest


def _present(
    makers: Mapping[str, Callable[[], Method]],
) -> tuple[dict[str, Method], dict[str, str]]:
    """The methods that can be had, and why the others cannot."""
    found: dict[str, Method] = {}
    missing: dict[str, str] = {}
    for name, make in makers.items():
        try:
            found[name] = make()
        except CropperHeadError as error:
            missing[name] = str(error)
    return found, missing


def _levelling(methods: Mapping[str, Method]) -> dict[str, Method]:
    """Those that answer with an angle, and leaving all as it is, which must be beaten."""
    names = (OURS.suggestion, FULL_FRAME, ORIGINAL, CLASSIC)
    return {name: methods[name] for name in names if name in methods}
