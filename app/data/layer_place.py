"""The question in which reference system a layer is, with a picture of where it would lie."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely
import streamlit as st

from app.data.layer_control import ask_control
from app.data.layer_draft import FITTED, OTHER, STATED, Decision, Draft, as_text, candidate_of, decision_of, placed
from app.export.previews import Shelf
from geo.errors import PlanMapError
from geo.measure import distances_m
from geo.ranking import Ranking
from layers import escape
from layers.own import words
from layers.own.adding import stated_system
from layers.own.system import shown_standings
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import BASEMAPS
from layers.translation import Translation

PICTURES = 24

# Half a megabyte for each.
_pictures: Shelf[tuple[list[bytes], float] | PlanMapError] = Shelf(PICTURES)


def ask_system(plan: Plan, draft: Draft, layer: Mapping[str, Any], text: Translation) -> Decision:
    """Ask in which system a layer is, beside a picture of where it would lie, and return what was answered.

    Nothing is chosen beforehand unless the file states it.
    """
    ranked = draft.ranked(plan, layer)
    mark = f"{draft.number}-{layer['index']}"
    if stated_system(layer) is not None:
        line = text("own-page.stated", system=words.crs_words(layer, text))
        st.html(f"<p>{escape.html(line)}</p>")
        if not st.checkbox(text("own-page.not-stated"), key=f"layer-other-{mark}"):
            decision = decision_of(layer, ranked, STATED, "", draft.file)
            with st.container(key="asking-map"):
                _show(plan, draft, layer, ranked, decision, text, side_by_side=True)
            return decision
    left, right = st.columns([1, 1], gap="medium")
    with left, st.container(key="asking-system"):
        decision = _ask(draft, layer, ranked, mark, text)
    with right, st.container(key="asking-map"):
        _show(plan, draft, layer, ranked, decision, text)
    return decision


def _ask(draft: Draft, layer: Mapping[str, Any], ranked: Ranking, mark: str, text: Translation) -> Decision:
    st.html(f"<p>{escape.html(words.ranking_words(ranked, text))}</p>")
    shown = {each.candidate.key: each for each in shown_standings(ranked)}
    captions = [escape.markdown(words.standing_words(each, text)) for each in shown.values()]
    choice = st.radio(
        text("own-page.which-system"),
        [*shown, OTHER, FITTED],
        index=None,
        format_func=lambda key: (
            escape.markdown(words.candidate_words(shown[key].candidate, text))
            if key in shown
            else text("own-page.fitted-system" if key == FITTED else "own-page.other-system")
        ),
        captions=[*captions, "", text("own-page.fitted-hint")],
        key=f"layer-system-{mark}",
        label_visibility="collapsed",
        width="stretch",
    )
    if choice == FITTED:
        return ask_control(mark, text)
    code = ""
    if choice == OTHER:
        code = st.text_input(
            text("own-page.code"), key=f"layer-code-{mark}", placeholder="EPSG:4548", width=220, autocomplete="off"
        )
    decision = decision_of(layer, ranked, choice or "", code, draft.file)
    if decision.fault is not None:
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(text.explain(decision.fault))}</p>")
    return decision


def _show(
    plan: Plan,
    draft: Draft,
    layer: Mapping[str, Any],
    ranked: Ranking,
    decision: Decision,
    text: Translation,
    *,
    side_by_side: bool = False,
) -> None:
    """Show where the layer lies by a decision, or before there is one, where the first of the ranking puts it."""
    shown = decision
    if decision.system is None and ranked.standings and decision.choice not in (OTHER, FITTED):
        shown = decision_of(layer, ranked, ranked.standings[0].candidate.key, "", draft.file)
    if shown.system is None:
        st.html(f"<div class='pm-no-picture'><p>{escape.html(text('own-page.no-picture'))}</p></div>")
        return
    candidate = candidate_of(ranked, shown.choice)
    name = (
        words.candidate_words(candidate, text)
        if candidate
        else printable(layer["crs"]["name"])
        if shown.choice == STATED
        else words.decided_words(shown.system, text)
    )
    key = "own-page.lies" if decision.system is not None else "own-page.would-lie"
    caption = text(key, system=name)
    try:
        pictures, away = _pictures_of(plan, draft, layer, shown, ranked, text)
    except PlanMapError as error:
        line = text("own-page.off-map") if error.code == "extent-off-grid" else text.explain(error)
        st.html(
            f"<div class='pm-no-picture'><p>{escape.html(line)}</p></div><p class='pm-quiet'>{escape.html(caption)}</p>"
        )
        return
    places = st.columns(2, gap="medium") if side_by_side else [st.container(gap="small") for _ in pictures]
    for place, picture, words_ in zip(places, pictures, (caption, text("own-page.near")), strict=False):
        place.image(picture, width="stretch", output_format="PNG", alt=words_)
        place.html(f"<p class='pm-quiet'>{escape.html(words_)}</p>")
    if away > 0:
        line = text("own-page.away", km=f"{away / 1000:,.0f}" if away >= 10_000 else f"{away / 1000:,.1f}")
        st.html(f"<p class='pm-warn' role='note'>{escape.html(line)}</p>")


def _pictures_of(
    plan: Plan, draft: Draft, layer: Mapping[str, Any], decision: Decision, ranked: Ranking, text: Translation
) -> tuple[list[bytes], float]:
    """Return pictures of the layer on the ground, and how far the layer lies from the plan in metres.

    Raises
    ------
    PlanMapError
        It lies where there is no map, or the system cannot be used.
    """
    key = (
        draft.held.path,
        draft.asked.columns,
        # What the file itself says has been worked out by the child process, at another look perhaps.
        draft.asked.system if decision.choice == STATED else "",
        layer["index"],
        decision.choice,
        as_text(decision.system),
        text.language,
        plan.beside.version,
    )

    def make() -> tuple[list[bytes], float] | PlanMapError:
        # Matplotlib takes a second to import, so only who brings in a layer waits for it.
        from layers.draw.own_picture import own_pictures

        try:
            geometries = placed(draft, layer, decision, ranked)
            pictures = own_pictures(plan, geometries, language=text.language, basemap=BASEMAPS[0], today=date.today())
        except PlanMapError as error:
            return error
        return pictures, float(distances_m(shapely.box(*plan.home), geometries).min())

    found = _pictures.get(key, make)
    if isinstance(found, PlanMapError):
        raise found
    return found
