"""Features that stay with a service, on the Data page: fetched to be looked at before a copy is added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from app import context
from app import job as jobs
from app.data.held_files import HeldFiles
from app.data.layer_draft import Asked, Draft, drop, looked
from app.data.new_layer import ADD, LOOK, STEPS, Fetching
from app.identity import signed_in
from app.job import Progress
from app.session import state
from layers.own.linked.fetching import OFFSET, fetched, offered
from layers.own.linked.linking import PLAN, Wish, frame_of, named_in, source_row
from layers.own.linked.source import SourceKind, SourceRow
from layers.plan.plan import Plan
from layers.store.roles import Role

KINDS = (SourceKind.OGC_API, SourceKind.WFS)
"""What can be fetched from a page: files and folders of the server's machine only the command line links."""


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody has filled in."""

    address: str
    kind: SourceKind
    layer: str = ""
    datum: str = ""
    frame: str = PLAN


def fetch_or_ask(plan: Plan, form: Form) -> list[tuple[str, str]]:
    """Begin to fetch what the form asks for; or return what the service has, if something is to be chosen first.

    Raises
    ------
    PlanMapError
        The service may not be asked, or has nothing.
    """
    datum = form.datum if form.datum in OFFSET else ""
    wish = Wish(form.address, form.kind, form.layer, frame_of(plan, form.frame), 0, datum)
    row = source_row(wish)
    if not row.layer:
        there = [(str(each["name"]), str(each["title"])) for each in offered(form.kind, row.address)["layers"]]
        named = [each for each in there if form.kind is SourceKind.OGC_API and each[0] == named_in(row.address)]
        if len(named or there) != 1:
            return there
        row = row.model_copy(update={"layer": (named or there)[0][0]})
    _begin(plan, row)
    return []


def _begin(plan: Plan, row: SourceRow) -> None:
    values = state()
    drop(values.get("layer_draft"))
    number = values.get("layer_filling", 0) + 1
    values.update(layer_filling=number, layer_said=None)
    values[ADD] = None
    fetching = Fetching()
    jobs.begin(LOOK, (row.place, fetching, Asked()), _work(plan, row, fetching, number))


def _work(plan: Plan, row: SourceRow, fetching: Fetching, number: int) -> Callable[[Progress], Draft]:
    """Return the work that fetches features and looks at them."""
    person, is_open = signed_in(), jobs.session_check()

    def make(progress: Progress) -> Draft:
        context.current().allow_change(person, Role.ADMIN)
        progress(0, STEPS)
        held = HeldFiles(is_open)
        try:
            came = fetched(row, held.path, progress=lambda share: progress(round(share * STEPS), STEPS))
            fetching.over = True
            draft = looked(
                plan,
                held,
                came.file,
                row.place,
                Asked(),
                number=number,
                progress=lambda share: progress(round(share * STEPS), STEPS),
            )
            return replace(draft, linked=came.row)
        except BaseException:
            held.close()
            raise

    return make
