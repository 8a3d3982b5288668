"""The tables of a deck: tasks one by one, tasks by theme, and sources."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from layers import style
from layers.draw.drawing import Box
from layers.plan.plan import Plan
from layers.plan.terms import Status
from layers.present.pptx.layouts import on_slide
from layers.present.pptx.shapes import frame_of, named
from layers.present.pptx.text import (
    Run,
    cut,
    emu,
    line_count,
    line_height,
    paragraph,
    solid,
    text_box,
    width_of,
)
from layers.present.pptx.xml import Xml, make, worded
from layers.present.view import TaskLine, View, by_theme, task_lines
from layers.selection.status import Counts
from layers.translation import Translation

SIZES = (18.0, 16.0, 14.0, 13.0, 12.0, 11.0)
"""Type sizes in points that are tried for a table, the largest first."""

USUAL = 14.0
"""Type size in points above which no row may break into more than two lines."""

PAD_MM = 1.1
"""Space in millimetres at the left and right of the words in a cell."""

OVER_MM = 1.0
"""Space in millimetres above and below the words in a cell."""

LEAST_TITLE = 0.3
"""Least share of a table's width for the titles of tasks."""

SLACK_MM = 1.4
"""Width in millimetres added to what words were measured to need, for fonts that run a little wider."""

LEAST_OVER_MM = 0.45
"""Space above and below the words, in millimetres, in a table that would not fit otherwise."""


STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""Id of PowerPoint's table style without lines and fills; ours are set on the cells."""

URI = "http://schemas.openxmlformats.org/drawingml/2006/table"


@dataclass(frozen=True, slots=True)
class Cell:
    """The words of one cell."""

    run: Run
    align: str = "l"
    """l or r."""
    mark: Run | None = None
    """A character before the words, such as that of a status."""

    @property
    def said(self) -> str:
        """All characters of the cell."""
        return f"{self.mark.words if self.mark else ''}{self.run.words}"

    @property
    def bold(self) -> bool:
        """Whether any of them is bold."""
        return self.run.bold or (self.mark is not None and self.mark.bold)

    def shortened(self, width: float, points: float, lines: int, *, bold: bool) -> Cell:
        """Return the cell cut to at most `lines` of `width` millimetres."""
        mark = self.mark.words if self.mark else ""
        words = cut(self.said, width, points, lines, bold=bold or self.bold).removeprefix(mark)
        return replace(self, run=self.run._replace(words=words))


Row = Sequence[Cell]

EMPTY = Run("\u00a0")
"""Content of an empty cell. Without the space, a program would give the line its own height."""


@dataclass(frozen=True, slots=True)
class TableRows:
    """A table before it is on a slide; the first row is its head."""

    widths: tuple[float, ...]
    """Widths of the columns in millimetres."""
    rows: Sequence[Row]
    total: bool = False
    """Whether the last row has the totals."""
    tight: bool = False
    """Whether columns are narrower than their longest words."""
    over: float = OVER_MM
    """Space above and below the words of a cell, in millimetres."""

    def lines(self, row: Row, points: float, *, bold: bool) -> int:
        """Return the number of lines of the row's highest cell."""
        return max(
            line_count(cell.said, wide - 2 * PAD_MM, points, bold=bold or cell.bold)
            for cell, wide in zip(row, self.widths, strict=True)
        )

    def heights(self, points: float) -> list[float]:
        """Return the height of every row in millimetres."""
        return [
            self.lines(row, points, bold=index == 0) * line_height(points) + 2 * self.over
            for index, row in enumerate(self.rows)
        ]

    def shortened(self, points: float, lines: int) -> TableRows:
        """Return the table with every cell cut to at most `lines`."""
        rows = [self.cut_row(row, points, lines, bold=index == 0) for index, row in enumerate(self.rows)]
        return replace(self, rows=rows)

    def cut_row(self, row: Row, points: float, lines: int, *, bold: bool) -> Row:
        """Return a row of the table with every cell cut to at most `lines`."""
        return [
            cell.shortened(wide - 2 * PAD_MM, points, lines, bold=bold)
            for cell, wide in zip(row, self.widths, strict=True)
        ]


Maker = Callable[[float], TableRows]
"""Makes a table whose columns suit a type size in points."""


def fit(maker: Maker, height: float) -> tuple[TableRows, float]:
    """Return the table in the largest type that fits `height` millimetres, cut if none does, and its size in points."""
    for points in SIZES:
        grid = maker(points)
        broken = points > USUAL and any(grid.lines(row, points, bold=False) > 2 for row in grid.rows)
        if sum(grid.heights(points)) <= height and not grid.tight and not broken:
            return grid, points
    grid = replace(grid, over=LEAST_OVER_MM)
    while sum(grid.heights(SIZES[-1])) > height:
        counts = [grid.lines(row, SIZES[-1], bold=index == 0) for index, row in enumerate(grid.rows)]
        # The last of the highest rows is cut by a line, so that no row loses more than it must.
        most = max(counts)
        if most == 1:
            break
        cut_row = len(counts) - 1 - counts[::-1].index(most)
        grid = replace(
            grid,
            rows=[
                row if index != cut_row else grid.cut_row(row, SIZES[-1], most - 1, bold=index == 0)
                for index, row in enumerate(grid.rows)
            ],
        )
    return grid, SIZES[-1]


def height_at(maker: Maker, points: float) -> float:
    """Return the height in millimetres of a table in `points`."""
    return sum(maker(points).heights(points))


def task_grid(view: View, points: float, width: float, link: Callable[[str, str], Run], text: Translation) -> TableRows:
    """Return the table of tasks one by one, `width` millimetres wide.

    `link` makes a run from the day of an evidence and its address.
    """
    lines = task_lines(view)
    words = [text("column.status"), text("column.title"), text("column.aim"), text("column.latest")]
    rows: list[Row] = [[Cell(Run(name, bold=True)) for name in words]]
    for line in lines:
        rows.append(
            [
                # Not in the colour of the status, because two of them are too pale for words; the mark has it.
                Cell(Run(unbroken(line.status_words), style.INK, bold=line.backed), mark=mark_of(line)),
                Cell(Run(line.title)),
                Cell(Run(aim(line))),
                Cell(link(line.evidence, line.link)),
            ]
        )
    around = 2 * PAD_MM + SLACK_MM
    target = max([*(width_of(aim(line), points) for line in lines), _in_lines(words[2], points, 2)])
    target = min(target, 0.24 * width) + around
    if not any(map(aim, lines)):
        target, rows = 0.0, [[*row[:2], row[3]] for row in rows]
    statuses, evidence = (
        {words[0], *(row[0].said for row in rows)},
        {words[3], *(line.evidence for line in lines)},
    )
    grids: list[TableRows] = []
    # Depending on the titles, status and evidence are better on one line or on two. Take the lowest table, and of
    # several the one with most on one line.
    for most in itertools.product((1, 2), repeat=2):
        status = around + max(_in_lines(found, points, most[0]) for found in statuses)
        latest = around + max(_in_lines(found, points, most[1]) for found in evidence)
        title = width - status - latest - target
        if title >= LEAST_TITLE * width or (most == (2, 2) and not grids):
            grids.append(TableRows(tuple(wide for wide in (status, title, target, latest) if wide), rows))
    return min(grids, key=lambda grid: (sum(grid.heights(points)), max(grid.heights(points))))


_WITHIN = re.compile(r"(?<!→) (?!→)")
"""Spaces between the words of a status; of what became what, none beside the arrow."""


def unbroken(status: str) -> str:
    """Return the words of a status, or of two with an arrow, which a line breaks before a bracket or beside it only."""
    words, bracket, rest = status.partition(" (")
    return _WITHIN.sub("\u00a0", words) + bracket + rest


def mark_of(line: TaskLine) -> Run | None:
    """Return the character for a task's status, for before the words of a cell; None without a status."""
    # The space may not end a line: a mark alone would say nothing.
    return None if line.status is None else mark_run(line.status, after="\u00a0", backed=line.backed)


def mark_run(status: Status, *, backed: bool, after: str = "") -> Run:
    """Return the character for a status: bold and in full colour with evidence, else lighter with an edge."""
    colour = style.STATUS[status].colour
    words = f"{style.MARKS[status]}{after}"
    return Run(words, colour, bold=True) if backed else Run(words, colour, pale=style.lighter(colour))


def aim(line: TaskLine) -> str:
    """Return target and result of a task in one cell."""
    result = f"{line.result} ({line.months})" if line.months else line.result
    return " / ".join(part for part in (line.target, result) if part)


def _in_lines(words: str, points: float, most: int) -> float:
    """Return the width in millimetres at which words take at most `most` lines and no word is broken."""
    wide = _longest(words, points)
    while line_count(words, wide, points, bold=True) > most:
        wide += 1.0
    return wide


def _longest(words: str, points: float, *, bold: bool = True) -> float:
    """Return the width in millimetres of the longest part of words that cannot be broken."""
    parts = words.replace("（", " （").split(" ")
    return max(width_of(part, points, bold=bold) for part in parts)


def theme_statuses(view: View) -> list[Status]:
    """Return the statuses that tasks of `view` have."""
    return [status for status in Status if view.counts.by_status[status]]


def theme_width(view: View, text: Translation) -> float:
    """Return the width in millimetres that the table by theme needs."""
    return 46.0 + sum(_number_widths(view, SIZES[-1], text))


def _number_widths(view: View, points: float, text: Translation) -> list[float]:
    names = _figure_names(view, text)
    return [max(_longest(name, points), 9.0) + 2 * PAD_MM + SLACK_MM for name in names]


def theme_grid(plan: Plan, view: View, points: float, width: float, height: float, text: Translation) -> TableRows:
    """Return the table of tasks by theme with a row of totals; themes without room are added up in one row.

    It is `width` millimetres wide, and at most `height` high in the smallest type.
    """
    statuses = theme_statuses(view)
    numbers = _number_widths(view, points, text)
    # In large type the figures must still leave the names of themes enough room.
    share = min(1.0, (width - 40.0) / sum(numbers))
    numbers = [found * share for found in numbers]
    widths = (width - sum(numbers), *numbers)
    counted = by_theme(plan, view)
    evidence = view.scene.evidence is None
    names = [text("page.theme"), *_figure_names(view, text)]
    head = [Cell(Run(name, bold=True), "l" if index == 0 else "r") for index, name in enumerate(names)]
    figures = [
        (
            theme.title.get(text.language),
            _figures(counts, statuses, evidence=evidence),
        )
        for theme, counts in counted
    ]
    counts = view.counts
    total = _figures(counts, statuses, evidence=evidence)
    for kept in range(len(figures), -1, -1):
        rest = figures[kept:]
        summed = [sum(column) for column in zip(*(values for _, values in rest), strict=True)]
        folded = [(text("slides.other-themes", count=len(rest)), summed)] if rest else []
        listed = [*figures[:kept], *folded, (text("slides.total"), total)]
        rows: list[Row] = [head, *(_counted(name, values, bold=False) for name, values in listed[:-1])]
        rows.append(_counted(*listed[-1], bold=True))
        grid = TableRows(widths, rows, total=True, tight=share < 1.0)
        if sum(grid.heights(SIZES[-1])) <= height:
            break
    return grid


def _figure_names(view: View, text: Translation) -> list[str]:
    names = [text("slides.tasks"), *(text(f"status.{status.value}") for status in theme_statuses(view))]
    # With a filter by evidence the column would say nothing new.
    return names if view.scene.evidence else [*names, text("slides.with-evidence")]


def _figures(counts: Counts, statuses: Sequence[Status], *, evidence: bool) -> list[int]:
    return [counts.tasks, *(counts.by_status[status] for status in statuses), *[counts.with_evidence] * evidence]


def _counted(name: str, values: Sequence[int], *, bold: bool) -> Row:
    figures = [Cell(Run(str(value), style.INK if value else style.NO_TASK, bold), "r") for value in values]
    return [Cell(Run(name, bold=bold)), *figures]


def table(
    grid: TableRows,
    points: float,
    box: Box,
    identities: Iterator[int],
    *,
    name: str,
    description: str,
    text: Translation,
) -> Xml:
    """Return a table that starts at the top of `box`, which is in millimetres with y pointing down."""
    heights = grid.heights(points)
    columns = [make("a:gridCol", w=emu(wide)) for wide in grid.widths]
    lines: list[Xml] = []
    identity = next(identities)
    top = box[1]
    for index, (row, height) in enumerate(zip(grid.rows, heights, strict=True)):
        strong = index == 0 or (grid.total and index >= len(grid.rows) - 2)
        cells = [
            _cell(cell, wide, points, grid.over, strong=strong, language=text.language)
            for cell, wide in zip(row, grid.widths, strict=True)
        ]
        lines.append(make("a:tr", *cells, h=emu(height)))
        top += height
    head = make("a:tblPr", worded("a:tableStyleId", STYLE), firstRow=1)
    body = make("a:tbl", head, make("a:tblGrid", *columns), *lines)
    frame = make(
        "p:graphicFrame",
        make(
            "p:nvGraphicFramePr",
            named(identity, name, description=description),
            make("p:cNvGraphicFramePr", make("a:graphicFrameLocks", noGrp=1)),
            make("p:nvPr", make("p:ph", type="tbl", idx=11)),
        ),
        frame_of(*on_slide(Box(box[0], box[1], box[0] + sum(grid.widths), top)), tag="p:xfrm"),
        make("a:graphic", make("a:graphicData", body, uri=URI)),
    )
    return frame


def _cell(cell: Cell, width: float, points: float, over: float, *, strong: bool, language: str) -> Xml:
    runs = [run for run in (cell.mark, cell.run) if run is not None and run.words] or [EMPTY]
    words = paragraph(runs, points, language, align=cell.align, width=width - 2 * PAD_MM)
    body = make("a:txBody", text_box(), make("a:lstStyle"), words)
    return make("a:tc", body, _edges(over, strong))


@lru_cache(maxsize=64)
def _edges(over: float, strong: bool) -> Xml:
    """Return the margins of a cell and the line under it."""
    none = make("a:noFill")
    line = solid(style.INK) if strong else solid(style.RULE)
    return make(
        "a:tcPr",
        *(make(side, none, w=0) for side in ("a:lnL", "a:lnR", "a:lnT")),
        make("a:lnB", line, w=emu(0.3 if strong else 0.18)),
        none,
        **{"marL": emu(PAD_MM), "marR": emu(PAD_MM), "marT": emu(over), "marB": emu(over), "anchor": "ctr"},
    )
