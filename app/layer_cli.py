"""The commands `planmap layer …`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from app.ask_cli import layer_ask
from app.command import HELP, ends_in_a_line, language_option, note, plan_option, shown_progress, target_file
from app.data.wording import size_words
from app.service_cli import layer_link, service_lines
from app.settings import read_settings
from geo.errors import PlanMapError
from geo.output import target_of, write
from layers.plan.fault import printable
from layers.translation import Translation

if TYPE_CHECKING:
    from geo.ranking import Ranking
    from layers.own.own_layer import System
    from layers.plan.plan import Plan

DATUMS = ("wgs84", "gcj02", "bd09")

METHODS = ("equal", "quantiles", "natural", "pretty", "deviation")
"""Those of `layers.own.classes.Method` that find limits by themselves."""


@click.group("layer", help=HELP("own.group-help"))
def layer() -> None:
    """Manage the own layers of a plan."""


layer.add_command(layer_link)


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
    from layers.own.adding import add_layer, chosen, look_at, stated_system
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
        _say_candidates(found, inside, text)
        raise PlanMapError("layer-no-system", file=path.name)
    if dry_run:
        click.echo(text("own.dry"))
        return
    before = {each.id for each in own_layers(found)}
    with shown_progress(text, label="own.making") as progress:
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
    from layers.own.words import layer_words, system_words, trouble_words

    found = plan_of(plan)
    layers = own_layers(found)
    for each in layers:
        line = text(
            "own.line",
            id=each.id,
            name=each.name,
            what=layer_words(each, text),
            system=system_words(each.position.system, text),
            size=size_words(each.size),
            added=each.added,
            file=each.file,
        )
        click.echo(printable(line, limit=len(line)))
    services = list(service_lines(found, text))
    for line in services:
        click.echo(line)
    if not layers and not services:
        click.echo(text("own.none"))
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


@layer.command("style", help=HELP("own.style-help"))
@click.argument("name")
@click.option("--file", metavar="FILE", default="", help=HELP("own.style-file-option"))
@click.option("--field", metavar="FIELD", default="", help=HELP("own.style-field-option"))
@click.option("--method", type=click.Choice(METHODS), default=None, help=HELP("own.style-method-option"))
@click.option("--classes", type=click.IntRange(2, 12), default=5, help=HELP("own.style-classes-option"))
@click.option("--ramp", default="", help=HELP("own.style-ramp-option"))
@click.option("--label", metavar="TEMPLATE", default="", help=HELP("own.style-label-option"))
@click.option("--no-label", is_flag=True, help=HELP("own.style-no-label-option"))
@click.option("--fields", metavar="FIELDS", default=None, help=HELP("own.style-fields-option"))
@click.option("--title", "heading", metavar="FIELD", default=None, help=HELP("own.style-title-option"))
@click.option("--reset", is_flag=True, help=HELP("own.style-reset-option"))
@click.option("-o", "--output", metavar="FILE", default="", help=HELP("own.style-output-option"))
@plan_option
@language_option
@ends_in_a_line
def layer_style(
    *,
    text: Translation,
    name: str,
    file: str,
    field: str,
    method: str | None,
    classes: int,
    ramp: str,
    label: str,
    no_label: bool,
    fields: str | None,
    heading: str | None,
    reset: bool,
    output: str,
    plan: str,
) -> None:
    """Say how an own layer is drawn, have it drawn otherwise, or write its style for other programs."""
    from layers.own.files import find_layer, restyle
    from layers.own.look import style_of
    from layers.own.restyling import field_style, style_from_file, written_style
    from layers.own.style_change import with_heading, with_labels, with_popup
    from layers.own.style_json import to_json
    from layers.own.words import style_lines

    if (label and no_label) or sum(map(bool, (file, field, reset))) > 1 or (not field and (method or ramp)):
        raise PlanMapError("layer-style-options")
    found = find_layer(plan_of(plan), name)
    if file:
        path = target_of(file)
        found = style_from_file(found, path, path.name)
    elif field:
        by_field = field_style(found, field, method=method, count=classes, ramp=ramp)
        # What is written and shown has nothing to do with the colours.
        found = restyle(found, to_json(replace(style_of(found), symbols=by_field.symbols, title=by_field.title)))
    elif reset:
        found = restyle(found, "")
    style = style_of(found)
    if label:
        style = with_labels(style, found, label)
    elif no_label:
        style = replace(style, labels=None)
    if fields is not None:
        style = with_popup(style, found, field_names(fields))
    if heading is not None:
        style = with_heading(style, found, heading)
    changed = style != style_of(found)
    if changed:
        found = restyle(found, to_json(style), found.style_from, found.style_lost)
    for line in style_lines(found, text):
        click.echo(line)
    if output:
        target = target_file(output, "qml", "sld")
        write(target, written_style(style_of(found), found, target.suffix.lower().lstrip(".")).encode())
        click.echo(text("own.style-written", target=printable(target)))
    elif changed or file or field or reset:
        click.echo(text("own.styled", name=printable(found.name)))


layer.add_command(layer_ask)


def look_lines(looked: Mapping[str, Any], repairs: Mapping[str, bool], file: str, text: Translation) -> Iterator[str]:
    """Yield what there is to say of a layer in a file before it is brought in."""
    from layers.own import words

    what = words.count_words(looked["types"], text)
    yield text("own.preview", layer=printable(looked["name"]), file=printable(file), what=what)
    yield text("own.crs", crs=words.crs_words(looked, text))
    yield words.extent_words(looked["bounds"], text)
    names = text("data.list-comma").join(printable(field["name"], limit=40) for field in looked["fields"])
    yield text("own.fields", count=len(looked["fields"]), names=names or "-")
    yield words.encoding_words(looked, text)
    for finding in looked["repairs"]:
        accepted = finding["must"] or repairs.get(finding["kind"], finding["accepted"])
        yield "  " + words.finding_words(finding, accepted, text)
    for line in words.note_lines(looked["notes"], text):
        yield "  " + line


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


def option_of(system: Mapping[str, Any]) -> str:
    """Return the option that decides on a system."""
    return f"--datum {system['datum']}" if "datum" in system else f"--crs EPSG:{system['epsg']}"


def _say_candidates(plan: Plan, looked: Mapping[str, Any], text: Translation) -> None:
    from layers.own.system import ranking, shown_standings, system_of_candidate
    from layers.own.words import candidate_words, ranking_words, standing_words

    found: Ranking = ranking(plan, looked)
    click.echo(text("own.candidates"))
    for standing in shown_standings(found):
        option = option_of(system_of_candidate(standing.candidate))
        name = candidate_words(standing.candidate, text)
        click.echo(f"  {option:18} {name}{text('own.comma')}{standing_words(standing, text)}")
    click.echo(ranking_words(found, text))


def plan_of(plan: str) -> Plan:
    """Return the plan that the option `--plan` names."""
    from app.context import store_at
    from layers.store.base import read_plan

    return read_plan(store_at(read_settings(plan=plan)))
