"""The form of the Data page that makes a ground of an uploaded file, and how far that is."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app import context
from app import job as jobs
from app.data.held_files import forget
from app.data.wording import size_words, zoom_words
from app.file_name import file_name
from app.identity import signed_in
from app.job import Job, Progress
from app.session import state
from app.streamlit_app import LARGEST_UPLOAD_MB
from geo.errors import PlanMapError
from layers import escape
from layers.ground.files import LONGEST_NAME, USABLE, GroundFile, add_ground, stem_of
from layers.plan.beside_file import identifier
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import FROM_FILE, Scene
from layers.store.roles import Role
from layers.translation import Translation

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

NAME = "ground_job"
"""The kind of work, see `app.job.begin`."""

COMMAND = "planmap ground add FILE"

STEPS = 1000
"""Steps of the progress bar."""


def show_new(plan: Plan, grounds: Sequence[GroundFile], text: Translation, *, scene: Scene, closed: bool) -> None:
    """Draw the form, or how far the work is, and above it what came of the latest work."""
    st.html(f"<h3>{escape.html(text('data.add'))}</h3>")
    job = jobs.job_of(NAME)
    if job is not None and not job.over:
        st.html(f"<p class='pm-file'>{escape.html(printable(job.key[0]))}</p>")
        jobs.watch(NAME, text.language, _step)
        st.html(f"<p class='pm-quiet'>{escape.html(text('data.keep-open'))}</p>")
        return
    place = st.container(key="came")
    show_form(plan, grounds, text, closed=closed)
    if job is None:
        return
    with place:
        if job.made is None:
            jobs.show_end(job, text, cancelled=text("data.cancelled"))
        # Not of one that has been removed since.
        elif job.made in grounds:
            show_made(job.made, job.seconds, text, scene)


def show_form(plan: Plan, grounds: Sequence[GroundFile], text: Translation, *, closed: bool) -> None:
    """Draw the fields and the button that starts the work."""
    values = state()
    kinds = text("data.list-comma").join(f".{kind}" for kind in USABLE)
    # A key for each filling, so that the field is empty after it.
    upload = st.file_uploader(
        text("data.upload", kinds=kinds),
        key=f"ground-upload-{values.get('ground_filling', 0)}",
        max_upload_size=LARGEST_UPLOAD_MB,
        disabled=closed,
    )
    # Shown by the style sheet where Streamlit says something like that, which does not name the command.
    st.html(f"<p class='pm-warn pm-refused' role='alert'>{escape.html(text('data.refused', command=COMMAND))}</p>")
    st.html(f"<p class='pm-quiet'>{escape.html(text('data.limit', limit=LARGEST_UPLOAD_MB, command=COMMAND))}</p>")
    name = st.text_input(
        text("data.name"),
        key="ground-name",
        placeholder=text("data.name-hint"),
        max_chars=LONGEST_NAME,
        autocomplete="off",
        disabled=closed,
    )
    if upload is not None:
        shown = " ".join(name.split()) or stem_of(temporary_name(upload.name))
        replaced = next((ground for ground in grounds if ground.id == identifier(shown, "ground")), None)
        if replaced is not None:
            line = text("data.replaces", name=printable(replaced.name))
            st.html(f"<p class='pm-quiet' role='status'>{escape.html(line)}</p>")
    st.button(
        text("data.start"),
        key="start",
        type="primary",
        icon=":material/add:",
        width="stretch",
        disabled=closed or upload is None,
        on_click=_begin,
        args=(plan, upload),
    )


def show_made(made: GroundFile, seconds: float, text: Translation, scene: Scene) -> None:
    """Say what has been made, with a link to the map of `scene`."""
    line = text(
        "data.made",
        name=printable(made.name),
        size=size_words(made.size),
        zooms=zoom_words(made, text),
        seconds=f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}",
    )
    # A picture is shown only where it is chosen.
    query = (replace(scene, basemap=FROM_FILE + made.id) if made.is_picture else scene).to_query()
    href = f"/?{query}" if query else "/"
    st.html(
        f"<div class='pm-said' role='status'><p>{escape.html(line)}</p>"
        f'<a href="{escape.html(href)}">{escape.html(text("data.to-map"))}</a></div>'
    )


def temporary_name(name: str) -> str:
    """Return the name of an upload as one that every system allows, with its ending, since ground is named after it."""
    plain = re.split(r"[/\\]", name)[-1]
    for kind in USABLE:
        if plain.lower().endswith(f".{kind}"):
            return file_name([plain[: -len(kind) - 1] or "-"], kind)
    stem, _, ending = plain.rpartition(".")
    if stem and re.fullmatch(r"[0-9A-Za-z]{1,8}", ending):
        return file_name([stem], ending)
    return file_name([plain or "-"], "x").removesuffix(".x")


def _step(job: Job[GroundFile], text: Translation) -> str:
    return text("data.making", percent=100 * job.done // job.total)


def _begin(plan: Plan, upload: UploadedFile) -> None:
    values = state()
    if upload.closed:
        # The button was pressed twice, and the work that has taken the file is over.
        return
    name = str(values.get("ground-name") or "")
    values.update(ground_filling=values.get("ground_filling", 0) + 1, ground_said=None)
    jobs.begin(NAME, (upload.name, upload.file_id), work(plan, upload, name, today=date.today()))
    forget([upload])


def work(plan: Plan, upload: UploadedFile, name: str, *, today: date) -> Callable[[Progress], GroundFile]:
    """Return the work that makes a ground of an upload, which is in a folder of its own until that is over."""
    # Asked here, since the work is done in another thread, which nobody has signed in to.
    person = signed_in()

    def make(progress: Progress) -> GroundFile:
        context.current().allow_change(person, Role.ADMIN)
        progress(0, STEPS)
        with tempfile.TemporaryDirectory(prefix="planmap-upload-", ignore_cleanup_errors=True) as folder:
            source = Path(folder) / temporary_name(upload.name)
            try:
                with source.open("wb") as file:
                    shutil.copyfileobj(upload, file, 2**20)
            except OSError as error:
                raise PlanMapError("output-refused", path=source, reason=error.strerror or "") from error
            # Which gives its memory back.
            upload.close()
            made = add_ground(
                plan, source, name=name, today=today, progress=lambda share: progress(round(share * STEPS), STEPS)
            )
        context.current().look_again()
        return made

    return make
