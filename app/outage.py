"""An outage: the plan cannot be read for a while. An open page keeps what it has read, and comes back by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import streamlit as st

from app import context
from app.faults import fault_page
from app.identity import signed_in
from app.session import state
from geo.errors import PlanMapError
from layers import escape
from layers.plan.fault import PlanFaultsError
from layers.plan.plan import Plan
from layers.store.roles import Person, Role
from layers.translation import Translation

RETRY_S = 2.0
"""Seconds between two looks for the plan; a plan with faults is read whole at each, so that takes `SLOW_RETRY_S`."""

SLOW_RETRY_S = 5.0


_back = st.components.v2.component(
    "planmap_back",
    html="",
    js=Path(__file__).with_name("back.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The plan as a session has read it last."""

    version: str
    plan: Plan
    file: Path | None
    """The file in which its decks are edited by hand; None if PlanMap can write them."""
    at: datetime
    looking_only: bool = False
    """Whether the pages change nothing, whatever the store allows."""
    role: Role | None = None
    """What whoever looks at the page may do; None where nobody signs in."""
    person: Person | None = None
    """Who has signed in."""

    @property
    def fixed(self) -> bool:
        """Whether the pages cannot change the plan."""
        return self.refuses(Role.EDITOR) or self.file is not None

    def refuses(self, needed: Role) -> bool:
        """Whether whoever looks at the page may not do what takes the role `needed`, whatever the store allows."""
        return self.looking_only or (self.role is not None and not self.role.includes(needed))

    def why_refused(self, needed: Role, text: Translation) -> str:
        """Return why they may not; empty if they may."""
        if self.looking_only:
            return text("page.looking-only")
        if not self.refuses(needed):
            return ""
        if self.person is None:
            return text("sign-in.look")
        return text("sign-in.needs", needed=text(f"role.{needed}"), role=text(f"role.{self.role}"))

    def why_fixed(self, text: Translation) -> str:
        """Return why the pages cannot change the plan; empty if they can."""
        if why := self.why_refused(Role.EDITOR, text):
            return why
        return text("deck.by-hand", file=self.file.name) if self.file else ""


def read() -> tuple[Reading | None, PlanMapError | None]:
    """Read the plan for a run of a page's script.

    Returns what the session has read last, which is None if it has never read anything, and why it could not be read
    now, which is None if it could.
    """
    values = state()
    try:
        version, plan = context.current().plan()
        served = context.current()
        person = signed_in()
        file, role = served.decks_file(), served.role(person)
        reading = Reading(version, plan, file, datetime.now(), served.looking_only, role, person)
    except PlanMapError as error:
        values["outage"] = error
        return values.get("reading"), error
    if values.get("outage") is not None:
        values["outages"] = outages() + 1
    values.update(reading=reading, outage=None)
    return reading, None


def outages() -> int:
    """Return how many outages of this session are over."""
    return int(state().get("outages", 0))


def show_closed(error: PlanMapError, text: Translation, *, typed: bool = False) -> None:
    """Draw the page for a session that has never read the plan; it opens by itself as soon as that can be read.

    `typed` says that on the page one can type what the browser keeps.
    """
    lines = [text("outage.again"), *([text("outage.tab")] if typed else [])]
    said = "".join(f"<p>{escape.html(line)}</p>" for line in lines)
    st.html(f"{fault_page(error, text)}<div role='status'>{said}</div>")
    _back(key="back", on_back_change=_nothing)
    _look(error)


def show_outage(reading: Reading, error: PlanMapError | None, text: Translation, *, typed: bool = False) -> None:
    """Say above an open page that the plan cannot be read, if there is an `error`; `typed` if one can type on it."""
    # The place is always there, so that nothing below it moves to another place and is drawn anew.
    with st.container(key="outage"):
        _back(key="back", on_back_change=_nothing)
        if error is None:
            return
        lines = [text("outage.shown", time=f"{reading.at:%H:%M}"), *([text("outage.kept")] if typed else [])]
        space = "" if text.language == "zh" else " "
        said = escape.html(space.join(["", *lines, text("outage.again")]))
        title = f"<b>{escape.html(text('outage.title'))}</b>"
        st.html(f"<div class='pm-warn' role='alert'><p>{title}{said}</p>{_why(error, text)}</div>")
        _look(error)


def _why(error: PlanMapError, text: Translation) -> str:
    if not isinstance(error, PlanFaultsError):
        return f"<p class='pm-quiet'>{escape.html(text.explain(error))}</p>"
    summary = escape.html(text("outage.faults", count=len(error.faults)))
    return f"<details><summary>{summary}</summary>{fault_page(error, text)}</details>"


def _nothing() -> None:
    """Do nothing: that the script runs is all."""


def _look(error: PlanMapError) -> None:
    """Have the browser ask again and again whether the plan can be read, and then draw the whole page."""
    every = SLOW_RETRY_S if isinstance(error, PlanFaultsError) else RETRY_S
    st.fragment(_look_again, run_every=every)()


def _look_again() -> None:
    try:
        context.current().plan()
    except PlanMapError:
        return
    st.rerun()
