"""The last pages of an atlas: the tasks that are on none of its sheets, and the gaps.

The gaps are the tasks without evidence and the sites without a position.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from layers import style
from layers.draw import symbols, typeface
from layers.draw.drawing import Box, Drawing, line
from layers.draw.furniture import paragraph
from layers.draw.paper import Paper
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.plan import Plan, Task
from layers.selection.due import status_due_words
from layers.selection.select import Selection
from layers.selection.statements import aim_words, day_words, statements
from layers.selection.status import TaskState
from layers.selection.unplaced import Placing, placing, sites_without_position
from layers.sheet.layout import size_factor
from layers.translation import Translation

COLUMN_MM = 72.0
"""Least width of a column in millimetres."""

BESIDE = 0.5
"""Least share of a column's width that a title keeps beside what is said of it; with less, that goes below."""

_Draw = Callable[[Drawing, float, float, float], None]
"""Draws a row; takes the drawing and the row's left edge, right edge and top in millimetres."""

_Row = tuple[float, _Draw]
"""A row's height in millimetres, and what draws it."""


@dataclass(slots=True)
class GapPage:
    """One of the last pages."""

    drawing: Drawing
    margin: float
    """Millimetres."""
    size: float
    """Factor by which type is larger than on A3."""

    def number(self, page: str) -> None:
        """Write the page's number, which is known only when all pages are made."""
        top = self.drawing.height - self.margin
        x = self.drawing.width - self.margin
        points = typeface.readable(7.0 * self.size)
        self.drawing.write(page, x, top - 13.4 * self.size, points, colour=style.MUTED, align="right")


def compose_gaps(plan: Plan, selection: Selection, paper: Paper, text: Translation) -> list[GapPage]:
    """Return the pages with the gaps; none if there are no gaps."""
    k = size_factor(paper)
    unproven = [task for task in selection.tasks if not selection.states[task.id].has_evidence]
    unplaced = [site for site in sites_without_position(plan) if site.id not in selection.filtered_out]
    if not unproven and not unplaced:
        return []
    sections = {section.id: section.title.get(text.language) for section in plan.info.sections}
    width = _columns(paper)[1]
    rows: list[_Row] = []
    if unproven:
        rows.append(_heading(text("sheet.gap-tasks", count=len(unproven), of=len(selection.tasks)), k))
        last = ""
        for task in unproven:
            if task.section != last:
                rows.append(_subheading(sections.get(task.section, task.section), k))
                last = task.section
            state = selection.states[task.id]
            rows.append(_line(task.title.get(text.language), width, k, state=state))
    if unplaced:
        rows.append(_heading(text("sheet.gap-sites", count=len(unplaced)), k))
        rows += [_line(site.name.get(text.language), width, k) for site in unplaced]
    return _set(rows, plan, paper, text, (text("sheet.gaps"), text("sheet.gaps-note")))


def compose_elsewhere(
    plan: Plan, selection: Selection, tasks: Sequence[Task], paper: Paper, text: Translation
) -> list[GapPage]:
    """Return the pages with `tasks`, which no sheet names, by the reason for that; none without tasks."""
    k = size_factor(paper)
    width = _columns(paper)[1]
    rows: list[_Row] = []
    for how in Placing:
        found = [task for task in tasks if placing(plan, task) is how]
        if not found:
            continue
        rows.append(_heading(f"{text(f'placing.{how.value}')} {len(found)}", k))
        for task in found:
            state = selection.states[task.id]
            said = statements(task, state, plan.info.year)
            status = status_due_words(task, state, selection.watch, text)
            parts = (aim_words(task, said, text), status, day_words(said, text))
            words = " · ".join(part for part in parts if part)
            rows.append(_line(task.title.get(text.language), width, k, state=state, aside=words))
    if not rows:
        return []
    return _set(rows, plan, paper, text, (text("sheet.off-map"), text("sheet.off-map-note")))


def _columns(paper: Paper) -> tuple[int, float, float, float]:
    """Return the number of columns, and in millimetres their width, the gap between them and the margin."""
    k = size_factor(paper)
    margin, gap = 12.0 * k, 8.0 * k
    inner = paper.width - 2 * margin
    count = max(1, min(2 if paper.portrait else 3, int(inner / COLUMN_MM)))
    return count, (paper.width - 2 * margin - (count - 1) * gap) / count, gap, margin


def _heading(words: str, k: float) -> _Row:
    def draw(drawing: Drawing, left: float, right: float, top: float) -> None:
        points = typeface.readable(10.0 * k)
        shown = typeface.shorten(words, right - left, points, Weight.BOLD)
        drawing.write(shown, left, top - 5.4 * k, points, weight=Weight.BOLD, colour=style.INK)
        drawing.add(line([(left, top - 7.4 * k), (right, top - 7.4 * k)], stroke=style.INK, line_width=0.25 * k))

    return 8.4 * k, draw


def _subheading(words: str, k: float) -> _Row:
    def draw(drawing: Drawing, left: float, right: float, top: float) -> None:
        points = typeface.readable(7.0 * k)
        drawing.write(typeface.shorten(words, right - left, points), left, top - 4.2 * k, points, colour=style.MUTED)

    return 5.4 * k, draw


def _line(words: str, width: float, k: float, *, state: TaskState | None = None, aside: str = "") -> _Row:
    points = typeface.readable(7.6 * k)
    step = points * MM_PER_POINT * 1.4
    indent = 6.0 * k if state is not None else 0.0
    aside_points = typeface.readable(6.2 * k)
    room = width - indent - (typeface.width(aside, aside_points) + 2.0 * k if aside else 0.0)
    # Beside a long aside a title would have a few characters a line.
    below = typeface.wrap(aside, width - indent, aside_points) if room < width * BESIDE else []
    lines = typeface.wrap(words, width - indent if below else room, points)
    height = step * (len(lines) + len(below)) + 0.9 * k

    def draw(drawing: Drawing, left: float, right: float, top: float) -> None:
        for index, part in enumerate(lines):
            middle = top - (index + 0.5) * step
            baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
            drawing.write(part, left + indent, baseline, points, colour=style.INK)
            if index == 0 and state is not None and state.status is not None:
                drawing.add(
                    symbols.badge_at(state.status, backed=state.backed, x=left + 2.2 * k, y=middle, size=3.6 * k)
                )
            if index == 0 and aside and not below:
                drawing.write(aside, right, baseline, aside_points, colour=style.MUTED, align="right")
        for index, part in enumerate(below, start=len(lines)):
            baseline = top - (index + 0.5) * step - typeface.IDEOGRAPH_MIDDLE * aside_points * MM_PER_POINT
            drawing.write(part, left + indent, baseline, aside_points, colour=style.MUTED)
        drawing.add(line([(left, top - height), (right, top - height)], stroke=style.RULE, line_width=0.1 * k))

    return height, draw


def _set(rows: Sequence[_Row], plan: Plan, paper: Paper, text: Translation, head: tuple[str, str]) -> list[GapPage]:
    """Fill columns and pages with `rows`; each page has the title and the note in `head`."""
    k = size_factor(paper)
    columns, width, gap, margin = _columns(paper)
    high, low = _head_edge(paper, head[1]) - 8.0 * k, margin + 6.0 * k
    slots = _slots(rows, high, low, columns)
    if slots[-1][0] == 0:
        # On a single page make the columns about equally high.
        while _slots(rows, high, low + 2.0, columns)[-1][0] == 0 and low + 2.0 < high - 20.0 * k:
            low += 2.0
        slots = _slots(rows, high, low, columns)
    pages = [_page(plan, paper, text, head) for _ in range(slots[-1][0] + 1)]
    for (page, column, y), (_, draw) in zip(slots, rows, strict=True):
        left = margin + column * (width + gap)
        draw(pages[page].drawing, left, left + width, y)
    return pages


def _slots(rows: Sequence[_Row], high: float, low: float, columns: int) -> list[tuple[int, int, float]]:
    """Return page, column and top of each row."""
    slots: list[tuple[int, int, float]] = []
    page = column = 0
    y = high
    for index, (height, _) in enumerate(rows):
        # Each row needs room for the next one too, so that no heading is left alone at the foot of a column.
        needed = height + (rows[index + 1][0] if index + 1 < len(rows) else 0.0)
        if y - needed < low and y < high:
            column, y = column + 1, high
            if column >= columns:
                page, column = page + 1, 0
        slots.append((page, column, y))
        y -= height
    return slots


def _head_edge(paper: Paper, note: str) -> float:
    """Return the y in millimetres of the line below title and note."""
    k, margin = size_factor(paper), _columns(paper)[3]
    points = typeface.readable(8.0 * k)
    lines = typeface.wrap(note, paper.width - 2 * margin - _ASIDE * k, points)
    return paper.height - margin - max(20.0 * k, 11.5 * k + len(lines) * points * MM_PER_POINT * 1.38)


_ASIDE = 30.0
"""Room in millimetres on A3 for the page's number beside the note."""


def _page(plan: Plan, paper: Paper, text: Translation, head: tuple[str, str]) -> GapPage:
    drawing = Drawing(paper.width, paper.height)
    k, margin = size_factor(paper), _columns(paper)[3]
    top = paper.height - margin
    points = 21.0 * k
    while points > 9.0 * k and typeface.width(head[0], points, Weight.BOLD) > paper.width - 2 * margin:
        points -= 0.5 * k
    drawing.write(head[0], margin, top - 7.0 * k, typeface.readable(points), weight=Weight.BOLD, colour=style.INK)
    box = Box(margin, margin, paper.width - margin - _ASIDE * k, top - 10.0 * k)
    paragraph(drawing, head[1], box, typeface.readable(8.0 * k))
    edge = _head_edge(paper, head[1])
    drawing.add(line([(margin, edge), (paper.width - margin, edge)], stroke=style.INK, line_width=0.35 * k))
    note = f"{plan.info.title.get(text.language)} · {plan.info.disclaimer.get(text.language)}"
    small = typeface.readable(6.4 * k)
    drawing.write(typeface.shorten(note, paper.width - 2 * margin, small), margin, margin, small, colour=style.MUTED)
    return GapPage(drawing, margin, k)
