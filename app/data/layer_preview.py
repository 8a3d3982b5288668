"""What is shown of a file before a layer of it is added: what is in it, where it lies, what is odd, and its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from app import job as jobs
from app.data.layer_draft import STATED, Asked, Decision, Draft, as_text, drop
from app.data.layer_place import ask_system
from app.data.new_layer import ADD, LOOK, Wanted, begin_adding, look_again, looking, running
from app.data.wording import sentence
from app.session import state
from geo.foreign.features.encoding import TRIED
from layers import escape
from layers.own import words
from layers.own.adding import shown_name
from layers.own.linked.words import came_lines
from layers.own.own_layer import LONGEST_NAME, OwnLayer
from layers.plan.fault import printable
from layers.plan.plan import Plan
from layers.translation import Translation

MOST_COLUMNS = 40
"""Columns of the first rows that are shown."""

LONGEST_VALUE = 60
"""Characters of a value that are shown."""

ENCODINGS = (*TRIED, "big5", "cp1252")
"""What somebody can choose where a file does not say it."""

UNSURE = ("tried", "none", "given")
"""How an encoding was found where somebody may know better."""


def show_preview(plan: Plan, draft: Draft, layers: Sequence[OwnLayer], text: Translation) -> None:
    """Draw all that is asked about a file, one thing after another."""
    with st.container(horizontal=True, vertical_alignment="center", key="asking-head", gap="small"):
        name = draft.file if draft.linked is None else f"{draft.linked.place} {draft.linked.layer}"
        st.html(f"<h3 class='pm-file'>{escape.html(printable(name))}</h3>", width="stretch")
        label = text("own-page.other-file" if draft.linked is None else "source.drop")
        st.button(label, key="layer-drop", icon=":material/close:", type="tertiary", on_click=_drop, args=(draft,))
    _show_fault(text)
    if draft.fault is not None:
        line = text.explain(draft.fault)
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(line)}</p>")
        _ask_columns(plan, draft, None, text)
        return
    with st.container(key="asking-file"):
        _step(1, text("own-page.step-file"))
        layer = _ask_layer(draft, text)
        came = [] if draft.linked is None else came_lines(draft.linked, text)
        said = "".join(f"<p>{escape.html(sentence(line))}</p>" for line in came)
        st.html(said + facts(layer, text) + first_rows(layer, text))
        _ask_reading(plan, draft, layer, text)
    with st.container(key="asking-place"):
        _step(2, text("own-page.step-place"))
        decision = ask_system(plan, draft, layer, text)
    checking = _look_by(plan, draft, layer, decision)
    with st.container(key="asking-repairs"):
        _step(3, text("own-page.step-repairs"))
        if checking:
            jobs.watch(LOOK, text.language, looking)
            repairs: dict[str, bool] = {}
        else:
            repairs = _ask_repairs(draft, layer, decision, text)
    with st.container(key="asking-name"):
        _step(4, text("own-page.step-name"))
        _ask_name(plan, draft, layer, decision, repairs, layers, text, checking=checking)


def facts(layer: Mapping[str, Any], text: Translation) -> str:
    """Return what is in a layer of a file, as HTML."""
    lines = (
        text("own.crs", crs=words.crs_words(layer, text)),
        words.extent_words(layer["bounds"], text),
        words.encoding_words(layer, text),
        *words.note_lines(layer["notes"], text),
    )
    what = f"<p><b>{escape.html(words.count_words(layer['types'], text))}</b></p>"
    return what + "".join(f"<p>{escape.html(sentence(printable(line, limit=600)))}</p>" for line in lines)


def first_rows(layer: Mapping[str, Any], text: Translation) -> str:
    """Return the first rows of a layer as a table in HTML."""
    fields, rows = layer["fields"], layer["rows"]
    if not fields or not rows:
        return f"<p class='pm-quiet'>{escape.html(text('own-page.no-fields'))}</p>"
    head = "".join(
        f"<th scope='col'>{escape.html(printable(field['name'], limit=LONGEST_VALUE))}</th>"
        for field in fields[:MOST_COLUMNS]
    )
    body = "".join(f"<tr>{''.join(map(_cell, row[:MOST_COLUMNS]))}</tr>" for row in rows)
    caption = text("own-page.rows", rows=len(rows), fields=len(fields))
    if len(fields) > MOST_COLUMNS:
        caption += text("own-page.first-fields", count=MOST_COLUMNS)
    return (
        f"<p class='pm-quiet'>{escape.html(caption)}</p><div class='pm-rows' tabindex='0'>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(value: str | None) -> str:
    return "<td></td>" if value is None else f"<td>{escape.html(printable(value, limit=LONGEST_VALUE))}</td>"


def _step(number: int, words_: str) -> None:
    st.html(f"<h4><span class='pm-step'>{number}</span> {escape.html(words_)}</h4>")


def _show_fault(text: Translation) -> None:
    for name in (LOOK, ADD):
        job = jobs.job_of(name)
        if job is not None and job.over and job.made is None:
            jobs.show_end(job, text, cancelled=text("own-page.stopped"))


def _drop(draft: Draft) -> None:
    drop(draft)
    state()[LOOK] = None
    state()[ADD] = None


def _ask_layer(draft: Draft, text: Translation) -> Mapping[str, Any]:
    by_index = {layer["index"]: layer for layer in draft.layers}
    if len(by_index) == 1:
        return draft.layers[0]
    index = st.selectbox(
        text("own-page.layer", count=len(by_index)),
        list(by_index),
        format_func=lambda each: f"{printable(by_index[each]['name'])}  ·  {by_index[each]['count']:,}",
        key=f"layer-index-{draft.number}",
    )
    return by_index.get(index, draft.layers[0])


def _ask_reading(plan: Plan, draft: Draft, layer: Mapping[str, Any], text: Translation) -> None:
    """Ask how the file is to be read, where that is not sure: the encoding of its texts, and its columns."""
    encoding = layer["encoding"]
    # Text that is UTF-8 throughout is hardly ever anything else.
    if encoding["found"] in UNSURE and (encoding["name"], encoding["found"]) != ("utf-8", "tried"):
        options = list(dict.fromkeys((encoding["name"], *ENCODINGS)))
        key = f"layer-encoding-{draft.number}-{draft.asked.encoding}"
        st.selectbox(
            text("own-page.encoding-wrong"),
            options,
            key=key,
            width=260,
            disabled=running(LOOK) is not None,
            on_change=_read_again,
            args=(plan, draft, key),
        )
    if any(note["note"] == "columns" for note in layer["notes"]):
        with st.expander(text("own-page.columns-wrong")):
            _ask_columns(plan, draft, layer, text)


def _read_again(plan: Plan, draft: Draft, key: str) -> None:
    encoding = str(state().get(key) or "")
    state()[ADD] = None
    look_again(draft, plan, replace(draft.asked, encoding=encoding))


def _ask_columns(plan: Plan, draft: Draft, layer: Mapping[str, Any] | None, text: Translation) -> None:
    names = [field["name"] for field in layer["fields"]] if layer is not None else []
    keys = [f"layer-column-{axis}-{draft.number}" for axis in ("x", "y")]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="asking-columns"):
        for key, label in zip(keys, ("own-page.column-x", "own-page.column-y"), strict=True):
            if names:
                st.selectbox(text(label), names, index=None, key=key, placeholder="", width=220)
            else:
                st.text_input(text(label), key=key, width=220, autocomplete="off")
        st.button(text("own-page.look"), key="layer-columns", on_click=_columns, args=(plan, draft, keys))
    st.html(f"<p class='pm-quiet'>{escape.html(text('own-page.columns-hint'))}</p>")


def _columns(plan: Plan, draft: Draft, keys: Sequence[str]) -> None:
    x, y = (str(state().get(key) or "").strip() for key in keys)
    if not x:
        return
    columns = {"x": x, "y": y} if y else {"wkt": x}
    look_again(draft, plan, replace(draft.asked, columns=tuple(sorted(columns.items()))))


def _look_by(plan: Plan, draft: Draft, layer: Mapping[str, Any], decision: Decision) -> bool:
    """Have the file looked at by the system that was decided on, and return whether that is not over yet.

    What lies outside of China, or has swapped axes, only the system tells.
    """
    job = jobs.job_of(LOOK)
    under_way = running(LOOK)
    if decision.system is None:
        return under_way is not None
    # What is being looked for by another encoding stays so.
    before: Asked = draft.asked if under_way is None else under_way.key[-1]
    asked = replace(before, system="" if decision.choice == STATED else as_text(decision.system))
    if job is not None and job.key[-1] == asked:
        return under_way is not None
    if under_way is None and asked == draft.asked:
        return False
    look_again(draft, plan, asked)
    return True


def _ask_repairs(draft: Draft, layer: Mapping[str, Any], decision: Decision, text: Translation) -> dict[str, bool]:
    findings = layer["repairs"]
    if not findings:
        st.html(f"<p class='pm-quiet'>{escape.html(text('own-page.nothing-odd'))}</p>")
        return {}
    st.html(f"<p class='pm-quiet'>{escape.html(text('own-page.repairs-hint'))}</p>")
    answers = {}
    for finding in findings:
        kind = finding["kind"]
        usual = finding["accepted"] or finding["must"] or (kind == "axes" and decision.swapped)
        key = f"layer-repair-{draft.number}-{layer['index']}-{kind}"
        if kind == "axes":
            # What is usual depends on the system.
            key += f"-{decision.choice}"
        answers[kind] = st.checkbox(
            escape.markdown(sentence(words.finding_words(finding, accepted=True, text=text))),
            value=usual,
            key=key,
            disabled=finding["must"],
        )
    return answers


def _ask_name(
    plan: Plan,
    draft: Draft,
    layer: Mapping[str, Any],
    decision: Decision,
    repairs: Mapping[str, bool],
    layers: Sequence[OwnLayer],
    text: Translation,
    *,
    checking: bool,
) -> None:
    usual = shown_name("", layer["name"], draft.file)
    groups = sorted({each.group for each in layers if each.group})
    left, right = st.columns(2, gap="small")
    name = left.text_input(
        text("data.name"),
        key=f"layer-name-{draft.number}",
        placeholder=printable(usual),
        max_chars=LONGEST_NAME,
        autocomplete="off",
    )
    group = right.selectbox(
        text("own-page.group"),
        groups,
        index=None,
        key=f"layer-group-{draft.number}",
        placeholder=text("own-page.group-hint"),
        accept_new_options=True,
    )
    shown = shown_name(name, layer["name"], draft.file)
    if any(each.name == shown for each in layers):
        line = text("own-page.replaces", name=printable(shown))
        st.html(f"<p class='pm-quiet' role='status'>{escape.html(line)}</p>")
    wanted = None
    if decision.system is not None:
        wanted = Wanted(layer["index"], decision.system, decision.choice == STATED, repairs, name, str(group or ""))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            text("own-page.start"),
            key="layer-add",
            type="primary",
            icon=":material/add:",
            disabled=wanted is None or checking,
            on_click=begin_adding,
            args=(plan, draft, wanted),
        )
        if decision.system is None:
            st.html(f"<p class='pm-quiet'>{escape.html(text('own-page.choose-first'))}</p>")
