"""The command `planmap layer ask`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from app.command import ends_in_a_line, language_option, plan_option, target_file
from app.console import HELP
from app.question_options import NUMERIC, Asked, fields_of, holds_numbers, question_of, question_options
from app.settings import read_settings
from geo.errors import PlanMapError
from geo.output import write
from layers.plan.fault import printable
from layers.plan.scene import Scene
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.own.answer import Answer, Group

MOST_ROWS = 30
"""Rows of a group that are printed; JSON has all."""


@click.command("ask", help=HELP("ask.cli-help"))
@click.argument("name")
@question_options
@click.option("--by", metavar="site|task|FIELD", multiple=True, help=HELP("ask.by-option"))
@click.option("--sum", "summed", metavar="FIELD", multiple=True, help=HELP("ask.sum-option"))
@click.option("--join", metavar="FIELD", default="", help=HELP("ask.join-option"))
@click.option("-o", "--output", metavar="FILE", default="", help=HELP("ask.output-option"))
@click.option("--json", "as_json", is_flag=True, help=HELP("ask.json-option"))
@plan_option
@language_option
@ends_in_a_line
def layer_ask(
    *,
    text: Translation,
    name: str,
    asked: Asked,
    by: Sequence[str],
    summed: Sequence[str],
    join: str,
    output: str,
    as_json: bool,
    plan: str,
) -> None:
    """Ask something of an own layer: which of its features, how many, how large, at which sites and tasks."""
    from app.context import store_at
    from layers.own.answer import answer
    from layers.own.files import find_layer
    from layers.selection.asked_scene import scene_of_answer
    from layers.store.base import read_plan

    if join and "task" not in by:
        raise PlanMapError("option-needs", option="--join", other="--by task")
    target = target_file(output, "csv") if output else None
    found_plan = read_plan(store_at(read_settings(plan=plan)))
    layer = find_layer(found_plan, name)
    for field in summed:
        if not holds_numbers(found_plan, layer, field):
            raise PlanMapError("ask-sum", field=field, near=fields_of(layer, *NUMERIC))
    found = answer(found_plan, layer, question_of(found_plan, layer, asked))
    address = "?" + scene_of_answer(found, Scene(language=text.language)).to_query()
    groups = {each: groups_of(found, each, join) for each in by}
    if target is not None:
        from layers.listing.answer_file import answer_csv

        write(target, answer_csv(found, text))
    if as_json:
        click.echo(json.dumps(_document(found, groups, summed, address, text), ensure_ascii=False, indent=2))
        return
    for line in _lines(found, groups, summed, text):
        click.echo(line)
    if target is not None:
        click.echo(text("ask.written", target=printable(target)))
    click.echo(address)


def groups_of(found: Answer, by: str, join: str) -> list[Group]:
    """Return the features by sites, tasks or the values of a field.

    Raises
    ------
    PlanMapError
        There is no such field.
    """
    if by == "site":
        return found.by_site()
    if by == "task":
        return found.by_task(field=join)
    if by not in found.layer.field_names:
        raise PlanMapError("layer-field", file=found.layer.name, field=by)
    return found.by_value(by)


def _lines(found: Answer, groups: dict[str, list[Group]], summed: Sequence[str], text: Translation) -> Iterator[str]:
    from layers.own import question_words as words

    yield text(
        "ask.head", name=printable(found.layer.name), words=words.question_words(found.plan, found.question, text)
    )
    yield from words.answer_lines(found, text)
    for field in summed:
        yield words.figures_words(field, found.figures(field), text)
    for by, rows in groups.items():
        yield words.grouped_words(found, by, text)
        if not rows:
            yield text("ask.nothing-grouped")
            continue
        for group in rows[:MOST_ROWS]:
            title = words.group_words(found, group, by, text)
            share = words.share_words(group.count / found.count) if found.count else "-"
            size = "" if group.size is None else f"  {words.size_words(found.layer, group.size)}"
            yield f"  {group.count:>8,}  {share:>6}{size}  {title}"
        if len(rows) > MOST_ROWS:
            yield text("ask.more-rows", count=len(rows) - MOST_ROWS)
        if by in ("site", "task"):
            yield text("ask.several")


def _document(
    found: Answer, groups: dict[str, list[Group]], summed: Sequence[str], address: str, text: Translation
) -> dict[str, Any]:
    from layers.own import question_words as words

    unit = "length_m" if found.layer.shape.value == "line" else "area_m2"

    def sized(size: float | None) -> dict[str, float]:
        return {} if size is None else {unit: round(size, 2)}

    figures = {field: found.figures(field) for field in summed}
    return {
        "layer": found.layer.id,
        "question": words.question_words(found.plan, found.question, text),
        "count": found.count,
        "all": found.layer.count,
        "share": round(found.share, 6),
        **sized(found.size),
        **({} if found.size_share is None else {"size_share": round(found.size_share, 6)}),
        "notes": list(words.caution_lines(found, text)),
        "figures": {
            field: None
            if each is None
            else {"count": each.count, "sum": each.total, "mean": each.mean, "min": each.least, "max": each.most}
            for field, each in figures.items()
        },
        "by": {
            by: [
                {
                    "key": group.key,
                    "name": words.group_words(found, group, by, text),
                    "count": group.count,
                    **sized(group.size),
                    **({"nominal": True} if group.nominal else {}),
                    **({"rest": True} if group.rest else {}),
                }
                for group in rows
            ]
            for by, rows in groups.items()
        },
        "address": address,
        "ids": found.ids.tolist(),
    }
