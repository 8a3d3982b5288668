"""Fetching the features of a layer anew, on the Data page."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app import context, layer_work
from app import job as jobs
from app.data.wording import sentence
from app.identity import signed_in
from app.job import Job, Progress
from layers import escape
from layers.own.linked.refreshed import Refreshed
from layers.own.linked.refreshing import refresh
from layers.own.linked.source import source_of
from layers.own.linked.words import came_lines, change_words, refreshed_words
from layers.own.own_layer import OwnLayer
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.store.roles import Role
from layers.translation import Translation

REFRESH = "layer_refresh"
"""The kind of work, see `app.job.begin`."""

STEPS = 1000


def refresh_button(plan: Plan, layer: OwnLayer, text: Translation, *, closed: bool) -> None:
    """Draw the button of a layer whose features stay elsewhere."""
    if source_of(layer) is None:
        return
    job = jobs.job_of(REFRESH)
    st.button(
        text("source.refresh"),
        key=f"refresh-layer-{layer.id}",
        help=text("source.refresh-name", name=escape.markdown(printable(layer.name))),
        icon=":material/sync:",
        type="tertiary",
        disabled=closed or (job is not None and not job.over),
        on_click=_begin,
        args=(plan, layer, False),
    )


def show_refresh(plan: Plan, layer: OwnLayer, text: Translation, *, closed: bool) -> None:
    """Say below a layer how far it is with being fetched anew, or what came of that, or that it has changed since."""
    job = jobs.job_of(REFRESH)
    if job is None or job.key[0] != layer.id:
        words = change_words(layer, text)
        if words:
            st.html(f"<p class='pm-warn' role='note'>{escape.html(words)}</p>")
        return
    if not job.over:
        jobs.watch(REFRESH, text.language, _refreshing)
        return
    done: Refreshed | None = job.made
    if done is not None:
        lines = [refreshed_words(done, text), *came_lines(done.row, text)]
        items = "".join(f"<p>{escape.html(sentence(printable(line, limit=600)))}</p>" for line in lines)
        st.html(f"<div class='pm-said' role='status'>{items}</div>")
        return
    jobs.show_end(job, text, cancelled=text("source.refresh-cancelled"))
    if job.fault is not None and job.fault.code == "source-fields":
        st.button(
            text("source.accept-fields"),
            key=f"accept-fields-{layer.id}",
            disabled=closed,
            on_click=_begin,
            args=(plan, layer, True),
        )


def _refreshing(job: Job[Refreshed], text: Translation) -> str:
    return text("source.refreshing-percent", percent=100 * job.done // job.total)


def _begin(plan: Plan, layer: OwnLayer, accept_fields: bool) -> None:
    jobs.begin(REFRESH, (layer.id, accept_fields), _work(plan, layer, accept_fields))


def _work(plan: Plan, layer: OwnLayer, accept_fields: bool) -> Callable[[Progress], Refreshed]:
    person = signed_in()

    def make(progress: Progress) -> Refreshed:
        context.current().allow_change(person, Role.ADMIN)
        done = refresh(
            plan,
            layer,
            accept_fields=accept_fields,
            progress=lambda share: progress(round(share * STEPS), STEPS),
        )
        context.current().look_again()
        # A large one is ready by the time that somebody looks at the map.
        layer_work.begin(done.layer)
        return done

    return make
