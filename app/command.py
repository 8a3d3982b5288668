"""What all commands share: language, options, errors that end in a line, progress, notes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click

from app import garbage
from app.settings import read_settings
from geo.errors import PlanMapError
from layers.plan.fault import printable
from layers.translation import LANGUAGES, Translation, translation


def _environment_language() -> str:
    try:
        return read_settings().lang
    except PlanMapError:
        # The command itself says later which setting is wrong, and needs a language for that.
        return LANGUAGES[0]


HELP = translation(_environment_language())
"""Texts of the help. They are made when the module is imported, so they follow the environment and not --lang."""


def ends_in_a_line(command: Callable[..., None]) -> Callable[..., None]:
    """Return `command` so that a `PlanMapError` ends it with one line and exit code 2."""

    @wraps(command)
    def wrapped(*arguments: Any, lang: str, **options: Any) -> None:
        text = translation(lang)
        try:
            command(*arguments, text=text, **options)
        except PlanMapError as error:
            click.echo(text.explain(error), err=True)
            sys.exit(2)

    return wrapped


language_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=HELP.language,
    help=HELP("cli.lang-option"),
)
plan_option = click.option("--plan", default="", help=HELP("cli.plan-option"))


def note(lines: Sequence[str]) -> None:
    """Say on stderr what a file that has been written does not show."""
    for line in lines:
        click.echo(printable(line, limit=len(line)), err=True)


@contextmanager
def shown_progress(text: Translation, *, label: str = "cli.drawing") -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr, and yield the function that is told how many steps of how many are done."""
    # What many pictures leave behind would add up.
    garbage.look_for(after=100_000)
    with click.progressbar(length=100, label=text(label), file=sys.stderr) as bar:
        yield lambda done, total: bar.update(round(100 * done / total) - bar.pos)
        bar.update(100 - bar.pos)
