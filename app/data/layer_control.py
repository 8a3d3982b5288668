"""The question for control points, where no reference system is known that a layer is in."""

from __future__ import annotations

import json
import re

import streamlit as st

from app.data.layer_draft import FITTED, Decision
from geo.errors import PlanMapError
from geo.fit import Control, Fit, FitKind, fit
from layers import escape
from layers.translation import Translation

EXAMPLE = "512340.5, 4321560.2, 117.31234, 39.08765"

LONGEST = 20_000
"""Characters of all lines."""


def ask_control(mark: str, text: Translation) -> Decision:
    """Ask for control points and return the fit on them, with how far it misses each of them below.

    `mark` tells one layer from another.
    """
    lines = st.text_area(
        text("own-page.control"),
        key=f"layer-control-{mark}",
        placeholder=f"{EXAMPLE}\n…",
        height=150,
        max_chars=LONGEST,
    )
    stretched = st.checkbox(text("own-page.stretched"), key=f"layer-stretched-{mark}")
    if not lines.strip():
        return Decision(None, FITTED)
    try:
        found = fit(control_points(lines), FitKind.AFFINE if stretched else FitKind.SIMILARITY)
    except PlanMapError as error:
        st.html(f"<p class='pm-warn' role='alert'>{escape.html(text.explain(error))}</p>")
        return Decision(None, FITTED, fault=error)
    st.html(residuals(found, text))
    return Decision({"fit": json.loads(json.dumps(found.as_json()))}, FITTED)


def control_points(lines: str) -> list[Control]:
    """Return the control points of lines with four figures each, as they are typed or pasted from a table.

    Raises
    ------
    PlanMapError
        A line has other than four figures.
    """
    points = []
    for number, line in enumerate(lines.splitlines(), start=1):
        parts = [part for part in re.split(r"[\s,，;；、]+", line) if part]
        if not parts:
            continue
        try:
            x, y, longitude, latitude = map(float, parts)
        except ValueError:
            raise PlanMapError("control-line-figures", number=number, value=line, example=EXAMPLE) from None
        points.append(Control(x, y, longitude, latitude))
    return points


def residuals(found: Fit, text: Translation) -> str:
    """Return how far a fit misses each of its control points, as HTML."""
    if found.rms_m is None or found.largest_m is None:
        return f"<p class='pm-warn' role='note'>{escape.html(text('own-page.fit-untested'))}</p>"
    line = text("own-page.fit", rms=_metres(found.rms_m), largest=_metres(found.largest_m))
    rows = ""
    for number, (point, miss, left_out) in enumerate(
        zip(found.control, found.residuals_m, found.left_out_m, strict=True), start=1
    ):
        worst = " class='pm-worst'" if number - 1 == found.worst else ""
        cells = (
            number,
            f"{point.x:.10g}, {point.y:.10g}",
            _metres(miss),
            "-" if left_out is None else _metres(left_out),
        )
        rows += f"<tr{worst}>{''.join(f'<td>{escape.html(cell)}</td>' for cell in cells)}</tr>"
    names = ("own-page.fit-number", "own-page.fit-point", "own-page.fit-miss", "own-page.fit-without")
    head = "".join(f"<th scope='col'>{escape.html(text(name))}</th>" for name in names)
    hint = ""
    if found.worst is not None:
        hint = f"<p class='pm-quiet'>{escape.html(text('own-page.fit-worst', number=found.worst + 1))}</p>"
    return (
        f"<p role='status'>{escape.html(line)}</p><div class='pm-rows'><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{hint}"
    )


def _metres(value: float) -> str:
    return f"{value:,.2f}"
