"""What lies near: the choice of a radius above the panel, and the list of what is inside."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app import session
from app.browse.panel import TEMPLATES, page_values
from layers import escape
from layers.plan.near import RADII_M, Near
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.select import Selection
from layers.selection.vicinity import far_words, near_notes, near_words, passing, radius_words, vicinity
from layers.translation import Translation


def show_near(plan: Plan, scene: Scene, selection: Selection, text: Translation) -> None:
    """Draw the choice of a radius where there is a centre, and what lies inside if that is asked."""
    near = scene.near
    chosen = scene.sites[0] if len(scene.sites) == 1 else ""
    placed = bool(chosen) and any(plan.sites[one].placed for one in plan.place(chosen))
    if near is not None and near.area:
        st.button(text("near.clear"), key="near_clear", on_click=session.ask_near, args=(plan, None))
    elif near is not None or placed:
        _radius(plan, near or Near(site=chosen), text, asked=near is not None)
    if near is None:
        return
    if placed and near.site and near.site != chosen:
        st.button(
            text("near.move", name=escape.markdown(plan.sites[chosen].name.get(text.language))),
            key="near_move",
            on_click=session.ask_near,
            args=(plan, replace(near, site=chosen)),
        )
    st.html(near_panel(plan, scene, selection, text))


def _radius(plan: Plan, centre: Near, text: Translation, *, asked: bool) -> None:
    """Draw the radii to choose from; none of them chosen means that nothing is asked."""
    values = session.state()
    radii = sorted({*RADII_M, *([centre.radius_m] if asked else [])})
    values["near_radius"] = centre.radius_m if asked else None

    def changed() -> None:
        metres = values["near_radius"]
        session.ask_near(plan, replace(centre, radius_m=int(metres)) if metres else None)

    st.segmented_control(
        text("near.title"),
        radii,
        key="near_radius",
        format_func=lambda metres: radius_words(Near(radius_m=metres)),
        on_change=changed,
    )


def near_panel(plan: Plan, scene: Scene, selection: Selection, text: Translation) -> str:
    """Return what lies in the surroundings that the Scene asks about, as HTML."""
    found = vicinity(plan, scene.near)
    if scene.near is None or found is None:
        name = plan.sites[scene.near.site].name.get(text.language) if scene.near and scene.near.site else ""
        return f"<p class='pm-warn'>{escape.html(text('near.not-placed', name=name))}</p>"
    rows = [
        (nearby, tasks, far_words(nearby, scene.near, text))
        for nearby, tasks in passing(plan, found, selection.tasks)
        if nearby.site.id in selection.sites
    ]
    return str(
        TEMPLATES.get_template("near.html").render(
            page=page_values(plan, selection, text),
            title=near_words(plan, scene, text),
            states=selection.states,
            with_tasks=[row for row in rows if row[1]],
            others=[row for row in rows if not row[1]],
            notes=near_notes(plan, scene, selection.tasks, text),
        )
    )
