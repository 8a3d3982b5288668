"""The table of a sheet: the numbered sites with their tasks, as detailed as the room allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from layers import style
from layers.draw import symbols, typeface
from layers.draw.content import ShownSite
from layers.draw.drawing import Box, Drawing, line
from layers.draw.label import draw_number, pill_size
from layers.draw.legend import HEADING_MM, heading
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.plan import Plan, Task
from layers.plan.terms import Status
from layers.selection.due import status_due_words
from layers.selection.event_words import change_words
from layers.selection.select import Selection
from layers.selection.statements import Statements, aim_words, day_words, statements
from layers.selection.status import ATTENTION
from layers.selection.vicinity import Vicinity, far_words
from layers.translation import Translation

_ROW = 1.5
"""Height of a row as a share of its type size."""

SMALL = 6.0
"""Type size in points, on A3, of the columns for status and evidence."""

LEAST_TITLE = 0.45
"""Least share of the width that a task's title keeps beside its status; with less, the status goes below it."""


class Detail(IntEnum):
    """How much a table says."""

    TASKS = 0
    """Each task has a row."""
    CHOSEN = 1
    """Tasks of the selected places have rows, those of the others are counted."""
    COUNTS = 2
    """Tasks are counted."""


FORMS = (
    (Detail.TASKS, 1.12),
    (Detail.TASKS, 1.0),
    (Detail.TASKS, 0.92),
    (Detail.CHOSEN, 1.0),
    (Detail.CHOSEN, 0.92),
    (Detail.COUNTS, 1.0),
    (Detail.COUNTS, 0.86),
)
"""Forms of the table, the most detailed first, and the factor for the type size."""

NO_FORM = len(FORMS)
"""What stands for the form of a table that has no room at all."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table."""

    height: float
    """Millimetres."""
    draw: Callable[[Drawing, float, float], None]
    """Draws the row; takes the drawing and the row's left edge and top in millimetres."""
    sites: int = 0
    """How many sites it is the row of: 1 or 0."""
    tasks: tuple[str, ...] = ()
    """Ids of the tasks that it names."""


class Table:
    """The table of one sheet at one width in millimetres; `size` is the sheet's factor for type."""

    def __init__(
        self,
        plan: Plan,
        selection: Selection,
        sites: Sequence[ShownSite],
        text: Translation,
        *,
        width: float,
        size: float,
        near: Vicinity | None = None,
    ) -> None:
        """Of surroundings, `near`, there are only the sites inside, the nearest first, with their distances."""
        self.plan = plan
        self.selection = selection
        self.near = near
        inside = near.by_site if near else {}
        order = {site_id: number for number, site_id in enumerate(inside)}
        if near:
            sites = sorted((one for one in sites if one.site.id in inside), key=lambda one: order[one.site.id])
        self.sites = sites
        self.text = text
        self.width = width
        self.size = size
        self._rows: dict[tuple[Detail, float], list[_Row]] = {}
        self._lit = any(shown.lit for shown in sites)
        self.changed = selection.changed
        self.passing = {task.id for task in selection.tasks}
        here = {task.id for shown in sites for task in plan.tasks_by_site.get(shown.site.id, ())}
        self.off_map = (
            [task for task in selection.tasks if task.id not in here]
            if len(selection.tasks) < len(plan.current_tasks) and not near
            # Of all tasks, those that the title counts as changed.
            else [change.task for change in selection.changes if change.task.id not in here and not near]
        )
        listed = [task for task in selection.tasks if task.id in here] + self.off_map
        self.states = tuple(selection.states[task.id] for task in listed)
        """How the tasks stand that have a badge in the table."""
        words = [self._words(task) for task in listed]
        # Widths of the two columns at a type size of one point, measured once for all rows.
        self._widest = [max((typeface.width(pair[n], 1.0) for pair in words), default=0.0) for n in (0, 1)]

    def _linked(self, shown: ShownSite) -> list[Task]:
        """Return the tasks of a site that pass the filters."""
        return [task for task in self.plan.tasks_by_site.get(shown.site.id, ()) if task.id in self.passing]

    def linked(self) -> list[tuple[ShownSite, list[Task]]]:
        """Return the sites of the sheet with their tasks."""
        return [(shown, self._linked(shown)) for shown in self.sites]

    def _statements(self, task: Task) -> Statements:
        return statements(task, self.selection.states[task.id], self.plan.info.year)

    def _words(self, task: Task) -> tuple[str, str]:
        """Return the word for a task's status, and the day of the statement that is shown."""
        state = self.selection.states[task.id]
        status = status_due_words(task, state, self.selection.watch, self.text)
        return status, day_words(self._statements(task), self.text)

    def rows(self, *, detail: Detail, size: float) -> list[_Row]:
        """Return the rows with as much `detail`."""
        # Kept, because the table is measured before it is drawn.
        if (detail, size) not in self._rows:
            self._rows[detail, size] = self._made_rows(detail, size)
        return self._rows[detail, size]

    def _made_rows(self, detail: Detail, size: float) -> list[_Row]:
        found = []
        for shown in self.sites:
            linked = self._linked(shown)
            tasks = detail is Detail.TASKS or (detail is Detail.CHOSEN and shown.lit)
            found.append(self._site_row(shown, linked, size, counts=not tasks))
            if tasks:
                context = {task.id for task in linked if not self.plan.names_place(task, shown.site.id)}
                found += [self._task_row(task, size, context=task.id in context) for task in linked]
        if detail is Detail.TASKS:
            found += self._elsewhere(size)
        return found

    def _elsewhere(self, size: float) -> list[_Row]:
        """Return rows for the tasks without a site on the sheet, so that a theme's sheet has all of its tasks."""
        rest = self.off_map
        if not rest:
            return []
        words = self.text("sheet.elsewhere", count=len(rest))
        points = typeface.readable(6.9 * size)
        tall = points * MM_PER_POINT * _ROW

        def draw(drawing: Drawing, left: float, top: float) -> None:
            drawing.add(line([(left, top), (left + self.width, top)], stroke=style.RULE, line_width=0.12 * size))
            baseline = top - tall / 2 - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
            drawing.write(words, left, baseline, points, weight=Weight.BOLD, colour=style.INK)

        return [_Row(tall, draw), *(self._task_row(task, size) for task in rest)]

    def _site_row(self, shown: ShownSite, tasks: Sequence[Task], size: float, *, counts: bool) -> _Row:
        points = typeface.readable(6.9 * size)
        small = typeface.readable(points * 0.86)
        tall = points * MM_PER_POINT * _ROW
        name = shown.site.name.get(self.text.language)
        states = Counter(
            (state.status, state.backed)
            for state in (self.selection.states[task.id] for task in tasks)
            if state.status is not None
        )
        exactness = self.exactness(shown)

        def draw(drawing: Drawing, left: float, top: float) -> None:
            middle = top - tall / 2
            drawing.add(line([(left, top), (left + self.width, top)], stroke=style.RULE, line_width=0.12 * size))
            draw_number(drawing, str(shown.number), left, middle, 6.6 * size)
            baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
            right = left + self.width
            if counts:
                right = self._draw_counts(drawing, states, right, middle, baseline, size) - 1.2 * size
            start = left + self._indent(size)
            room = right - start
            aside = typeface.width(exactness, small) + 1.5 * size if exactness else 0.0
            shown_name = typeface.shorten(name, room, points, Weight.BOLD)
            used = drawing.write(shown_name, start, baseline, points, weight=Weight.BOLD, colour=style.INK)
            if exactness and used + aside <= room:
                drawing.write(exactness, right, baseline, small, colour=style.MUTED, align="right")

        return _Row(tall, draw, sites=1)

    def _indent(self, size: float) -> float:
        """Return how far from the left edge a name begins, in millimetres: behind the widest number."""
        widest = max((pill_size(str(shown.number), 6.6 * size)[0] for shown in self.sites), default=0.0)
        return max(5.4 * size, widest + 0.9 * size)

    def exactness(self, shown: ShownSite) -> str:
        """Return the words for how exact the position is, or how far from the middle of surroundings."""
        if self.near:
            return far_words(self.near.by_site[shown.site.id], self.near.near, self.text)
        words = self.text(f"precision.{shown.site.precision.value}").partition("（")[0].partition(" (")[0]
        accuracy = shown.site.accuracy_m
        return f"{words} ±{accuracy:.0f} m" if accuracy else words

    def _draw_counts(
        self,
        drawing: Drawing,
        states: Counter[tuple[Status, bool]],
        right: float,
        middle: float,
        baseline: float,
        size: float,
    ) -> float:
        points = typeface.readable(6.9 * size)
        ordered = sorted(states, key=lambda pair: (ATTENTION.index(pair[0]), not pair[1]), reverse=True)
        for status, backed in ordered:
            right -= drawing.write(str(states[status, backed]), right, baseline, points, align="right")
            right -= 2.2 * size
            drawing.add(symbols.badge_at(status, backed=backed, x=right, y=middle, size=3.3 * size))
            right -= 2.4 * size
        return right

    def _task_row(self, task: Task, size: float, *, context: bool = False) -> _Row:
        points, small = typeface.readable(6.3 * size), typeface.readable(SMALL * size)
        state = self.selection.states[task.id]
        left_in = 9.2 * size
        status, evidence = self._words(task)
        aim = aim_words(task, self._statements(task), self.text)
        for_status, for_evidence = self._columns(size)
        title = task.title.get(self.text.language) + (self.text("sheet.context") if context else "")
        room = self.width - left_in - for_status - for_evidence
        below = room < LEAST_TITLE * self.width
        if below:
            # Beside columns for status and day, a title in a narrow table would have a few characters a line.
            aim = " · ".join(part for part in (status, evidence, aim) if part)
            room = self.width - left_in
        lines = typeface.wrap(title, room - 1.0 * size, points)
        used = typeface.width(lines[-1], points) + 1.6 * size
        # Beside the title where there is room: a line of its own would cost other tasks theirs.
        beside = bool(aim) and used + typeface.width(aim, small) <= room
        aims = typeface.wrap(aim, self.width - left_in, small) if aim and not beside else []
        change = self.changed.get(task.id)
        went = typeface.wrap(change_words(self.plan, change, self.text), self.width - left_in, small) if change else []
        tall = points * MM_PER_POINT * 1.34
        low = small * MM_PER_POINT * 1.34
        total = tall * len(lines) + low * (len(aims) + len(went)) + 0.4 * size

        def draw(drawing: Drawing, left: float, top: float) -> None:
            for index, words in enumerate(lines):
                middle = top - (index + 0.5) * tall
                baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
                drawing.write(words, left + left_in, baseline, points, colour=style.INK)
                if beside and index == len(lines) - 1:
                    drawing.write(aim, left + left_in + used, baseline, small, colour=style.MUTED)
                if index:
                    continue
                if state.status is not None:
                    x = left + 7.1 * size
                    drawing.add(symbols.badge_at(state.status, backed=state.backed, x=x, y=middle, size=3.0 * size))
                if below:
                    continue
                right = left + self.width
                drawing.write(status, right - for_evidence - for_status, baseline, small, colour=style.INK)
                drawing.write(evidence, right, baseline, small, colour=style.MUTED, align="right")
            for index, words in enumerate(aims):
                middle = top - len(lines) * tall - (index + 0.5) * low
                baseline = middle - typeface.IDEOGRAPH_MIDDLE * small * MM_PER_POINT
                drawing.write(words, left + left_in, baseline, small, colour=style.MUTED)
            for index, words in enumerate(went):
                middle = top - len(lines) * tall - (len(aims) + index + 0.5) * low
                baseline = middle - typeface.IDEOGRAPH_MIDDLE * small * MM_PER_POINT
                drawing.write(words, left + left_in, baseline, small, colour=style.INK)
                if change and not index:
                    drawing.add(symbols.change_at(change.mark.value, x=left + 7.1 * size, y=middle, size=2.6 * size))

        return _Row(total, draw, tasks=(task.id,))

    def _columns(self, size: float) -> tuple[float, float]:
        """Return the widths in millimetres of the columns for status and evidence, which fit every row."""
        for_status, for_evidence = (width * typeface.readable(SMALL * size) for width in self._widest)
        return for_status + 2.0 * size, for_evidence + 0.5 * size

    def form(self, room: float) -> int:
        """Return the index of the first of `FORMS` that fits a height of `room` millimetres, `NO_FORM` if none."""
        for number, (detail, share) in enumerate(FORMS):
            if detail is Detail.CHOSEN and not self._lit:
                continue
            rows = self.rows(detail=detail, size=share * self.size)
            if HEADING_MM * self.size + sum(row.height for row in rows) <= room:
                return number
        return NO_FORM

    @property
    def wanted(self) -> frozenset[str]:
        """Ids of the tasks that the table would name if it had room for all."""
        return frozenset(task.id for task in [*(task for _, found in self.linked() for task in found), *self.off_map])

    @property
    def chosen(self) -> frozenset[str]:
        """Ids of the tasks that a sheet names before all others: those of the selected places, or all."""
        if not self._lit:
            return self.wanted
        return frozenset(task.id for shown, found in self.linked() if shown.lit for task in found)

    @property
    def least_height(self) -> float:
        """Height in millimetres of the heading and the line that says where the table is."""
        small = typeface.readable(5.8 * self.size)
        lines = len(typeface.wrap(self.text("sheet.table-next"), self.width, small))
        return HEADING_MM * self.size + lines * small * MM_PER_POINT * 1.38

    def draw(self, drawing: Drawing, box: Box) -> frozenset[str]:
        """Draw the most detailed form that fits `box`; return the ids of the tasks that it names.

        If none fits, only a line says that the table is on the next page.
        """
        form = self.form(box.height)
        heading(drawing, self.text("sheet.table"), box.left, box.top, size=self.size)
        top = box.top - HEADING_MM * self.size
        small = typeface.readable(5.8 * self.size)
        if form == NO_FORM:
            for words in typeface.wrap(self.text("sheet.table-next"), self.width, small):
                top -= small * MM_PER_POINT * 1.38
                drawing.write(words, box.left, top, small, colour=style.MUTED)
            return frozenset()
        detail, share = FORMS[form]
        whole = "sheet.table-columns-near" if self.near else "sheet.table-columns"
        columns = self.text("sheet.table-counts" if detail is Detail.COUNTS else whole)
        title = typeface.width(self.text("sheet.table"), typeface.readable(9.0 * self.size), Weight.BOLD)
        if title + typeface.width(columns, small) + 2.0 <= self.width:
            drawing.write(columns, box.right, box.top - 3.3 * self.size, small, colour=style.MUTED, align="right")
        rows = self.rows(detail=detail, size=share * self.size)
        self._draw_rows(drawing, rows, box.left, top)
        return frozenset(task for row in rows for task in row.tasks)

    def _draw_rows(self, drawing: Drawing, rows: Sequence[_Row], left: float, top: float) -> None:
        for row in rows:
            row.draw(drawing, left, top)
            top -= row.height
        if rows:
            drawing.add(line([(left, top), (left + self.width, top)], stroke=style.RULE, line_width=0.12 * self.size))
