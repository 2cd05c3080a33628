"""The real darktable, as far as it can be had without a screen."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image


@dataclass(frozen=True)
class Darktable:
    """darktable-cli with a configuration folder of its own and its library in memory."""

    config: Path

    def is_older_than(self, version: int) -> bool:
        """Whether its first number is less than this."""
        told = subprocess.run(["darktable-cli", "--version"], capture_output=True, check=False)
        found = re.search(rb"(\d+)\.\d+", told.stdout)
        assert found, told
        return int(found[1]) < version

    def __call__(self, photo: Path) -> Image.Image:
        """What darktable makes of the photo and the sidecar beside it."""
        output = photo.with_suffix(".png")
        output.unlink(missing_ok=True)  # darktable would write beside it
        core = ("--core", "--configdir", self.config, "--library", ":memory:")
        command = ["darktable-cli", photo, output, *core]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert output.exists(), f"darktable exported nothing: {done.stdout}{done.stderr}"
        with Image.open(output) as image:
            return image.convert("RGB")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Darktable:
    """darktable's export of a photo; tests that ask for it skip where there is no darktable."""
    if shutil.which("darktable-cli") is None:
        pytest.skip("darktable is not installed (Debian: apt install darktable)")
    return Darktable(tmp_path_factory.mktemp("darktable"))
