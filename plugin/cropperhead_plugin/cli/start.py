"""From arguments to an exit status: parse, load the settings, run, and end without a traceback."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress

from cropperhead_core.errors import CropperHeadError, SettingsError
from cropperhead_plugin.protocol import one_line
from cropperhead_plugin.settings import Settings, defaults, load

from .commands import COMMANDS, command
from .output import OutputError, tell

__all__ = ["overview", "parser_of", "start"]

FAILED, USAGE = 1, 2
INTERRUPTED, BROKEN_PIPE = 130, 141
"""What a shell reports for SIGINT and SIGPIPE."""
ENDING = (signal.SIGTERM, signal.SIGHUP)
"""Signals that ask us to end: what is half done is cleared away first."""


def start(arguments: Sequence[str]) -> int:
    """Run the command that the first argument names."""
    _open_streams()
    _end_in_order()
    warnings.simplefilter("ignore")  # what libraries mutter of damaged files, we say in a line
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    try:
        if name not in COMMANDS:
            return _explained(name)
        return _run(name, rest)
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        tell("stopped")
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return BROKEN_PIPE
    except OutputError as error:
        _drop_output()
        tell(f"cropperhead: {one_line(str(error))}")
        return FAILED


def _explained(name: str) -> int:
    """Answer --help and --version, and say of anything else that it is no command."""
    from difflib import get_close_matches  # 5 ms: for errors only

    close = get_close_matches(name, COMMANDS, n=1)
    if close:
        overview().error(f"expected a command, got {name}: did you mean {close[0]}?")
    if name.startswith("-") and name not in ("-h", "--help", "--version"):
        overview().error(f"expected a command in front of {name}")
    overview().parse_args([name])
    return USAGE


def overview() -> argparse.ArgumentParser:
    """The parser behind `cropperhead --help`."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {summary}" for name, summary in COMMANDS.items()]
    parser = argparse.ArgumentParser(
        prog="cropperhead",
        usage="cropperhead COMMAND [OPTION]... [PHOTO]...",
        description="Suggests how to crop and straighten photographs, and writes the crop into\n"
        "their sidecars, where darktable and Lightroom find it. Photos are never changed\n"
        "unless you ask for it (--embed), and nothing leaves this machine.",
        epilog="commands:\n" + "\n".join(lines) + "\n\n"
        "'cropperhead COMMAND --help' tells more. Exit status: 0 all well, 1 some photos\n"
        "failed, 2 wrong usage.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "command", choices=list(COMMANDS), metavar="COMMAND", help=argparse.SUPPRESS
    )
    parser.add_argument("--version", action="version", version=_version())
    return parser


def parser_of(name: str) -> argparse.ArgumentParser:
    """The parser behind `cropperhead NAME --help`."""
    parser = argparse.ArgumentParser(
        prog=f"cropperhead {name}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command(name).describe(parser)
    return parser


def _run(name: str, arguments: Sequence[str]) -> int:
    options = _parsed(parser_of(name), arguments)
    try:
        settings = _settings(name).updated(vars(options))
        return command(name).run(options, settings)
    except SettingsError as error:
        tell(f"cropperhead {name}: {one_line(str(error))}")
        return USAGE
    except CropperHeadError as error:
        tell(f"cropperhead {name}: {one_line(str(error))}")
        return FAILED


def _settings(name: str) -> Settings:
    """This person's; for doctor, which says itself what is wrong with them, the defaults then."""
    try:
        return load(os.environ)
    except SettingsError:
        if name != "doctor":
            raise
        return defaults(os.environ)


def _parsed(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """Options and photos in any order; after `--` all are photos.

    argparse drops the `--` after its first pass, so the arguments behind it get a NUL in front,
    which no argument can have. `_unmarked`, the default type, takes it off before choices are
    checked.
    """
    parser.register("type", None, _unmarked)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    names = [f"\0{name}" for name in arguments[end + 1 :]]
    options, unknown = parser.parse_known_intermixed_args([*arguments[:end], *names])
    if unknown:
        parser.error(f"unrecognized arguments: {' '.join(map(_unmarked, unknown))}")
    return options


def _unmarked(argument: str) -> str:
    return argument.removeprefix("\0")


def _open_streams() -> None:
    """Three streams that take any name.

    One that was closed goes nowhere: else the next file that is opened would stand in its place.
    What the terminal's encoding lacks is escaped: a file name is no reason to stop.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, os.fdopen(number, "r" if number == 0 else "w"))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _end_in_order() -> None:
    """Let signals that end us do so as an exception would, unless somebody (nohup) ignores them."""
    for number in ENDING:
        with suppress(ValueError):  # not in the main thread: then it is not ours to say
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, lambda got, _: sys.exit(128 + got))


def _drop_output() -> None:
    """Python flushes once more on its way out, and would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version() -> str:
    from importlib.metadata import version  # 15 ms, for --version alone

    return f"cropperhead {version('cropperhead')}"
