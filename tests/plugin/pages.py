"""Renews docs/cli.md from what --help says: python -m tests.plugin.pages."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cropperhead_plugin.cli.commands import COMMANDS
from cropperhead_plugin.cli.start import overview, parser_of

PAGE = Path(__file__).resolve().parents[2] / "docs/cli.md"

OPENING = """\
# The command line

What `--help` says, for every command. [protocol.md](protocol.md) has what `--json` prints.

Results go to stdout, messages to stderr. Colour and the progress bar appear on a terminal only.
Exit status: 0 all well, 1 some photos failed (the others were done), 2 wrong usage (nothing was
done), 130 stopped by Ctrl-C, 141 the reader of the output went away.

Options win over the settings file, `~/.config/cropperhead/settings.toml` (or below
`$XDG_CONFIG_HOME`), whose names are the options' own: `editor`, `aspect`, `top`, `max_angle`,
`level`, `tightness`, `jobs`, `embed`, `model`, and the places of `exiftool` and the `journal`; for
the watch `folders`, `settle`, `poll`, `interval`, `include`, `exclude`, `workers`, `review_below`,
`pause_on_battery`, `notify`, `log` and `json_log`. A `~` in front of a path is your home; the
`journal` is a path from `/` or `~`, so that `undo` finds it in any folder.
"""


def page() -> str:
    """The page as it should be."""
    os.environ["COLUMNS"] = "80"
    helps = {"cropperhead": overview().format_help()}
    helps |= {f"cropperhead {name}": parser_of(name).format_help() for name in COMMANDS}
    parts = [f"## {name}\n```text\n{text}```\n" for name, text in helps.items()]
    return "\n".join([OPENING, *parts])


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.stdout.write(f"{PAGE}\n")
