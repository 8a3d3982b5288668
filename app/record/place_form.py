"""The button and form for placing a site, beside the map on which it is drawn, as one component.

What is begun stays with the browser until it is stored, as in the form for recording; see docs/decisions/0030.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
import streamlit as st
from shapely.geometry import mapping

from app import context
from app.component_js import component_js
from app.identity import signed_in
from app.present.typed import name_of
from app.record.answer import Answer
from app.record.placing import place
from app.session import state, value_from
from app.waiting import told
from geo.position import Datum
from geo.wkt import DECIMALS
from layers.plan.plan import Plan, Site
from layers.plan.site_amend import FIELDS, given_of
from layers.plan.terms import Precision
from layers.selection.site_history import stand_words, stands
from layers.translation import Translation

_STYLE = Path(__file__).with_name("place.css")

LABELS = (
    "open",
    "move",
    "draft",
    "site",
    "how",
    "point",
    "line",
    "area",
    "typed",
    "none",
    "help-point",
    "help-line",
    "help-area",
    "help-none",
    "there",
    "corners",
    "pixel",
    "again",
    "history",
    "show",
    "back",
    "no-shape",
    "why",
    "field-datum",
    "field-text",
    "field-zone",
)
"""The words of the form that no other has."""

SHARED = ("save", "saving", "empty", "close", "anyway", "leave", "away", "unanswered", "required")
"""Words of the form for recording that this one uses too."""

SHOWN = (*(name for name in FIELDS if name not in ("geometry", "note_en")), "summary_zh", "recorded_by")
"""The fields with the names that they have everywhere."""

MOST_CORNERS = 5000
"""Corners of an earlier shape up to which it can be shown and gone back to here."""

_form = st.components.v2.component(
    "planmap_place",
    html='<div class="pm-place"></div>',
    js=component_js(Path(__file__).with_name("place.js")),
    isolate_styles=False,
)


def show_place(plan: Plan, sites: Sequence[Site], text: Translation, *, fixed: bool, closed: bool) -> None:
    """Draw the button that opens the form for one of `sites`, each of which may have parts.

    Of a plan that is `fixed` only where sites have been before can be seen; nothing can be sent in an outage, when it
    is `closed`.
    """

    def sent() -> None:
        message: Any = value_from("place", "sent")
        if isinstance(message, dict):
            who = signed_in()
            state()["placed"] = told(lambda: place(context.current(), message, text, person=who))

    st.html(_STYLE)
    answer = state().get("placed")
    offered = dict.fromkeys(site_id for site in sites for site_id in plan.place(site.id))
    _form(
        key="place",
        data={
            "plan": name_of(plan),
            "language": text.language,
            "fixed": fixed,
            "closed": closed,
            "by": person.name if (person := signed_in()) else "",
            "sites": [_site(plan, plan.sites[site_id], text) for site_id in offered],
            "choices": _choices(text),
            "labels": _labels(text),
            "answer": answer.row() if isinstance(answer, Answer) else None,
        },
        on_sent_change=sent,
    )


def _site(plan: Plan, site: Site, text: Translation) -> dict[str, Any]:
    amendments = plan.amendments_by_site.get(site.id, ())
    placed = stands(plan, site.id)
    return {
        "id": site.id,
        "name": site.name.get(text.language),
        "placed": site.placed,
        "known": amendments[-1].id if amendments else "",
        "given": _given(site),
        "ids": [amendment.id for amendment in amendments],
        "stands": [
            {
                "words": stand_words(plan, stand, text),
                # Where it has always been is on the map anyway.
                "shape": _shape(stand.site) if len(placed) > 1 else None,
                "given": _given(stand.site),
            }
            for stand in placed
        ],
    }


def _given(site: Site) -> dict[str, str]:
    return {name: value for name, value in given_of(site).items() if name != "geometry"}


def _shape(site: Site) -> dict[str, Any] | None:
    geometry = site.geometry
    if geometry is None or shapely.get_num_coordinates(geometry) > MOST_CORNERS:
        return None
    found: dict[str, Any] = mapping(shapely.set_precision(geometry, 10.0**-DECIMALS, mode="pointwise"))
    return found


def _choices(text: Translation) -> dict[str, list[list[str]]]:
    known = [one for one in Precision if one is not Precision.UNPLACED]
    return {
        "precision": [["", "—"], *([one.value, text(f"precision.{one.value}")] for one in known)],
        "datum": [[one.value, text(f"datum.{one.value}")] for one in Datum],
    }


def _labels(text: Translation) -> dict[str, str]:
    return {
        **{name: text(f"record-label.{name}") for name in SHARED},
        **{name: text(f"place-label.{name}") for name in LABELS},
        **{f"field-{name}": text(f"field.{name}") for name in SHOWN},
    }
