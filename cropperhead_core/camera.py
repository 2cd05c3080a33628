"""The camera's model from the head of a raw file; rawpy does not tell it."""

from __future__ import annotations

import struct

__all__ = ["camera_model"]

MODEL, TEXT = 0x0110, 2
RAF, RAF_MODEL = b"FUJIFILMCCD-RAW ", slice(28, 60)
CR3 = b"CMT1"
"""The box of a CR3 that holds a TIFF directory."""


def camera_model(head: bytes) -> str:
    """The model of the camera, empty where these first bytes of a raw do not name it.

    Nearly all raws are TIFF, some by another number than 42; Fujifilm's and Canon's newest are not.

    >>> camera_model(b"FUJIFILMCCD-RAW 0201FF393101X-T5" + bytes(90))
    'X-T5'
    """
    if head.startswith(RAF):
        return _text(head[RAF_MODEL])
    if head[4:8] == b"ftyp" and CR3 in head:
        head = head[head.index(CR3) + len(CR3) :]
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    return "" if order is None else _text(_model(head, order))


def _model(tiff: bytes, order: str) -> bytes:
    """The value of the model's tag in the first directory."""
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, start)
        entries = tiff[start + 2 : start + 2 + 12 * count]
        for tag, kind, length, place in struct.iter_unpack(f"{order}HHII", entries):
            if (tag, kind) == (MODEL, TEXT):
                inline = struct.pack(f"{order}I", place)
                return inline[:length] if length <= 4 else tiff[place : place + length]
    except struct.error:  # the directory lies behind these bytes
        pass
    return b""


def _text(value: bytes) -> str:
    return value.split(b"\0")[0].decode("ascii", "replace").strip()
