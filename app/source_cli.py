"""The commands `planmap layer link`, for features that stay elsewhere, and `planmap layer refresh`."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.command import ends_in_a_line, language_option, note, plan_option, shown_progress
from app.console import HELP
from app.data.wording import size_words
from app.layer_look import kept_said, look_lines, say_candidates
from app.settings import read_settings
from geo.errors import PlanMapError
from layers.plan.fault import printable
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.own.linked.source import SourceKind
    from layers.own.own_layer import OwnLayer, System
    from layers.plan.plan import Plan

KINDS = ("ogcapi", "wfs", "parquet")
"""Those of `layers.own.linked.source.SourceKind`."""

STEPS = 1000


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """What somebody has said of a layer that is to be linked."""

    address: str
    kind: str
    layer: str = ""
    name: str = ""
    group: str = ""
    crs: str = ""
    datum: str = ""
    bbox: str = ""


def kind_named(address: str, kind: str | None) -> SourceKind | None:
    """Return what features would be fetched from; None for what is no source of features."""
    from layers.own.linked.linking import kind_of
    from layers.own.linked.source import SourceKind

    if kind:
        return SourceKind(kind) if kind in KINDS else None
    return kind_of(address)


def link_features(plan: Plan, options: LinkOptions, text: Translation) -> None:
    """Fetch features that stay elsewhere, say what came, and put a working copy beside the plan.

    Raises
    ------
    PlanMapError
        They cannot be fetched or used.
    """
    from layers.own.adding import add_layer, chosen, look_at, shown_name, stated_system
    from layers.own.files import own_layers
    from layers.own.linked.fetching import fetched, offered
    from layers.own.linked.linking import PLAN, Wish, frame_of, named_in, source_row
    from layers.own.linked.refreshing import counted
    from layers.own.linked.source import SourceKind
    from layers.own.linked.words import came_lines
    from layers.own.system import system_of_code

    kind, is_file = SourceKind(options.kind), options.kind == SourceKind.PARQUET
    system: System | None = system_of_code(options.crs) if options.crs else None
    if options.crs and options.datum:
        raise PlanMapError("layer-crs-option")
    box = frame_of(plan, options.bbox or PLAN) if options.bbox or not is_file else None
    wish = Wish(options.address, kind, options.layer, box, int((system or {}).get("epsg", 0)), options.datum)
    row = source_row(wish)
    if not is_file and not row.layer:
        there = offered(kind, row.address)["layers"]
        named = [each for each in there if each["name"] == named_in(row.address)]
        if len(named or there) != 1:
            click.echo(text("service.offers", address=printable(row.place), count=len(there)))
            for each in there:
                click.echo(f"  --layer {printable(each['name'])}  {printable(each['title'])}")
            return
        row = row.model_copy(update={"layer": (named or there)[0]["name"]})
    # Of a service the code says in what it is asked, and what comes says so itself.
    decided: System | None = {"datum": options.datum} if options.datum else system if is_file else None
    called = shown_name(options.name, row.layer, row.place)
    with (
        kept_said(plan, called, text),
        tempfile.TemporaryDirectory(prefix="planmap-fetch-", ignore_cleanup_errors=True) as folder,
    ):
        with shown_progress(text, label="source.fetching") as progress:
            came = fetched(row, Path(folder), progress=lambda share: progress(round(share * STEPS), STEPS))
        for line in came_lines(came.row, text):
            click.echo(line)
        with shown_progress(text, label="own.looking") as progress:
            looked = look_at(
                came.file,
                name=row.place,
                crs=decided,
                progress=lambda share: progress(round(share * STEPS), STEPS),
            )
        inside = chosen(looked, "", row.place)
        for line in look_lines(inside, {}, row.place, text):
            click.echo(line)
        if decided is None and stated_system(inside) is None:
            say_candidates(plan, inside, text)
            raise PlanMapError("layer-no-system", file=row.place)
        before = {each.id for each in own_layers(plan)}
        with shown_progress(text, label="own.making") as progress:
            made = add_layer(
                plan,
                came.file,
                inside,
                system=decided,
                name=options.name,
                group=options.group,
                file=row.place,
                today=date.today(),
                source_row=counted(came.row, inside).model_dump(mode="json", exclude_defaults=True),
                progress=lambda share: progress(round(share * STEPS), STEPS),
            )
    _say_made(made, text, replaced=made.id in before)


@click.command("refresh", help=HELP("source.refresh-help"))
@click.argument("name", default="")
@click.option("--all", "everything", is_flag=True, help=HELP("source.all-option"))
@click.option("--accept-fields", is_flag=True, help=HELP("source.accept-fields-option"))
@plan_option
@language_option
@ends_in_a_line
def layer_refresh(*, text: Translation, name: str, everything: bool, accept_fields: bool, plan: str) -> None:
    """Fetch the features of layers anew that stay elsewhere."""
    from layers.own.files import find_layer, own_layers
    from layers.own.linked.source import source_of

    found = _plan(plan)
    linked = [layer for layer in own_layers(found) if source_of(layer) is not None]
    if bool(name) == everything:
        raise PlanMapError("source-which", near="、".join(layer.id for layer in linked) or "-")
    chosen = linked if everything else [find_layer(found, name)]
    if not chosen:
        click.echo(text("source.no-layers"))
    kept: list[PlanMapError] = []
    for layer in chosen:
        try:
            _refresh(found, layer, text, accept_fields=accept_fields)
        except PlanMapError as error:
            # Of several the others still have their turn.
            if not everything:
                raise
            kept.append(error)
            note([text("source.kept", name=printable(layer.name), why=text.explain(error))])
    if kept:
        raise PlanMapError("source-some", count=len(kept), all=len(chosen))


def _refresh(plan: Plan, layer: OwnLayer, text: Translation, *, accept_fields: bool) -> None:
    from layers.own.linked.refreshing import refresh
    from layers.own.linked.words import came_lines, refreshed_words

    with shown_progress(text, label="source.refreshing") as progress:
        done = refresh(
            plan,
            layer,
            accept_fields=accept_fields,
            progress=lambda share: progress(round(share * STEPS), STEPS),
        )
    click.echo(refreshed_words(done, text))
    for line in came_lines(done.row, text):
        click.echo(line)
    _make_tiles(done.layer, text)


def _say_made(made: OwnLayer, text: Translation, *, replaced: bool) -> None:
    from layers.own.words import layer_words, position_words, report_lines

    what = layer_words(made, text)
    click.echo(text("own.added", name=printable(made.name), id=made.id, size=size_words(made.size), what=what))
    if replaced:
        click.echo(text("own.replaced"))
    click.echo(position_words(made.position, text))
    for line in report_lines(made.report, text):
        click.echo(line)
    click.echo(text("source.stays"))
    _make_tiles(made, text)


def _make_tiles(made: OwnLayer, text: Translation) -> None:
    from layers.own.tiles import is_large, make_tiles, tiles_of

    if is_large(made) and tiles_of(made) is None:
        with shown_progress(text, label="own.tiling") as progress:
            make_tiles(made, progress=lambda share: progress(round(share * STEPS), STEPS))
        click.echo(text("own.tiled"))


def _plan(plan: str) -> Plan:
    from app.context import store_at
    from layers.store.base import read_plan

    return read_plan(store_at(read_settings(plan=plan)))
