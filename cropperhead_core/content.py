"""What a file is known by when its name changes: hashes of its content."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from .disk import file_stat
from .errors import UnreadablePhoto

__all__ = ["content_key", "digest"]

SAMPLES = 4
SAMPLE_BYTES = 1 << 16


def content_key(photo: Path) -> str:
    """The photo's content in 32 hex digits: its size and four samples of 64 KiB.

    Samples, because hashing all of a 50 MB raw costs more than looking at it, and because two
    photos of one size that agree in four places of compressed data do not exist. A photo of at most
    256 KiB is hashed whole. Raises `UnreadablePhoto`.
    """
    file_stat(photo)
    try:
        with photo.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            hashed = hashlib.blake2b(size.to_bytes(8, "little"), digest_size=16)
            for number in range(SAMPLES):
                file.seek(max(size - SAMPLE_BYTES, 0) * number // (SAMPLES - 1))
                hashed.update(file.read(SAMPLE_BYTES))
    except OSError as error:
        raise UnreadablePhoto(f"cannot read {photo}: {error.strerror}") from error
    return hashed.hexdigest()


def digest(content: bytes) -> str:
    """All of these bytes in 32 hex digits."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()
