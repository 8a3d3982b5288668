"""What is known of one task on any day, worked out once: a day is then found by halving and not by sorting again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from layers.plan.plan import Event, TaskEvents
from layers.plan.terms import Basis


@dataclass(frozen=True, slots=True)
class History:
    """The statements about one task, none of which takes back another, by the day they were public."""

    days: Sequence[date]
    """The day by which each was public, in rising order."""
    settled: Sequence[Event | None]
    """By number in `days`: what settles the status once that one is public; None before any does."""
    newest: Sequence[Event]
    """By number in `days`: the one published last, of several the first recorded."""
    evidence_days: Sequence[date]
    """The days by which evidence was public, in rising order."""
    evidence: tuple[Event, ...]
    """The evidence, the last published first, and of one day in the order it was recorded."""

    def on(self, as_of: date) -> tuple[Event | None, tuple[Event, ...], Event | None]:
        """Return what settles the status on a day, the evidence known by then, newest first, and the newest event."""
        known = bisect_right(self.days, as_of)
        if not known:
            return None, (), None
        hidden = len(self.evidence) - bisect_right(self.evidence_days, as_of)
        return self.settled[known - 1], self.evidence[hidden:], self.newest[known - 1]


def history_of(events: TaskEvents) -> History | None:
    """Return the history of a task, worked out when it is first asked for.

    None if one of its events takes back another: what counts can then change with each day.
    """
    if events.history is None:
        takes_back = any(event.withdraws or event.corrects for event in events)
        # Two threads at once find the same.
        events.history = False if takes_back else _worked_out(events)
    return events.history if isinstance(events.history, History) else None


def _worked_out(events: TaskEvents) -> History:
    ordered = sorted([(event.date.last_day, number) for number, event in enumerate(events)])
    settled: list[Event | None] = []
    newest: list[Event] = []
    best, last, latest, latest_day = None, None, None, None
    for day, number in ordered:
        event = events[number]
        if event.status is not None:
            rank = (event.effective_day, day, number)
            if best is None or rank > best:
                best, last = rank, event
        if latest is None or day != latest_day:
            latest, latest_day = event, day
        settled.append(last)
        newest.append(latest)
    evidence = [(day, events[number]) for day, number in ordered if events[number].basis is Basis.EVIDENCE]
    evidence_days = [day for day, _ in evidence]
    evidence.sort(key=lambda pair: pair[0], reverse=True)
    return History([day for day, _ in ordered], settled, newest, evidence_days, tuple(event for _, event in evidence))
