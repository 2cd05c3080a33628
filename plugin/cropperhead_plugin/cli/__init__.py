"""The command line: `main` is what `cropperhead` starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

__all__ = ["main"]

# numpy's and LiteRT's thread pools cost 50 ms of start-up and gain nothing on a picture at a time.
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that these arguments name; 0: all well, 1: some failed, 2: wrong usage."""
    for variable in ONE_THREAD:
        os.environ.setdefault(variable, "1")
    from .start import start  # after the variables: whatever it imports may import numpy

    return start(sys.argv[1:] if arguments is None else arguments)
