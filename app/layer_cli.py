"""The commands `planmap layer …`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import click

from app.ask_cli import layer_ask
from app.command import ends_in_a_line, language_option, note, plan_option, shown_progress
from app.console import HELP, Group, table_lines
from app.data.wording import size_words
from app.layer_look import kept_said, look_lines, say_candidates
from app.service_cli import layer_link, service_lines
from app.settings import read_settings
from app.source_cli import layer_refresh
from geo.errors import PlanMapError
from geo.output import target_of
from layers.plan.fault import printable
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.own.own_layer import System
    from layers.plan.plan import Plan

DATUMS = ("wgs84", "gcj02", "bd09")


@click.group("layer", cls=Group, help=HELP("own.group-help"))
def layer() -> None:
    """Manage the own layers of a plan."""


layer.add_command(layer_link)
layer.add_command(layer_refresh)


@layer.command("add", help=HELP("own.add-help"))
@click.argument("file", metavar="FILE")
@click.option("--name", default="", help=HELP("own.name-option"))
@click.option("--group", default="", help=HELP("own.group-option"))
@click.option("--crs", metavar="EPSG:CODE", default="", help=HELP("own.crs-option"))
@click.option("--datum", type=click.Choice(DATUMS), default=None, help=HELP("own.datum-option"))
@click.option("--encoding", default="", help=HELP("own.encoding-option"))
@click.option("--layer", "wanted", metavar="NAME", default="", help=HELP("own.layer-option"))
@click.option("--columns", metavar="X,Y", default="", help=HELP("own.columns-option"))
@click.option("--accept", multiple=True, metavar="REPAIR", help=HELP("own.accept-option"))
@click.option("--refuse", multiple=True, metavar="REPAIR", help=HELP("own.refuse-option"))
@click.option("--dry-run", is_flag=True, help=HELP("own.dry-run-option"))
@plan_option
@language_option
@ends_in_a_line
def layer_add(
    *,
    text: Translation,
    file: str,
    name: str,
    group: str,
    crs: str,
    datum: str | None,
    encoding: str,
    wanted: str,
    columns: str,
    accept: Sequence[str],
    refuse: Sequence[str],
    dry_run: bool,
    plan: str,
) -> None:
    """Bring a layer of a file in to a plan, once it has been said what is in it and what is odd."""
    from layers.own.adding import add_layer, chosen, look_at, shown_name, stated_system
    from layers.own.files import own_layers

    repairs = repairs_of(accept, refuse)
    system, table = system_of_options(crs, datum), columns_of(columns)
    found, path = plan_of(plan), target_of(file)
    with shown_progress(text, label="own.looking") as progress:
        looked = look_at(
            path,
            crs=system,
            encoding=encoding,
            columns=table,
            progress=lambda share: progress(round(share * 1000), 1000),
        )
    inside = chosen(looked, wanted, path.name)
    for line in look_lines(inside, repairs, path.name, text):
        click.echo(line)
    if system is None and stated_system(inside) is None:
        say_candidates(found, inside, text)
        raise PlanMapError("layer-no-system", file=path.name)
    if dry_run:
        click.echo(text("own.dry"))
        return
    before = {each.id for each in own_layers(found)}
    called = shown_name(name, inside["name"], path.name)
    with kept_said(found, called, text), shown_progress(text, label="own.making") as progress:
        made = add_layer(
            found,
            path,
            inside,
            system=system,
            name=name,
            group=group,
            repairs=repairs,
            encoding=encoding,
            columns=table,
            today=date.today(),
            progress=lambda share: progress(round(share * 1000), 1000),
        )
    from layers.own.words import layer_words, position_words, report_lines, style_lines

    what = layer_words(made, text)
    click.echo(text("own.added", name=printable(made.name), id=made.id, size=size_words(made.size), what=what))
    if made.id in before:
        click.echo(text("own.replaced"))
    click.echo(position_words(made.position, text))
    for line in (*report_lines(made.report, text), *style_lines(made, text)):
        click.echo(line)
    from layers.own.tiles import is_large, make_tiles

    if is_large(made):
        with shown_progress(text, label="own.tiling") as progress:
            make_tiles(made, progress=lambda share: progress(round(share * 1000), 1000))
        click.echo(text("own.tiled"))


@layer.command("list", help=HELP("own.list-help"))
@plan_option
@language_option
@ends_in_a_line
def layer_list(*, text: Translation, plan: str) -> None:
    """List the own layers of a plan."""
    from layers.own.files import damaged_layers, own_layers
    from layers.own.linked.words import change_words
    from layers.own.words import file_words, layer_words, system_words, trouble_words

    found = plan_of(plan)
    layers = own_layers(found)
    if layers:
        rows = [
            [
                each.id,
                each.name,
                layer_words(each, text),
                system_words(each.position.system, text),
                size_words(each.size),
                each.added,
                file_words(each, text),
            ]
            for each in layers
        ]
        for line in table_lines(text("own.heading"), rows):
            click.echo(line)
    services = list(service_lines(found, text))
    if layers and services:
        click.echo()
    for line in services:
        click.echo(line)
    if not layers and not services:
        click.echo(text("own.none"))
    note([words for words in (change_words(each, text) for each in layers) if words])
    note([words for each in layers if (words := trouble_words(each, text))])
    note([text("own.damaged", file=printable(name)) for name in damaged_layers(found)])


@layer.command("remove", help=HELP("own.remove-help"))
@click.argument("name")
@plan_option
@language_option
@ends_in_a_line
def layer_remove(*, text: Translation, name: str, plan: str) -> None:
    """Remove an own layer of a plan."""
    from layers.own.files import remove_layer
    from layers.service.files import find_service, remove_service

    found = plan_of(plan)
    service = find_service(found, name)
    if service is not None:
        remove_service(service)
        click.echo(text("own.removed", name=printable(service.row.name)))
        return
    removed = remove_layer(found, name)
    click.echo(text("own.removed", name=printable(removed.name)))


layer.add_command(layer_ask)


def repairs_of(accept: Sequence[str], refuse: Sequence[str]) -> dict[str, bool]:
    """Return which repairs are accepted or refused.

    Raises
    ------
    PlanMapError
        There is no such repair.
    """
    from geo.foreign.features.findings import ACCEPTED

    for name in (*accept, *refuse):
        if name not in ACCEPTED:
            raise PlanMapError("layer-repair", name=name, near="、".join(ACCEPTED))
    return {**dict.fromkeys(accept, True), **dict.fromkeys(refuse, False)}


def system_of_options(crs: str, datum: str | None) -> System | None:
    """Return the reference system that the options decide on; None if they leave it to the file.

    Raises
    ------
    PlanMapError
        The code is none, or both are given.
    """
    from layers.own.system import system_of_code

    if not crs:
        return {"datum": datum} if datum else None
    if datum:
        raise PlanMapError("layer-crs-option")
    return system_of_code(crs)


def columns_of(value: str) -> dict[str, str] | None:
    """Return the columns that hold coordinates, by `x` and `y` or `wkt`; None if they are to be found.

    Raises
    ------
    PlanMapError
        They are neither one nor two.
    """
    if not value:
        return None
    names = [name.strip() for name in value.replace("，", ",").split(",")]
    if not all(names) or len(names) > 2:
        raise PlanMapError("layer-columns", value=value)
    return {"wkt": names[0]} if len(names) == 1 else {"x": names[0], "y": names[1]}


def field_names(value: str) -> list[str]:
    """Return the fields that a list with commas of either language names."""
    return [name.strip() for name in value.replace("，", ",").replace("、", ",").split(",") if name.strip()]


def plan_of(plan: str) -> Plan:
    """Return the plan that the option `--plan` names."""
    from app.context import store_at
    from layers.store.base import read_plan

    return read_plan(store_at(read_settings(plan=plan)))
