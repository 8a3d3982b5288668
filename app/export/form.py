"""The form of the Export page: what to show, and on what sheet."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import session
from app.page_head import show_language
from geo.errors import PlanMapError
from layers import escape
from layers.draw.paper import ORIENTATIONS, SIZES, Paper, parse_scale
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.site_names import Asked, with_sites
from layers.translation import Translation

RESOLUTIONS = (150, 300, 600)
"""Dots per inch for the screen, for print, and for print that is looked at closely."""

LONGEST_TITLE = 80
"""Longest title that the form takes, in characters."""

WINDOW = (980, 640)
"""Width and height in pixels of the map in a window of common size."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the form asks for."""

    scene: Scene
    paper: Paper
    scale: int | None
    """The scale's number; None for automatic."""
    title: str
    """Empty for automatic."""
    kind: str
    """`png`, `pdf` or `svg`."""
    dpi: int
    """Dots per inch of a PNG; 0 for other kinds."""
    by: str
    """What each sheet of an atlas stands for; empty for a single sheet."""


def start(plan: Plan, scene: Scene) -> None:
    """Fill the session from the address, once."""
    values = session.state()
    if "what" in values:
        return
    names = _site_names(plan, scene.language)
    values.update(
        what="scene" if scene.site or scene.task or not _sees_all(plan, scene) else "district",
        sites=[site_id for site_id in scene.sites if site_id in names] or list(names)[:1],
        by="site",
        filters=True,
        paper="A3",
        orientation=ORIENTATIONS[0],
        scale="",
        title="",
        kind="png",
        dpi=300,
        language=scene.language,
    )


def show_form(plan: Plan, scene: Scene, text: Translation) -> tuple[Wish | str, DeltaGenerator]:
    """Draw the form; return what it asks for, and the place for a line about the scale.

    If places or scale cannot be read, it returns in words what to do about it instead of what it asks for.
    """
    asked = _content(plan, scene, text)
    values = session.state()
    is_atlas = values["what"] == "atlas"
    paper = _paper(text)
    st.text_input(
        text("export.scale"), key="scale", placeholder=text("export.scale-hint"), max_chars=20, autocomplete="off"
    )
    slot = st.empty()
    st.text_input(text("export.title"), key="title", placeholder=text("export.title-hint"), max_chars=LONGEST_TITLE)
    show_language(text, labelled=True)
    if not is_atlas:
        st.segmented_control(
            text("export.format"),
            ("png", "pdf", "svg"),
            key="kind",
            format_func=str.upper,
            required=True,
            width="stretch",
            persist_state="page",
        )
        if values["kind"] == "png":
            st.segmented_control(
                text("export.resolution"),
                RESOLUTIONS,
                key="dpi",
                format_func=lambda dpi: f"{dpi} dpi",
                required=True,
                width="stretch",
                persist_state="page",
            )
    try:
        scale = parse_scale(_as_typed(values["scale"]))
    except PlanMapError as error:
        slot.html(warning(text.explain(error)))
        return text("export.mend-scale"), slot
    if isinstance(asked, str):
        return asked, slot
    kind = "pdf" if is_atlas else values["kind"]
    dpi = values["dpi"] if kind == "png" else 0
    by = values["by"] if is_atlas else ""
    return Wish(asked.scene, paper, scale, values["title"].strip() or asked.title, kind, dpi, by), slot


def warning(line: str) -> str:
    """Return a line that says what is wrong, as HTML."""
    return f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>"


def _content(plan: Plan, scene: Scene, text: Translation) -> Asked | str:
    """Draw the choice of what to show, and return the Scene for it, or in words what to do first."""
    values = session.state()
    whats = {
        "scene": text("export.scene"),
        "district": text("export.district"),
        "site": text("export.site"),
        "atlas": text("export.atlas"),
    }
    st.radio(text("export.what"), list(whats), key="what", format_func=whats.__getitem__)
    what = values["what"]
    if what == "scene":
        return Asked(scene, "")
    place = None
    if what == "site":
        place = _choose_sites(plan, text)
    elif what == "atlas":
        bys = {
            "site": text("export.by-site"),
            "theme": text("export.by-theme"),
            "section": text("export.by-section"),
        }
        st.segmented_control(
            text("export.by"),
            list(bys),
            key="by",
            format_func=bys.__getitem__,
            required=True,
            width="stretch",
            persist_state="page",
        )
    bare = replace(scene, site="", task="", view=None)
    if scene.filtered:
        st.checkbox(text("export.filters"), key="filters", persist_state="page")
        if not values["filters"]:
            bare = _unfiltered(bare)
    if place is None:
        return Asked(bare, "")
    if not values["sites"]:
        return text("export.choose-site")
    try:
        return with_sites(plan, bare, values["sites"])
    except PlanMapError as error:
        place.html(warning(text.explain(error)))
        return text("export.mend-site")


def _choose_sites(plan: Plan, text: Translation) -> DeltaGenerator:
    """Draw the field of the places, and return the place for a line about it.

    What is typed may be any name that `--site` takes.
    """
    values = session.state()
    names = _site_names(plan, text.language)
    # A key for each language: otherwise Streamlit goes on showing the choice in the other language.
    key = f"sites-{text.language}"
    if values.get(key) != values["sites"]:
        values[key] = values["sites"]
    st.multiselect(
        text("export.site-name"),
        list(names),
        key=key,
        format_func=lambda site_id: names.get(site_id, site_id),
        on_change=lambda: values.update(sites=values[key]),
        accept_new_options=True,
        placeholder=text("export.site-hint"),
        select_all=False,
    )
    return st.empty()


def _paper(text: Translation) -> Paper:
    orientations = {"landscape": text("export.landscape"), "portrait": text("export.portrait")}
    left, right = st.columns([1, 1.25], gap="small", wrap=False)
    with left:
        st.selectbox(
            text("export.paper"),
            list(SIZES),
            key="paper",
            # The same words in both languages, for the reason given above.
            format_func=lambda name: "16:9 (PPT)" if name == "16:9" else name,
        )
    with right:
        st.segmented_control(
            text("export.orientation"),
            ORIENTATIONS,
            key="orientation",
            format_func=orientations.__getitem__,
            required=True,
            width="stretch",
        )
    values = session.state()
    return Paper.parse(values["paper"], values["orientation"])


def _unfiltered(scene: Scene) -> Scene:
    nothing = Scene()
    return replace(
        scene,
        statuses=nothing.statuses,
        themes=nothing.themes,
        sections=nothing.sections,
        kinds=nothing.kinds,
        evidence=nothing.evidence,
        search=nothing.search,
    )


def _as_typed(text: str) -> str:
    """Return a scale as typed on a Chinese keyboard in the form that is read: `1:50000` for `１∶5万`."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("∶", ":").replace("万", "0000")
    return "auto" if plain in ("", "自动") else plain


def _sees_all(plan: Plan, scene: Scene) -> bool:
    """Whether the whole district is visible in a browser that shows the Scene's view.

    The map writes its view to the address even if nobody has moved it. Then a sheet of the district is wanted.
    """
    district = plan.sites.get(plan.info.district_site)
    if scene.view is None or district is None or district.geometry is None:
        return True
    west, south, east, north = district.geometry.bounds
    latitude, longitude, zoom = scene.view
    degrees = 360 / (256 * 2**zoom)
    across, up = (pixels / 2 * degrees for pixels in WINDOW)
    up *= math.cos(math.radians(latitude))
    return max(longitude - west, east - longitude) <= across and max(latitude - south, north - latitude) <= up


def _site_names(plan: Plan, language: str) -> dict[str, str]:
    """Return the names of the sites that can be drawn, by id, those with the most tasks first."""
    tasks = {site_id: len(found) for site_id, found in plan.tasks_by_site.items()}
    placed = sorted((site for site in plan.places if site.placed), key=lambda site: -tasks.get(site.id, 0))
    names = {site.id: site.name.get(language) for site in placed if site.id != plan.info.district_site}
    seen = list(names.values())
    # Streamlit cannot tell two options with the same name apart.
    return {key: f"{name} ({key})" if seen.count(name) > 1 else name for key, name in names.items()}
