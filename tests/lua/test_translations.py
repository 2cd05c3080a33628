"""Every text of the panel is there in German and French, and what is shipped is up to date."""

from __future__ import annotations

import gettext
import re
import subprocess
from pathlib import Path

import pytest

from .conftest import FOLDER

PLUGIN = FOLDER / "cropperhead"
LANGUAGES = ("de", "fr")
PLACES = re.compile(r"%[sd%]")


def catalog(path: Path) -> dict[str, str]:
    """The translations in a .mo file, by the English text; the header is left out."""
    with path.open("rb") as file:
        found = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {text: said for text, said in found.items() if text}


def shipped(language: str) -> Path:
    return PLUGIN / "locale" / language / "LC_MESSAGES/cropperhead.mo"


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every text that the plugin's modules mark for translation."""
    template = tmp_path_factory.mktemp("texts") / "cropperhead.po"
    sources = sorted(PLUGIN.glob("*.lua"))
    options = ["-L", "Lua", "--from-code=UTF-8", "-k_", "-kN", "-o", template]
    subprocess.run(["xgettext", *options, *sources], check=True)
    # What has no translation yet would be left out of the .mo: let each text stand for itself.
    english = template.with_name("english.po")
    subprocess.run(["msgen", "-o", english, template], check=True)
    english.write_text(english.read_text().replace("CHARSET", "UTF-8"))
    compiled = template.with_suffix(".mo")
    subprocess.run(["msgfmt", "-o", compiled, english], check=True)
    return set(catalog(compiled))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(texts: set[str], language: str) -> None:
    assert set(catalog(shipped(language))) == texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shipped_is_what_is_written(tmp_path: Path, language: str) -> None:
    fresh = tmp_path / "fresh.mo"
    subprocess.run(["msgfmt", "-o", fresh, shipped(language).with_suffix(".po")], check=True)
    assert catalog(shipped(language)) == catalog(fresh)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_keep_their_places(language: str) -> None:
    for text, said in catalog(shipped(language)).items():
        assert PLACES.findall(said) == PLACES.findall(text), text
