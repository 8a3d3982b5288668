"""The command `planmap amend`: what is set of a task after the plan was written."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace

import click

from app.command import ends_in_a_line, language_option, plan_option
from app.console import HELP
from app.record_cli import opened, user
from layers.plan.fault import printable
from layers.plan.terms import Kind, Moment, Subject
from layers.translation import Translation

FIELDS = {
    "title_zh": "--title",
    "title_en": "--title-en",
    "kind": "--kind",
    "theme": "--theme",
    "section": "--section",
    "lead_unit": "--unit",
    "due_date": "--due",
    "note_zh": "--note",
    "note_en": "--note-en",
    "sites": "--sites",
}
"""The option for each field of a task that can be set."""

ABOUT = {
    "reason": "--reason",
    "source_title": "--source",
    "source_publisher": "--publisher",
    "source_url": "--url",
    "recorded_by": "--by",
}
"""The option for each field of the amendment itself."""


@click.command(help=HELP("amendment.help"))
@click.argument("task", metavar="[TASK]", default="")
@click.option("--new", default="", metavar="ID", help=HELP("amendment.new-option"))
@click.option("--title", "title_zh", help=HELP("amendment.title-option"))
@click.option("--title-en", help=HELP("amendment.title-en-option"))
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help=HELP("amendment.kind-option"))
@click.option("--theme", help=HELP("amendment.theme-option"))
@click.option("--section", help=HELP("amendment.section-option"))
@click.option("--unit", "lead_unit", help=HELP("amendment.unit-option"))
@click.option("--due", "due_date", metavar="YYYY-MM-DD|YYYY-MM|YYYY-Qn", help=HELP("amendment.due-option"))
@click.option("--note", "note_zh", help=HELP("amendment.note-option"))
@click.option("--note-en", help=HELP("amendment.note-en-option"))
@click.option("--sites", metavar="ID,ID", help=HELP("amendment.sites-option"))
@click.option("--retire/--no-retire", default=None, help=HELP("amendment.retire-option"))
@click.option("--reason", default="", help=HELP("amendment.reason-option"))
@click.option("--source", "source_title", default="", help=HELP("amendment.source-option"))
@click.option("--publisher", "source_publisher", default="", help=HELP("amendment.publisher-option"))
@click.option("--url", "source_url", default="", help=HELP("amendment.url-option"))
@click.option("--by", "recorded_by", default="", help=HELP("record.by-option"))
@plan_option
@language_option
@ends_in_a_line
def amend(*, text: Translation, task: str, new: str, retire: bool | None, plan: str, **given: str | None) -> None:
    """Set what is given of a task, or add one."""
    from layers.plan.amend import amend as amended_plan
    from layers.selection.amendment_words import amendment_line
    from layers.selection.task_names import task_named
    from layers.store.check_amendments import check_amendment

    if bool(task) is bool(new):
        raise click.UsageError(text("amendment.which"))
    store, found = opened(plan)
    task_id = new or task_named(found, task)
    values = {field: str(given[field]).strip() for field in FIELDS if given[field] is not None}
    if "sites" in values:
        values["sites"] = ";".join(part for part in re.split(r"[,;，；、\s]+", values["sites"]) if part)
    if retire is not None:
        values["retired"] = "yes" if retire else ""
    if new:
        values = {"id": new, **{field: value for field, value in values.items() if value}}
    raw = {
        **{field: given[field] for field in ABOUT},
        "about": Subject.TASK.value,
        "subject_id": task_id,
        "values": json.dumps(values, ensure_ascii=False) if values else "",
        "recorded_by": given["recorded_by"] or user(),
        "recorded_at": str(Moment.now()),
    }
    if not values:
        raise click.UsageError(text("amendment.nothing"))
    amendment, faults = check_amendment(found, raw)
    if amendment is None:
        names = {**FIELDS, **ABOUT, "retired": "--retire", "subject_id": "--new" if new else "TASK", "id": "--new"}
        for fault in faults:
            click.echo(text.explain(replace(fault, field=names.get(fault.field, fault.field))), err=True)
        sys.exit(2)
    earlier = found.amendments_by_task.get(task_id, ())
    store.add_amendment(amendment, known=earlier[-1].id if earlier else "")
    after = amended_plan(found, amendment)
    title = printable(after.tasks[task_id].title.get(text.language))
    click.echo(text("amendment.done", id=amendment.id, title=title))
    line = amendment_line(after, amendment, text)
    click.echo(printable(line, limit=len(line)))
