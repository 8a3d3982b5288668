"""The page for a plan that cannot be opened: what is wrong, where, what to do."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from geo.errors import PlanMapError
from layers import style
from layers.escape import template_environment
from layers.plan.fault import Fault, PlanFaultsError
from layers.translation import Translation

SHOWN = 200
"""Number of faults that are listed; a table saved in the wrong form has one in every row."""

_TEMPLATES = template_environment(Path(__file__).with_name("templates"))


def fault_page(error: PlanMapError, text: Translation) -> str:
    """Return the part of a page, as HTML, that explains `error` and lists its faults."""
    faults = error.faults if isinstance(error, PlanFaultsError) else ()
    return str(
        _TEMPLATES.get_template("faults.html").render(
            text=text,
            plan=error.details.get("plan", ""),
            count=len(faults),
            faults=[_row(fault, text) for fault in faults[:SHOWN]],
            line=text.explain(error),
        )
    )


def notice_page(error: PlanMapError, *texts: Translation, back: bool = False, typeface: str = "") -> str:
    """Return a whole HTML document that explains `error`, for a frame or a window, once in each language of `texts`.

    With `back` each explanation ends in a link to the map. `typeface` is the address of a style sheet with one, for
    those who may ask this server for it.
    """
    colours = Markup(style.custom_properties())  # noqa: S704 - ours alone
    lines = [(text, text.explain(error)) for text in texts]
    return str(
        _TEMPLATES.get_template("notice.html").render(lines=lines, colours=colours, back=back, typeface=typeface)
    )


def _row(fault: Fault, text: Translation) -> dict[str, str]:
    what, _, mend = text.explain(Fault("", "", "", fault.code, fault.details)).partition(" → ")
    return {"place": fault.place, "what": what.removeprefix(": "), "mend": mend}
