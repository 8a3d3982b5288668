"""How a command is asked for some of the features of an own layer: options, and the question that they come to."""

from __future__ import annotations

import math
import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from app.command import refuse_with
from app.console import HELP
from geo.errors import PlanMapError
from layers.plan.fault import printable
from layers.plan.layer_question import LONGEST_VALUE, FieldCondition, LayerQuestion, PlaceCondition, read_questions

if TYPE_CHECKING:
    from layers.own.own_layer import OwnLayer
    from layers.plan.plan import Plan

DATED = ("date", "datetime")
"""Types of fields in which two ends with dots between them are days and not numbers."""

NUMERIC = ("integer", "real")
"""Types of fields whose values are numbers."""


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
    conditions = tuple(_condition(each, layer, plan) for each in asked.where)
    return LayerQuestion(conditions, _place(plan, asked))


def holds_numbers(plan: Plan, layer: OwnLayer, field: str) -> bool:
    """Whether any value of a field may be a number: by its type, or of texts because one of them is one.

    Raises
    ------
    PlanMapError
        The layer has no such field, or cannot be read.
    """
    from layers.own.asking import selected

    kind = _type_of(layer, field)
    if kind != "text":
        return kind in NUMERIC
    any_number = LayerQuestion((FieldCondition(field, least=-1e300),))
    return len(selected(layer, any_number, plan)) > 0


def fields_of(layer: OwnLayer, *types: str) -> str:
    """Return the names of the fields of these types in one line, or a dash for none."""
    return "、".join(each.name for each in layer.fields if each.type in types) or "-"


def _type_of(layer: OwnLayer, field: str) -> str:
    kinds = {each.name: each.type for each in layer.fields}
    if field not in kinds:
        raise PlanMapError("layer-field", file=layer.name, field=field)
    return kinds[field]


def _condition(written: str, layer: OwnLayer, plan: Plan) -> FieldCondition:
    """Return the condition that is written as `FIELD=VALUE`, `FIELD~TEXT`, `FIELD=1..2.5` or `FIELD=`."""
    # The longest name of a field that it begins with: names may have the signs in them.
    names = [name for name in layer.field_names if written.startswith((f"{name}=", f"{name}~"))]
    if not names:
        field, sign, _ = re.split(r"([=~])", written, maxsplit=1) if re.search(r"[=~]", written) else (written, "", "")
        raise PlanMapError("layer-field" if sign else "ask-condition", file=layer.name, field=field, value=written)
    field = max(names, key=len)
    sign, value = written[len(field)], written[len(field) + 1 :].strip()
    found: FieldCondition | None
    if sign == "~":
        found = FieldCondition(field, contains=value) if value else None
    elif not value:
        found = FieldCondition(field, empty=True)
    elif ".." in value and not _is_text_with_dots(field, value, layer, plan):
        found = _span(field, value, layer, plan)
    else:
        values = dict.fromkeys(part.strip() for part in value.split("|"))
        found = FieldCondition(field, values=tuple(part for part in values if part))
    if found is None or not read_questions(f"x~{found}")[1]:
        raise PlanMapError("ask-condition", value=written)
    return found


def _is_text_with_dots(field: str, value: str, layer: OwnLayer, plan: Plan) -> bool:
    """Whether two dots are no sign of a range, because some text of a field is just that."""
    from layers.own.asking import selected

    if _type_of(layer, field) != "text" or len(value) > LONGEST_VALUE:
        return False
    return len(selected(layer, LayerQuestion((FieldCondition(field, values=(value,)),)), plan)) > 0


def _span(field: str, value: str, layer: OwnLayer, plan: Plan) -> FieldCondition:
    """Return the condition that a range such as `1..2.5`, `2..` or `2020-01..2024` of a field is.

    Raises
    ------
    PlanMapError
        The field has neither numbers nor days, or an end is none, or they are the wrong way round.
    """
    first, last = (end.strip() for end in value.split("..", maxsplit=1))
    dated = _type_of(layer, field) in DATED
    if not dated and not holds_numbers(plan, layer, field):
        raise PlanMapError("ask-range-text", field=field, value=value, near=fields_of(layer, *NUMERIC, *DATED))
    if not (first or last):
        raise PlanMapError("ask-range-days" if dated else "ask-range-numbers", field=field, value=value, end=value)
    reversed_range = PlanMapError("ask-range-reversed", field=field, value=value, first=last, last=first)
    if dated:
        since, until = _day_end(field, first, last=False), _day_end(field, last, last=True)
        if since is not None and until is not None and since > until:
            raise reversed_range
        return FieldCondition(field, since=since, until=until)
    least, most = _number_end(field, first), _number_end(field, last)
    if least is not None and most is not None and least > most:
        raise reversed_range
    return FieldCondition(field, least=least, most=most)


def _number_end(field: str, written: str) -> float | None:
    """Return one end of a range of numbers; None for nothing."""
    if not written:
        return None
    # Only plain spellings: others that Python knows, such as nan or 1_000, mean nothing to people.
    if re.fullmatch(r"[-+\d.e]+", written, re.ASCII | re.IGNORECASE):
        with suppress(ValueError):
            found = float(written)
            if math.isfinite(found):
                return found
    raise PlanMapError("ask-range-numbers", field=field, end=written)


def _day_end(field: str, written: str, *, last: bool) -> date | None:
    """Return one end of a range of days; None for nothing."""
    try:
        return _day(written, last=last)
    except ValueError as error:
        raise PlanMapError("ask-range-days", field=field, end=written) from error


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
