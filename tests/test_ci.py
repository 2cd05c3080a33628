"""What CI starts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

RUN = Path(__file__).resolve().parents[1] / ".ci/run"


def test_ci_runs_the_tests_as_ci_where_none_may_skip(tmp_path: Path) -> None:
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\necho "$CI: $*"\n')
    make.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run([RUN], env=environ, capture_output=True, check=True)
    assert done.stdout == b"true: test\n"
