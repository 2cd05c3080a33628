"""What the pages say is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cropperhead_plugin.cli.commands import COMMANDS, command
from cropperhead_plugin.settings import Settings, parse

from .conftest import Program, photo
from .pages import OPENING

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/cli.md").read_text()
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_the_page_shows_the_help(program: Program, name: str) -> None:
    said = program(*filter(None, [name, "--help"]))
    assert said.returncode == 0
    title = f"cropperhead {name}".strip()
    assert f"## {title}\n```text\n{said.stdout.decode()}```\n" in PAGE


def test_the_page_has_nothing_else() -> None:
    assert PAGE.startswith(OPENING)
    assert len(re.findall("^## ", PAGE, re.MULTILINE)) == 1 + len(COMMANDS)


def test_help_without_arguments_is_the_overview(program: Program) -> None:
    assert program().stdout == program("--help").stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_run(name: str) -> None:
    assert callable(command(name).run)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_has_a_row_for_every_command(name: str) -> None:
    assert re.search(rf"^\| `{name}\b", README, re.MULTILINE)


def test_the_snippet_of_the_readme_runs(program: Program) -> None:
    photo(program.folder / "photo.jpg")
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", snippet], cwd=program.folder, capture_output=True, check=True
    )
    numbers = [float(number) for number in re.findall(rb"=(-?[0-9.]+)", done.stdout)]
    assert numbers == pytest.approx([0.1, 0.2, 0.9, 1.0, 0.0], abs=1 / 400)


def test_the_settings_of_the_readme_are_settings() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert parse(example, Settings()) != Settings()


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")]
)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / link).exists(), link


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs/README.md").read_text()
    for page in ROOT.glob("docs/*.md"):
        assert page.name == "README.md" or f"]({page.name})" in index


def test_help_starts_without_anything_heavy(program: Program) -> None:
    spied = Program(program.home, program.folder, environ={"PYTHONPROFILEIMPORTTIME": "1"})
    imported = spied("suggest", "--help").stderr.decode()
    for heavy in ("numpy", "PIL", "lxml", "ai_edge_litert", "rich", "tensorflow", "sqlite3"):
        assert not re.search(rf"\| +{heavy}\b", imported)
