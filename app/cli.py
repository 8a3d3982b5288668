"""The command `planmap`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from app.settings import read_settings
from geo.errors import PlanMapError
from layers.fault import PlanFaultsError
from layers.store import is_address
from layers.translation import LANGUAGES, Translation, translation


def _environment_language() -> str:
    try:
        return read_settings().lang
    except PlanMapError:
        # The command itself will say which setting is wrong; that takes a language.
        return LANGUAGES[0]


_HELP = translation(_environment_language())
"""Help texts are made when the module is read, so they follow the environment and not --lang."""


def _ends_in_a_line(command: Callable[..., None]) -> Callable[..., None]:
    """Turn a `PlanMapError` into one line and exit code 2."""

    @wraps(command)
    def wrapped(*arguments: Any, lang: str, **options: Any) -> None:
        text = translation(lang)
        try:
            command(*arguments, text=text, **options)
        except PlanMapError as error:
            click.echo(text.explain(error), err=True)
            sys.exit(2)

    return wrapped


_language_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=_HELP.language,
    help=_HELP("cli.lang-option"),
)
_plan_option = click.option("--plan", default="", help=_HELP("cli.plan-option"))


@click.group(help=_HELP("cli.help"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="planmap")
def main() -> None:
    """Run one of the commands."""
    # An office machine may have a console that knows no Chinese: show what it can, never fail on it.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


@main.command(help=_HELP("cli.serve-help"))
@_plan_option
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help=_HELP("cli.port-option"))
@click.option("--host", default="127.0.0.1", show_default=True, help=_HELP("cli.host-option"))
@click.option("--browser/--no-browser", default=None, help=_HELP("cli.browser-option"))
@_language_option
@_ends_in_a_line
def serve(*, text: Translation, plan: str, port: int, host: str, browser: bool | None) -> None:
    """Serve a plan to the browser."""
    from app import context, server

    server.check_port(host, port)
    # The server leaves the working folder, so a path has to be whole.
    settings = read_settings(plan=plan if not plan or is_address(plan) else os.path.abspath(os.path.expanduser(plan)))
    served = context.Context(settings)
    context.use(served)
    if not server.is_loopback(host):
        click.echo(text("cli.public", host=host), err=True)
    try:
        served.plan()
    except PlanFaultsError as error:
        # The page itself says what to mend, and works again as soon as that is done.
        click.echo(text.explain(error), err=True)
    opens = server.has_display() if browser is None else browser
    server.serve(host=host, port=port, language=text.language, open_browser=opens)


@main.command(help=_HELP("cli.check-help"))
@click.argument("where", metavar="[PLAN]", default="")
@_plan_option
@_language_option
@_ends_in_a_line
def check(*, text: Translation, where: str, plan: str) -> None:
    """List every fault of a plan, or count what a sound one holds."""
    from app.context import store_at

    chosen = where or plan
    store = store_at(read_settings(plan=chosen))
    found, faults = store.check()
    for fault in faults:
        click.echo(text.explain(fault))
    if found is None:
        click.echo(text("check.faults", plan=store.name, count=len(faults)))
        sys.exit(1)
    from app.summary import summary

    click.echo("\n".join(summary(store.name, found, text)))


@main.command(help=_HELP("cli.copy-help"))
@click.argument("target")
@_plan_option
@_language_option
@_ends_in_a_line
def copy(*, text: Translation, target: str, plan: str) -> None:
    """Copy a plan into a new file or database."""
    from app.context import store_at
    from layers.store import copy_plan, read_plan

    source = store_at(read_settings(plan=plan))
    written = copy_plan(read_plan(source), target)
    click.echo(text("cli.copied", target=written.name))
