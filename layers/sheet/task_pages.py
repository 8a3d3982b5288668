"""Tasks as a table over the whole width of pages: target, result, status and the newest statement of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from layers import style
from layers.draw import symbols, typeface
from layers.draw.drawing import Box, Drawing, line, rectangle
from layers.draw.furniture import paragraph
from layers.draw.label import draw_number
from layers.draw.paper import Paper
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.plan import Plan, Task
from layers.selection.attachments import attachment_words
from layers.selection.due import status_due_words
from layers.selection.event_words import change_words
from layers.selection.select import Selection
from layers.selection.statements import Statements, day_words, result_words, share, statements
from layers.selection.wording import target_words
from layers.sheet.layout import margin_of, size_factor, title_box
from layers.sheet.title import Title
from layers.translation import Translation

WIDTHS = (0.37, 0.11, 0.15, 0.14, 0.23)
"""Shares of the width for task, target, result, status and newest statement."""

NARROW = 150.0
"""Width in millimetres below which all but the task stand in one column."""

NARROW_WIDTHS = (0.5, 0.5)

SIZES = (1.45, 1.3, 1.15, 1.0)
"""Factors by which the table's type is larger than it must be; the first that keeps it on one page is taken."""

_LEADING = 1.36


@dataclass(frozen=True, slots=True)
class TaskGroup:
    """Tasks below one heading."""

    title: str
    tasks: Sequence[Task]
    number: int | None = None
    """Number of the site that the heading names."""
    aside: str = ""
    """What the heading says in smaller type, such as how exact a position is."""
    context: frozenset[str] = frozenset()
    """Ids of the tasks that are linked to the site by context only."""


@dataclass(frozen=True, slots=True)
class _Row:
    height: float
    """Millimetres."""
    draw: Callable[[Drawing, float, float], None]
    """Draws the row; takes the drawing and the row's left edge and top in millimetres."""
    heads: bool = False
    """Whether it is a heading, which is never the last of a page."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a cell."""

    text: str
    colour: str = style.INK
    bar: float | None = None
    """In place of text a bar: the share of the target that has been reached."""


class TaskPages:
    """Pages of tasks of one sheet; each has its title, and at the foot `note`."""

    def __init__(
        self,
        plan: Plan,
        selection: Selection,
        paper: Paper,
        title: Title,
        text: Translation,
        *,
        note: str,
        larger: float = 1.0,
    ) -> None:
        self.plan = plan
        self.selection = selection
        self.paper = paper
        self.title = title
        self.text = text
        self.note = note
        self.size = size_factor(paper)
        self.margin = margin_of(paper)
        self.width = paper.width - 2 * self.margin
        self.larger = larger
        """Factor by which the type of the table is larger than it must be, where few tasks leave room."""
        self.points = typeface.readable(6.9 * self.size) * larger
        self.small = typeface.readable(6.2 * self.size)
        self.step = self.points * MM_PER_POINT * _LEADING
        self.narrow = self.width < NARROW
        self.columns = [part * self.width for part in (NARROW_WIDTHS if self.narrow else WIDTHS)]
        """Widths in millimetres; 0 for a column that no task has anything for."""

    def page(self) -> Drawing:
        """Return an empty page with its title and foot."""
        drawing = Drawing(self.paper.width, self.paper.height)
        self.title.draw(drawing, self.paper)
        box = Box(self.margin, self.margin, self.margin + self.width, self.margin + self._foot)
        paragraph(drawing, self.note, box, self.small)
        return drawing

    @property
    def _foot(self) -> float:
        lines = len(typeface.wrap(self.note, self.width, self.small))
        return lines * self.small * MM_PER_POINT * 1.38

    @property
    def top(self) -> float:
        """Upper edge in millimetres of what is below a page's title."""
        return title_box(self.paper).bottom - 3.0 * self.size

    @property
    def bottom(self) -> float:
        """Lower edge in millimetres of what is above a page's foot."""
        return self.margin + self._foot + 2.5 * self.size

    def draw(self, groups: Sequence[TaskGroup], *, first: Drawing, top: float) -> list[Drawing]:
        """Draw the table on `first` from `top` millimetres down, and go on on further pages; return all pages."""
        self._choose_columns([task for group in groups for task in group.tasks])
        rows = [row for group in groups for row in self._group_rows(group)]
        pages, y = [first], top
        if rows and top - self._head_height - rows[0].height - self.step * 4 < self.bottom:
            pages.append(self.page())
            y = self.top
        y = self._draw_head(pages[-1], y)
        for index, row in enumerate(rows):
            needed = row.height + (rows[index + 1].height if row.heads and index + 1 < len(rows) else 0.0)
            if y - needed < self.bottom and y < self.top - self._head_height - 0.1:
                pages.append(self.page())
                y = self._draw_head(pages[-1], self.top)
            row.draw(pages[-1], self.margin, y)
            y -= row.height
        return pages

    def _choose_columns(self, tasks: Sequence[Task]) -> None:
        """Leave out the columns for target and result if no task has any."""
        if self.narrow:
            return
        said = [(task, statements(task, self.selection.states[task.id], self.plan.info.year)) for task in tasks]
        target = any(target_words(task, self.text) for task, _ in said)
        result = any(result_words(found, self.text) for _, found in said)
        kept = [True, target, result, True, True]
        shares = [part if keep else 0.0 for part, keep in zip(WIDTHS, kept, strict=True)]
        self.columns = [part / sum(shares) * self.width for part in shares]

    @property
    def _head_height(self) -> float:
        return self.small * MM_PER_POINT * 1.8

    def _draw_head(self, drawing: Drawing, top: float) -> float:
        """Write the titles of the columns; return the y of their lower edge in millimetres."""
        text = self.text
        others = [text("column.target"), text("column.result"), text("column.status"), text("column.latest")]
        titles = [text("column.title"), " · ".join(others)] if self.narrow else [text("column.title"), *others]
        left = self.margin
        for words, width in zip(titles, self.columns, strict=True):
            if not width:
                continue
            shown = typeface.shorten(words, width - 1.0, self.small)
            drawing.write(shown, left, top - self.small * MM_PER_POINT * 1.2, self.small, colour=style.MUTED)
            left += width
        edge = top - self._head_height
        drawing.add(
            line([(self.margin, edge), (self.margin + self.width, edge)], stroke=style.INK, line_width=0.25 * self.size)
        )
        return edge

    def _group_rows(self, group: TaskGroup) -> list[_Row]:
        points = typeface.readable(7.6 * self.size) * self.larger
        tall = points * MM_PER_POINT * 1.75
        indent = 0.0

        def draw(drawing: Drawing, left: float, top: float) -> None:
            middle = top - tall / 2 - 0.2 * self.size
            baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
            start = left + indent
            if group.number is not None:
                start += draw_number(drawing, str(group.number), left, middle, points) + 1.2 * self.size
            room = left + self.width - start
            title = typeface.shorten(group.title, room, points, Weight.BOLD)
            used = drawing.write(title, start, baseline, points, weight=Weight.BOLD, colour=style.INK)
            aside = typeface.width(group.aside, self.small)
            if group.aside and used + aside + 3.0 * self.size < room:
                drawing.write(group.aside, start + used + 2.0 * self.size, baseline, self.small, colour=style.MUTED)

        heading = [_Row(tall, draw, heads=True)] if group.title else []
        return [*heading, *(self._task_row(task, context=task.id in group.context) for task in group.tasks)]

    def _task_row(self, task: Task, *, context: bool) -> _Row:
        state = self.selection.states[task.id]
        said = statements(task, state, self.plan.info.year)
        badge = 4.6 * self.size * self.larger
        title = task.title.get(self.text.language) + (self.text("sheet.context") if context else "")
        gap = 2.5 * self.size
        cells = [[_Line(words) for words in typeface.wrap(title, self.columns[0] - badge - gap, self.points)]]
        others = [
            [(target_words(task, self.text), style.INK)],
            [(result_words(said, self.text), style.INK)],
            [(status_due_words(task, state, self.selection.watch, self.text), style.INK)],
            [(self._newest(said), style.MUTED), *self._went(task)],
        ]
        bar = share(task, said)
        if self.narrow:
            labelled = [
                (self.text("statement.target", value=others[0][0][0]) if others[0][0][0] else "", style.INK),
                (self.text("statement.result", value=others[1][0][0]) if others[1][0][0] else "", style.INK),
                others[2][0],
                *others[3],
            ]
            cells.append(self._cell(labelled, self.columns[1], bar, after=1))
        else:
            for index, (words, width) in enumerate(zip(others, self.columns[1:], strict=True)):
                cells.append(self._cell(words, width - gap, bar if index == 1 else None, after=0))
        height = max(len(cell) for cell in cells) * self.step + 1.4 * self.size

        def draw(drawing: Drawing, left: float, top: float) -> None:
            drawing.add(line([(left, top), (left + self.width, top)], stroke=style.RULE, line_width=0.12 * self.size))
            x = left
            for index, (cell, width) in enumerate(zip(cells, self.columns, strict=True)):
                start = x + (badge if index == 0 else 0.0)
                for number, found in enumerate(cell):
                    middle = top - 0.7 * self.size - (number + 0.5) * self.step
                    if found.bar is not None:
                        self._draw_bar(drawing, start, middle, min(width - gap, 26.0 * self.size), found.bar)
                        continue
                    baseline = middle - typeface.IDEOGRAPH_MIDDLE * self.points * MM_PER_POINT
                    drawing.write(found.text, start, baseline, self.points, colour=found.colour)
                x += width
            if state.status is not None:
                middle = top - 0.7 * self.size - 0.5 * self.step
                drawing.add(
                    symbols.badge_at(
                        state.status,
                        backed=state.backed,
                        x=left + 2.0 * self.size * self.larger,
                        y=middle,
                        size=3.3 * self.size * self.larger,
                    )
                )

        return _Row(height, draw)

    def _went(self, task: Task) -> list[tuple[str, str]]:
        """Return what changed, where the sheet is one of changes."""
        change = self.selection.changed.get(task.id)
        return [(change_words(self.plan, change, self.text), style.INK)] if change else []

    def _newest(self, said: Statements) -> str:
        day = day_words(said, self.text)
        if said.shown is None:
            return day
        files = attachment_words(said.shown.attachments, self.text)
        return f"{day} · {said.shown.source.publisher}" + (f" · {files}" if files else "")

    def _cell(self, words: Sequence[tuple[str, str]], width: float, bar: float | None, *, after: int) -> list[_Line]:
        """Return the lines of a cell, with the bar below the words number `after`."""
        found: list[_Line] = []
        for index, (said, colour) in enumerate(words):
            found += [_Line(part, colour) for part in typeface.wrap(said, width, self.points)]
            if bar is not None and index == after:
                found.append(_Line("", bar=bar))
        return found

    def _draw_bar(self, drawing: Drawing, left: float, middle: float, width: float, part: float) -> None:
        """Draw a bar of `width` millimetres, of which the share of the target that has been reached is filled."""
        tall = 1.3 * self.size
        box = Box(left, middle - tall / 2, left + width, middle + tall / 2)
        drawing.add(rectangle(box, fill=style.RULE))
        drawing.add(rectangle(box._replace(right=left + width * max(0.0, min(1.0, part))), fill=style.ACCENT))
