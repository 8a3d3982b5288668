"""The Scene of a browser session: read once from the address, then kept by the page's controls.

The page reads the address only when a session begins; from then on the map writes it. View, layers and basemap
belong to the map, so here they stay as the address gave them.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from layers.plan.plan import Plan
from layers.plan.scene import MAXIMUM_QUERY, Evidence, Scene
from layers.plan.terms import Kind, Status
from layers.selection.address import day_range, fitted, flight
from layers.selection.select import search_sites


def state() -> MutableMapping[str, Any]:
    """Return the session's state."""
    return st.session_state  # type: ignore[return-value]


def start(plan: Plan, today: date) -> None:
    """Fill the session from the address, once. Ids and days that do not fit the plan are dropped."""
    values = state()
    if "scene" in values:
        return
    scene = fitted(plan, Scene.from_query(st.query_params.to_dict()), today)
    first, last = day_range(plan, today)
    values.update(
        scene=scene,
        language=scene.language,
        statuses=[status for status in Status if status in scene.statuses],
        evidence=scene.evidence,
        themes=[theme.id for theme in plan.info.themes if theme.id in scene.themes],
        kinds=[kind for kind in Kind if kind in scene.kinds],
        as_of=scene.as_of or min(max(today, first), last),
        search=scene.search,
        site=scene.site,
        task=scene.task,
        flight=None,
        turn=0,
    )
    if (values["site"] or values["task"]) and scene.view is None:
        fly(plan)


def current_scene(plan: Plan, today: date) -> Scene:
    """Return the Scene of the controls, without selected sites or a task that are no longer in the plan."""
    values = state()
    opened: Scene = values["scene"]
    return replace(
        opened,
        language=values["language"] or "zh",
        statuses=frozenset(values["statuses"]),
        evidence=Evidence(values["evidence"]) if values["evidence"] else None,
        themes=frozenset(values["themes"]),
        kinds=frozenset(values["kinds"]),
        as_of=None if values["as_of"] in (None, max(today, date(plan.info.year, 1, 1))) else values["as_of"],
        search=values["search"].strip()[:MAXIMUM_QUERY],
        site=",".join(plan.wholes(Scene(site=values["site"]).sites)),
        task=values["task"] if values["task"] in plan.tasks else "",
    )


def fly(plan: Plan) -> None:
    """Send the map to the selected sites, if they have a position."""
    values = state()
    scene = Scene(site=values["site"], task=values["task"])
    box = flight(plan, scene)
    if box is None:
        return
    west, south, east, north = box
    count = (values["flight"] or {"count": 0})["count"] + 1
    values["flight"] = {"count": count, "bounds": [[south, west], [north, east]]}


def select_site(plan: Plan, site_id: str, *, flying: bool) -> None:
    """Select the place that a site is or is a part of, and deselect any task; when `flying`, send the map there."""
    if site_id in plan.sites:
        state().update(site=plan.whole(site_id), task="")
        if flying:
            fly(plan)


def select_task(plan: Plan, task_id: str) -> None:
    """Select a task, deselect any site, and send the map to the task's sites."""
    state().update(site="", task=task_id if task_id in plan.tasks else "")
    fly(plan)


def search(plan: Plan) -> None:
    """Select the site that best matches the search text, and send the map there."""
    found = search_sites(plan, state()["search"])
    if found:
        select_site(plan, found[0].id, flying=True)
    else:
        state().update(site="", task="")


def clear_filters() -> None:
    """Clear every filter; day, language and selection stay."""
    values = state()
    # Counts as a turn, so that the strip in the browser accepts it.
    values.update(statuses=[], evidence=None, themes=[], kinds=[], search="", turn=values["turn"] + 1)
    # Sections have no control on the page; they come from an address.
    values["scene"] = replace(values["scene"], sections=frozenset())
