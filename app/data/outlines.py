"""The section of true outlines on the Data page: what grounds have for nominal extents, to be taken or given back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date

import shapely
import streamlit as st
from shapely.geometry.base import BaseGeometry

from app import context
from app.identity import signed_in
from app.session import state
from geo.errors import PlanMapError
from geo.measure import area_km2
from layers import escape, style
from layers.ground.outline_offers import difference_m, give_back_outline, offered, take_outline, taken
from layers.ground.outlines import Outline
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.store.roles import Role
from layers.translation import Translation

WIDE, HIGH = 116, 72
"""Pixels of the sketch."""

MARGIN = 5


def outlines_section(plan: Plan, text: Translation, *, closed: bool) -> None:
    """Draw the section, if a ground has an outline for the plan. In an outage, when `closed`, no button works."""
    try:
        known = taken(plan)
    except PlanMapError as error:
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(text.explain(error))}</p>")
        return
    new = offered(plan)
    said, is_fault = state().pop("outline_said", None) or ("", False)
    if not known and not new and not said:
        return
    st.html(f"<h2>{escape.html(text('data.outlines'))}</h2>")
    st.html(f"<p class='pm-quiet'>{escape.html(text('data.outlines-hint'))}</p>")
    with st.container(key="outlines"):
        if said:
            marks = "class='pm-warn' role='alert'" if is_fault else "class='pm-said' role='status'"
            st.html(f"<p {marks}>{escape.html(said)}</p>")
        for outline in new:
            _row(plan, outline, text, (text("data.outline-take"), "check"), closed=closed, pressed=_take)
        for outline in known.values():
            if outline.site_id in plan.sites:
                _row(plan, outline, text, (text("data.outline-give-back"), "undo"), closed=closed, pressed=_give_back)


def _row(
    plan: Plan,
    outline: Outline,
    text: Translation,
    button: tuple[str, str],
    *,
    closed: bool,
    pressed: Callable[[Plan, str, Translation], None],
) -> None:
    label, icon = button
    with st.container(
        horizontal=True, vertical_alignment="center", key=f"row-outline-{outline.site_id}", gap="small", border=True
    ):
        st.html(described(plan, outline, text), width="stretch")
        st.button(
            label,
            key=f"{icon}-{outline.site_id}",
            icon=f":material/{icon}:",
            type="tertiary" if outline.taken else "secondary",
            disabled=closed,
            on_click=pressed,
            args=(plan, outline.site_id, text),
        )


def described(plan: Plan, outline: Outline, text: Translation) -> str:
    """Return what there is to know of an outline, as HTML, with a sketch of it over the nominal extent."""
    site = plan.sites[outline.site_id]
    rows = {
        text("data.outline-found"): outline.name.get(text.language),
        text("data.outline-ground"): outline.ground,
        text("data.outline-area"): f"{area_km2(outline.geometry):.2f} km²",
        text("data.source"): outline.source.get(text.language) or "-",
    }
    if outline.taken:
        rows[text("data.outline-day")] = outline.taken
    else:
        rows[text("data.outline-off")] = f"{difference_m(plan.grid, site, outline) / 1000:.1f} km"
    lines = "".join(
        f"<div><dt>{escape.html(label)}</dt><dd>{escape.html(printable(value, limit=200))}</dd></div>"
        for label, value in rows.items()
    )
    tag = text("data.outline-used" if outline.taken else "data.outline-offered")
    used = " pm-used" if outline.taken else ""
    shapes = [outline.geometry] if outline.taken or site.geometry is None else [outline.geometry, site.geometry]
    picture = _sketch([plan.grid.project(shape) for shape in shapes])
    return (
        f"<div class='pm-outline'>{picture}<div><h3>{escape.html(printable(site.name.get(text.language)))} "
        f"<span class='pm-tag{used}'>{escape.html(tag)}</span></h3><dl>{lines}</dl></div></div>"
    )


def _sketch(shapes: list[BaseGeometry]) -> str:
    """Return areas in metres as a small picture: the first filled as water, the others as dashed lines over it."""
    west, south, east, north = shapely.total_bounds(shapes)
    scale = min((WIDE - 2 * MARGIN) / max(east - west, 1.0), (HIGH - 2 * MARGIN) / max(north - south, 1.0))
    left, top = (WIDE - (east - west) * scale) / 2, (HIGH - (north - south) * scale) / 2
    paths = []
    for number, shape in enumerate(shapes):
        flat = shapely.transform(shape, lambda at: (at - (west, north)) * (scale, -scale) + (left, top))
        rings = [
            "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in ring.coords) + "Z"
            for ring in shapely.get_rings(flat.simplify(0.5))
        ]
        look = (
            f"fill='none' stroke='{style.MUTED}' stroke-dasharray='3 3'"
            if number
            else f"fill='{style.SEA}' fill-rule='evenodd' stroke='{style.ACCENT}'"
        )
        paths.append(f"<path d='{' '.join(rings)}' {look}/>")
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDE} {HIGH}'>{''.join(paths)}</svg>"
    # Streamlit takes no drawings in its HTML, but pictures.
    data = base64.b64encode(svg.encode()).decode()
    return f"<img src='data:image/svg+xml;base64,{data}' width='{WIDE}' height='{HIGH}' alt=''>"


def _take(plan: Plan, site_id: str, text: Translation) -> None:
    def change() -> str:
        outline = take_outline(plan, site_id, today=date.today())
        return text("data.outline-taken", name=printable(outline.name.get(text.language)))

    _changed(change, text)


def _give_back(plan: Plan, site_id: str, text: Translation) -> None:
    def change() -> str:
        outline = give_back_outline(plan, site_id)
        return text("data.outline-given-back", name=printable(outline.name.get(text.language)))

    _changed(change, text)


def _changed(change: Callable[[], str], text: Translation) -> None:
    try:
        context.current().allow_change(signed_in(), Role.ADMIN)
        state()["outline_said"] = change(), False
    except PlanMapError as error:
        state()["outline_said"] = text.explain(error), True
    context.current().look_again()
