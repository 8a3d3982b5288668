"""Statements, and what they have changed, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from layers.plan.event import Event
from layers.plan.plan import Amendment, Plan
from layers.selection.amendment_words import amendment_line, recorded
from layers.selection.attachments import attachment_words, size_words
from layers.selection.changes import Change, Direction, Known, by_direction, by_mark
from layers.selection.status import TaskState, standing
from layers.selection.wording import measured_words
from layers.translation import Translation


def event_line(event: Event, text: Translation) -> str:
    """Return what one statement says and where that can be looked up, in one line."""
    said = [str(event.date), text(f"basis.{event.basis.value}")]
    said += [text(f"status.{event.status.value}")] if event.status else []
    said += [measured_words(event, text)] if event.measured else []
    said += [text("record.withdraws", id=event.withdraws)] if event.withdraws else []
    said += [text("record.corrects", id=event.corrects)] if event.corrects else []
    source = [event.source.title, event.source.publisher, event.source.url]
    source.append(attachment_words(event.attachments, text))
    return " · ".join([*said, event.summary.get(text.language), *(part for part in source if part)])


def history_lines(plan: Plan, task_id: str, text: Translation) -> Iterator[str]:
    """Yield a line for each statement about a task and each amendment of it, in the order they were recorded.

    Each has its id and who recorded it; a statement that no longer counts is marked. Below it stands a line for each
    file that goes with it.
    """
    events = plan.events_by_task.get(task_id, ())
    counting = {event.id for event in standing(events)}
    for entry in recorded(events, plan.amendments_by_task.get(task_id, ())):
        by = text("record.by", by=entry.recorded_by, at=entry.recorded_at)
        mark = ""
        if isinstance(entry, Event) and entry.id not in counting and not entry.withdraws:
            mark = text("record.taken-back")
        yield f"{entry.id}{mark}  {entry_line(plan, entry, text)} · {by}"
        if isinstance(entry, Event):
            for one in entry.attachments:
                yield f"  {one.id}  {one.name} · {size_words(one.size)}"


def entry_line(plan: Plan, entry: Event | Amendment, text: Translation) -> str:
    """Return what a statement says or an amendment sets, in one line."""
    return event_line(entry, text) if isinstance(entry, Event) else amendment_line(plan, entry, text)


def status_change(before: TaskState, after: TaskState, text: Translation) -> str:
    """Return how a status has changed, or that it has not."""
    words = [text(f"status.{state.status.value}") if state.status else text("status.none") for state in (before, after)]
    if before.status is after.status:
        return text("record.same-status", status=words[1])
    return text("record.new-status", before=words[0], after=words[1])


def since_title(since: date | None, until: date, text: Translation) -> str:
    """Return the two days between which changes are shown, as a title; empty without the earlier one."""
    return text("since.title", since=since, until=until) if since else ""


def since_line(found: tuple[Change, ...], text: Translation) -> str:
    """Return in one line how many tasks changed, and in what ways."""
    if not found:
        return text("since.none")
    counts = by_mark(found).items()
    ways = [text("since.counted", count=count, mark=text(f"mark.{mark.value}")) for mark, count in counts]
    return text("since.line", count=len(found), ways=" · ".join(ways))


def mark_words(change: Change, text: Translation) -> str:
    """Return what a change is marked as and how the status went, in one line."""
    status = change.after.status
    same = text(f"status.{status.value}" if status else "status.none")
    went = same if change.before.status is status else status_change(change.before, change.after, text)
    return f"{text(f'mark.{change.mark.value}')} · {went}"


def last_told(change: Change) -> Event | Amendment | None:
    """Return the last statement that became known, without one the last amendment; None without either."""
    return change.new[-1] if change.new else change.amendments[-1] if change.amendments else None


def told_words(change: Change, text: Translation) -> str:
    """Return the day and the publisher of the last that became known or was set, and who recorded it; may be empty."""
    told = last_told(change)
    if told is None:
        return ""
    day = str(told.date if isinstance(told, Event) else told.recorded_at.day)
    where = (told.source.publisher or told.source.title) if told.source is not None else ""
    parts = (day, where, told.recorded_by)
    return text("sheet.comma").join(part for part in parts if part)


def change_words(plan: Plan, change: Change, text: Translation) -> str:
    """Return in one line what a change is marked as, how the status went, on what evidence, what was set, by whom."""
    said = [
        " · ".join(part for part in (str(event.date), event.source.title, event.recorded_by) if part)
        for event in change.new
    ]
    said += [
        " · ".join((str(amendment.recorded_at.day), amendment_line(plan, amendment, text), amendment.recorded_by))
        for amendment in change.amendments
    ]
    return (
        "; ".join([mark_words(change, text), *said])
        if text.language == "en"
        else "；".join([mark_words(change, text), *said])
    )


def change_lines(
    plan: Plan,
    found: tuple[Change, ...],
    since: date,
    until: date,
    text: Translation,
    *,
    known: Known = Known.PUBLISHED,
) -> Iterator[str]:
    """Yield what changed between two days: how many tasks went where, then each of them with what became known.

    The second line says by which day of a statement that is: that on which it was published, or recorded.
    """
    counts = by_direction(found)
    proven = sum(change.proven for change in found)
    yield text(
        "record.changes",
        since=since,
        until=until,
        forward=counts[Direction.FORWARD],
        back=counts[Direction.BACK],
        first=counts[Direction.FIRST],
        proven=proven,
        statements=sum(len(change.new) for change in found),
        # A place may have several tasks.
        amendments=len({amendment.id for change in found for amendment in change.amendments}),
    )
    yield text("record.by-published" if known is Known.PUBLISHED else "record.by-recorded")
    for way in (Direction.BACK, Direction.FORWARD, Direction.FIRST, Direction.NONE):
        for change in found:
            if change.direction is way:
                yield from _change(plan, change, text)


def _change(plan: Plan, change: Change, text: Translation) -> Iterator[str]:
    way = text("record.proven") if change.proven else text(f"direction.{change.direction.value}")
    title = change.task.title.get(text.language)
    yield f"{way}  {change.task.id}  {title}: {status_change(change.before, change.after, text)}"
    for told in change.told:
        yield f"    {entry_line(plan, told, text)} · {text('record.by', by=told.recorded_by, at=told.recorded_at)}"
