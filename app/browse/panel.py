"""The panel beside the map: everything about one site or one task, as HTML."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from app.attachment_address import attachment_address
from geo.measure import nearest
from layers.escape import template_environment
from layers.plan.event import Event
from layers.plan.plan import Amendment, Plan, Site, Task
from layers.plan.terms import Precision
from layers.selection.amendment_words import amendment_line, recorded
from layers.selection.attachments import size_words
from layers.selection.due import due_line, overdue_words, stale_words
from layers.selection.event_words import mark_words
from layers.selection.select import Selection
from layers.selection.statements import Statements, result_words, share, statements
from layers.selection.status import TaskState, standing
from layers.selection.unplaced import Placing, placing
from layers.selection.vicinity import accuracy_m, distance_words
from layers.selection.wording import measured_words, moment_words, section_words, target_words
from layers.translation import Translation

_RAILWAY, _METRO, _AIRPORT = "railway-station", "metro-station", "airport"

TEMPLATES = template_environment(Path(__file__).with_name("templates"))


def site_panel(plan: Plan, site: Site, selection: Selection, text: Translation) -> str:
    """Return the panel of a place: its tasks as of the selection's day, distances, precision and source of each part.

    A part gives the panel of the whole. Tasks that filters hide are counted and folded away: the symbol on the map
    does not speak of them either.
    """
    site = plan.sites[plan.whole(site.id)]
    passing = {task.id for task in selection.tasks}
    linked = [
        (task, selection.states[task.id], not plan.names_place(task, site.id))
        for task in plan.tasks_by_site.get(site.id, ())
    ]
    tasks = [each for each in linked if each[0].id in passing]
    hidden = [each for each in linked if each[0].id not in passing]
    parts = [(one, f"{one.accuracy_m:g}" if one.accuracy_m is not None else "") for one in _sites_of(plan, site)]
    return str(
        TEMPLATES.get_template("site.html").render(
            page=page_values(plan, selection, text),
            site=site,
            tasks=tasks,
            hidden=hidden,
            distances=distances(plan, site, text),
            parts=parts,
        )
    )


def _sites_of(plan: Plan, site: Site) -> list[Site]:
    """Return all sites that are one place with `site`, the whole first."""
    return [plan.sites[site_id] for site_id in plan.place(site.id)]


def task_panel(plan: Plan, task: Task, selection: Selection, text: Translation) -> str:
    """Return the panel of a task: its state, evidence, clause and sites."""
    sites = [(plan.sites[whole], not plan.names_place(task, whole)) for whole in plan.places_of(task)]
    state: TaskState = selection.states[task.id]
    on_map = placing(plan, task) is Placing.PLACED
    theme = next(theme.title.get(text.language) for theme in plan.info.themes if theme.id == task.theme)
    return str(
        TEMPLATES.get_template("task.html").render(
            page=page_values(plan, selection, text), task=task, state=state, sites=sites, on_map=on_map, theme=theme
        )
    )


def page_values(plan: Plan, selection: Selection, text: Translation) -> dict[str, Any]:
    """Return what all templates use: the texts, and functions for the words of tasks, events and changes."""

    def section(task: Task) -> str:
        return section_words(plan, task, text.language)

    def late(event: Event) -> bool:
        return event.effective_day.year > plan.info.year

    def period(event: Event) -> str:
        return f"{event.period.first} – {event.period.last}" if event.period else ""

    def said(task: Task, state: TaskState) -> Statements:
        return statements(task, state, plan.info.year)

    def rest(state: TaskState, found: Statements) -> list[Event]:
        shown = (found.rests_on, found.newest, found.later)
        return [event for event in state.evidence if event not in shown]

    def history(task: Task) -> list[tuple[Event | Amendment, str, bool]]:
        """Return statements and amendments, the newest first: with words for an amendment, and whether each counts."""
        events = plan.events_by_task.get(task.id, ())
        counting = {event.id for event in standing(events)}
        found: list[tuple[Event | Amendment, str, bool]] = []
        for entry in recorded(events, plan.amendments_by_task.get(task.id, ())):
            if isinstance(entry, Event):
                found.append((entry, "", entry.id in counting or bool(entry.withdraws)))
            else:
                found.append((entry, amendment_line(plan, entry, text), True))
        return found[::-1]

    day = selection.as_of
    return {
        "text": text,
        "since": selection.since,
        "changed": selection.changed,
        "went": mark_words,
        "amendment": lambda amendment: amendment_line(plan, amendment, text),
        "history": history,
        "due": lambda task, state: due_line(task, state, day, text),
        "overdue": lambda task, state: overdue_words(task, state, day, text),
        "stale": lambda state: stale_words(state, selection.watch, text),
        "moment": moment_words,
        "file": lambda file: attachment_address(file, text.language),
        "size": size_words,
        "language": text.language,
        "section": section,
        "said": said,
        "rest": rest,
        "result": result_words,
        "share": share,
        "percent": "{:.0%}".format,
        "late": late,
        "period": period,
        "target": target_words,
        "measured": measured_words,
        "names": ("、" if text.language == "zh" else ", ").join,
    }


def distances(plan: Plan, site: Site, text: Translation) -> list[tuple[str, str]]:
    """Return the nearest metro station, railway station and airport of a placed site: label, and name with distance.

    These are the shortest distances between the geometries on the ellipsoid, see `geo.measure.distances_m`,
    rounded to what the less exact of the two positions allows.
    """
    if site.geometry is None:
        return []
    rows = []
    for category, label in (
        (_METRO, "panel.nearest-metro"),
        (_RAILWAY, "panel.nearest-railway"),
        (_AIRPORT, "panel.airport"),
    ):
        others = {
            other.id: other.geometry
            for other in plan.sites.values()
            if other.category == category and other.geometry is not None and plan.whole(other.id) != site.id
        }
        found = nearest(site.geometry, others)
        if found is None or not math.isfinite(found[1]):
            continue
        other = plan.sites[found[0]]
        name = other.name.get(text.language)
        accuracy = max(accuracy_m(site), accuracy_m(other))
        if found[1] == 0.0 and (site.precision is Precision.NOMINAL or "Polygon" not in site.geometry.geom_type):
            # A stand-in that lies on the very station whose position it borrows says nothing about the distance.
            continue
        if found[1] == 0.0:
            rows.append((text(label), text("panel.inside", name=name)))
        else:
            rows.append((text(label), text("panel.distance", name=name, distance=distance_words(found[1], accuracy))))
    return rows
