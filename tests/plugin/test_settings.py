"""Defaults, the settings file over them, options over both."""

from __future__ import annotations

from pathlib import Path

import pytest

from cropperhead_core.errors import SettingsError
from cropperhead_plugin.darktable import config_folders
from cropperhead_plugin.settings import Settings, config_path, defaults, load, parse
from cropperhead_plugin.watching.service_file import unit_path


def test_xdg_folders_are_where_the_standard_says() -> None:
    environ = {"HOME": "/home/ada", "XDG_DATA_HOME": "/data"}
    assert config_path(environ) == Path("/home/ada/.config/cropperhead/settings.toml")
    assert defaults(environ).journal == "/data/cropperhead/journal.sqlite"


def test_a_relative_xdg_folder_is_ignored() -> None:
    environ = {"HOME": "/home/ada", "XDG_CONFIG_HOME": "here"}
    assert config_path(environ).is_relative_to("/home/ada/.config")


def test_without_home_the_list_of_users_says_it() -> None:
    found = Path(defaults({}).journal)
    assert found == Path.home() / ".local/share/cropperhead/journal.sqlite"
    assert config_folders({})[-1].is_relative_to(Path.home())
    assert unit_path({}) == Path.home() / ".config/systemd/user/cropperhead.service"


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    settings = load({"HOME": str(tmp_path)})
    assert settings.editor == "darktable"
    assert settings.journal == str(tmp_path / ".local/share/cropperhead/journal.sqlite")


def test_a_file_is_read(tmp_path: Path) -> None:
    path = config_path({"HOME": str(tmp_path)})
    path.parent.mkdir(parents=True)
    path.write_text('editor = "lightroom"\ntightness = 1\n')
    settings = load({"HOME": str(tmp_path)})
    assert (settings.editor, settings.tightness) == ("lightroom", 1.0)


def loaded(home: Path, text: str) -> Settings:
    """The settings of somebody whose file says this."""
    path = config_path({"HOME": str(home)})
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return load({"HOME": str(home)})


def test_the_home_may_be_written_short(tmp_path: Path) -> None:
    said = 'journal = "~/j.sqlite"\nexiftool = "~/bin/exiftool"\nfolders = ["~/in"]'
    settings = loaded(tmp_path, said)
    assert settings.journal == str(Path.home() / "j.sqlite")
    assert settings.exiftool == str(Path.home() / "bin/exiftool")
    assert settings.folders == (str(Path.home() / "in"),)


def test_empty_is_as_if_nothing_was_said(tmp_path: Path) -> None:
    usual = load({"HOME": str(tmp_path)})
    assert loaded(tmp_path, 'journal = ""\nexiftool = ""\nmodel = ""') == usual


@pytest.mark.parametrize("name", ["exiftool", "./exiftool", "/opt/exiftool"])
def test_other_names_of_programs_stay_as_they_are(tmp_path: Path, name: str) -> None:
    assert loaded(tmp_path, f'exiftool = "{name}"').exiftool == name


@pytest.mark.parametrize("name", ["j.sqlite", "here/j.sqlite", "~nobody-of-this-name/j.sqlite"])
def test_a_journal_is_one_wherever_the_program_starts(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=rf"expected .*got '{name}' in .*settings\.toml"):
        loaded(tmp_path, f'journal = "{name}"')


def test_a_journal_whose_name_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"journal: expected a path, got .*settings\.toml"):
        loaded(tmp_path, 'journal = "/a\\u0000b"')


def test_a_faulty_file_is_named(tmp_path: Path) -> None:
    path = config_path({"HOME": str(tmp_path)})
    path.parent.mkdir(parents=True)
    path.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load({"HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('edtior = "darktable"', "unknown setting 'edtior'; did you mean editor"),
        ('editor = "gimp"', "editor: expected darktable or lightroom, got 'gimp'"),
        ("top = 1.5", "top: expected a whole number, got 1.5"),
        ("level = 1", "level: expected true or false, got 1"),
        ("top = true", "top: expected a whole number, got True"),
        ("jobs = -1", "jobs: expected"),
        ("review_below = -1", "review_below: expected 0 or more, got -1"),
        ("review_below = nan", "review_below: expected 0 or more, got nan"),
        ("top = ", "expected TOML"),
        ("top = 1" + "0" * 5000, "expected TOML"),
        ("folders = " + "[" * 5000, "expected TOML"),
        ("max_angle = 1" + "0" * 400, "expected a smaller number"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse(text, Settings())


def test_options_that_were_not_given_change_nothing() -> None:
    given = {"aspect": None, "top": 3, "photos": ["a.jpg"], "json": True}
    assert Settings().updated(given) == Settings(top=3)
