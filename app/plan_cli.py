"""The commands about a whole plan: `check`, `copy`, `recover` and `init-db`."""

from __future__ import annotations

import sys

import click

from app.command import ends_in_a_line, language_option, plan_option
from app.console import HELP
from app.settings import read_settings
from geo.errors import PlanMapError
from geo.output import target_of
from layers.plan.fault import printable
from layers.store.base import is_address
from layers.translation import Translation


@click.command(help=HELP("cli.check-help"))
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


@click.command(help=HELP("cli.copy-help"))
@click.argument("target")
@plan_option
@language_option
@ends_in_a_line
def copy(*, text: Translation, target: str, plan: str) -> None:
    """Copy a plan into a new file or database."""
    from app.context import store_at
    from layers.store.base import copy_plan, read_plan

    source = store_at(read_settings(plan=plan))
    written = copy_plan(read_plan(source, as_written=True), target, contents=source.content)
    click.echo(text("cli.copied", target=written.name))


@click.command(help=HELP("cli.recover-help"))
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


@click.command("init-db", help=HELP("cli.init-db-help"))
@click.argument("address", metavar="URL")
@plan_option
@language_option
@ends_in_a_line
def init_db(*, text: Translation, address: str, plan: str) -> None:
    """Prepare a database: the tables of this version, and a plan where there is none."""
    from app.context import store_at
    from layers.store.base import copy_plan, read_plan
    from layers.store.postgis import PostgisStore

    if not is_address(address):
        raise PlanMapError("address-kind", scheme=address.partition(":")[0])
    store = PostgisStore(address.strip())
    before = store.found_version()
    if before is None:
        source = store_at(read_settings(plan=plan))
        found = read_plan(source, as_written=True)
        written = copy_plan(found, address, contents=source.content)
        title = printable(found.info.title.get(text.language))
        click.echo(text("cli.database-made", target=written.name, title=title, count=len(found.tasks)))
        return
    if plan:
        # Whoever names a plan wants it to be there, and it never takes the place of another.
        raise PlanMapError("target-exists", target=store.name)
    store.migrate()
    found = read_plan(store, as_written=True)
    key = "cli.database-current" if store.found_version() == before else "cli.database-raised"
    title = printable(found.info.title.get(text.language))
    click.echo(text(key, target=store.name, title=title, before=before, after=store.found_version()))
