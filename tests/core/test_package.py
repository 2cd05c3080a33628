"""What the package offers, and what it does not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

import cropperhead_core


def loaded_after(code: str) -> set[str]:
    """The modules that a fresh Python has after this code."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    return set(done.stdout.decode().split())


def test_a_crop_alone_loads_no_package_of_others() -> None:
    loaded = loaded_after("from cropperhead_core import Crop, CropperHeadError, Size")
    assert not loaded & {"numpy", "PIL", "ai_edge_litert", "lxml", "rawpy"}


@pytest.mark.parametrize("name", cropperhead_core.__all__)
def test_every_name_is_what_it_is_called(name: str) -> None:
    assert getattr(cropperhead_core, name).__name__ == name


def test_suggest_is_the_function_after_its_module_was_imported() -> None:
    first = "import cropperhead_core.suggest"
    then = "from cropperhead_core import suggest; assert callable(suggest)"
    assert "cropperhead_core.suggest" in loaded_after(f"{first}\n{then}")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sugest'"):
        getattr(cropperhead_core, "sugest")  # noqa: B009 - mypy knows that it is not there
