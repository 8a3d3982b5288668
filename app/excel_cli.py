"""The commands `planmap excel export` and `planmap excel import`."""

from __future__ import annotations

import sys
from datetime import date, datetime

import click

from app.command import ends_in_a_line, language_option, note, plan_option, target_file
from app.console import HELP, Group
from app.record_cli import opened, say, user
from geo.errors import PlanMapError
from geo.output import drafted, target_of
from layers.plan.fault import printable
from layers.translation import Translation


@click.group(cls=Group, help=HELP("exchange.group-help"))
def excel() -> None:
    """Work on a plan in a workbook."""


@excel.command("export", help=HELP("exchange.export-help"))
@click.argument("file", metavar="FILE")
@plan_option
@language_option
@ends_in_a_line
def export(*, text: Translation, file: str, plan: str) -> None:
    """Write the workbook of a plan."""
    from layers.exchange.book import write_book

    target = target_file(file, "xlsx")
    _, found = opened(plan)
    with drafted(target) as draft:
        write_book(found, draft, text, made=datetime.now().astimezone())
    click.echo(text("exchange.written", target=printable(target)))


@excel.command("import", help=HELP("exchange.import-help"))
@click.argument("file", metavar="FILE")
@click.option("--dry-run", is_flag=True, help=HELP("exchange.dry-run-option"))
@click.option("--over-newer", is_flag=True, help=HELP("exchange.over-newer-option"))
@click.option("--by", "recorded_by", default="", help=HELP("record.by-option"))
@plan_option
@language_option
@ends_in_a_line
def import_(*, text: Translation, file: str, plan: str, dry_run: bool, over_newer: bool, recorded_by: str) -> None:
    """Add what a workbook or text file holds of new statements."""
    from layers.exchange.proposal import propose, take_in
    from layers.exchange.tables import opened as opened_tables
    from layers.exchange.words import lines, notes, summary

    path = target_of(file)
    store, found = opened(plan)
    with opened_tables(path) as tables:
        proposal = propose(found, tables, file=path.name, by=recorded_by or user(), today=date.today())
    note([*notes(proposal, text)])
    say(lines(found, proposal, text))
    click.echo(summary(proposal, text))
    if proposal.refused:
        click.echo(text("exchange.nothing-refused"), err=True)
        sys.exit(2)
    if dry_run or not proposal.count:
        click.echo(text("exchange.nothing-dry" if dry_run else "exchange.nothing-new"))
        return
    if proposal.conflicts and not over_newer:
        raise PlanMapError("import-conflict", count=len(proposal.conflicts))
    take_in(store, proposal)
    click.echo(text("exchange.done", count=proposal.count))
