"""Checks that everything CropperHead needs is there and works, and what to do where it is not."""

from __future__ import annotations

import platform
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from cropperhead_core.errors import CropperHeadError

from .protocol import VERSION, Record, one_line
from .service import hushed
from .settings import config_path, load

__all__ = ["Check", "checks"]

TIMEOUT_S = 20
EXPECTED = (CropperHeadError, ImportError, OSError, ValueError, subprocess.SubprocessError)
"""What a check may raise when the thing it looks at is not there or broken."""
LIBRARIES = {
    "numpy": "numpy",
    "PIL.Image": "pillow",
    "simplejpeg": "simplejpeg",
    "rawpy": "rawpy",
    "pillow_heif": "pillow-heif",
    "lxml.etree": "lxml",
    "exiftool": "PyExifTool",
    "rich": "rich",
    "watchdog.observers": "watchdog",
}
"""What is imported, and what pip calls it."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `needed` is false for what some photographers do without."""

    name: str
    is_well: bool
    detail: str
    advice: str = ""
    needed: bool = True

    def record(self) -> Record:
        """This as a line of JSON output."""
        return {
            "version": VERSION,
            "check": self.name,
            "ok": self.is_well,
            "needed": self.needed,
            "detail": self.detail,
            "advice": self.advice,
        }


def checks(
    *,
    model: Callable[[], Path],
    faces: Path,
    level: Path,
    exiftool: str,
    journal: Path,
    environ: Mapping[str, str],
) -> Iterator[Check]:
    """Every check, each as soon as it is done."""
    yield _python()
    yield _check("libraries", _libraries, _pip(*LIBRARIES.values()))
    yield _check("LiteRT", _litert, _pip("ai-edge-litert"))
    yield _check(
        "model",
        lambda: _model(model()),
        f"name another in the settings: model = FOLDER, or {_again()}",
    )
    yield _check("face finder", lambda: _faces(faces), _again())
    yield _check("horizon", lambda: _horizon(level), _again())
    yield _check("libexempi", _exempi, "sudo apt install libexempi8")
    advice = "sudo apt install libimage-exiftool-perl, or name it in the settings: exiftool = PATH"
    yield _check("exiftool", lambda: _program(exiftool, "-ver"), advice)
    yield _check("journal", lambda: _journal(journal), _writable(journal))
    advice = f"mend {shlex.quote(str(config_path(environ)))}; the defaults are looked at till then"
    yield _check("settings", lambda: _settings(environ), advice)
    advice = "sudo apt install darktable, unless Lightroom is your editor"
    yield _check("darktable", lambda: _program("darktable-cli", "--version"), advice, needed=False)


def _check(name: str, work: Callable[[], str], advice: str, *, needed: bool = True) -> Check:
    """What this work says, or its error and the advice."""
    try:
        return Check(name, True, one_line(work()), needed=needed)
    except EXPECTED as error:
        return Check(name, False, one_line(str(error)), advice, needed)


def _pip(*packages: str) -> str:
    """The command that brings packages into the Python that we run in."""
    return f"{shlex.quote(sys.executable)} -m pip install {' '.join(packages)}"


def _again() -> str:
    return f"install CropperHead again, in its folder: {_pip('--force-reinstall --no-deps .')}"


def _writable(journal: Path) -> str:
    folder, file = shlex.quote(str(journal.parent)), shlex.quote(str(journal))
    return (
        f"mkdir -p {folder} && chmod u+rwx {folder}; if the file is damaged: mv {file} {file}.old"
    )


def _python() -> Check:
    found = platform.python_version()
    return Check("Python", sys.version_info >= (3, 11), found, "CropperHead needs Python 3.11")


def _libraries() -> str:
    """Their versions; raises ImportError with all that cannot be imported."""
    found, errors = [], []
    for module, name in LIBRARIES.items():
        try:
            import_module(module)
            found.append(f"{name} {version(name)}")
        except ImportError as error:
            errors.append(f"{name} ({error})")
    if errors:
        raise ImportError("cannot import " + ", ".join(errors))
    return ", ".join(found)


def _litert() -> str:
    import_module("ai_edge_litert.interpreter")  # with its native part
    return version("ai-edge-litert")


def _model(folder: Path) -> str:
    from cropperhead_core.ranker import load_model

    with hushed():
        return f"{load_model(folder).name} in {folder}"


def _faces(folder: Path) -> str:
    from cropperhead_core.faces import FaceFinder

    with hushed():
        FaceFinder(folder)
    return str(folder)


def _horizon(folder: Path) -> str:
    from cropperhead_core.horizon import Horizon

    return f"{Horizon(folder).name} in {folder}"


def _settings(environ: Mapping[str, str]) -> str:
    load(environ)
    path = config_path(environ)
    return str(path) if path.exists() else f"defaults ({path})"


def _exempi() -> str:
    from cropperhead_core.sidecar.packet import adobe_parser

    adobe_parser()
    return f"found, python-xmp-toolkit {version('python-xmp-toolkit')}"


def _program(name: str, option: str) -> str:
    """The first line that the program says about its version."""
    try:
        done = subprocess.run(
            [name, option], capture_output=True, text=True, timeout=TIMEOUT_S, check=True
        )
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{name} was not found") from error
    return (done.stdout or done.stderr).strip().partition("\n")[0]


def _journal(path: Path) -> str:
    from cropperhead_core.journal import Journal

    Journal(path).close()
    return str(path)
