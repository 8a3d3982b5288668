"""What the evidence about a task says, in the three ways in which people ask for it; one definition for all renderers.

A status **rests on** one statement. The **newest statement** is the last published about the plan's own year or before;
statements about **a later year** never take its place and are marked. The **result** is the last measured value of the
plan's own year, of a task with a target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy
from numpy.typing import NDArray

from layers.plan.event import Event
from layers.plan.held_events import effective_days, measured
from layers.plan.plan import Task
from layers.plan.terms import Period
from layers.selection.status import TaskState
from layers.selection.wording import measured_words, target_words
from layers.translation import Translation


@dataclass(frozen=True, slots=True)
class Statements:
    """The evidence about a task on one day, sorted out."""

    rests_on: Event | None
    """The evidence that gives the status; None where that is the report's own wording or there is none."""
    newest: Event | None
    """The last published about the plan's year or an earlier one; None if there is none."""
    later: Event | None
    """The last published about a year after the plan's; None if there is none."""
    result: Event | None
    """The evidence with the latest measured value of the plan's own year in the unit of the target.

    None without one, and for a task without a target: a figure about that measures something else.
    """

    @property
    def shown(self) -> Event | None:
        """The statement for where there is room for one: the newest, and one about a later year only without it."""
        return self.newest or self.later

    @property
    def is_late(self) -> bool:
        """Whether the statement that is shown is about a later year."""
        return self.newest is None and self.later is not None


def statements(task: Task, state: TaskState, year: int) -> Statements:
    """Return the evidence about `task` as its `state` has it, for a plan of `year`."""
    is_later = effective_days(state.evidence) > date(year, 12, 31).toordinal()
    results = [
        event
        for event in (measured(state.evidence) if task.target is not None else ())
        if event.measured is not None
        and task.target is not None
        and event.measured.unit == task.target.unit
        and event.effective_day.year == year
    ]
    return Statements(
        state.settled_by if state.backed else None,
        _first(state.evidence, ~is_later),
        _first(state.evidence, is_later),
        max(results, key=lambda event: (event.effective_day, event.date.last_day), default=None),
    )


def _first(events: Sequence[Event], wanted: NDArray[numpy.bool_]) -> Event | None:
    places = numpy.flatnonzero(wanted)
    return events[int(places[0])] if len(places) else None


def day_words(found: Statements, text: Translation) -> str:
    """Return the day of the statement that is shown, marked if it is about a later year, or that there is none."""
    if found.shown is None:
        return text("evidence.without")
    late = text("statement.later-year") if found.is_late else ""
    return f"{found.shown.date}{late}"


def age_days(found: Statements, as_of: date) -> int | None:
    """Return how many days before `as_of` the statement that is shown was made public; None if there is none."""
    return (as_of - found.shown.date.last_day).days if found.shown is not None else None


def status_words(state: TaskState, text: Translation) -> str:
    """Return the word for a task's status; where evidence does not settle it, that the status is the report's."""
    status = text(f"status.{state.status.value}") if state.status else text("status.none")
    return f"{status}{text('sheet.only-stated')}" if state.has_evidence and not state.backed else status


def result_value(found: Statements, text: Translation) -> str:
    """Return the figure of the result with its unit; empty without one."""
    return measured_words(found.result, text) if found.result is not None else ""


def result_months(found: Statements) -> str:
    """Return the months that the result is about; empty where it has none."""
    return period_words(found.result.period) if found.result is not None and found.result.period is not None else ""


def result_words(found: Statements, text: Translation) -> str:
    """Return the result with its months, such as `4.7% (2024-01–06)`; empty without one."""
    value, months = result_value(found, text), result_months(found)
    return f"{value}{text('statement.months', period=months)}" if months else value


def period_words(period: Period) -> str:
    """Return the months of a period: `2024-01–06`, or both years if they differ."""
    first, last = str(period.first), str(period.last)
    if first == last:
        return first
    return f"{first}–{last[5:]}" if first[:4] == last[:4] and len(last) > 4 else f"{first}–{last}"


def aim_words(task: Task, found: Statements, text: Translation) -> str:
    """Return target and result in one line; empty without either."""
    target, result = target_words(task, text), result_words(found, text)
    parts = [text("statement.target", value=target)] if target else []
    parts += [text("statement.result", value=result)] if result else []
    return text("statement.aim-comma").join(parts)


def share(task: Task, found: Statements) -> float | None:
    """Return what share of the target the result is, for a bar; None where that is unknown or says nothing."""
    if task.target is None or found.result is None or found.result.measured is None or task.target.value <= 0:
        return None
    # Of a growth in per cent or an upper limit a bar would say the wrong thing.
    if task.target.unit == "%" or task.target.comparator in ("<", "<="):
        return None
    return found.result.measured.value / task.target.value
