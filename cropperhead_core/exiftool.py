"""One resident exiftool; the only module that imports pyexiftool."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from subprocess import TimeoutExpired
from types import TracebackType
from typing import Any, Self

from .disk import scratch
from .errors import ToolError

__all__ = ["ExifTool"]

MISSING = "cannot start {0}: install it (Debian: apt install libimage-exiftool-perl)"
SILENT_S = 120.0
"""Seconds without a byte from exiftool after which it is taken for stuck: a slow card, not a slow
file, is what takes longest."""
KILL_S = 1.0
"""How long one that was killed may take to end."""


class ExifTool:
    """Reads and writes metadata; starts on first use, a context manager.

    A process that died is started again once; raises `ToolError` when that does not help, and for
    one that is stuck. Files that exiftool cannot read give no tags: whether they are photos is for
    others to say.
    """

    def __init__(self, program: str = "exiftool") -> None:
        self._program = program
        self._helper: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if one runs."""
        if self._helper is not None and self._helper.running:
            self._helper.terminate()
        self._helper = None

    def tags(self, paths: Sequence[Path], names: Sequence[str]) -> list[dict[str, Any]]:
        """The named tags of each file, by name without group, numbers as numbers, in order."""
        wanted = [f"-{name}" for name in names]
        with ExitStack() as links:
            safe = [links.enter_context(_plain(path)) for path in paths]
            text = self._run("-json", "-n", "-fast", *wanted, *safe)
            by_name = {entry["SourceFile"]: entry for entry in _entries(text)}
            found = [dict(by_name.get(name, {})) for name in safe]
        for entry in found:
            entry.pop("SourceFile", None)
        return found

    def everything(self, path: Path) -> dict[str, Any]:
        """Every tag of a file, by group and name; those that say the same thing twice, once."""
        with _plain(path) as name:
            entries = _entries(self._run("-json", "-struct", "-G1", "-a", "-u", "-n", name))
        return entries[0] if entries else {}

    def write(self, path: Path, tags: Mapping[str, str]) -> str:
        """Write tags into the file in place; gives what exiftool said of it, in one line."""
        set_to = [f"-{tag}={value}" for tag, value in tags.items()]
        with _plain(path) as name:
            report = self._run("-overwrite_original_in_place", "-P", *set_to, name)
            return " ".join(f"{report} {self._helper.last_stderr}".split())

    def _run(self, *arguments: str) -> str:
        """What exiftool prints, from a process that is started, or started again, if need be."""
        from exiftool.exceptions import ExifToolException

        died = ExifToolException, OSError
        try:
            return self._answer(*arguments)
        except died:
            self.close()
        try:
            return self._answer(*arguments)
        except died as error:
            self.close()
            raise ToolError(f"{self._program} stopped answering: {error}") from error

    def _answer(self, *arguments: str) -> str:
        """What the process prints; raises `ToolError` when it is stuck."""
        helper = self._started()
        try:
            return str(helper.execute(*arguments))
        except TimeoutError as error:
            raise self._stuck(error) from error

    def _started(self) -> Any:
        """The running process."""
        if self._helper is None:
            try:
                self._helper = _resident(self._program)
                self._helper.run()
            except TimeoutError as error:
                raise self._stuck(error) from error
            except (OSError, RuntimeError) as error:
                self._helper = None
                raise ToolError(MISSING.format(self._program)) from error
        return self._helper

    def _stuck(self, error: TimeoutError) -> ToolError:
        """The error of a process that says nothing, which is killed: it would not hear us."""
        self._helper._process.kill()
        with suppress(TimeoutExpired):  # one that waits for a disk ends when the kernel gives up
            self._helper._process.communicate(timeout=KILL_S)
        self._helper = None
        return ToolError(f"{self._program} is stuck: {error}")


def _resident(program: str) -> Any:
    """A process of pyexiftool's, not started yet, without what 0.5.6 does when exiftool dies."""
    from exiftool import exiftool as library  # 20 ms: only when there is work for it

    class Resident(library.ExifTool):  # type: ignore[misc]  # it has no types
        @property
        def running(self) -> bool:
            """Whether it lives. Theirs warns on the terminal and leaves the pipes open."""
            if self._running and self._process.poll() is not None:
                self._process.communicate()
                self._flag_running_false()
            return bool(self._running)

    # Theirs goes on for ever, with ever more memory.
    library._read_fd_endswith = _read_until
    return Resident(program, common_args=["-charset", "filename=utf8"])


def _read_until(handle: int, end: bytes, block: int) -> bytes:
    """What comes up to this ending and white space; raises `OSError` when exiftool is gone."""
    held = bytearray()
    while not held[-len(end) - 4 :].strip().endswith(end):
        if not select.select([handle], [], [], SILENT_S)[0]:
            raise TimeoutError(f"nothing came for {SILENT_S:.0f} seconds")
        part = os.read(handle, block)
        if not part:
            raise BrokenPipeError("it ended in the middle of an answer")
        held += part
    return bytes(held)


def _entries(text: str) -> list[dict[str, Any]]:
    import json

    return json.loads(text) if text.strip() else []


@contextmanager
def _plain(path: Path) -> Iterator[str]:
    """A name that exiftool's line-based argument file can carry: this path, or a link to it."""
    name = os.path.abspath(path)  # noqa: PTH100 (a link of the user's stays as named)
    if name.isprintable():  # no line's end in it, and no bytes that are no text
        yield name
        return
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(scratch())
            link = folder / ("photo" + (path.suffix if path.suffix[1:].isalnum() else ""))
            link.symlink_to(name)
        except OSError as error:
            message = f"cannot link from where temporary files go (TMPDIR): {error.strerror}"
            raise ToolError(message) from error
        yield os.fspath(link)
