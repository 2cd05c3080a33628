"""The plugin in a running darktable, as a person meets it: photos, buttons, what is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from cropperhead_core.content import content_key
from cropperhead_core.crop import Crop
from cropperhead_core.journal import Journal
from cropperhead_core.sidecar import read_crop
from tests.noted import outcomes

from .darktable import WAIT_S, Darktable, darktable, until

PROGRAM = Path(sys.executable).with_name("cropperhead")
DELIVERER = Path(__file__).with_name("deliverer.py")
ACTIONS = {
    "suggest": "suggest a crop",
    "next": "next crop",
    "previous": "previous crop",
    "accept": "accept the crop",
    "reject": "reject the crop",
    "stop": "stop",
}
PLUGIN = 'package.loaded["cropperhead/init"]'


def quoted(text: str | Path) -> str:
    """Text as a Lua string; any byte may be in it."""
    return '"' + "".join(f"\\{byte:03d}" for byte in os.fsencode(text)) + '"'


@dataclass
class Panel:
    """The plugin's panel."""

    gui: Darktable

    @property
    def journal(self) -> Path:
        return self.gui.folder / "home/.local/share/cropperhead/journal.sqlite"

    def add(self, *photos: Path) -> list[int]:
        """Import these photos; their numbers in darktable."""
        return [
            int(self.gui.lua(f"return dt.database.import({quoted(photo)}).id")) for photo in photos
        ]

    def select(self, numbers: Sequence[int]) -> None:
        """Select these photos in the lighttable."""
        self.lighttable()
        self.mark(numbers)

    def mark(self, numbers: Sequence[int]) -> None:
        """Select these photos, wherever we are."""
        listed = ", ".join(map(str, numbers))
        self.gui.lua(
            f"wanted = {{{listed}}} local images = {{}}"
            " for _, image in ipairs(dt.database) do for _, id in ipairs(wanted) do"
            " if image.id == id then images[#images + 1] = image end end end"
            " dt.gui.selection(images)"
        )
        self.gui.until(f"#dt.gui.selection() == {len(numbers)}")

    def darkroom(self, number: int) -> None:
        """Open this photo in the darkroom."""
        self.select([number])
        self.gui.lua("dt.gui.current_view(dt.gui.views.darkroom)")
        shown = "dt.gui.views.darkroom.display_image()"
        self.gui.until(f'dt.gui.current_view().id == "darkroom" and {shown} ~= nil')
        self.gui.point(700, 400)
        self.drawn()
        while self.gui.lua(f"return {shown}.id") != str(number):
            self.gui.lua(
                f"for _, image in ipairs(dt.database) do if image.id == {number} then"
                " dt.gui.views.darkroom.display_image(image) end end"
            )
            self.drawn()

    def drawn(self) -> None:
        """Wait until the darkroom has nothing left to draw: till then it crashes easily."""
        before = ""
        while (now := self.gui.lua("return drawn")) != before or now == "0":
            before = now
            time.sleep(0.7)

    def crop_by_hand(self) -> None:
        """In the darkroom: move the left edge of the crop module to a fifth of the width."""
        self.open("crop")
        self.gui.lua('dt.gui.action("iop/crop/left", 0, "value", "set", 0.2)')
        self.close("crop")

    def open(self, module: str) -> None:
        """Open a module of the darkroom: what is set while it is drawn can be lost."""
        self.gui.lua(f'dt.gui.action("iop/{module}", 0, "show", "on", 1.0)')
        self.drawn()

    def close(self, module: str) -> None:
        """Close a module of the darkroom: 4.2.1 crashes when crop is open and a photo changes."""
        self.drawn()
        self.gui.lua(f'dt.gui.action("iop/{module}", 0, "show", "off", 1.0)')
        self.drawn()

    def lighttable(self) -> None:
        """Leave the darkroom, if it is open."""
        if self.gui.lua("return dt.gui.current_view().id") == "darkroom":
            self.drawn()
        self.gui.lua("dt.gui.current_view(dt.gui.views.lighttable)")
        self.gui.until('dt.gui.current_view().id == "lighttable"')

    def begin(self, name: str) -> None:
        """Use a button's shortcut; darktable 5 refuses to do that for a script: the button."""
        self.gui.lua(
            'said = "" if dt.configuration.api_version_minor < 4 then'
            f' dt.gui.action("lua/CropperHead: {ACTIONS[name]}", 0, "", "", 1.0)'
            f" else {PLUGIN}.actions.{name}() end"
        )

    def press(self, name: str, limit_s: float = WAIT_S) -> str:
        """The same, and wait until it is done; what was said then."""
        self.begin(name)
        self.gui.until('said ~= ""')
        return self.end(limit_s)

    def end(self, limit_s: float = WAIT_S) -> str:
        """Wait until nothing is going on, and sidecars say so; what was said then."""
        self.idle(limit_s)
        self.gui.lua("if dt.configuration.api_version_minor >= 3 then dt.control.sleep(1500) end")
        return self.said

    def idle(self, limit_s: float = WAIT_S) -> None:
        """Wait until nothing is going on; darktable 5 may have sidecars to write still."""
        self.gui.until(f"not {PLUGIN}.is_busy()", limit_s)

    @property
    def said(self) -> str:
        return self.gui.lua("return said")

    def tags(self, number: int) -> set[str]:
        """The photo's tags of ours, and any of a style."""
        names = self.gui.lua(
            f'local names = "" for _, image in ipairs(dt.database) do if image.id == {number} then'
            ' for _, tag in ipairs(image:get_tags()) do names = names .. tag.name .. "\\n" end'
            " end end return names"
        ).splitlines()
        return {name for name in names if name.startswith(("cropperhead|", "darktable|style|"))}

    def export(self, number: int, output: Path) -> Image.Image:
        """What darktable exports of this photo."""
        self.gui.lua(
            f"for _, image in ipairs(dt.database) do if image.id == {number} then"
            f' dt.new_format("png"):write_image(image, {quoted(output)}, false) end end'
        )
        return Image.open(output).convert("RGB")

    def suggested(self, photo: Path) -> tuple[Crop, ...]:
        """The crops that were last suggested for this photo."""
        with Journal(self.journal) as journal:
            last = journal.last_suggestion(photo, content_key(photo))
            assert last is not None
            return last.crops

    def outcomes(self, photo: Path) -> list[str]:
        """What became of the last suggestion for this photo, as the journal has it."""
        with Journal(self.journal) as journal:
            last = journal.last_suggestion(photo, content_key(photo))
            return [] if last is None else outcomes(journal.path, last.id)

    def use(self, program: Path | str) -> None:
        """Have the plugin start this program."""
        self.gui.lua(f'dt.preferences.write("cropperhead", "program", "file", {quoted(program)})')

    @contextmanager
    def using(self, program: Path | str) -> Iterator[None]:
        """The same for a while."""
        self.use(program)
        try:
            yield
        finally:
            self.use(PROGRAM)

    @contextmanager
    def choosing(self, crops: dict[str, list[Crop]]) -> Iterator[None]:
        """Have these crops suggested, by photo's name."""
        chosen = {
            name: [[c.top, c.left, c.bottom, c.right, c.angle] for c in listed]
            for name, listed in crops.items()
        }
        file = self.gui.folder / "chosen.json"
        file.write_text(json.dumps(chosen))
        lines = f'CHOSEN_CROPS="{file}" exec "{sys.executable}" "{DELIVERER}" "$@"\n'
        with self.using(script(self.gui.folder / "deliverer.sh", lines)):
            yield

    def leftovers(self) -> list[str]:
        """Files of ours that are still in darktable's cache, and styles but darktable 5's own."""
        styles = self.gui.lua(
            'local n = "" for _, s in ipairs(dt.styles) do n = n .. s.name .. "\\n" end return n'
        ).splitlines()
        cache = self.gui.folder / "home/.cache/darktable"
        files = [path.name for path in cache.iterdir() if "cropperhead" in path.name.lower()]
        return [*files, *(name for name in styles if not name.startswith("_l10n_darktable"))]


def script(path: Path, lines: str) -> Path:
    """A shell script that can be started."""
    path.write_text(f"#!/bin/sh\n{lines}")
    path.chmod(0o755)
    return path


@contextmanager
def panel(
    folder: Path, *, settings: str = "", size: str = "1600x1000", **environ: str
) -> Iterator[Panel]:
    """A darktable with the plugin installed by `cropperhead install darktable`."""
    home = folder / "home"
    home.mkdir()
    config = home / ".config/darktable"
    plain = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
    subprocess.run([PROGRAM, "install", "darktable"], env=plain | {"HOME": str(home)}, check=True)
    with darktable(folder, environ, settings=settings, size=size) as gui:
        until((config / "lua/cropperhead").is_dir, "the plugin")
        gui.until(f"{PLUGIN} ~= nil")
        yield Panel(gui)


def crop_in(photo: Path) -> Crop | None:
    """The crop that the photo's darktable sidecar has, once darktable has written it."""

    def is_whole() -> bool:
        sidecar = photo.with_name(f"{photo.name}.xmp")
        return not sidecar.exists() or sidecar.read_text().rstrip().endswith("</x:xmpmeta>")

    until(is_whole, f"the sidecar of {photo.name}")
    return read_crop(photo, "darktable")
