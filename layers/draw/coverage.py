"""Notes about what a map cannot show."""

from __future__ import annotations

from collections.abc import Sequence

from geo.tiles.names import has_ideograph
from layers.draw.canvas import SiteSymbols
from layers.draw.content import Content
from layers.draw.drawing import Box
from layers.plan.plan import Plan, Task
from layers.selection.unplaced import Placing, placing
from layers.translation import Translation


def coverage_notes(
    plan: Plan, tasks: Sequence[Task], shown: Content, site_symbols: SiteSymbols, text: Translation
) -> list[str]:
    """Return notes about what the map of `tasks` does not show, so that nobody takes it for complete."""
    here = {task.id for site in shown.numbered for task in plan.tasks_by_site.get(site.site.id, ())}
    outside = [task for task in tasks if task.id not in here]
    hows = [placing(plan, task) for task in outside]
    notes = [
        text(
            "sheet.coverage",
            tasks=len(tasks),
            here=len(tasks) - len(outside),
            elsewhere=hows.count(Placing.PLACED),
            district=hows.count(Placing.DISTRICT),
            partners=hows.count(Placing.PARTNERS),
            unplaced=hows.count(Placing.UNPLACED),
        )
    ]
    if site_symbols.unnamed:
        notes.append(text("sheet.unnamed", count=site_symbols.unnamed))
    if site_symbols.unnumbered:
        notes.append(text("sheet.unnumbered", count=site_symbols.unnumbered))
    if site_symbols.unmarked:
        notes.append(text("sheet.unmarked", count=site_symbols.unmarked))
    if site_symbols.own_unnamed:
        notes.append(text("sheet.own-unnamed", count=site_symbols.own_unnamed))
    if text.language == "en" and any(map(_is_chinese_ground, site_symbols.boxes)):
        notes.append(text("sheet.names-in-chinese"))
    return notes


def _is_chinese_ground(named: tuple[str, Box]) -> bool:
    """Whether a box of the map is that of a name of the ground in Chinese characters."""
    return named[0].startswith(("way ", "spot ")) and has_ideograph(named[0])
