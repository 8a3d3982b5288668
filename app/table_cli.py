"""The part of `planmap layer link` that links a table of PostGIS."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from app.layer_look import kept_said
from layers.plan.fault import printable
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.own.own_layer import System
    from layers.plan.plan import Plan


def link_table(
    plan: Plan,
    text: Translation,
    *,
    address: str,
    table: str,
    geometry: str,
    key: str,
    name: str,
    group: str,
    system: System | None,
) -> None:
    """Link a table to a plan as a layer, or list those that there are if none is named.

    Raises
    ------
    PlanMapError
        It cannot be linked.
    """
    from geo.database.address import parse_database
    from layers.own.files import own_layers
    from layers.own.table.linking import TableWish, add_table, offered_tables
    from layers.own.words import layer_words, position_words, report_lines

    if not table:
        there = offered_tables(address)
        click.echo(text("table.offers", address=parse_database(address).text, count=len(there)))
        for each in there:
            words = text("table.geometry", table=printable(each.shown), column=printable(each.geometry))
            click.echo(words)
        return
    before = {each.id for each in own_layers(plan)}
    wish = TableWish(address, table, geometry=geometry, key=key, name=name, group=group, system=system)
    with kept_said(plan, name or table.rpartition(".")[2], text):
        made = add_table(plan, wish, today=date.today())
    shown, what = printable(made.source_layer), layer_words(made, text)
    click.echo(text("table.linked", table=shown, name=printable(made.name), id=made.id, what=what))
    if made.id in before:
        click.echo(text("own.replaced"))
    click.echo(position_words(made.position, text))
    for line in report_lines({**made.report, "read": made.count, "written": made.count}, text):
        click.echo(line)
