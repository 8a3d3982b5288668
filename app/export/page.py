"""The Export page: a form, a preview of the sheet, and the button for the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import outage, session
from app.context import current
from app.export.atlas_job import leave, show_job
from app.export.form import FORMATS, PICTURES, Wish, show_form, start, warning
from app.export.previews import Desk, pictures_of, sheet_of
from app.export.report_button import show_report_button
from app.file_name import file_name
from app.page_head import show_name
from geo.errors import PlanMapError
from layers import escape
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.scene_text import checked
from layers.selection.address import day_range, fitted_since, usual_day
from layers.selection.due import year_words
from layers.selection.omission import omission_lines
from layers.selection.own_ground import sheet_ground
from layers.selection.select import select
from layers.translation import Translation, translation

if TYPE_CHECKING:
    from layers.sheet.atlas import Atlas, Progress
    from layers.sheet.sheet import Order, Sheet

_ICON = Path(__file__).parents[1] / "icon.svg"
_STYLE = Path(__file__).with_name("export.css")

SCALE_FAULTS = ("scale-unknown", "paper-too-small", "series-needs-scale", "series-too-long")
"""Codes of the errors that are shown beside the field of the scale, where they are corrected."""


def main() -> None:
    """Draw the page; Streamlit calls this again for every change."""
    asked = Scene.from_query(st.query_params.to_dict())
    text = translation(session.state().get("language") or asked.language)
    st.set_page_config(page_title=f"{text('pages.export')} · {text('app.name')}", page_icon=_ICON, layout="wide")
    st.html(_STYLE)
    reading, error = outage.read()
    if reading is None:
        if error is not None:
            outage.show_closed(error, text)
        return
    version, plan = reading.version, reading.plan
    start(plan, asked)
    outage.show_outage(reading, error, text)
    today = date.today()
    scene = replace(_within_days(plan, asked, today), language=text.language)
    with st.container(key="head"):
        line = text("page.tasks", count=len(plan.current_tasks))
        note = year_words(plan, scene.as_of or today, text)
        show_name(plan.info.title.get(text.language), line, "export", text, language=text.language, note=note)
    left, right = st.columns([1, 2.9], gap="medium")
    desk: Desk = session.state().setdefault("desk", Desk())
    desk.clear()
    with left, st.container(key="form"):
        wish, slot = show_form(plan, scene, text)
        action = st.container(key="action")
        if not isinstance(wish, str):
            show_report_button(plan, wish.scene, wish.title, today, text)
    with right, st.container(key="sheet"):
        if isinstance(wish, str):
            leave()
            desk.lay(None)
            empty(wish)
            return
        try:
            if wish.by:
                show_atlas(plan, version, wish, today, text, action)
            else:
                leave()
                show_sheet(plan, version, wish, today, text, action, desk)
        except PlanMapError as fault:
            leave()
            desk.lay(None)
            if fault.code in SCALE_FAULTS:
                slot.html(warning(text.explain(fault)))
                empty(text("export.mend-scale"))
            else:
                empty(text.explain(fault), fault=True)


def show_sheet(
    plan: Plan, version: str, wish: Wish, today: date, text: Translation, action: DeltaGenerator, desk: Desk
) -> None:
    """Draw the preview of a sheet, and in `action` the button that makes its file.

    Raises
    ------
    PlanMapError
        The sheet cannot be drawn.
    """
    before = action.empty()
    place = action.empty()
    # Takes the place of the button for the previous sheet until this sheet is drawn.
    place.button(text("export.download", kind=FORMATS[wish.kind]), disabled=True, width="stretch", type="primary")
    scene = checked(plan, wish.scene)

    order = ordered(wish)
    with st.spinner(text("export.drawing")):
        sheet = sheet_of(plan, version, scene, order, today)
        pictures = pictures_of(sheet, order)
    desk.lay(sheet)
    with place.container():
        download(plan, sheet, scene, order, wish, text, desk)
    details = [f"{order.paper.width:g} × {order.paper.height:g} mm"]
    if wish.kind in PICTURES:
        # Rounded down, as Matplotlib does.
        width, height = (int(side / 25.4 * wish.dpi) for side in (order.paper.width, order.paper.height))
        details.append(text("export.pixels", width=width, height=height))
    details.append(text("sheet.digest", digest=sheet.digest))
    named = text("export.result", paper=_paper_words(order, text), scale=f"1:{sheet.scale}")
    notes = [*sheet_ground(scene, text), *sheet.unfetched]
    notes += omission_lines(plan, sheet.omissions, text, fits=sheet.fits)
    show_notes(before, notes)
    if len(pictures) > 1:
        details.append(text("export.pages", count=len(pictures)))
    show_pictures(pictures, named, details, notes)


def download(plan: Plan, sheet: Sheet, scene: Scene, order: Order, wish: Wish, text: Translation, desk: Desk) -> None:
    """Draw the button that makes and downloads the file of a sheet, or a line that says why there is none."""
    from layers.selection.wording import titles
    from layers.sheet.render import MEDIA_TYPES, ONE_FILE, check_size, render

    if wish.kind in PICTURES:
        try:
            check_size(order.paper, wish.dpi)
        except PlanMapError as error:
            st.html(warning(text.explain(error)))
            return
    st.download_button(
        text("export.download", kind=FORMATS[wish.kind]),
        # Made when the button is pressed, because most sheets are looked at and never downloaded.
        lambda: render(desk.take(sheet), wish.kind, dpi=wish.dpi or 300),
        # Without the scale: the name is fixed before the button is pressed, when the scale may still change.
        file_name=file_name([order.title or titles(plan, scene, text)[0], _paper_name(order, text)], wish.kind),
        mime=MEDIA_TYPES[wish.kind],
        key="download",
        type="primary",
        icon=":material/download:",
        width="stretch",
        on_click="ignore",
    )
    # A PDF has all pages; a picture has one.
    for page in range(1, 1 if wish.kind in ONE_FILE else len(sheet.pages)):
        name = file_name(
            [order.title or titles(plan, scene, text)[0], _paper_name(order, text), str(page + 1)], wish.kind
        )
        st.download_button(
            text("export.download-page", kind=wish.kind.upper(), page=page + 1),
            partial(_further_page, desk, sheet, wish, page),
            file_name=name,
            mime=MEDIA_TYPES[wish.kind],
            key=f"download-{page + 1}",
            width="stretch",
            on_click="ignore",
        )


def _further_page(desk: Desk, shown: Sheet, wish: Wish, page: int) -> bytes:
    """Return a further page of the sheet that is asked for; if that has no such page, of the one that is shown."""
    from layers.sheet.render import render

    asked = desk.take(shown)
    sheet = asked if page < len(asked.pages) else shown
    return render(sheet, wish.kind, dpi=wish.dpi or 300, page=page)


def show_atlas(plan: Plan, version: str, wish: Wish, today: date, text: Translation, action: DeltaGenerator) -> None:
    """Draw one sheet of an atlas as a preview, and in `action` what makes the whole atlas.

    Raises
    ------
    PlanMapError
        The atlas would be empty or too long, or the sheet cannot be drawn.
    """
    scene = checked(plan, wish.scene)
    from layers.sheet.atlas import By, atlas, chapters, order_of

    order = ordered(wish)
    by = By(wish.by)
    listed = chapters(plan, scene, by, today=today, order=order)
    # Of a series one in the middle: the first tile of a grid holds only a corner of the district.
    shown = listed[len(listed) // 2 if by is By.GRID else 0]
    if by in (By.THEME, By.SECTION):
        # The sheet that shows the most, because the first theme may have nothing on the map.
        shown = max(listed, key=lambda chapter: len(_linked(plan, chapter.scene, today)))
    own = order_of(order, shown, by)
    with st.spinner(text("export.drawing")):
        sheet = sheet_of(plan, version, shown.scene, own, today, chapter=True)
        pictures = pictures_of(sheet, own)

    def make(progress: Progress) -> Atlas:
        return atlas(plan, scene, order, by, today=today, progress=progress)

    labels = {
        By.SITE: text("export.by-site"),
        By.THEME: text("export.by-theme"),
        By.SECTION: text("export.by-section"),
        By.GRID: text("export.by-grid"),
        By.STREET: text("export.by-street"),
    }
    name = [
        order.title or plan.info.title.get(text.language),
        text("sheet.atlas"),
        labels[by],
        _paper_name(order, text),
    ]
    notes = [*sheet_ground(scene, text), *sheet.unfetched]
    notes += omission_lines(plan, sheet.omissions, text, fits=sheet.fits)
    with action:
        show_notes(st.empty(), notes)
        show_job(
            (version, scene.to_query(), order, by, today),
            len(listed),
            make,
            name,
            text,
        )
    named = text("export.atlas-result", paper=_paper_words(order, text), count=len(listed))
    details = [text("export.atlas-more"), text("export.atlas-shown", name=shown.name, scale=f"1:{sheet.scale}")]
    show_pictures(pictures, named, details, notes)


def show_notes(place: DeltaGenerator, notes: Sequence[str]) -> None:
    """Draw what a sheet does not show, if anything.

    That is drawn beside the preview and above the button for the file; the style sheet shows the first of them in a
    wide window, where both are in sight, and the other on a phone, where the preview comes after the button.
    """
    if notes:
        lines = "".join(f"<p class='pm-warn'>{escape.html(note)}</p>" for note in notes)
        place.html(f"<div class='pm-notes' role='note'>{lines}</div>")


def show_pictures(pictures: Sequence[bytes], named: str, details: list[str], notes: Sequence[str]) -> None:
    """Draw a preview of all pages below a line that says what it is, and `notes` on what it does not show."""
    st.html(
        f"<p class='pm-result' role='status'><b>{escape.html(named)}</b>"
        f"<span>{escape.html(' · '.join(details))}</span></p>"
    )
    show_notes(st.empty(), notes)
    with st.container(key="preview"):
        for page, picture in enumerate(pictures, start=1):
            st.image(picture, alt=f"{named} {page}" if page > 1 else named, width="stretch")


def empty(line: str, *, fault: bool = False) -> None:
    """Draw an empty preview with a line that says why there is no sheet."""
    marks = " class='pm-warn' role='alert'" if fault else ""
    st.html(f"<div class='pm-empty'><p{marks}>{escape.html(line)}</p></div>")


def _linked(plan: Plan, scene: Scene, today: date) -> list[str]:
    """Return the ids of the places that `scene` shows with tasks."""
    states = select(plan, scene, today=today).sites
    return [site.id for site in plan.places if states.get(site.id) is not None]


def _within_days(plan: Plan, scene: Scene, today: date) -> Scene:
    """Return `scene` with its day moved into the range that the browse page allows."""
    first, last = day_range(plan, today)
    day = min(max(scene.as_of, first), last) if scene.as_of else None
    since = fitted_since(plan, scene.since, day or usual_day(plan, today))
    return replace(scene, as_of=day, since=since, only_changed=scene.only_changed and since is not None)


def ordered(wish: Wish) -> Order:
    """Return the order of what the form asks for."""
    from layers.sheet.sheet import Order

    address = current().settings.public_url
    return Order(wish.paper, wish.scale, wish.title, bare=wish.bare, address=address, template=wish.template)


def _paper_words(order: Order, text: Translation) -> str:
    paper = order.paper
    return f"{paper.name} {text('export.portrait') if paper.portrait else text('export.landscape')}"


def _paper_name(order: Order, text: Translation) -> str:
    return _paper_words(order, text).replace(" ", "-")
