"""The form of the Export page: what to show, and on what sheet."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import session
from app.export.title_block import show_title_block, start_title_block
from app.page_head import show_language
from geo.errors import PlanMapError
from layers import escape
from layers.draw.paper import ORIENTATIONS, SIZES, Paper, parse_scale
from layers.plan.plan import Plan
from layers.plan.scene import Scene, day_of
from layers.plan.template import Template
from layers.selection.address import usual_day
from layers.selection.site_names import Asked, with_sites
from layers.translation import Translation

RESOLUTIONS = (150, 300, 600)
"""Dots per inch for the screen, for print, and for print that is looked at closely."""

FORMATS = {"png": "PNG", "pdf": "PDF", "svg": "SVG", "tif": "GeoTIFF"}
"""The kinds of file by the ending of their names, as in `layers.sheet.render`, which is too slow to import here."""

PICTURES = ("png", "tif")
"""Those that are pictures of pixels."""

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
    """A key of `FORMATS`."""
    dpi: int
    """Dots per inch of one of `PICTURES`; 0 for other kinds."""
    by: str
    """What each sheet of an atlas stands for; empty for a single sheet."""
    bare: bool
    """Whether the map is to be alone, without title, legend and table; never for an atlas."""
    template: Template
    """The title block, and where parts stand."""


def start(plan: Plan, scene: Scene) -> None:
    """Fill the session from the address, once."""
    values = session.state()
    if "what" in values:
        return
    names = _site_names(plan, scene.language)
    values.update(
        what="scene" if scene.site or scene.task or scene.near or not _sees_all(plan, scene) else "district",
        sites=[site_id for site_id in scene.sites if site_id in names] or list(names)[:1],
        by="site",
        filters=True,
        paper="A3",
        orientation=ORIENTATIONS[0],
        scale="",
        title="",
        since_text=scene.since.isoformat() if scene.since else "",
        kind="png",
        dpi=300,
        bare=False,
        language=scene.language,
    )
    start_title_block(plan)


def show_form(plan: Plan, scene: Scene, text: Translation) -> tuple[Wish | str, DeltaGenerator]:
    """Draw the form; return what it asks for, and the place for a line about the scale.

    If places or scale cannot be read, it returns in words what to do about it instead of what it asks for.
    """
    asked = _content(plan, scene, text)
    values = session.state()
    is_atlas = values["what"] == "atlas"
    paper, unread = _paper(text)
    st.text_input(
        text("export.scale"), key="scale", placeholder=text("export.scale-hint"), max_chars=20, autocomplete="off"
    )
    slot = st.empty()
    since, unread_day = _since(plan, scene, text)
    st.text_input(text("export.title"), key="title", placeholder=text("export.title-hint"), max_chars=LONGEST_TITLE)
    template = show_title_block(plan, text)
    show_language(text, labelled=True)
    if not is_atlas:
        st.checkbox(text("export.bare"), key="bare", persist_state="page")
        st.segmented_control(
            text("export.format"),
            tuple(FORMATS),
            key="kind",
            format_func=FORMATS.__getitem__,
            required=True,
            width="stretch",
            persist_state="page",
        )
        if values["kind"] in PICTURES:
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
    if isinstance(asked, str) or unread or unread_day:
        return (asked if isinstance(asked, str) else unread or unread_day), slot
    kind = "pdf" if is_atlas else values["kind"]
    dpi = values["dpi"] if kind in PICTURES else 0
    by = values["by"] if is_atlas else ""
    bare = not is_atlas and values["bare"]
    title = values["title"].strip() or asked.title
    shown = replace(asked.scene, since=since, only_changed=asked.scene.only_changed and since is not None)
    return Wish(shown, paper, scale, title, kind, dpi, by, bare, template), slot


def _since(plan: Plan, scene: Scene, text: Translation) -> tuple[date | None, str]:
    """Draw the field for the day since which changes are shown; return it, and in words what to mend."""
    st.text_input(
        text("since.field"), key="since_text", placeholder=text("since.field-hint"), max_chars=20, autocomplete="off"
    )
    typed = unicodedata.normalize("NFKC", session.state()["since_text"]).strip()
    if not typed:
        return None, ""
    day, until = day_of(typed), scene.as_of or usual_day(plan, date.today())
    if day is not None and day < until:
        return day, ""
    error = PlanMapError("since-not-before", since=day, until=until)
    st.html(warning(text("day.unread") if day is None else text.explain(error)))
    return None, text("since.mend")


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
            "grid": text("export.by-grid"),
            "street": text("export.by-street"),
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
    bare = replace(scene, site="", task="", near=None, view=None)
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


def _paper(text: Translation) -> tuple[Paper, str]:
    """Draw the fields, and return the paper, and in words what is wrong with a size that somebody has typed."""
    orientations = {"landscape": text("export.landscape"), "portrait": text("export.portrait")}
    left, right = st.columns([1, 1.25], gap="small", wrap=False)
    with left:
        st.selectbox(
            text("export.paper"),
            list(SIZES),
            key="paper",
            # Any size that `--paper` takes.
            accept_new_options=True,
            placeholder=text("export.paper-hint"),
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
    slot = st.empty()
    values = session.state()
    try:
        return Paper.parse(unicodedata.normalize("NFKC", values["paper"] or ""), values["orientation"]), ""
    except PlanMapError as error:
        slot.html(warning(text.explain(error)))
        return Paper.parse("A3", values["orientation"]), text("export.mend-paper")


def _unfiltered(scene: Scene) -> Scene:
    nothing = Scene()
    return replace(
        scene,
        statuses=nothing.statuses,
        themes=nothing.themes,
        sections=nothing.sections,
        kinds=nothing.kinds,
        evidence=nothing.evidence,
        waits=nothing.waits,
        search=nothing.search,
    )


def _as_typed(text: str) -> str:
    """Return a scale as typed on a Chinese keyboard, perhaps in wide digits; an empty field is the automatic one."""
    plain = unicodedata.normalize("NFKC", text).strip()
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
