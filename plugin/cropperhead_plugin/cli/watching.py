"""Builds the watch out of the real things, as `work` does for the other commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cropperhead_core.content import digest
from cropperhead_core.errors import ModelError
from cropperhead_core.exiftool import ExifTool
from cropperhead_core.journal import Journal
from cropperhead_core.model_folder import CONFIG, LEVEL, shipped
from cropperhead_plugin.daemon import Daemon, held
from cropperhead_plugin.pool import Pool
from cropperhead_plugin.settings import Settings, at_home
from cropperhead_plugin.watch import Rules, Watch
from cropperhead_plugin.watching.hints import Listener
from cropperhead_plugin.watching.logs import Troubles
from cropperhead_plugin.watching.names import Patterns
from cropperhead_plugin.watching.notification import notify
from cropperhead_plugin.watching.policy import Policy
from cropperhead_plugin.watching.power import is_on_battery, supplies
from cropperhead_plugin.watching.presence import Presence
from cropperhead_plugin.watching.processor import Processor
from cropperhead_plugin.watching.queue import Queue
from cropperhead_plugin.watching.recovery import recover
from cropperhead_plugin.watching.wakeup import Wakeup
from cropperhead_plugin.writer import Writer

from .work import model_folder, queue_path, setup

__all__ = ["watching"]


@contextmanager
def watching(
    settings: Settings, wakeup: Wakeup, *, is_dry: bool
) -> Iterator[tuple[Daemon, Callable[[], int]]]:
    """The daemon with all that is real, and how many photos failed so far."""
    troubles, path = Troubles(), queue_path(settings)
    policy = _policy(settings, is_dry=is_dry)
    with ExitStack() as stack:
        say = _unheard if is_dry else stack.enter_context(Presence(path)).say
        rules = _rules(settings)
        say(folders=[*map(str, rules.folders)], editor=settings.editor, at="starting")
        queue = stack.enter_context(_queue(path, is_dry=is_dry))
        journal = stack.enter_context(Journal(Path(settings.journal)))
        if not is_dry:
            recover(journal)
        exiftool = stack.enter_context(ExifTool(settings.exiftool))
        pool = stack.enter_context(Pool(setup(settings), settings.workers))
        listener = Listener(wakeup.wake)
        stack.callback(listener.close)
        watch = Watch(rules, queue, listener, troubles=troubles, pulse=lambda: wakeup.wait(0))
        editor, embed = settings.editor, settings.embed
        writer = Writer(journal, exiftool, editor=editor, embed=embed, is_dry=is_dry)
        processor = Processor(
            policy,
            queue=queue,
            journal=journal,
            writer=writer,
            troubles=troubles,
            resettle=watch.resettle,
        )
        daemon = Daemon(
            watch,
            pool,
            processor,
            wishes=policy.wishes,
            wakeup=wakeup,
            say=say,
            troubles=troubles,
            is_held=held(lambda: settings.pause_on_battery and is_on_battery(supplies())),
            announce=notify if settings.notify else lambda _: None,
        )
        yield daemon, lambda: processor.failed


def _unheard(**_: object) -> None:
    """A rehearsal is nobody else's business, and goes on beside a watch at work."""


def _queue(path: Path, *, is_dry: bool) -> Queue:
    return Queue.copied(path) if is_dry else Queue(path)


def _rules(settings: Settings) -> Rules:
    folders = [at_home(folder).absolute() for folder in settings.folders]
    once = {os.path.realpath(folder): folder for folder in reversed(folders)}
    return Rules(
        folders=list(once.values())[::-1],
        settle_s=settings.settle,
        interval_s=settings.interval,
        poll=settings.poll,
        patterns=Patterns(settings.include, settings.exclude),
    )


def _policy(settings: Settings, *, is_dry: bool) -> Policy:
    wishes = settings.wishes
    models = " ".join(map(_model, (model_folder(settings), shipped(LEVEL))))
    said = f"{models} {wishes} {settings.editor} {settings.embed} {settings.review_below}"
    return Policy(
        wishes=wishes,
        options=digest(said.encode()),
        editor=settings.editor,
        embed=settings.embed,
        review_below=settings.review_below,
        is_dry=is_dry,
    )


def _model(folder: Path) -> str:
    """A model by what it was made from and how; raises `ModelError`."""
    try:
        return digest((folder / CONFIG).read_bytes())
    except OSError as error:
        raise ModelError(f"expected a model in {folder}: {error.strerror}") from error
