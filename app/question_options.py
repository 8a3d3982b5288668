"""How a command is asked for some of the features of an own layer: options, and the question that they come to."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from app.command import HELP, refuse_with
from geo.errors import PlanMapError
from layers.plan.fault import printable
from layers.plan.layer_question import FieldCondition, LayerQuestion, PlaceCondition, read_questions

if TYPE_CHECKING:
    from layers.own.own_layer import OwnLayer
    from layers.plan.plan import Plan

DATED = ("date", "datetime")
"""Types of fields in which two ends with dots between them are days and not numbers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was written as options."""

    where: Sequence[str]
    near: Sequence[str]
    within: str
    inside: bool


def question_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give `command` the options of a question; it takes them together as `asked`."""

    @click.option("--where", metavar="CONDITION", multiple=True, help=HELP("ask.where-option"))
    @click.option("--near", metavar="SITE", multiple=True, help=HELP("ask.near-option"))
    @click.option("--within", metavar="RADIUS", default="", help=HELP("ask.within-option"))
    @click.option("--inside", is_flag=True, help=HELP("ask.inside-option"))
    @wraps(command)
    def taken(*, where: Sequence[str], near: Sequence[str], within: str, inside: bool, **others: Any) -> Any:
        return command(asked=Asked(where, near, within, inside), **others)

    return taken


def question_of(plan: Plan, layer: OwnLayer, asked: Asked) -> LayerQuestion:
    """Return the question that the options ask, without conditions if there are none.

    Raises
    ------
    PlanMapError
        A condition cannot be read, or the layer has no such field, or the plan no such place.
    """
    conditions = tuple(_condition(each, layer) for each in asked.where)
    return LayerQuestion(conditions, _place(plan, asked))


def _condition(written: str, layer: OwnLayer) -> FieldCondition:
    """Return the condition that is written as `FIELD=VALUE`, `FIELD~TEXT`, `FIELD=1..2.5` or `FIELD=`."""
    # The longest name of a field that it begins with: names may have the signs in them.
    names = [name for name in layer.field_names if written.startswith((f"{name}=", f"{name}~"))]
    if not names:
        field, sign, _ = re.split(r"([=~])", written, maxsplit=1) if re.search(r"[=~]", written) else (written, "", "")
        raise PlanMapError("layer-field" if sign else "ask-condition", file=layer.name, field=field, value=written)
    field = max(names, key=len)
    sign, value = written[len(field)], written[len(field) + 1 :].strip()
    dated = any(each.name == field and each.type in DATED for each in layer.fields)
    span = re.fullmatch(r"([-+\d.e]*?)\.\.([-+\d.e]*)", value)
    found: FieldCondition | None
    if sign == "~":
        found = FieldCondition(field, contains=value) if value else None
    elif not value:
        found = FieldCondition(field, empty=True)
    elif span and (span[1] or span[2]):
        found = _days(field, span[1], span[2]) if dated else _numbers(field, span[1], span[2])
    else:
        values = dict.fromkeys(part.strip() for part in value.split("|"))
        found = FieldCondition(field, values=tuple(part for part in values if part))
    if found is None or not read_questions(f"x~{found}")[1]:
        raise PlanMapError("ask-condition", value=written)
    return found


def _numbers(field: str, least: str, most: str) -> FieldCondition | None:
    try:
        return FieldCondition(field, least=float(least) if least else None, most=float(most) if most else None)
    except ValueError:
        return None


def _days(field: str, since: str, until: str) -> FieldCondition | None:
    try:
        return FieldCondition(field, since=_day(since, last=False), until=_day(until, last=True))
    except ValueError:
        return None


def _day(written: str, *, last: bool) -> date | None:
    """Return a day, or the first or last one of a year or month; None for nothing."""
    if not written:
        return None
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", written, re.ASCII)
    if found is None:
        raise ValueError(written)
    year, month = int(found[1]), int(found[2] or (12 if last else 1))
    if not 1 <= month <= 12:
        raise ValueError(written)
    return date(year, month, int(found[3] or (monthrange(year, month)[1] if last else 1)))


def _place(plan: Plan, asked: Asked) -> PlaceCondition | None:
    from layers.plan.near import read_radius
    from layers.selection.site_names import site_named

    if not asked.near:
        if asked.within or asked.inside:
            raise PlanMapError("ask-place")
        return None
    if asked.inside:
        refuse_with("--inside", {"--within": asked.within})
    sites = plan.wholes(site_named(plan, each) for each in asked.near)
    for site_id in sites:
        if not any(plan.sites[one].placed for one in plan.place(site_id)):
            raise PlanMapError("nothing-placed", name=printable(plan.sites[site_id].name.zh))
    metres = 0 if asked.inside or not asked.within else read_radius(asked.within)
    return PlaceCondition(sites, metres, asked.inside)
