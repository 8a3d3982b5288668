"""The attribute table of the Layers page: one page of the selected features, sorted by a field, with their tasks."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app.session import state
from geo.value_test import number_of
from layers import escape
from layers.own.answer import Answer, answer, shown_value
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer, Shape
from layers.own.question_words import size_words
from layers.plan.fault import printable
from layers.plan.layer_question import LayerQuestion
from layers.plan.plan import Plan
from layers.translation import Translation

ROWS = 50
"""Rows of a page."""

MOST_FIELDS = 30
"""Fields that are shown; the file has all."""

NUMBER, SIZE = ":number", ":size"
"""What else rows can be sorted by than a field."""


def show_table(found: Answer, text: Translation) -> None:
    """Draw the controls of the table and one page of its rows."""
    fields = [field.name for field in found.layer.fields if field.type != "binary"]
    size = text("ask-page.length-column" if found.layer.shape is Shape.LINE else "ask-page.area-column")
    names = {NUMBER: text("ask-page.sort-number"), **({SIZE: size} if found.has_size else {})}
    names |= {f"={name}": printable(name, limit=60) for name in fields}
    pages = -(-found.count // ROWS)
    state()["ask_page"] = min(max(1, int(state().get("ask_page") or 1)), pages)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="table-bar"):
        sort = st.selectbox(
            text("ask-page.sort"), list(names), key="ask_sort", format_func=names.__getitem__, width=220
        )
        down = st.checkbox(text("ask-page.descending"), key="ask_down", persist_state="page")
        page = 1
        if pages > 1:
            page = int(st.number_input(text("ask-page.page"), min_value=1, max_value=pages, key="ask_page", width=130))
    order = _order(found.layer, found.question, found.plan, sort, down)
    first = (page - 1) * ROWS
    ids = order[first : first + ROWS]
    counts = {"first": f"{first + 1:,}", "last": f"{first + len(ids):,}", "all": f"{found.count:,}"}
    line = text("ask-page.rows", **counts)
    if len(fields) > MOST_FIELDS:
        line += " " + text("ask-page.more-fields", count=MOST_FIELDS)
    tasks = _tasks(found, ids)
    st.html(
        f"<p class='pm-quiet'>{escape.html(line)}</p>"
        f"<div class='pm-rows' tabindex='0'>{_table(found, ids, fields[:MOST_FIELDS], size, tasks, text)}</div>"
    )


def _table(
    found: Answer,
    ids: NDArray[np.int64],
    fields: list[str],
    size: str,
    tasks: dict[int, list[str]],
    text: Translation,
) -> str:
    with opened(found.layer) as package:
        features = package.numbered(ids.tolist(), fields)
    place = {fid: index for index, fid in enumerate(features.ids.tolist())}
    at = np.searchsorted(found.ids, ids)
    sizes = found.sizes[at] if found.has_size else None
    heads = [text("ask-page.sort-number"), *(printable(name, limit=60) for name in fields)]
    heads += [*([size] if sizes is not None else []), *([text("ask-page.tasks")] if tasks else [])]
    rows = []
    for number, fid in enumerate(ids.tolist()):
        cells = [str(fid)]
        cells += [shown_value(features.values[name][place[fid]]) if fid in place else "" for name in fields]
        cells += [size_words(found.layer, float(sizes[number]))] if sizes is not None else []
        titles = [printable(found.plan.tasks[task].title.get(text.language)) for task in tasks.get(fid, [])]
        cells += ["；".join(titles) if text.language == "zh" else "; ".join(titles)] if tasks else []
        rows.append("".join(f"<td>{escape.html(cell)}</td>" for cell in cells))
    head = "".join(f"<th scope='col'>{escape.html(name)}</th>" for name in heads)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


@lru_cache(maxsize=8)
def _order(layer: OwnLayer, question: LayerQuestion, plan: Plan, sort: str, down: bool) -> NDArray[np.int64]:
    """Return the numbers of the selected features in the order of the table."""
    found = answer(plan, layer, question)
    if sort == NUMBER:
        return found.ids[::-1] if down else found.ids
    if sort == SIZE:
        order = np.argsort(found.sizes, kind="stable")
        return found.ids[order[::-1] if down else order]
    with opened(layer) as package:
        values = package.column(sort[1:], found.ids)
    keys = [_sort_key(value) for value in values]
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__, reverse=down), dtype=np.int64)
    return found.ids[order]


def _sort_key(value: Any) -> tuple[int, float, str]:
    """Numbers come before words, and what has no value last."""
    number = number_of(value) if not isinstance(value, bool) else float(value)
    if number is not None:
        return 0, number, ""
    return (1, 0.0, str(value)) if value not in (None, "") else (2, 0.0, "")


def _tasks(found: Answer, ids: NDArray[np.int64]) -> dict[int, list[str]]:
    """Return the tasks of the places at which the features with the numbers `ids` lie, or that a field names."""
    tasks: dict[int, list[str]] = {}
    field = str(state().get("ask_join") or "")
    for task_id, here in found.at_tasks(found.metres, np.sort(ids), field=field).items():
        for fid in here.tolist():
            tasks.setdefault(fid, []).append(task_id)
    return tasks
