"""The Scene of a browser session: read once from the address, then kept by the page's controls.

The page reads the address when a session begins, and where Back or Forward in the browser has led; otherwise the map
writes it. View, layers and basemap belong to the map, so here they stay as the address gave them.
"""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from app import context
from geo.grid import BBox
from layers.plan.near import Near, read_near
from layers.plan.plan import Plan
from layers.plan.scene import MAXIMUM_QUERY, Evidence, Scene, Wait
from layers.plan.terms import Kind, Status
from layers.selection.address import fitted, fitted_since, flight, known_near, usual_day
from layers.selection.find import Found, find
from layers.selection.vicinity import vicinity


def state() -> MutableMapping[str, Any]:
    """Return the session's state."""
    return st.session_state  # type: ignore[return-value]


def value_from(component: str, name: str) -> Any:
    """Return what the component with the key `component` has sent under `name`; None if there is nothing.

    A part of the page may send something when it is no longer drawn: what belongs to it is called then, although
    Streamlit has forgotten its key. Nothing is lost by that, for whatever matters is sent again until it is answered.
    """
    values: Any = state().get(component)
    return None if values is None else values.get(name)


def start(plan: Plan, today: date) -> None:
    """Fill the session from the address, once. Ids and days that do not fit the plan are dropped."""
    values = state()
    if "scene" in values:
        return
    asked = Scene.from_query(st.query_params.to_dict())
    scene = fitted(plan, asked, today)
    values.update(
        scene=scene,
        lost_sites=[site for site in asked.sites if site not in plan.sites],
        language=scene.language,
        **_controls(plan, scene, today),
        near=str(scene.near or ""),
        flight=None,
        turn=0,
        session=secrets.token_hex(4),
        step=0,
    )
    box = flight(plan, scene) if scene.view is None else None
    if box is not None:
        fly_to(box)
        values["flight"]["count"] = 1


def _controls(plan: Plan, scene: Scene, today: date) -> dict[str, Any]:
    """Return how the page's controls stand for `scene`, and what is selected."""
    return {
        "statuses": [status for status in Status if status in scene.statuses],
        "evidence": scene.evidence,
        "waits": [wait for wait in Wait if wait in scene.waits],
        "themes": [theme.id for theme in plan.info.themes if theme.id in scene.themes],
        "kinds": [kind for kind in Kind if kind in scene.kinds],
        "as_of": scene.as_of or usual_day(plan, today),
        "since": scene.since,
        "only_changed": scene.only_changed,
        "search": scene.search,
        "site": scene.site,
        "task": scene.task,
    }


def step(plan: Plan, query: str, count: int, today: date) -> None:
    """Go where Back or Forward in the browser has led: to the filters, day and selection of the address `query`.

    `count` is the number of the step, by which the map knows the run that answers it. The language stays; the map
    looks where the address says by itself.
    """
    values = state()
    scene = fitted(plan, Scene.from_query(query), today)
    # Counts as a turn, so that the strip in the browser accepts it.
    values.update(_controls(plan, scene, today), near=str(scene.near or ""), turn=values["turn"] + 1, step=count)
    values["scene"] = replace(values["scene"], sections=scene.sections, questions=scene.questions)


def current_scene(plan: Plan, today: date) -> Scene:
    """Return the Scene of the controls, without selected sites or a task that are no longer in the plan."""
    values = state()
    opened: Scene = values["scene"]
    since = fitted_since(plan, values["since"], values["as_of"] or usual_day(plan, today))
    return replace(
        opened,
        language=values["language"] or "zh",
        statuses=frozenset(values["statuses"]),
        evidence=Evidence(values["evidence"]) if values["evidence"] else None,
        waits=frozenset(values["waits"]),
        stale_days=context.current().settings.stale_days,
        themes=frozenset(values["themes"]),
        kinds=frozenset(values["kinds"]),
        as_of=None if values["as_of"] in (None, usual_day(plan, today)) else values["as_of"],
        since=since,
        only_changed=bool(since and values["only_changed"]),
        search=values["search"].strip()[:MAXIMUM_QUERY],
        site=",".join(plan.wholes(Scene(site=values["site"]).sites)),
        task=values["task"] if values["task"] in plan.tasks else "",
        near=known_near(plan, read_near(values["near"])),
    )


def fly(plan: Plan) -> None:
    """Send the map to the selected sites, if they have a position."""
    scene = Scene(site=state()["site"], task=state()["task"])
    box = flight(plan, scene)
    if box is not None:
        fly_to(box)


def fly_to(box: BBox) -> None:
    """Send the map to a bbox: west, south, east, north in degrees (WGS 84)."""
    values = state()
    west, south, east, north = box
    # The first is that with which the page opens; the map may have made it before there was a session.
    count = (values["flight"] or {"count": 1})["count"] + 1
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
    """Select the place that best matches the search text, and send the map there; or to all of a category."""
    findings = find(plan, state()["search"])
    best = findings.entries[0] if findings.entries else None
    if findings.places and best is not None and best.found is not Found.CATEGORY:
        select_site(plan, findings.places[0].id, flying=True)
        return
    deselect()
    if best is not None and best.found is Found.CATEGORY:
        box = flight(plan, Scene(site=",".join(site.id for site in findings.places)))
    else:
        box = best.bounds if best is not None else None
    if box is not None:
        fly_to(box)


def suggested(plan: Plan, found: str, chosen: str, typed: str) -> None:
    """Go to what was chosen from the suggestions for a `typed` text: a place, a task, a category, or the ground."""
    state()["search"] = ""
    if found == Found.PLACE:
        select_site(plan, chosen, flying=True)
    elif found == Found.TASK and chosen in plan.tasks:
        select_task(plan, chosen)
    elif found == Found.CATEGORY:
        state()["search"] = typed.strip()[:MAXIMUM_QUERY]
        search(plan)
    elif found == Found.GROUND:
        here = [entry for entry in find(plan, typed).entries if (entry.found, entry.id) == (Found.GROUND, chosen)]
        if here and here[0].bounds:
            fly_to(here[0].bounds)


def ask_near(plan: Plan, near: Near | None) -> None:
    """Ask what lies near a place or in an area, and send the map there; None to ask nothing more."""
    state()["near"] = str(near or "")
    found = vicinity(plan, near)
    if found is not None:
        fly_to(found.area.bounds)


def deselect() -> None:
    """Select nothing; where nothing is selected, ask nothing more about what lies near."""
    values = state()
    if not values["site"] and not values["task"]:
        values["near"] = ""
    values.update(site="", task="", lost_sites=[])


def clear() -> None:
    """Clear every filter, the selection and what is asked about its surroundings; day and language stay."""
    values = state()
    # Counts as a turn, so that the strip in the browser accepts it.
    values.update(site="", task="", near="", lost_sites=[])
    values.update(
        only_changed=False,
        statuses=[],
        evidence=None,
        waits=[],
        themes=[],
        kinds=[],
        search="",
        turn=values["turn"] + 1,
    )
    # Sections have no control on the page; they come from an address.
    values["scene"] = replace(values["scene"], sections=frozenset())
