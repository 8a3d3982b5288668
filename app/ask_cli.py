"""The command `planmap layer ask`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from app.command import HELP, ends_in_a_line, language_option, plan_option, target_file
from app.settings import read_settings
from geo.errors import PlanMapError
from geo.output import write
from layers.plan.fault import printable
from layers.plan.layer_question import FieldCondition, LayerQuestion, PlaceCondition, read_questions
from layers.plan.scene import Scene
from layers.translation import Translation

if TYPE_CHECKING:
    from layers.own.answer import Answer, Group
    from layers.own.own_layer import OwnLayer
    from layers.plan.plan import Plan

MOST_ROWS = 30
"""Rows of a group that are printed; JSON has all."""


@click.command("ask", help=HELP("ask.cli-help"))
@click.argument("name")
@click.option("--where", metavar="CONDITION", multiple=True, help=HELP("ask.where-option"))
@click.option("--near", metavar="SITE", multiple=True, help=HELP("ask.near-option"))
@click.option("--within", metavar="RADIUS", default="", help=HELP("ask.within-option"))
@click.option("--inside", is_flag=True, help=HELP("ask.inside-option"))
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
    where: Sequence[str],
    near: Sequence[str],
    within: str,
    inside: bool,
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

    target = target_file(output, "csv") if output else None
    found_plan = read_plan(store_at(read_settings(plan=plan)))
    layer = find_layer(found_plan, name)
    conditions = tuple(condition_of(each, layer) for each in where)
    question = LayerQuestion(conditions, place_of(found_plan, near, within, inside=inside))
    found = answer(found_plan, layer, question)
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


def condition_of(written: str, layer: OwnLayer) -> FieldCondition:
    """Return the condition that is written as `FIELD=VALUE`, `FIELD~TEXT`, `FIELD=1..2.5` or `FIELD=`.

    Raises
    ------
    PlanMapError
        It is none of these, or the layer has no such field.
    """
    # The longest name of a field that it begins with: names may have the signs in them.
    names = [name for name in layer.field_names if written.startswith((f"{name}=", f"{name}~"))]
    if not names:
        field, sign, _ = re.split(r"([=~])", written, maxsplit=1) if re.search(r"[=~]", written) else (written, "", "")
        raise PlanMapError("layer-field" if sign else "ask-condition", file=layer.name, field=field, value=written)
    field = max(names, key=len)
    sign, value = written[len(field)], written[len(field) + 1 :].strip()
    span = re.fullmatch(r"([-+\d.e]*?)\.\.([-+\d.e]*)", value)
    found: FieldCondition | None
    if sign == "~":
        found = FieldCondition(field, contains=value) if value else None
    elif not value:
        found = FieldCondition(field, empty=True)
    elif span and (span[1] or span[2]):
        try:
            least, most = (float(each) if each else None for each in span.groups())
            found = FieldCondition(field, least=least, most=most)
        except ValueError:
            found = None
    else:
        values = dict.fromkeys(part.strip() for part in value.split("|"))
        found = FieldCondition(field, values=tuple(part for part in values if part))
    if found is None or not read_questions(f"x~{found}")[1]:
        raise PlanMapError("ask-condition", value=written)
    return found


def place_of(plan: Plan, near: Sequence[str], within: str, *, inside: bool) -> PlaceCondition | None:
    """Return the condition on places; None if there is none.

    Raises
    ------
    PlanMapError
        There is no such site, the distance cannot be read, or there is a distance without a place.
    """
    from layers.plan.near import read_radius
    from layers.selection.site_names import site_named

    if not near:
        if within or inside:
            raise PlanMapError("ask-place")
        return None
    sites = plan.wholes(site_named(plan, each) for each in near)
    for site_id in sites:
        if not any(plan.sites[one].placed for one in plan.place(site_id)):
            raise PlanMapError("nothing-placed", name=printable(plan.sites[site_id].name.zh))
    return PlaceCondition(sites, 0 if inside or not within else read_radius(within), inside)


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
