"""The table of a sheet: the numbered sites with their tasks, as detailed as the room allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from layers import style
from layers.draw import symbols, typeface
from layers.draw.content import ShownSite
from layers.draw.drawing import Box, Drawing, line
from layers.draw.label import draw_number
from layers.draw.legend import HEADING_MM, heading
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.plan import Plan, Task
from layers.plan.terms import Status
from layers.selection.select import Selection
from layers.selection.statements import Statements, aim_words, day_words, statements, status_words
from layers.selection.status import ATTENTION
from layers.translation import Translation

_ROW = 1.5
"""Height of a row as a share of its type size."""

SMALL = 6.0
"""Type size in points, on A3, of the columns for status and evidence."""

FORMS = ((True, 1.12), (True, 1.0), (True, 0.92), (False, 1.0), (False, 0.86))
"""Forms of the table, the most detailed first: whether each task has a row, and the factor for the type size."""


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
    ) -> None:
        self.plan = plan
        self.selection = selection
        self.sites = sites
        self.text = text
        self.width = width
        self.size = size
        self._rows: dict[tuple[bool, float], list[_Row]] = {}
        self.passing = {task.id for task in selection.tasks}
        here = {task.id for shown in sites for task in plan.tasks_by_site.get(shown.site.id, ())}
        self._off_map = (
            [task for task in selection.tasks if task.id not in here] if len(selection.tasks) < len(plan.tasks) else []
        )
        listed = [task for task in selection.tasks if task.id in here] + self._off_map
        words = [self._words(task) for task in listed]
        # Widths of the two columns at a type size of one point, measured once for all rows.
        self._widest = [max((typeface.width(pair[n], 1.0) for pair in words), default=0.0) for n in (0, 1)]

    def _statements(self, task: Task) -> Statements:
        return statements(task, self.selection.states[task.id], self.plan.info.year)

    def _words(self, task: Task) -> tuple[str, str]:
        """Return the word for a task's status, and the day of the statement that is shown."""
        state = self.selection.states[task.id]
        return status_words(state, self.text), day_words(self._statements(task), self.text)

    def rows(self, *, tasks: bool, size: float) -> list[_Row]:
        """Return the rows; with `tasks` each task has its own row, without it the site's row counts them."""
        # Kept, because the table is measured before it is drawn.
        if (tasks, size) not in self._rows:
            self._rows[tasks, size] = self._made_rows(tasks, size)
        return self._rows[tasks, size]

    def _made_rows(self, tasks: bool, size: float) -> list[_Row]:
        found = []
        for shown in self.sites:
            linked = [task for task in self.plan.tasks_by_site.get(shown.site.id, ()) if task.id in self.passing]
            found.append(self._site_row(shown, linked, size, counts=not tasks))
            if tasks:
                context = {task.id for task in linked if not self.plan.names_place(task, shown.site.id)}
                found += [self._task_row(task, size, context=task.id in context) for task in linked]
        if tasks:
            found += self._elsewhere(size)
        return found

    def _elsewhere(self, size: float) -> list[_Row]:
        """Return rows for the tasks without a site on the sheet, so that a theme's sheet has all of its tasks."""
        rest = self._off_map
        if not rest:
            return []
        words = self.text("sheet.elsewhere", count=len(rest))
        tall = 6.9 * size * MM_PER_POINT * _ROW

        def draw(drawing: Drawing, left: float, top: float) -> None:
            drawing.add(line([(left, top), (left + self.width, top)], stroke=style.RULE, line_width=0.12 * size))
            baseline = top - tall / 2 - typeface.IDEOGRAPH_MIDDLE * 6.9 * size * MM_PER_POINT
            drawing.write(words, left, baseline, 6.9 * size, weight=Weight.BOLD, colour=style.INK)

        return [_Row(tall, draw), *(self._task_row(task, size) for task in rest)]

    def _site_row(self, shown: ShownSite, tasks: Sequence[Task], size: float, *, counts: bool) -> _Row:
        points = 6.9 * size
        tall = points * MM_PER_POINT * _ROW
        name = shown.site.name.get(self.text.language)
        states = Counter(
            (state.status, state.backed)
            for state in (self.selection.states[task.id] for task in tasks)
            if state.status is not None
        )
        exactness = self._exactness(shown)

        def draw(drawing: Drawing, left: float, top: float) -> None:
            middle = top - tall / 2
            drawing.add(line([(left, top), (left + self.width, top)], stroke=style.RULE, line_width=0.12 * size))
            draw_number(drawing, str(shown.number), left, middle, 6.6 * size)
            baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
            right = left + self.width
            if counts:
                right = self._draw_counts(drawing, states, right, middle, baseline, size) - 1.2 * size
            start = left + 5.4 * size
            room = right - start
            aside = typeface.width(exactness, points * 0.86) + 1.5 * size if exactness else 0.0
            shown_name = typeface.shorten(name, room, points, Weight.BOLD)
            used = drawing.write(shown_name, start, baseline, points, weight=Weight.BOLD, colour=style.INK)
            if exactness and used + aside <= room:
                drawing.write(exactness, right, baseline, points * 0.86, colour=style.MUTED, align="right")

        return _Row(tall, draw, sites=1)

    def _exactness(self, shown: ShownSite) -> str:
        """Return the words for how exact the position is."""
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
        points = 6.9 * size
        ordered = sorted(states, key=lambda pair: (ATTENTION.index(pair[0]), not pair[1]), reverse=True)
        for status, backed in ordered:
            right -= drawing.write(str(states[status, backed]), right, baseline, points, align="right")
            right -= 2.2 * size
            drawing.add(symbols.badge_at(status, backed=backed, x=right, y=middle, size=3.3 * size))
            right -= 2.4 * size
        return right

    def _task_row(self, task: Task, size: float, *, context: bool = False) -> _Row:
        points, small = 6.3 * size, SMALL * size
        state = self.selection.states[task.id]
        left_in = 9.2 * size
        status, evidence = self._words(task)
        aim = aim_words(task, self._statements(task), self.text)
        for_status, for_evidence = self._columns(size)
        title = task.title.get(self.text.language) + (self.text("sheet.context") if context else "")
        room = self.width - left_in - for_status - for_evidence
        lines = typeface.wrap(title, room - 1.0 * size, points)
        used = typeface.width(lines[-1], points) + 1.6 * size
        # Beside the title where there is room: a line of its own would cost other tasks theirs.
        beside = bool(aim) and used + typeface.width(aim, small) <= room
        aims = typeface.wrap(aim, self.width - left_in, small) if aim and not beside else []
        tall = points * MM_PER_POINT * 1.34
        low = small * MM_PER_POINT * 1.34
        total = tall * len(lines) + low * len(aims) + 0.4 * size

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
                right = left + self.width
                drawing.write(status, right - for_evidence - for_status, baseline, small, colour=style.INK)
                drawing.write(evidence, right, baseline, small, colour=style.MUTED, align="right")
            for index, words in enumerate(aims):
                middle = top - len(lines) * tall - (index + 0.5) * low
                baseline = middle - typeface.IDEOGRAPH_MIDDLE * small * MM_PER_POINT
                drawing.write(words, left + left_in, baseline, small, colour=style.MUTED)

        return _Row(total, draw, tasks=(task.id,))

    def _columns(self, size: float) -> tuple[float, float]:
        """Return the widths in millimetres of the columns for status and evidence, which fit every row."""
        for_status, for_evidence = (width * SMALL * size for width in self._widest)
        return for_status + 2.0 * size, for_evidence + 0.5 * size

    def form(self, room: float) -> int:
        """Return the index of the first of `FORMS` that fits a height of `room` millimetres, `len(FORMS)` if none."""
        for number, (tasks, share) in enumerate(FORMS):
            rows = self.rows(tasks=tasks, size=share * self.size)
            if HEADING_MM * self.size + sum(row.height for row in rows) <= room:
                return number
        return len(FORMS)

    def draw(self, drawing: Drawing, box: Box) -> frozenset[str]:
        """Draw the most detailed form that fits `box`, cut if none does; return the ids of the tasks that it names."""
        heading(drawing, self.text("sheet.table"), box.left, box.top, size=self.size)
        columns = self.text("sheet.table-columns")
        drawing.write(columns, box.right, box.top - 3.3 * self.size, 5.8 * self.size, colour=style.MUTED, align="right")
        top = box.top - HEADING_MM * self.size
        rows: list[_Row] = []
        for tasks, share in FORMS:
            rows = self.rows(tasks=tasks, size=share * self.size)
            if sum(row.height for row in rows) <= top - box.bottom:
                break
        else:
            spare = 6.2 * self.size * MM_PER_POINT * 1.4
            y, kept = top, []
            for row in rows:
                if y - row.height < box.bottom + spare:
                    break
                kept.append(row)
                y -= row.height
            left_out = sum(row.sites for row in rows) - sum(row.sites for row in kept)
            self._draw_rows(drawing, kept, box.left, top)
            note = self.text("sheet.more-sites", count=left_out)
            drawing.write(note, box.left, y - spare * 0.8, 6.2 * self.size, colour=style.MUTED)
            return frozenset(task for row in kept for task in row.tasks)
        self._draw_rows(drawing, rows, box.left, top)
        return frozenset(task for row in rows for task in row.tasks)

    def _draw_rows(self, drawing: Drawing, rows: Sequence[_Row], left: float, top: float) -> None:
        for row in rows:
            row.draw(drawing, left, top)
            top -= row.height
        if rows:
            drawing.add(line([(left, top), (left + self.width, top)], stroke=style.RULE, line_width=0.12 * self.size))
