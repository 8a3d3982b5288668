"""The table of a list in the browser: rows and columns as plain values, printed words, files to export, the choice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import streamlit as st

from app import session
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.address import own_query
from layers.selection.select import Selection
from layers.selection.wording import sources, titles
from layers.translation import Translation

FILES = {"xlsx": "Excel", "csv": "CSV", "geojson": "GeoJSON"}
"""The kinds of file that the list of tasks can be had as, with their names, which are no words to translate."""

_list_rows = st.components.v2.component(
    "planmap_list_rows",
    html='<div class="pm-list-rows" hidden></div>',
    js=Path(__file__).with_name("list_rows.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_list_table = st.components.v2.component(
    "planmap_list_table",
    html='<div class="pm-list-host"></div>',
    js=Path(__file__).with_name("list_table.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class ListTable:
    """A list as it is drawn."""

    name: str
    """By which the browser knows it from the other lists of the page, and keeps its columns."""
    label: str
    """What it is a list of, for who cannot see it."""
    columns: Sequence[dict[str, object]]
    rows: Iterable[str]
    """Each as `row_json` makes it."""
    count: str
    """How many rows there are, in words."""
    selected: str
    """Id of the row that is chosen, empty for none."""
    exported: bool
    """Whether it can be had as a file: those are made from the filters, and so hold all that passes."""
    query: str | None = None
    """Of the map without what is selected, for the links of the column `map`; None without such a column."""


def show_list(
    plan: Plan,
    scene: Scene,
    selection: Selection,
    text: Translation,
    table: ListTable,
    choose: Callable[[str, str], None],
) -> None:
    """Draw a list; `choose` gets the id of a row that is chosen, empty for one that is let go.

    Before it, `choose` gets the name of the list that the row was in, which may have been another a moment ago.
    """

    def chosen() -> None:
        sent: Any = session.value_from("list_table", "chosen")
        # A run that is broken off may be told once more what it was for, and by then something else may be chosen.
        if not isinstance(sent, dict) or sent == session.state().get("list_sent"):
            return
        session.state()["list_sent"] = sent
        name, found = sent.get("list"), sent.get("id")
        choose(name if isinstance(name, str) else "", found if isinstance(found, str) else "")

    _list_rows(key="list_rows", data=f'{{"list":"{table.name}","rows":[{",".join(table.rows)}]}}'.encode())
    # What is selected does not leave anything out of the list.
    title, subtitle = titles(plan, replace(scene, site="", task=""), text)
    query = own_query(scene)
    exports = [
        {"label": label, "href": f"/list/{kind}?{query}", "hint": text("list.export-hint", kind=label)}
        for kind, label in FILES.items()
    ]
    foot = [sources(plan, text), plan.info.disclaimer.get(text.language)]
    _list_table(
        key="list_table",
        data={
            "list": table.name,
            "language": text.language,
            "selected": table.selected,
            "columns": list(table.columns),
            "count": table.count,
            "exports": exports if table.exported else [],
            **({"query": table.query} if table.query is not None else {}),
            "printed": {
                "title": title,
                "lines": [subtitle, f"{text('sheet.as-of', date=selection.as_of)} · {table.count}"],
                "foot": [line for line in foot if line],
            },
            "labels": {
                "table": table.label,
                "columns": text("list.columns"),
                "print": text("list.print"),
                "export": text("listing.export"),
                "sort": text("list.sort"),
            },
        },
        on_chosen_change=chosen,
    )


def row_json(
    row_id: str,
    cells: Sequence[str],
    order: Sequence[float | None],
    badge: str,
    mark: str = "",
    link: str = "",
    *,
    share: float | None = None,
) -> str:
    """Return a row as JSON: words by column, figures to sort by, addresses of pictures and of the newest evidence.

    `share` of the target that the result is makes a bar below the words of the column `aim`.
    """
    row: dict[str, object] = {"id": row_id, "cells": cells, "order": order, "badge": badge, "mark": mark, "link": link}
    if share is not None:
        row["share"] = share
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
