"""A made model to its place, and what a disk refuses on the way."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("tensorflow")
tf = pytest.importorskip("tensorflow")

from cropperhead_core.errors import InstallError  # noqa: E402 (TF)
from cropperhead_core.training.publishing import disk_trouble_told, publish  # noqa: E402


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    folder.mkdir()
    for name in ("config.json", "model.tflite"):
        (folder / name).write_text("new")
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_new_folder_holds_what_was_made(made: Path, tmp_path: Path) -> None:
    publish(made, tmp_path / "to/be/made")
    assert contents(tmp_path / "to/be/made") == contents(made)
    assert [path.name for path in (tmp_path / "to/be").iterdir()] == ["made"]


def test_an_older_model_is_replaced_and_its_card_stays(made: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("old")
    (folder / "MODEL_CARD.md").write_text("mine")
    publish(made, folder)
    assert contents(folder) == {**contents(made), "MODEL_CARD.md": "mine"}


@pytest.mark.parametrize("is_there", [False, True])
def test_what_cannot_be_copied_whole_changes_nothing(
    made: Path, tmp_path: Path, is_there: bool
) -> None:
    (made / "model.tflite").unlink()
    (made / "model.tflite").symlink_to("nowhere")  # cannot be read, as others have no room
    folder = tmp_path / "place/model"
    folder.parent.mkdir()
    if is_there:
        folder.mkdir()
        (folder / "config.json").write_text("old")
    with (
        pytest.raises(InstallError, match=r"written: No such file.*; start"),
        disk_trouble_told(made, folder),
    ):
        publish(made, folder)
    assert list(folder.parent.iterdir()) == [folder] * is_there
    assert not is_there or contents(folder) == {"config.json": "old"}


FULL = os.strerror(errno.ENOSPC)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, "Can't write (time = Sat\n, file"), f"written: {FULL}; start"),
        (OSError("11139072 requested and 6291328 written"), "written: 11139072 requested"),
        (tf.errors.ResourceExhaustedError(None, None, f"logs; {FULL}"), f"written: {FULL}; start"),
    ],
)
def test_what_the_disk_refuses_is_one_line(error: Exception, message: str) -> None:
    with pytest.raises(InstallError, match=message) as told, disk_trouble_told(Path(), Path()):
        raise error
    assert "\n" not in str(told.value)


def test_other_troubles_of_tensorflow_stay_what_they_are() -> None:
    trouble = tf.errors.InvalidArgumentError(None, None, "shapes differ")
    with pytest.raises(tf.errors.InvalidArgumentError), disk_trouble_told(Path(), Path()):
        raise trouble
