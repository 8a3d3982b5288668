"""The counts of a plan in words, which `planmap check` prints."""

from __future__ import annotations

from collections import Counter
from datetime import date

from layers.plan.plan import Plan
from layers.plan.terms import Precision
from layers.selection.status import count, task_states
from layers.selection.unplaced import Placing, placing
from layers.translation import Translation


def summary(name: str, plan: Plan, text: Translation, *, today: date | None = None) -> list[str]:
    """Return lines with the counts of tasks, sites, layers and events in `plan`, as of `today`."""
    states = task_states(plan, today or date.today())
    counts = count(states[task_id] for task_id in plan.current_tasks)
    placed = Counter(placing(plan, task) for task in plan.current_tasks.values())
    precision = Counter(site.precision for site in plan.sites.values())
    parts = len(plan.sites) - len(plan.places)
    evidence = plan.events.evidence_count
    return [
        text("check.good", plan=name),
        text("check.tasks", count=counts.tasks),
        *(f"  {text(f'status.{status.value}')} {number}" for status, number in counts.by_status.items()),
        text("check.evidence", **{"with": counts.with_evidence, "without": counts.without_evidence}),
        text("check.placing", summary=_list((text(f"placing.{how.value}"), placed[how]) for how in Placing)),
        text("check.sites", count=len(plan.places)) + (text("check.parts", count=parts) if parts else ""),
        *(f"  {text(f'precision.{level.value}')} {precision[level]}" for level in Precision),
        text("check.layers", count=len(plan.catalogue.layers), groups=len(plan.catalogue.groups)),
        text("check.events", count=len(plan.events), evidence=evidence),
    ]


def _list(pairs: object) -> str:
    return ", ".join(f"{name} {number}" for name, number in pairs)  # type: ignore[attr-defined]
