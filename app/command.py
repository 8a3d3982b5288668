"""What all commands share: language, options, errors that end in a line, progress, notes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

import click

from app import garbage
from app.console import HELP
from geo.errors import PlanMapError
from geo.output import check_target, kind_of, target_of
from layers.plan.fault import printable
from layers.translation import LANGUAGES, Translation, translation


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


def refuse_with(other: str, given: Mapping[str, object]) -> None:
    """Raise `PlanMapError` for the options that have a value though they mean nothing beside `other`."""
    if dropped := [option for option, value in given.items() if value]:
        raise PlanMapError("options-apart", options=", ".join(dropped), other=other)


def note(lines: Sequence[str]) -> None:
    """Say on stderr what a file that has been written does not show."""
    for line in lines:
        click.echo(printable(line, limit=len(line)), err=True)


class Day(click.ParamType[date]):
    """A day such as 2024-03-31."""

    name = "YYYY-MM-DD"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day that `value` is written as."""
        if isinstance(value, date):
            return value
        from layers.plan.scene import day_of

        found = day_of(str(value).strip())
        if found is None:
            self.fail(HELP("cli.no-day", value=printable(value)), param, ctx)
        return found


since_option = click.option("--since", type=Day(), help=HELP("since.cli-option"))


@contextmanager
def shown_progress(text: Translation, *, label: str = "cli.drawing") -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on stderr, and yield the function that is told how many steps of how many are done."""
    # What many pictures leave behind would add up.
    garbage.look_for(after=100_000)
    with click.progressbar(length=100, label=text(label), file=sys.stderr) as bar:
        yield lambda done, total: bar.update(round(100 * done / total) - bar.pos)
        bar.update(100 - bar.pos)


def target_file(output: str, *kinds: str) -> Path:
    """Return the path of the file to write, checked before anything is drawn.

    Raises
    ------
    PlanMapError
        Its kind is not in `kinds`, or it cannot be written.
    """
    target = target_of(output)
    kind_of(target, allowed=kinds)
    check_target(target)
    return target
