"""The command `planmap`."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from app.amend_cli import amend
from app.command import ends_in_a_line, language_option, note, plan_option, shown_progress, since_option, target_file
from app.console import HELP, Group
from app.deck_cli import brief, slides
from app.excel_cli import excel
from app.ground_cli import ground
from app.layer_cli import layer
from app.layer_export_cli import layer_export, qgis
from app.layer_style_cli import layer_style
from app.place_cli import place
from app.plan_cli import check, copy, init_db, recover
from app.record_cli import attachment, backup, changes, history, log, record, restore
from app.role_cli import role
from app.service_cli import host
from app.settings import read_settings
from geo.errors import PlanMapError
from geo.output import check_target, kind_of, target_of, write
from layers.draw.paper import ORIENTATIONS, Paper, parse_scale
from layers.plan.fault import PlanFaultsError, printable
from layers.translation import Translation

if TYPE_CHECKING:
    from pathlib import Path

    from layers.plan.plan import Plan
    from layers.plan.scene import Scene
    from layers.plan.template import Template
    from layers.sheet.sheet import Order
    from layers.sheet.sheet_list import Listed

MAXIMUM_TITLE = 200
"""Longest title of a sheet, in characters; nobody would read a longer one."""

CHAPTERS = ("site", "theme", "section", "grid", "street")
"""The values of `layers.sheet.atlas.By`, which is too slow to import for a help text; for a list there is its file."""


class _ByType(click.Choice[str]):
    """One of `CHAPTERS`, or the path of a list of sheets."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return `value` if it is either."""
        if isinstance(value, str) and value.lower().endswith(".csv"):
            return value
        return str(super().convert(value, param, ctx))

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Return what the help shows."""
        return "[" + "|".join([*CHAPTERS, "FILE.csv"]) + "]"


PARTS = ("section", "theme")
"""The values of `layers.report.report.By`."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


_paper_options = (
    click.option("--scene", default="", help=HELP("cli.scene-option")),
    since_option,
    click.option("--paper", default="A3", show_default=True, help=HELP("cli.paper-option")),
    click.option("--orientation", type=click.Choice(ORIENTATIONS), help=HELP("cli.orientation-option")),
    click.option("--scale", default="auto", show_default=True, help=HELP("cli.scale-option")),
    click.option("--title", default="", help=HELP("cli.title-option")),
    click.option("--template", default="", metavar="FILE", help=HELP("cli.template-option")),
)


def _asks_for_paper(command: _Command) -> _Command:
    """Add the options that sheets and atlases share."""
    for option in reversed(_paper_options):
        command = option(command)
    return command


@click.group(cls=Group, help=HELP("cli.help"), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="planmap")
def main() -> None:
    """Run one of the commands."""
    # A console may not be able to show Chinese: show what it can, and never fail because of it.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


for _command in (
    ground,
    layer,
    qgis,
    brief,
    slides,
    check,
    copy,
    recover,
    init_db,
    record,
    amend,
    place,
    attachment,
    history,
    changes,
    log,
    backup,
    restore,
    excel,
    role,
    host,
):
    main.add_command(_command)
layer.add_command(layer_export)
layer.add_command(layer_style)


@main.command(help=HELP("cli.serve-help"))
@plan_option
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help=HELP("cli.port-option"))
@click.option("--host", default="127.0.0.1", show_default=True, help=HELP("cli.host-option"))
@click.option("--allow-host", metavar="NAME", multiple=True, help=HELP("cli.allow-host-option"))
@click.option("--trust-network", is_flag=True, help=HELP("cli.trust-network-option"))
@click.option("--sign-in", default="", metavar="FILE", help=HELP("cli.sign-in-option"))
@click.option("--ogc", is_flag=True, help=HELP("ogc.option"))
@click.option("--browser/--no-browser", default=None, help=HELP("cli.browser-option"))
@language_option
@ends_in_a_line
def serve(
    *,
    text: Translation,
    plan: str,
    port: int,
    host: str,
    allow_host: tuple[str, ...],
    trust_network: bool,
    sign_in: str,
    ogc: bool,
    browser: bool | None,
) -> None:
    """Serve a plan to the browser."""
    from pathlib import Path

    from app import context, origin, server
    from app.sign_in import read_sign_in

    names = [origin.allowed_host(name) for name in allow_host]
    server.check_port(host, port)
    # The server changes the working folder, so no path may depend on it, those of the environment neither.
    settings = read_settings(plan=plan, ogc="true" if ogc else "").anywhere()
    # Read before the port opens: who signs in is never let in by a file that cannot be read.
    signing = read_sign_in(Path(found).expanduser()) if (found := sign_in or settings.sign_in) else None
    if signing and not origin.is_loopback(signing.host):
        names.append(signing.host)
    # A proxy on this machine lets others in as well; they come by a name that is allowed.
    public = not origin.is_loopback(host) or bool(names)
    served = context.Context(settings, looking_only=public and not trust_network and not signing, sign_in=signing)
    context.use(served)
    if signing:
        click.echo(text("cli.sign-in-on", admin=printable(signing.first_admin)), err=True)
    elif public:
        click.echo(
            text("cli.public" if trust_network else "cli.public-looking", host=", ".join([host, *names])), err=True
        )
    try:
        served.keep()
    except PlanFaultsError as error:
        # The page itself says what to correct, and works again as soon as that is done.
        click.echo(text.explain(error), err=True)
    opens = server.has_display() if browser is None else browser
    server.serve(host=host, port=port, names=names, language=text.language, open_browser=opens)


@main.command(help=HELP("cli.export-help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("cli.output-option"))
@click.option("--site", "sites", metavar="NAME", multiple=True, help=HELP("cli.site-option"))
@click.option("--near", default="", metavar="PLACE", help=HELP("cli.near-option"))
@click.option("--radius", default="2km", show_default=True, help=HELP("cli.radius-option"))
@_asks_for_paper
@click.option("--bare", is_flag=True, help=HELP("cli.bare-option"))
@click.option("--dpi", type=click.FloatRange(36, 1200), default=300, show_default=True, help=HELP("cli.dpi-option"))
@plan_option
@language_option
@ends_in_a_line
def export(
    *,
    text: Translation,
    output: str,
    sites: tuple[str, ...],
    near: str,
    radius: str,
    bare: bool,
    dpi: float,
    plan: str,
    **asked: Any,
) -> None:
    """Write one sheet."""
    from layers.plan.near import read_radius
    from layers.selection.omission import omission_lines
    from layers.selection.own_ground import sheet_ground
    from layers.selection.site_names import with_near, with_sites
    from layers.sheet import render
    from layers.sheet.sheet import compose

    target = target_file(output, *render.MEDIA_TYPES)
    kind = kind_of(target, allowed=tuple(render.MEDIA_TYPES))
    metres = read_radius(radius)
    found, scene, order = _order(plan, text, **asked)
    named = with_sites(found, scene, sites)
    scene, order = named.scene, replace(order, title=order.title or named.title, bare=bare)
    if near:
        scene = with_near(found, scene, near, metres)
    if not math.isfinite(dpi):
        raise click.BadParameter(str(dpi), param_hint="--dpi")
    if kind in render.PICTURES:
        render.check_size(order.paper, dpi)
    sheet = compose(found, scene, order, today=date.today())
    targets = page_targets(target, 1 if kind in render.ONE_FILE else len(sheet.pages))
    for further in targets[1:]:
        check_target(further)
    for page, path in enumerate(targets):
        write(path, render.render(sheet, kind, dpi=dpi, page=page))
    click.echo(text("cli.exported", target=printable(target), scale=f"1:{sheet.scale}", digest=sheet.digest))
    if targets[1:]:
        click.echo(text("cli.exported-more", targets=", ".join(printable(further) for further in targets[1:])))
    lines = omission_lines(found, sheet.omissions, text, fits=sheet.fits)
    note([*sheet_ground(scene, text), *sheet.unfetched, *lines])


@main.command("list", help=HELP("cli.list-help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("cli.output-list-option"))
@click.option("--scene", default="", help=HELP("cli.scene-option"))
@since_option
@plan_option
@language_option
@ends_in_a_line
def list_tasks(*, text: Translation, output: str, scene: str, since: date | None, plan: str) -> None:
    """Write the tasks that pass the filters of a scene as a table."""
    from layers.listing.files import MEDIA_TYPES, listing_file
    from layers.listing.listing import listing

    target = target_file(output, *MEDIA_TYPES)
    found, wanted = _scene(plan, text, scene=scene, since=since)
    made = listing(found, wanted, today=date.today())
    write(target, listing_file(made, kind_of(target, allowed=tuple(MEDIA_TYPES))))
    click.echo(text("cli.listed", target=printable(target), count=len(made.tasks), all=len(found.tasks)))


@main.command(help=HELP("cli.atlas-help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("cli.output-atlas-option"))
@click.option("--by", type=_ByType(CHAPTERS), default=CHAPTERS[0], show_default=True, help=HELP("cli.by-option"))
@_asks_for_paper
@plan_option
@language_option
@ends_in_a_line
def atlas(*, text: Translation, output: str, by: str, plan: str, **asked: Any) -> None:
    """Write an atlas."""
    from layers.selection.own_ground import sheet_ground
    from layers.sheet import atlas as atlases

    target = target_file(output, "pdf")
    found, scene, order = _order(plan, text, **asked)
    places: list[Listed] = []
    if by not in CHAPTERS:
        places, by = _places(found, by, text), atlases.By.LIST
    with shown_progress(text) as progress:
        made = atlases.atlas(found, scene, order, atlases.By(by), today=date.today(), places=places, progress=progress)
    write(target, made.document)
    click.echo(text("cli.atlas-written", target=printable(target), pages=made.pages, digest=made.digest))
    note([*sheet_ground(scene, text), *atlases.cut_words(made, text)])


@main.command(help=HELP("report.help"))
@click.option("-o", "--output", required=True, metavar="FILE", help=HELP("report.output-option"))
@click.option("--by", type=click.Choice(PARTS), default=PARTS[0], show_default=True, help=HELP("report.by-option"))
@click.option("--scene", default="", help=HELP("cli.scene-option"))
@click.option("--title", default="", help=HELP("cli.title-option"))
@plan_option
@language_option
@ends_in_a_line
def report(*, text: Translation, output: str, by: str, plan: str, scene: str, title: str) -> None:
    """Write a report."""
    from layers.report import report as reports
    from layers.selection.own_ground import sheet_ground

    target = target_file(output, "docx")
    found, wanted = _scene(plan, text, scene=scene, title=title)
    with shown_progress(text) as progress:
        made = reports.report(found, wanted, reports.By(by), today=date.today(), title=title, progress=progress)
    write(target, made.document)
    size = f"{len(made.document) / 1e6:.1f} MB"
    words = text(
        "report.written", target=printable(target), tasks=made.tasks, maps=made.maps, size=size, digest=made.digest
    )
    click.echo(words)
    note(sheet_ground(wanted, text))


def page_targets(target: Path, pages: int) -> list[Path]:
    """Return the files of a sheet's pages, where a file holds one: `sheet.png`, `sheet-2.png` and so on."""
    further = [target.with_name(f"{target.stem}-{page}{target.suffix}") for page in range(2, pages + 1)]
    return [target, *further]


def _places(plan: Plan, file: str, text: Translation) -> list[Listed]:
    """Return what a list of sheets asks for; its faults are shown one a line before the error ends the command."""
    from layers.sheet.sheet_list import ListFaultsError, read_list

    try:
        return read_list(plan, target_of(file))
    except ListFaultsError as error:
        for fault in error.faults:
            click.echo(text.explain(fault), err=True)
        raise


def _order(
    plan: str,
    text: Translation,
    *,
    scene: str,
    since: date | None,
    paper: str,
    orientation: str | None,
    scale: str,
    title: str,
    template: str,
) -> tuple[Plan, Scene, Order]:
    """Return the plan, the Scene and the order of the sheet that the options ask for."""
    from layers.sheet.sheet import Order

    address = read_settings(plan=plan).public_url
    order = Order(Paper.parse(paper, orientation or ""), parse_scale(scale), title, address=address)
    found, wanted = _scene(plan, text, scene=scene, since=since, title=title)
    return found, wanted, replace(order, template=_template(template, found, text))


def _template(named: str, plan: Plan, text: Translation) -> Template:
    """Return the template in the file that is `named`, that of the plan if none is, or none for `none`.

    A template with faults ends the command with a line for each.
    """
    from layers.plan.template import NO_TEMPLATE
    from layers.store.template_file import template_at

    if named in ("", "none"):
        return (plan.template if not named else None) or NO_TEMPLATE
    try:
        return template_at(target_of(named))
    except PlanFaultsError as error:
        for fault in error.faults:
            click.echo(text.explain(fault), err=True)
        sys.exit(2)


def _scene(
    plan: str, text: Translation, *, scene: str, since: date | None = None, title: str = ""
) -> tuple[Plan, Scene]:
    """Return the plan and the Scene that the options ask for; a `title` is only looked at."""
    from app.context import store_at
    from layers.plan.scene import STALE_DAYS
    from layers.plan.scene_text import checked, read_scene
    from layers.store.base import read_plan

    if len(title) > MAXIMUM_TITLE:
        raise PlanMapError("title-too-long", limit=MAXIMUM_TITLE)
    wanted = read_scene(scene)
    wanted = replace(wanted, since=since or wanted.since)
    if wanted.stale_days == STALE_DAYS:
        wanted = replace(wanted, stale_days=read_settings().stale_days)
    until = wanted.as_of or date.today()
    if wanted.since and wanted.since >= until:
        raise PlanMapError("since-not-before", since=wanted.since, until=until)
    found = read_plan(store_at(read_settings(plan=plan)))
    # An address may hold a language; one given on the command line goes before it.
    language = click.get_current_context().get_parameter_source("lang")
    if not scene or language is ParameterSource.COMMANDLINE:
        wanted = replace(wanted, language=text.language)
    return found, checked(found, wanted)
