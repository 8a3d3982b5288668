"""The command `planmap`."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from app.command import HELP, ends_in_a_line, language_option, note, plan_option, shown_progress
from app.ground_cli import ground
from app.settings import read_settings
from geo.errors import PlanMapError
from geo.output import check_target, kind_of, target_of, write
from layers.draw.paper import ORIENTATIONS, Paper, parse_scale
from layers.plan.fault import PlanFaultsError, printable
from layers.store.base import is_address
from layers.translation import Translation

if TYPE_CHECKING:
    from pathlib import Path

    from layers.plan.deck import Deck
    from layers.plan.plan import Plan
    from layers.plan.scene import Scene
    from layers.sheet.sheet import Order

MAXIMUM_TITLE = 200
"""Longest title of a sheet, in characters; nobody would read a longer one."""

CHAPTERS = ("site", "theme", "section")
"""The values of `layers.sheet.atlas.By`, which is too slow to import for a help text."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


_deck_option = click.option("--deck", default="", help=HELP("cli.deck-option"))
_paper_options = (
    click.option("--scene", default="", help=HELP("cli.scene-option")),
    click.option("--paper", default="A3", show_default=True, help=HELP("cli.paper-option")),
    click.option("--orientation", type=click.Choice(ORIENTATIONS), help=HELP("cli.orientation-option")),
    click.option("--scale", default="auto", show_default=True, help=HELP("cli.scale-option")),
    click.option("--title", default="", help=HELP("cli.title-option")),
)


def _asks_for_paper(command: _Command) -> _Command:
    """Add the options that sheets and atlases share."""
    for option in reversed(_paper_options):
        command = option(command)
    return command


@click.group(help=HELP("cli.help"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="planmap")
def main() -> None:
    """Run one of the commands."""
    # A console may not be able to show Chinese: show what it can, and never fail because of it.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


main.add_command(ground)


@main.command(help=HELP("cli.serve-help"))
@plan_option
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help=HELP("cli.port-option"))
@click.option("--host", default="127.0.0.1", show_default=True, help=HELP("cli.host-option"))
@click.option("--allow-host", metavar="NAME", multiple=True, help=HELP("cli.allow-host-option"))
@click.option("--browser/--no-browser", default=None, help=HELP("cli.browser-option"))
@language_option
@ends_in_a_line
def serve(
    *, text: Translation, plan: str, port: int, host: str, allow_host: tuple[str, ...], browser: bool | None
) -> None:
    """Serve a plan to the browser."""
    from app import context, origin, server

    names = [origin.allowed_host(name) for name in allow_host]
    server.check_port(host, port)
    # The server changes the working folder, so the path must be absolute.
    settings = read_settings(plan=plan if not plan or is_address(plan) else os.path.abspath(os.path.expanduser(plan)))
    served = context.Context(settings)
    context.use(served)
    if not origin.is_loopback(host):
        click.echo(text("cli.public", host=host), err=True)
    try:
        served.plan()
    except PlanFaultsError as error:
        # The page itself says what to correct, and works again as soon as that is done.
        click.echo(text.explain(error), err=True)
    opens = server.has_display() if browser is None else browser
    server.serve(host=host, port=port, names=names, language=text.language, open_browser=opens)


@main.command(help=HELP("cli.check-help"))
@click.argument("where", metavar="[PLAN]", default="")
@plan_option
@language_option
@ends_in_a_line
def check(*, text: Translation, where: str, plan: str) -> None:
    """List every fault of a plan, or count what a plan without faults holds."""
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


@main.command(help=HELP("cli.copy-help"))
@click.argument("target")
@plan_option
@language_option
@ends_in_a_line
def copy(*, text: Translation, target: str, plan: str) -> None:
    """Copy a plan into a new file or database."""
    from app.context import store_at
    from layers.store.base import copy_plan, read_plan

    source = store_at(read_settings(plan=plan))
    written = copy_plan(read_plan(source, as_written=True), target)
    click.echo(text("cli.copied", target=written.name))


@main.command(help=HELP("cli.recover-help"))
@click.argument("file", metavar="FILE")
@language_option
@ends_in_a_line
def recover(*, text: Translation, file: str) -> None:
    """Undo what another program has left half-done in a .gpkg file."""
    from layers.store import journal

    path = target_of(file)
    if not path.is_file():
        raise PlanMapError("plan-not-found", plan=file)
    if not journal.is_unfinished(path):
        raise PlanMapError("nothing-to-recover", plan=file)
    copy = journal.recover(path)
    click.echo(text("cli.recovered", plan=printable(file), copy=printable(copy)))


@main.command(help=HELP("cli.export-help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("cli.output-option"))
@click.option("--site", "sites", metavar="NAME", multiple=True, help=HELP("cli.site-option"))
@_asks_for_paper
@click.option("--dpi", type=click.FloatRange(36, 1200), default=300, show_default=True, help=HELP("cli.dpi-option"))
@plan_option
@language_option
@ends_in_a_line
def export(*, text: Translation, output: str, sites: tuple[str, ...], dpi: float, plan: str, **asked: str) -> None:
    """Write one sheet."""
    from layers.selection.omission import omission_lines
    from layers.selection.own_ground import sheet_ground
    from layers.selection.site_names import with_sites
    from layers.sheet import render
    from layers.sheet.sheet import compose

    target = _target(output, *render.MEDIA_TYPES)
    kind = kind_of(target, allowed=tuple(render.MEDIA_TYPES))
    found, scene, order = _order(plan, text, **asked)
    named = with_sites(found, scene, sites)
    scene, order = named.scene, replace(order, title=order.title or named.title)
    if not math.isfinite(dpi):
        raise click.BadParameter(str(dpi), param_hint="--dpi")
    if kind == "png":
        render.check_size(order.paper, dpi)
    sheet = compose(found, scene, order, today=date.today())
    write(target, render.render(sheet, kind, dpi=dpi))
    click.echo(text("cli.exported", target=printable(target), scale=f"1:{sheet.scale}", digest=sheet.digest))
    note([*sheet_ground(scene, text), *omission_lines(found, sheet.omissions, text, fits=sheet.fits)])


@main.command(help=HELP("cli.atlas-help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("cli.output-atlas-option"))
@click.option("--by", type=click.Choice(CHAPTERS), default=CHAPTERS[0], show_default=True, help=HELP("cli.by-option"))
@_asks_for_paper
@plan_option
@language_option
@ends_in_a_line
def atlas(*, text: Translation, output: str, by: str, plan: str, **asked: str) -> None:
    """Write an atlas."""
    from layers.selection.own_ground import sheet_ground
    from layers.sheet import atlas as atlases

    target = _target(output, "pdf")
    found, scene, order = _order(plan, text, **asked)
    with shown_progress(text) as progress:
        made = atlases.atlas(found, scene, order, atlases.By(by), today=date.today(), progress=progress)
    write(target, made.document)
    click.echo(text("cli.atlas-written", target=printable(target), pages=made.pages, digest=made.digest))
    note([*sheet_ground(scene, text), *atlases.cut_words(made, text)])


@main.command(help=HELP("cli.brief-help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("cli.brief-output-option"))
@_deck_option
@plan_option
@language_option
@ends_in_a_line
def brief(*, text: Translation, output: str, **asked: str) -> None:
    """Write a deck as one HTML file."""
    from layers.present.briefing import briefing, cut_words
    from layers.selection.own_ground import deck_ground

    target = _target(output, "html")
    found, deck = _deck(**asked)
    document = briefing(found, deck, language=text.language, today=date.today()).encode()
    write(target, document)
    size = f"{len(document) / 1e6:.1f} MB"
    click.echo(text("cli.brief-written", target=printable(target), views=len(deck.slides), size=size))
    note([*deck_ground(deck, text), *cut_words(found, deck, text, today=date.today())])


@main.command(help=HELP("cli.slides-help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("cli.slides-output-option"))
@_deck_option
@plan_option
@language_option
@ends_in_a_line
def slides(*, text: Translation, output: str, **asked: str) -> None:
    """Write a deck as a PowerPoint file."""
    from layers.present.pptx import slides as presentations
    from layers.present.pptx.file import slide_count
    from layers.selection.own_ground import deck_ground

    target = _target(output, "pptx")
    found, deck = _deck(**asked)
    with shown_progress(text) as progress:
        document = presentations.slides(found, deck, language=text.language, today=date.today(), progress=progress)
    write(target, document)
    size = f"{len(document) / 1e6:.1f} MB"
    click.echo(text("cli.slides-written", target=printable(target), slides=slide_count(document), size=size))
    note(deck_ground(deck, text))


def _target(output: str, *kinds: str) -> Path:
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


def _deck(*, deck: str, plan: str) -> tuple[Plan, Deck]:
    """Return the plan and the deck that the options ask for."""
    from app.context import store_at
    from layers.present.deck_choice import chosen_deck
    from layers.store.base import read_plan

    found = read_plan(store_at(read_settings(plan=plan)))
    return found, chosen_deck(found, deck)


def _order(
    plan: str, text: Translation, *, scene: str, paper: str, orientation: str | None, scale: str, title: str
) -> tuple[Plan, Scene, Order]:
    """Return the plan, the Scene and the order of the sheet that the options ask for."""
    from app.context import store_at
    from layers.plan.scene_text import checked, read_scene
    from layers.sheet.sheet import Order
    from layers.store.base import read_plan

    if len(title) > MAXIMUM_TITLE:
        raise PlanMapError("title-too-long", limit=MAXIMUM_TITLE)
    order = Order(Paper.parse(paper, orientation or ""), parse_scale(scale), title)
    wanted = read_scene(scene)
    found = read_plan(store_at(read_settings(plan=plan)))
    # An address may hold a language; one given on the command line goes before it.
    language = click.get_current_context().get_parameter_source("lang")
    if not scene or language is ParameterSource.COMMANDLINE:
        wanted = replace(wanted, language=text.language)
    return found, checked(found, wanted), order
