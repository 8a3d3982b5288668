"""The commands about what is recorded: `planmap record`, `attachment`, `history`, `log`, `backup` and others."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import click

from app.command import Day, ends_in_a_line, language_option, note, plan_option, target_file
from app.console import HELP
from app.settings import read_settings
from geo.errors import PlanMapError
from geo.output import check_target, target_of, write
from layers.plan.fault import printable
from layers.plan.terms import Basis, Confidence, Moment, Status
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.plan.plan import Plan
    from layers.store.base import Store

KNOWN = ("published", "recorded")
"""The values of `layers.selection.changes.Known`, which is too slow to import for a help text."""


@click.command(help=HELP("record.help"))
@click.argument("task", metavar="TASK")
@click.option("--status", type=click.Choice([status.value for status in Status]), help=HELP("record.status-option"))
@click.option("--value", "measured_value", type=float, help=HELP("record.value-option"))
@click.option("--unit", "measured_unit", default="", help=HELP("record.unit-option"))
@click.option("--period", default="", metavar="YYYY-MM/YYYY-MM", help=HELP("record.period-option"))
@click.option("--date", "date_", default="", metavar="YYYY-MM-DD", help=HELP("record.date-option"))
@click.option("--summary", "summary_zh", default="", help=HELP("record.summary-option"))
@click.option("--summary-en", default="", help=HELP("record.summary-en-option"))
@click.option("--source", "source_title", default="", help=HELP("record.source-option"))
@click.option("--publisher", "source_publisher", default="", help=HELP("record.publisher-option"))
@click.option("--url", "source_url", default="", help=HELP("record.url-option"))
@click.option(
    "--basis",
    type=click.Choice([basis.value for basis in Basis]),
    default=Basis.EVIDENCE.value,
    show_default=True,
    help=HELP("record.basis-option"),
)
@click.option(
    "--confidence",
    type=click.Choice([confidence.value for confidence in Confidence]),
    default=Confidence.MEDIUM.value,
    show_default=True,
    help=HELP("record.confidence-option"),
)
@click.option("--withdraws", default="", metavar="EVENT", help=HELP("record.withdraws-option"))
@click.option("--corrects", default="", metavar="EVENT", help=HELP("record.corrects-option"))
@click.option("--by", "recorded_by", default="", help=HELP("record.by-option"))
@click.option("--attach", "files", metavar="FILE", multiple=True, help=HELP("attachment.option"))
@plan_option
@language_option
@ends_in_a_line
def record(*, text: Translation, task: str, plan: str, date_: str, files: tuple[str, ...], **given: object) -> None:
    """Add one statement about a task."""
    from layers.selection.event_words import status_change
    from layers.selection.status import task_state
    from layers.selection.task_names import task_named
    from layers.store.attached_files import with_files
    from layers.store.check_events import check_event

    held = [_file(name) for name in files]
    store, found = opened(plan)
    task_id = task_named(found, task)
    moment = Moment.now()
    given["recorded_by"] = given["recorded_by"] or user()
    # What is left out is missing, and not empty.
    values = {name: value for name, value in given.items() if value not in (None, "")}
    raw = {
        **values,
        "task_id": task_id,
        "date": date_ or str(moment.day),
        "recorded_at": str(moment),
    }
    event, faults = check_event(found, raw, today=moment.day)
    if event is None:
        options = {option.name: option.opts[0] for option in click.get_current_context().command.params}
        names = {**options, "date": "--date"}
        for fault in faults:
            click.echo(text.explain(replace(fault, field=names.get(fault.field, fault.field))), err=True)
        sys.exit(2)
    earlier = found.events_by_task.get(task_id, ())
    event, contents = with_files(event, held)
    store.add_event(event, known=earlier[-1].id if earlier else "", contents=contents)
    before, after = task_state(earlier, moment.day), task_state([*earlier, event], moment.day)
    title = printable(found.tasks[task_id].title.get(text.language))
    click.echo(text("record.done", id=event.id, title=title))
    click.echo(status_change(before, after, text))
    for attachment in event.attachments:
        click.echo(printable(f"{attachment.id}  {attachment.name}"))


def _file(name: str) -> tuple[str, bytes]:
    """Return the name and the content of a file to attach, never more of it than is taken."""
    from layers.plan.attachment import FILE_BYTES

    path = target_of(name)
    try:
        if not path.is_file():
            raise PlanMapError("attachment-missing", path=name)
        with path.open("rb") as file:
            return path.name, file.read(FILE_BYTES + 1)
    except OSError as error:
        raise PlanMapError("attachment-missing", path=name) from error


@click.command(help=HELP("attachment.help"))
@click.argument("name", metavar="ID")
@click.option("--out", required=True, metavar="FILE", help=HELP("attachment.out-option"))
@click.option("--force", is_flag=True, help=HELP("attachment.force-option"))
@plan_option
@language_option
@ends_in_a_line
def attachment(*, text: Translation, name: str, out: str, force: bool, plan: str) -> None:
    """Write the file that goes with a statement."""
    from layers.selection.attachments import attachment_named

    target = target_of(out)
    if target.exists() and not force:
        raise PlanMapError("attachment-target", path=out)
    check_target(target)
    store, found = opened(plan)
    chosen = attachment_named(found, name)
    write(target, store.content(chosen))
    click.echo(text("attachment.written", name=printable(chosen.name), target=printable(target)))


@click.command(help=HELP("record.history-help"))
@click.argument("name", metavar="TASK|SITE")
@plan_option
@language_option
@ends_in_a_line
def history(*, text: Translation, name: str, plan: str) -> None:
    """List every statement about a task and what was set of it, or of the tasks of a site, the newest last."""
    from layers.selection.event_words import history_lines
    from layers.selection.site_history import site_history_lines
    from layers.selection.task_names import sites_in, tasks_named

    _, found = opened(plan)
    for site_id in sites_in(found, name):
        click.echo(f"{site_id}  {printable(found.sites[site_id].name.get(text.language))}")
        say(f"  {line}" for line in site_history_lines(found, site_id, text))
    for task in tasks_named(found, name):
        click.echo(f"{task.id}  {printable(task.title.get(text.language))}")
        say(f"  {line}" for line in history_lines(found, task.id, text))


@click.command(help=HELP("record.changes-help"))
@click.option("--since", type=Day(), required=True, help=HELP("record.since-option"))
@click.option("--until", type=Day(), help=HELP("record.until-option"))
@click.option("--by", type=click.Choice(KNOWN), default=KNOWN[0], show_default=True, help=HELP("record.known-option"))
@plan_option
@language_option
@ends_in_a_line
def changes(*, text: Translation, since: date, until: date | None, by: str, plan: str) -> None:
    """List what has changed between two days."""
    from layers.selection.changes import Known
    from layers.selection.changes import changes as found_changes
    from layers.selection.event_words import change_lines

    _, found = opened(plan)
    last = until or date.today()
    if last <= since:
        raise PlanMapError("days-backwards", since=since, until=last)
    known = Known(by)
    say(change_lines(found, found_changes(found, since, last, known=known), since, last, text, known=known))


@click.command(help=HELP("record.log-help"))
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help=HELP("record.limit-option"))
@plan_option
@language_option
@ends_in_a_line
def log(*, text: Translation, limit: int, plan: str) -> None:
    """List who recorded what and when, the latest first."""
    from layers.plan.event import Event
    from layers.selection.amendment_words import recorded
    from layers.selection.event_words import entry_line

    _, found = opened(plan)
    entries = list(recorded(found.events, found.amendments))
    shown = entries[-limit:][::-1]
    for entry in shown:
        about = entry.task_id if isinstance(entry, Event) else entry.subject_id
        say([f"{entry.recorded_at}  {printable(entry.recorded_by)}  {about}  {entry_line(found, entry, text)}"])
    if len(entries) > len(shown):
        click.echo(text("record.more", count=len(entries) - len(shown)), err=True)


@click.command(help=HELP("record.backup-help"))
@click.argument("file", metavar="FILE")
@plan_option
@language_option
@ends_in_a_line
def backup(*, text: Translation, file: str, plan: str) -> None:
    """Copy all of a plan to a file."""
    from app.context import store_at
    from layers.store.backup import back_up

    target = target_file(file, "gpkg")
    store = store_at(read_settings(plan=plan))
    back_up(store, target)
    click.echo(text("record.backed-up", target=printable(target)))
    folders = store.beside.now().folders
    if folders:
        note([text("record.not-backed-up", folders=", ".join(printable(folder, limit=300) for folder in folders))])


@click.command(help=HELP("record.restore-help"))
@click.argument("file", metavar="FILE")
@plan_option
@language_option
@ends_in_a_line
def restore(*, text: Translation, file: str, plan: str) -> None:
    """Bring a plan back from a file."""
    from app.context import store_at
    from layers.store.backup import restore as bring_back

    store = store_at(read_settings(plan=plan))
    aside = bring_back(store, target_of(file))
    click.echo(text("record.restored", plan=printable(store.name), file=printable(file), aside=printable(aside)))


def user() -> str:
    """Return the user's name on this computer; empty where it has none."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return ""


def opened(plan: str) -> tuple[Store, Plan]:
    """Return the store that a command's `--plan` names, and the plan in it; may raise `PlanMapError`."""
    from app.context import store_at
    from layers.store.base import read_plan

    store = store_at(read_settings(plan=plan))
    return store, read_plan(store)


def say(lines: Iterable[str]) -> None:
    """Print lines that hold words of a plan."""
    for line in lines:
        click.echo(printable(line, limit=len(line)))
