"""What taking in a file would change, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from layers.exchange.proposal import Proposal
from layers.plan.event import Event
from layers.plan.plan import Plan
from layers.selection.amendment_words import amendment_line
from layers.selection.event_words import event_line
from layers.translation import Translation


def summary(proposal: Proposal, text: Translation) -> str:
    """Return in one line how many rows would be added, are refused, meet others' statements, and change nothing."""
    return text(
        "exchange.summary",
        added=len(proposal.added),
        changed=len(proposal.changed),
        refused=len(proposal.faults),
        conflicts=len(proposal.conflicts),
        unchanged=proposal.unchanged,
    )


def lines(plan: Plan, proposal: Proposal, text: Translation) -> Iterator[str]:
    """Yield a line for each cell that is refused, each conflict with what others have recorded, and each addition."""
    for fault in proposal.faults:
        yield text("exchange.refused", what=text.explain(fault))
    for conflict in proposal.conflicts:
        title = proposal.after.tasks[conflict.task_id].title.get(text.language)
        yield text("exchange.conflict", place=conflict.place, title=title)
        for entry in conflict.newer:
            by = text("record.by", by=entry.recorded_by, at=entry.recorded_at)
            said = event_line(entry, text) if isinstance(entry, Event) else amendment_line(plan, entry, text)
            yield f"    {said} · {by}"
    for change in proposal.changed:
        title = proposal.after.tasks[change.amendment.subject_id].title.get(text.language)
        what = amendment_line(proposal.after, change.amendment, text)
        yield text("exchange.changed", place=change.place, title=title, what=what)
    for addition in proposal.added:
        title = proposal.after.tasks[addition.event.task_id].title.get(text.language)
        yield text("exchange.added", place=addition.place, title=title, what=event_line(addition.event, text))


def notes(proposal: Proposal, text: Translation) -> Iterator[str]:
    """Yield a line for each thing that has to be known of the file."""
    yield from map(text.explain, proposal.notes)
