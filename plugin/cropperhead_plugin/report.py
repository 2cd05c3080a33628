"""An evaluation as one page: the photos with every method's crop, for a person to disagree with."""

from __future__ import annotations

import base64
import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from PIL import Image

from cropperhead_core.crop import Size
from cropperhead_core.errors import SettingsError, SidecarError
from cropperhead_core.sidecar.files import read_bytes, replace_file
from cropperhead_core.training.evaluate.judge import Exhibit, Finding

from .evaluation import OURS, Evaluation
from .evaluation_records import records

__all__ = ["write_report"]

SIDE, QUALITY = 480, 80
"""Of the JPEGs in the page."""


def write_report(found: Evaluation, target: Path) -> None:
    """Write the page in one step; raises `SettingsError` where that cannot be.

    A page that was there is as it was then.
    """
    try:
        replace_file(target, page(found).encode(), expected=read_bytes(target))
    except SidecarError as error:
        raise SettingsError(f"no page was written: {error}") from error


def page(found: Evaluation) -> str:
    """The page as HTML that needs nothing else, neither files nor network."""
    template = files(__package__).joinpath("report.html").read_text("utf-8")
    # "<" cannot end the script element early, whatever a file is called.
    data = json.dumps(_data(found), ensure_ascii=False).replace("<", "\\u003c")
    return template.replace("{{data}}", data)


def _data(found: Evaluation) -> dict[str, Any]:
    told = list(records(found))
    rows = [record for record in told if record["kind"] == "row"]
    seen = "fitted to (its figures flatter it)" if found.is_seen else "not fitted to"
    return {
        "about": f"{len(found.shown)} photos of the {found.part} part, which the model "
        f"{found.model} was {seen}. {found.reservation}".rstrip(),
        "methods": [row["name"] for row in rows],
        "rows": rows,
        "full": found.table.full,
        "best": found.table.best,
        "people": [record for record in told if record["kind"] == "people"],
        "missing": dict(found.table.missing),
        "photos": [_photo(each) for each in found.shown],
    }


def _photo(shown: Exhibit) -> dict[str, Any]:
    picture = shown.picture
    size, jpeg = _jpeg(picture.path)
    return {
        "name": picture.path.stem,
        "kind": picture.kind,
        "licence": picture.licence,
        "width": size.width,
        "height": size.height,
        "jpeg": base64.b64encode(jpeg).decode(),
        "full": shown.full,
        "best": shown.best,
        "ours": round(shown.findings[OURS.suggestion].choice, 3),
        "bestBox": picture.boxes[picture.scores.index(shown.best)],
        "crops": [_crop(finding) for finding in shown.findings.values()],
    }


def _crop(finding: Finding) -> dict[str, Any]:
    return {
        "box": finding.answer.box.round(4).tolist(),
        "angle": round(finding.answer.angle, 2),
        "score": round(finding.choice, 3),
        "left": finding.is_left,
        "outside": finding.is_outside,
        "cut": finding.faces_cut,
    }


def _jpeg(path: Path) -> tuple[Size, bytes]:
    with Image.open(path) as image:
        small = image.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    target = io.BytesIO()
    small.save(target, "JPEG", quality=QUALITY)
    return Size(*small.size), target.getvalue()
