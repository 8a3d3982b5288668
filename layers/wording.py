"""Parts of a plan in words, the same on every page, sheet and slide."""

from __future__ import annotations

from layers.model import Event, Plan, Task
from layers.status import TaskState
from layers.translation import Translation


def section_words(plan: Plan, task: Task, language: str) -> str:
    """Return the number and title of a task's section, or the title alone of one that has no number."""
    title = next(section.title.get(language) for section in plan.info.sections if section.id == task.section)
    return f"{task.section} {title}" if task.section[0].isdigit() else title


def target_words(task: Task) -> str:
    """Return a task's target as people write it, such as `> 1000 亿元`; empty without one."""
    if task.target is None:
        return ""
    sign = {"=": "", ">=": "≥ ", "<=": "≤ "}.get(task.target.comparator, f"{task.target.comparator} ")
    unit = task.target.unit if task.target.unit == "%" else f" {task.target.unit}"
    return f"{sign}{number_words(task.target.value)}{unit}"


def measured_words(event: Event) -> str:
    """Return the figure that an event gives, with its unit; empty without one."""
    if event.measured is None:
        return ""
    value, unit = event.measured
    return f"{number_words(value)}{unit}" if unit == "%" else f"{number_words(value)} {unit}"


def number_words(value: float) -> str:
    """Return a figure with all its digits and no exponent: 1234567, 4.5."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def status_words(state: TaskState, text: Translation) -> tuple[str, str]:
    """Return the word of a task's status, and the day of its latest evidence or that there is none.

    Evidence that does not settle the status does not make it proven; then the status is the report's.
    """
    status = text(f"status.{state.status.value}") if state.status else text("status.none")
    if not state.has_evidence:
        return status, text("evidence.without")
    stated = "" if state.backed else text("sheet.only-stated")
    return f"{status}{stated}", str(state.evidence[0].date)
