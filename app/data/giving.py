"""Giving own layers, answers, or the whole plan for QGIS, as files: a dialog that asks for the form and makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import streamlit as st

from app import job as jobs
from app.data.given_files import offer
from app.data.held_files import HeldFiles
from app.data.wording import size_words
from app.file_name import file_name
from app.job import Job, Progress
from app.session import state
from layers import escape
from layers.own.answer import Answer
from layers.own.own_layer import OwnLayer, System
from layers.own.question_words import shown_words
from layers.own.system import system_of_code
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.translation import Translation

GIVING_STYLE = Path(__file__).with_name("giving.css")

NAME = "give_job"
"""The kind of work, see `app.job.begin`; under this name the session has it."""

WHOLE = "*"
"""What stands for the plan in place of the id of a layer."""

KINDS = ("gpkg", "zip", "geojson", "kml", "csv", "xlsx")
"""Those of `layers.own.giving` that are one file."""

ENCODINGS = {"zip": ("utf-8", "gb18030"), "csv": ("utf-8", "gb18030")}
"""Encodings to choose from, by kind of file."""

OTHER = "other"
"""A system that is given by its code."""

STEPS = 1000
"""Steps of the progress bar."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A file that is ready."""

    address: str
    name: str
    size: int
    """Bytes."""
    said: str
    """What is in it."""
    lines: tuple[str, ...]
    """What it cannot hold, or what else is to be known."""


def show_give_button(target: str, text: Translation, *, among: bool = False) -> None:
    """Draw the button that opens the dialog, for the layer with the id `target`, or for the plan.

    `among` other layers it is paler than beside links.
    """
    st.button(
        text("give-page.plan" if target == WHOLE else "give-page.open"),
        key=f"give-{'plan' if target == WHOLE else target}",
        icon=":material/download:",
        type="tertiary" if among else "secondary",
        on_click=_ask,
        args=(target,),
    )


def show_giving(
    plan: Plan, layers: tuple[OwnLayer, ...], text: Translation, scene: Scene, *, part: Answer | None = None
) -> None:
    """Draw the dialog, if it is open; with a `part`, which answers a question, it gives that of its layer."""
    wanted = state().get("giving")
    layer = next((layer for layer in layers if layer.id == wanted), None)
    if layer is None and wanted != WHOLE:
        return

    # What was made for another question is another file.
    key = f"{wanted} {part.question}" if part is not None and part.question else str(wanted)

    def asking() -> None:
        job = jobs.job_of(NAME, key)
        name = printable(layer.name if layer is not None else plan.info.title.get(text.language))
        if part is not None and part.question:
            name = shown_words(part, text)
        st.html(f"<p class='pm-file'>{escape.html(name)}</p>")
        busy = job is not None and not job.over
        if layer is None:
            st.html(f"<p class='pm-quiet'>{escape.html(text('give-page.plan-hint'))}</p>")
            work = plan_work(plan, scene, text)
        else:
            # Also while it is made, or the fields would forget what was chosen.
            work = _ask_form(plan, layer, text, part, busy=busy)
        if busy:
            jobs.watch(NAME, text.language, _step)
            return
        st.button(
            text("give-page.make"),
            key="give-make",
            type="primary" if job is None or job.made is None else "secondary",
            icon=":material/build:",
            on_click=_begin,
            args=(key, work),
        )
        if job is not None and job.made is not None:
            show_offer(job.made, text)
        elif job is not None:
            jobs.show_end(job, text, cancelled=text("give-page.cancelled"))

    # Drawn again by every run until it is closed, for the run at the end of the work would close it.
    st.dialog(text("give-page.title"), on_dismiss=_closed)(asking)()


def show_offer(made: Offer, text: Translation) -> None:
    """Draw the link to a file, with what there is to say of it."""
    label = escape.html(text("give-page.download", size=size_words(made.size)))
    link = f"<a class='pm-button' href='{escape.html(made.address)}' download>{label}</a>"
    items = "".join(f"<li>{escape.html(line)}</li>" for line in made.lines)
    lost = f"<ul>{items}</ul>" if items else ""
    st.html(f"<div class='pm-said' role='status'><p>{escape.html(made.said)}</p>{lost}</div><p>{link}</p>")


def systems_of(kind: str, plan: Plan) -> list[str]:
    """Return the systems to choose from for a kind of file: codes, offset frames, and that there are others."""
    if kind == "kml":
        return ["EPSG:4326"]
    if kind == "geojson":
        return ["EPSG:4326", "gcj02", "bd09"]
    return list(dict.fromkeys(["EPSG:4326", plan.grid.crs, "EPSG:4490", "gcj02", "bd09", OTHER]))


def layer_work(
    layer: OwnLayer, part: Answer | None, kind: str, system: Callable[[], System], encoding: str, text: Translation
) -> Callable[[HeldFiles], Callable[[Progress], Offer]]:
    """Return the work that makes a file of a layer, or of the `part` of it that is asked for, in a folder."""
    asked = part if part is not None and part.question else None

    def in_folder(held: HeldFiles) -> Callable[[Progress], Offer]:
        def make(progress: Progress) -> Offer:
            from layers.own.giving import give_back
            from layers.own.giving_words import about_words, given_words, lost_lines

            progress(0, STEPS)
            given = give_back(
                layer,
                held.path / file_name([layer.name, *([text("give-page.selected")] if asked else [])], kind),
                system=system(),
                ids=asked.ids if asked else None,
                about=about_words(asked, text, made=datetime.now()) if asked else "",
                encoding=encoding,
                progress=lambda share: progress(round(share * STEPS), STEPS),
            )
            lines = tuple(lost_lines(given.lost, text))
            return _offer(held, given.path.name, given_words(given, text), lines)

        return make

    return in_folder


def plan_work(plan: Plan, scene: Scene, text: Translation) -> Callable[[HeldFiles], Callable[[Progress], Offer]]:
    """Return the work that makes the GeoPackage for QGIS in a folder."""

    def in_folder(held: HeldFiles) -> Callable[[Progress], Offer]:
        def make(progress: Progress) -> Offer:
            from layers.listing.qgis_package import write_qgis_package
            from layers.own.giving_words import lost_lines

            progress(0, STEPS)
            made = write_qgis_package(
                plan,
                scene,
                held.path / file_name([plan.info.title.get(text.language)], "gpkg"),
                today=date.today(),
                made=datetime.now(),
                progress=lambda share: progress(round(share * STEPS), STEPS),
            )
            words = {"places": made.places, "tasks": made.tasks, "own": len(made.own)}
            said = text("qgis.written", target=made.path.name, project=printable(made.project), **words)
            lines = (text("qgis.keep-name"), *lost_lines(made.lost, text))
            return _offer(held, made.path.name, said, lines)

        return make

    return in_folder


def _ask_form(
    plan: Plan, layer: OwnLayer, text: Translation, part: Answer | None, *, busy: bool
) -> Callable[[HeldFiles], Callable[[Progress], Offer]]:
    """Draw the fields, and return the work that they ask for; while it is done, when `busy`, they cannot be changed."""
    kind = st.selectbox(
        text("give-page.kind"), KINDS, key="give-kind", disabled=busy, format_func=lambda one: text(f"give-kind.{one}")
    )
    choices = systems_of(kind, plan)
    chosen = st.selectbox(
        text("give-page.system"),
        choices,
        key=f"give-system-{kind}",
        disabled=busy,
        format_func=lambda one: _system_words(one, text),
    )
    code = ""
    if chosen == OTHER:
        code = st.text_input(
            text("give-page.code"), key="give-code", placeholder="EPSG:4549", max_chars=20, disabled=busy
        )
    encoding = "utf-8"
    if kind in ENCODINGS:
        encoding = st.selectbox(
            text("give-page.encoding"), ENCODINGS[kind], key="give-encoding", disabled=busy, format_func=str.upper
        )
    st.html(f"<p class='pm-quiet'>{escape.html(text(f'give-hint.{kind}'))}</p>")

    def system() -> System:
        # Not before the work, whose faults are shown.
        return {"datum": chosen} if chosen in ("gcj02", "bd09") else system_of_code(code if chosen == OTHER else chosen)

    return layer_work(layer, part, kind, system, encoding, text)


def _system_words(chosen: str, text: Translation) -> str:
    if chosen == OTHER:
        return text("give-page.other")
    if chosen in ("gcj02", "bd09"):
        return text(f"datum.{chosen}")
    name = {"EPSG:4326": "WGS 84", "EPSG:4490": "CGCS2000"}.get(chosen) or text("give-page.grid")
    return f"{name}{text('own.code', code=chosen)}"


def _offer(held: HeldFiles, name: str, said: str, lines: tuple[str, ...]) -> Offer:
    return Offer(offer(held, name), name, (held.path / name).stat().st_size, said, lines)


def _step(job: Job[Offer], text: Translation) -> str:
    return text("give-page.making", percent=100 * job.done // job.total)


def _ask(target: str) -> None:
    state().update(giving=target, layer_removing="", ground_removing="")


def _closed() -> None:
    """Stop the work, and delete what was made; a download that has begun goes on."""
    jobs.leave(NAME)
    _forget()
    state().update({"giving": "", NAME: None})


def _forget() -> None:
    before = state().get("given_files")
    if isinstance(before, HeldFiles):
        before.close()


def _begin(target: str, work: Callable[[HeldFiles], Callable[[Progress], Offer]]) -> None:
    _forget()
    held = state()["given_files"] = HeldFiles(jobs.session_check())
    jobs.begin(NAME, target, work(held))
