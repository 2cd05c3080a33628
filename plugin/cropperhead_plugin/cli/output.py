"""Results on stdout, messages on stderr; colour and a progress bar on a terminal only."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cropperhead_core.errors import CropperHeadError
from cropperhead_plugin.protocol import Failure, Record, line, one_line

if TYPE_CHECKING:
    from cropperhead_plugin.words import Segments

__all__ = ["OutputError", "each", "printing", "report", "tell", "warn", "watched"]

Result = TypeVar("Result")


class OutputError(Exception):
    """The results cannot be written where stdout leads, to a full disk perhaps."""


def report(
    results: Iterable[Result | Failure],
    record: Callable[[Result], Record],
    words: Callable[[Result], Segments],
    *,
    as_json: bool,
    total: int = 0,
    kind: Callable[[Result], str] | None = None,
) -> int:
    """Print each result as it comes, as a JSON record or in words; 1 if any was a failure, else 0.

    With a total of more than one there is a progress bar, if a person is watching, and at the end
    how many results there were of each kind.
    """
    counts = Counter[str]()
    say = _say_in_colour if sys.stdout.isatty() else _say
    for result in watched(results, total):
        with printing():
            if isinstance(result, Failure):
                counts["failed"] += 1
            elif kind is not None:
                counts[kind(result)] += 1
            if as_json:
                known = result.record() if isinstance(result, Failure) else record(result)
                sys.stdout.buffer.write(line(known))
            elif isinstance(result, Failure):
                warn(result.message)
            else:
                say(words(result))
            # Each line at once: an editor or a pipe is waiting for it.
            sys.stdout.flush()
    if kind is not None and total > 1 and sys.stderr.isatty():
        tell(", ".join(f"{count} {what}" for what, count in counts.items()))
    return min(counts["failed"], 1)


@contextmanager
def printing() -> Iterator[None]:
    """Results printed in here that find no room end as `OutputError`."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write the results: {error.strerror}") from error


def each(paths: Iterable[Path], work: Callable[[Path], Result]) -> Iterator[Result | Failure]:
    """What this work gives for each photo; our errors become failures, and the others go on."""
    for path in paths:
        try:
            yield work(path)
        except (CropperHeadError, MemoryError) as error:
            yield Failure.of(path, error)


def warn(message: str) -> None:
    """Say something to the person, on one line."""
    sys.stdout.flush()
    tell(f"cropperhead: {one_line(message)}")


def tell(line: str) -> None:
    """Print this line on stderr; if a full disk behind it has no room, the work goes on."""
    try:
        print(line, file=sys.stderr)
    except BrokenPipeError:
        raise
    except OSError:
        pass


def _say(segments: Segments) -> None:
    print("".join(text for text, _ in segments))


def _say_in_colour(segments: Segments) -> None:
    from rich.console import Console  # 60 ms, for people only
    from rich.text import Text

    Console(highlight=False, soft_wrap=True).print(Text.assemble(*segments))


def watched(results: Iterable[Result], total: int) -> Iterator[Result]:
    """The same results, with a progress bar on stderr if that is a terminal."""
    if total < 2 or not sys.stderr.isatty():
        yield from results
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # It leaves the streams alone (stdout may be a file) and goes away before anything is printed.
    progress = Progress(
        *columns,
        console=Console(stderr=True),
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    task = progress.add_task("", total=total)
    with progress:
        for result in results:
            progress.stop()
            yield result
            progress.advance(task)
            progress.start()
