"""What is selected on the Layers page, by place, by task and by value, with shares as bars; the figures of a field."""

from __future__ import annotations

import streamlit as st

from app.layers.question_form import MOST_OFFERED, offered
from app.session import state
from layers import escape
from layers.own.answer import Answer, Group
from layers.own.question_words import figures_words, group_words, grouped_words, number_words, share_words, size_words
from layers.plan.fault import printable
from layers.translation import Translation

SITE, TASK = ":site", ":task"
"""Choices of the field beside the fields of the layer, none of whose names begins with a colon here."""

MOST_TRIED = 4
"""Fields among which one with few values is looked for."""

MOST_SHOWN = 40
"""Most groups that are shown; the command has all."""


def show_groups(found: Answer, text: Translation) -> None:
    """Draw the field by which features are grouped, and the groups."""
    fields = [field.name for field in found.layer.fields if field.type != "binary"]
    names = {SITE: text("ask-page.group-site"), TASK: text("ask-page.group-task")}
    names |= {f"={name}": printable(name, limit=60) for name in fields}
    if "ask_by" not in state() and not found.measured:
        # Of very many features, those at each place take seconds to find; a field with few values tells them apart.
        few = (name for name in fields[:MOST_TRIED] if len(offered(found.layer, name)) < MOST_OFFERED)
        state()["ask_by"] = next((f"={name}" for name in few), SITE)
    by = st.selectbox(text("ask-page.group"), list(names), key="ask_by", format_func=names.__getitem__)
    kind = {SITE: "site", TASK: "task"}.get(by, by[1:])
    if by == SITE:
        groups = found.by_site()
    elif by == TASK:
        groups = found.by_task(field=_join(fields, text))
    else:
        groups = found.by_value(by[1:])
    if by in (SITE, TASK) and not state().get("ask_join"):
        st.html(f"<p class='pm-quiet'>{escape.html(grouped_words(found, kind, text))}</p>")
    # A field may be called like one of the two.
    shown = kind if by in (SITE, TASK) else ""
    bars = "".join(_bar(found, group, shown, text) for group in groups[:MOST_SHOWN])
    more = f"<p class='pm-quiet'>{escape.html(text('ask.more-rows', count=len(groups) - MOST_SHOWN).strip())}</p>"
    several = f"<p class='pm-quiet'>{escape.html(text('ask.several'))}</p>"
    st.html(
        f"<ul class='pm-groups'>{bars}</ul>{more if len(groups) > MOST_SHOWN else ''}"
        f"{several if by in (SITE, TASK) else ''}"
    )


def _join(fields: list[str], text: Translation) -> str:
    """Draw the field by which tasks are found, and return it; empty for by place."""
    names = {"": text("ask-page.join-place")}
    names |= {name: text("ask-page.join-field", field=printable(name, limit=40)) for name in fields}
    return str(st.selectbox(text("ask-page.join"), list(names), key="ask_join", format_func=names.__getitem__))


def _bar(found: Answer, group: Group, by: str, text: Translation) -> str:
    share = group.count / found.count
    size = "" if group.size is None else f"<span>{escape.html(size_words(found.layer, group.size))}</span>"
    kind = " class='pm-rest'" if group.rest else " class='pm-nominal'" if group.nominal else ""
    return (
        f"<li{kind}><b>{escape.html(group_words(found, group, by, text))}</b>"
        f"<i style='--share:{share:.4f}' aria-hidden='true'></i>"
        f"<em>{group.count:,}</em><span>{escape.html(share_words(share))}</span>{size}</li>"
    )


def show_figures(found: Answer, text: Translation) -> None:
    """Draw the field whose numbers are added up, and what they come to."""
    numeric = [field.name for field in found.layer.fields if field.type in ("integer", "real")]
    others = [field.name for field in found.layer.fields if field.type == "text"]
    if not numeric and not others:
        return
    names = {"": text("ask-page.figures-none"), **{name: printable(name, limit=60) for name in (*numeric, *others)}}
    if "ask_figures" not in state() and numeric:
        state()["ask_figures"] = numeric[0]
    field = st.selectbox(text("ask-page.figures"), list(names), key="ask_figures", format_func=names.__getitem__)
    if not field:
        return
    figures = found.figures(field)
    if figures is None:
        st.html(f"<p class='pm-quiet'>{escape.html(figures_words(field, None, text))}</p>")
        return
    rows = {
        "ask-page.total": figures.total,
        "ask-page.mean": figures.mean,
        "ask-page.smallest": figures.least,
        "ask-page.largest": figures.most,
    }
    cells = "".join(
        f"<div><dt>{escape.html(text(key))}</dt><dd>{number_words(value)}</dd></div>" for key, value in rows.items()
    )
    without = found.count - figures.count
    note = f"<p class='pm-quiet'>{escape.html(text('ask-page.nobody', count=f'{without:,}'))}</p>" if without else ""
    st.html(f"<dl class='pm-figures'>{cells}</dl>{note}")
