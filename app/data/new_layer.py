"""The form of the Data page that brings an own layer in: a file is uploaded, looked at, asked about, and added."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from app import context, layer_work
from app import job as jobs
from app.data.held_files import HeldFiles, forget, hold, shown_file
from app.data.layer_draft import Asked, Draft, choose_datum, drop, looked
from app.data.wording import sentence, size_words
from app.identity import signed_in
from app.job import Job, Progress
from app.session import state
from app.streamlit_app import LARGEST_UPLOAD_MB
from geo.errors import PlanMapError
from layers import escape
from layers.own.adding import add_layer
from layers.own.own_layer import OwnLayer, Source, System
from layers.own.words import layer_words, position_words, report_lines, source_lines, style_lines
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.store.roles import Role
from layers.translation import Translation

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

LOOK, ADD = "layer_look", "layer_add"
"""The kinds of work, see `app.job.begin`."""

COMMAND = "planmap layer add FILE"

STEPS = 1000
"""Steps of the progress bar."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """All that somebody has decided about a layer."""

    index: int
    """The layer's number in the file."""
    system: System
    is_stated: bool
    """Whether the file itself states that system."""
    repairs: Mapping[str, bool]
    name: str
    group: str


class Fetching:
    """Features that are being fetched from a service before they are looked at."""

    over = False


def running(name: str) -> Job[Any] | None:
    """Return the session's work of the kind `name` if it is not over."""
    job = jobs.job_of(name)
    return job if job is not None and not job.over else None


def settle() -> None:
    """Note what came of work that is over: what was found in a file, or that the layer is there."""
    values = state()
    job = jobs.job_of(LOOK)
    if job is not None and job.over and job.made is not None:
        values[LOOK] = None
        values["layer_draft"] = job.made
        if isinstance(job.key[1], Fetching):
            # What was said below the form while it was being fetched.
            values["link_said"] = None
        choose_datum(context.current().plan()[1], job.made)
    job = jobs.job_of(ADD)
    if job is not None and job.over and job.made is not None and values.get("layer_tiled") != job.made:
        values["layer_tiled"] = job.made
        drop(values.get("layer_draft"))
        # A large one is ready by the time that somebody looks at the map.
        layer_work.begin(job.made)
    draft = values.get("layer_draft")
    if isinstance(draft, Draft) and draft.held.gone:
        values.update(layer_draft=None, layer_said=("own-page.gone", printable(draft.file)))


def show_work(text: Translation) -> bool:
    """Draw how far the work is that must be over before anything else, and return whether there is any."""
    draft = state().get("layer_draft")
    name = ADD if running(ADD) else LOOK if running(LOOK) and not isinstance(draft, Draft) else ""
    job = running(name) if name else None
    if job is None:
        return False
    st.html(f"<p class='pm-file'>{escape.html(printable(job.key[0]))}</p>")
    jobs.watch(name, text.language, _adding if name == ADD else looking)
    st.html(f"<p class='pm-quiet'>{escape.html(text('own-page.keep-open'))}</p>")
    return True


def show_end(text: Translation, layers: Sequence[OwnLayer], scene: Scene) -> None:
    """Say what came of the latest work."""
    said = state().get("layer_said")
    if said:
        line = text(said[0], file=said[1])
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>")
        return
    for name in (LOOK, ADD):
        job = jobs.job_of(name)
        if job is None or not job.over:
            continue
        if job.made is None:
            jobs.show_end(job, text, cancelled=text("own-page.cancelled"))
        # Not of one that has been removed since.
        elif job.made in layers:
            show_made(job.made, text, scene)


def show_form(text: Translation, *, closed: bool) -> None:
    """Draw the field for the file, and the button that has it looked at."""
    values = state()
    # A key for each filling, so that the field is empty after it.
    uploads = st.file_uploader(
        text("own-page.upload"),
        key=f"layer-upload-{values.get('layer_filling', 0)}",
        accept_multiple_files=True,
        max_upload_size=LARGEST_UPLOAD_MB,
        disabled=closed,
    )
    # Shown by the style sheet where Streamlit says something like that, which does not name the command.
    st.html(f"<p class='pm-warn pm-refused' role='alert'>{escape.html(text('data.refused', command=COMMAND))}</p>")
    fault = ""
    if uploads:
        try:
            shown_file([upload.name for upload in uploads])
        except PlanMapError as error:
            fault = text.explain(error)
            st.html(f"<p class='pm-warn' role='alert'>{escape.html(fault)}</p>")
    st.button(
        text("own-page.look"),
        key="layer-start",
        type="primary",
        icon=":material/search:",
        width="stretch",
        disabled=closed or not uploads or bool(fault),
        on_click=_begin,
        args=(uploads,),
    )
    lines = text("own-page.kinds"), text("data.limit", limit=LARGEST_UPLOAD_MB, command=COMMAND)
    st.html("".join(f"<p class='pm-quiet'>{escape.html(line)}</p>" for line in lines))


def show_made(made: OwnLayer, text: Translation, scene: Scene) -> None:
    """Say what has been added and all that was done to it, with a link to the map of `scene`."""
    line = text("own-page.made", name=printable(made.name), what=layer_words(made, text), size=size_words(made.size))
    lines = [
        *source_lines(made, text),
        position_words(made.position, text),
        *report_lines(made.report, text),
        *style_lines(made, text),
    ]
    items = "".join(f"<li>{escape.html(sentence(printable(each, limit=600)))}</li>" for each in lines)
    st.html(
        f"<div class='pm-said' role='status'><p>{escape.html(line)}</p><ul>{items}</ul>"
        f'<a href="{escape.html(map_address(made, scene))}">{escape.html(text("data.to-map"))}</a></div>'
    )


def map_address(layer: OwnLayer, scene: Scene) -> str:
    """Return the address of the map of `scene` with `layer` on it."""
    return f"/?{replace(scene, visible={**scene.visible, layer.scene_id: True}).to_query()}"


def look_again(draft: Draft, plan: Plan, asked: Asked) -> None:
    """Have a file looked at with other answers, while what was found before is still shown."""
    jobs.begin(LOOK, (draft.file, id(draft.held), asked), _look_work(plan, draft, asked))


def begin_adding(plan: Plan, draft: Draft, wanted: Wanted) -> None:
    """Start to bring the layer in."""
    state().update(layer_said=None)
    state()[LOOK] = None
    jobs.begin(ADD, (draft.file, id(draft.held), wanted.index), work(plan, draft, wanted, today=date.today()))


def looking(job: Job[Draft], text: Translation) -> str:
    """Return how far the look at a file is, in words."""
    if isinstance(job.key[1], Fetching) and not job.key[1].over:
        return text("source.fetching-percent", percent=100 * job.done // job.total)
    return text("own-page.looking", percent=100 * job.done // job.total)


def _adding(job: Job[OwnLayer], text: Translation) -> str:
    return text("own-page.adding", percent=100 * job.done // job.total)


def _begin(uploads: Sequence[UploadedFile]) -> None:
    values = state()
    if any(upload.closed for upload in uploads):
        # The button was pressed twice, and the work that has taken the files is over.
        return
    number = values.get("layer_filling", 0) + 1
    values.update(layer_filling=number, layer_said=None)
    values[ADD] = None
    file = shown_file([upload.name for upload in uploads])
    _, plan = context.current().plan()
    jobs.begin(LOOK, (file, uploads[0].file_id), first_look(plan, uploads, number))
    forget(uploads)


def first_look(plan: Plan, uploads: Sequence[UploadedFile], number: int) -> Callable[[Progress], Draft]:
    """Return the work that looks at uploads, which are kept while somebody is asked about them."""
    # Asked here, since the work is done in another thread, which nobody has signed in to.
    person, is_open = signed_in(), jobs.session_check()

    def make(progress: Progress) -> Draft:
        context.current().allow_change(person, Role.ADMIN)
        progress(0, STEPS)
        held = HeldFiles(is_open)
        try:
            file = shown_file([upload.name for upload in uploads])
            source = hold(uploads, held.path)
            return looked(plan, held, source, file, Asked(), number=number, progress=_told(progress))
        except BaseException:
            held.close()
            raise

    return make


def _look_work(plan: Plan, draft: Draft, asked: Asked) -> Callable[[Progress], Draft]:
    def make(progress: Progress) -> Draft:
        return looked(
            plan,
            draft.held,
            draft.source,
            draft.file,
            asked,
            before=draft,
            number=draft.number,
            progress=_told(progress),
        )

    return make


def work(plan: Plan, draft: Draft, wanted: Wanted, *, today: date) -> Callable[[Progress], OwnLayer]:
    """Return the work that adds a layer; the files go when it is done, and stay for another try when it is not."""
    person = signed_in()
    layer = next(each for each in draft.layers if each["index"] == wanted.index)

    def make(progress: Progress) -> OwnLayer:
        context.current().allow_change(person, Role.ADMIN)
        made = add_layer(
            plan,
            draft.source,
            layer,
            system=None if wanted.is_stated else wanted.system,
            name=wanted.name,
            group=wanted.group,
            file=draft.file,
            repairs=wanted.repairs,
            encoding=draft.asked.encoding,
            columns=dict(draft.asked.columns) or None,
            today=today,
            source_row=_source_row(draft, wanted),
            progress=_told(progress),
        )
        draft.held.close()
        context.current().look_again()
        return made

    return make


def _source_row(draft: Draft, wanted: Wanted) -> Source | None:
    """Return where the features of a draft stay; None for those of a file."""
    if draft.linked is None:
        return None
    row = draft.linked.model_copy(update={"repairs": dict(wanted.repairs)})
    return row.model_dump(mode="json", exclude_defaults=True)


def _told(progress: Progress) -> Callable[[float], None]:
    return lambda share: progress(round(share * STEPS), STEPS)
