"""The fields of the Export page for the title block of an office."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app import session
from layers.plan.plan import Plan
from layers.plan.template import LINES, NO_TEMPLATE, Part, Template
from layers.plan.template_row import LONGEST
from layers.translation import Translation


def start_title_block(plan: Plan) -> None:
    """Fill the session from the plan's template, once."""
    template = plan.template or NO_TEMPLATE
    values = session.state()
    values["title_block"] = template.has_title_block
    values.update({f"block-{name}": getattr(template, name) or "" for name in LINES})


def show_title_block(plan: Plan, text: Translation) -> Template:
    """Draw the fields, and return the plan's template with what they hold.

    A field that is left empty is a line to be filled in by hand, unless the plan's template does without it.
    """
    template = plan.template or NO_TEMPLATE
    values = session.state()
    st.checkbox(text("export.title-block"), key="title_block", persist_state="page")
    if not values["title_block"]:
        return replace(template, parts=tuple(part for part in template.parts if part is not Part.TITLE_BLOCK))
    for name in LINES:
        st.text_input(
            text(f"template.{name.replace('_', '-')}"),
            key=f"block-{name}",
            max_chars=LONGEST,
            placeholder=text("export.by-hand"),
            autocomplete="off",
            persist_state="page",
        )
    dropped = {name for name in LINES if plan.template is not None and getattr(template, name) is None}
    typed = {name: values[f"block-{name}"].strip() for name in LINES}
    lines = {name: None if name in dropped and not said else said for name, said in typed.items()}
    parts = template.parts if Part.TITLE_BLOCK in template.parts else (*template.parts, Part.TITLE_BLOCK)
    return Template(**lines, logo=template.logo, side=template.side, parts=parts)
