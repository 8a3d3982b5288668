"""Where the parts of a sheet are, in millimetres.

A part is a box with a name. Small and odd papers have fewer parts: first without inset and code, then the map alone,
whose legend and table are on a page of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

from layers.draw.drawing import Box
from layers.draw.paper import Paper
from layers.plan.template import NO_TEMPLATE, Part, Side, Template
from layers.sheet.title_block import block_height

SHARES = (0.2, 0.232, 0.25, 0.27, 0.29, 0.305)
"""Shares of the paper that legend and table may take, the smallest first."""

LEAST_FRAME = 0.4
"""Least share of the paper's width (in portrait, 0.75 of it of its height) that the map keeps beside other parts."""

LEAST_CODE_MM = 15.0
"""Least side of a QR code in millimetres; a smaller one is not read from a copy."""

CODE_LINES_MM = 7.0
"""Height in millimetres of the words below the code."""

CODE_WORDS_MM = 26.0
"""Room in millimetres for the words below the code."""

HeightOf = Callable[[float], float]
"""Returns the height in millimetres that the foot needs at a width in millimetres."""


class Parts(IntEnum):
    """What a sheet has, from everything to the map alone."""

    ALL = 0
    STACKED = 1
    """In portrait, the legend over the whole width above all other parts."""
    LEGEND = 2
    """Without inset and code."""
    MAP = 3
    """Title, map and foot; legend and table are on another page."""
    BARE = 4
    """Map and foot, because nothing else was asked for."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a sheet are, in millimetres."""

    size: float
    """Factor by which type and symbols are larger than on A3."""
    margin: float
    gutter: float
    """Room around the frame for the numbers of the graticule."""
    parts: Parts
    title: Box | None
    frame: Box
    foot: Box
    legend: Box | None = None
    table: Box | None = None
    """The same box as the legend's if the table goes on below it."""
    inset: Box | None = None
    code: Box | None = None
    notes: Box | None = None
    """Where the notes go; None if they go below the table."""
    legend_columns: int = 2
    title_block: Box | None = None
    """Place of the title block of a template."""
    has_table: bool = True
    """Whether the sheet has a table at all; a template can leave it out."""
    table_first: bool = False
    """Whether the table stands above the legend where both share one box."""

    @property
    def shared(self) -> bool:
        """Whether legend and table share one box, the legend at its top."""
        return self.legend is not None and self.legend == self.table

    def boxes(self) -> Mapping[str, Box]:
        """Return the parts that the sheet has by name; no two overlap. The frame is without the room around it."""
        named = {
            "title": self.title,
            "frame": self.frame,
            "foot": self.foot,
            "legend": self.legend,
            "table": None if self.shared else self.table,
            "inset": self.inset,
            "code": self.code,
            "notes": self.notes,
            "title block": self.title_block,
        }
        return {name: box for name, box in named.items() if box is not None}


def size_factor(paper: Paper) -> float:
    """Return the factor by which type and symbols are larger than on A3: larger sheets are read from farther away."""
    return float(max(0.78, min(1.7, (min(paper.width, paper.height) / 297) ** 0.6)))


def margin_of(paper: Paper) -> float:
    """Return the margin of a sheet in millimetres."""
    return 9.0 * size_factor(paper)


def title_box(paper: Paper) -> Box:
    """Return the place of a sheet's title, the same on all of its pages."""
    margin, top = margin_of(paper), paper.height - margin_of(paper)
    return Box(margin, top - 16.0 * size_factor(paper), paper.width - margin, top)


def lay_out(
    paper: Paper, share: float, *, foot: HeightOf, parts: Parts = Parts.ALL, template: Template = NO_TEMPLATE
) -> Layout | None:
    """Return where everything is: legend and table are beside the map in landscape and below it in portrait.

    `share` is the part of the paper's width (in portrait, its height) that legend and table take; a `template` has a
    say in where they stand. None if they would leave too little of the map; `Parts.MAP` and `Parts.BARE` fit every
    paper.
    """
    if parts >= Parts.MAP:
        return _map_alone(paper, foot, parts, template)
    if parts is Parts.STACKED and not paper.portrait:
        return None
    made = (_below if paper.portrait else _beside)(paper, share, foot, parts, template)
    across, up = made.frame.width, made.frame.height
    enough = up >= LEAST_FRAME * 0.75 * paper.height if paper.portrait else across >= LEAST_FRAME * paper.width
    if not enough or min(across, up) < 30.0 or any(min(box.width, box.height) <= 0 for box in made.boxes().values()):
        return None
    return made


def _map_alone(paper: Paper, foot: HeightOf, parts: Parts, template: Template) -> Layout:
    k = size_factor(paper)
    margin, gutter = margin_of(paper), 5.4 * k
    title = title_box(paper) if parts is Parts.MAP else None
    left, right = margin, paper.width - margin
    base = margin
    block = None
    high = block_height(template, size=k) if parts is Parts.MAP else 0.0
    # On very small paper it would leave nothing of the map.
    if 0 < high < 0.2 * paper.height:
        block = Box(left, margin, right, margin + high)
        base = block.top + 2.0 * k
    low = Box(left, base, right, base + foot(right - left))
    top = title.bottom - gutter - 1.0 * k if title is not None else paper.height - margin - gutter
    frame = Box(left + gutter, low.top + gutter, right - gutter, top)
    return Layout(
        k, margin, gutter, parts, title, frame, low, title_block=block, has_table=Part.TABLE in template.parts
    )


def _beside(paper: Paper, share: float, foot: HeightOf, parts: Parts, template: Template) -> Layout:
    """Return the layout with legend and table in a column beside the map."""
    k = size_factor(paper)
    margin, gutter, gap = margin_of(paper), 5.4 * k, 4.0 * k
    title = title_box(paper)
    column = max(share * paper.width, 72.0 * k)
    left = paper.width - margin - column
    right = left - gap - gutter * 0.4
    low = Box(margin, margin, right, margin + foot(right - margin))
    frame = Box(margin + gutter, low.top + gutter, left - gap - gutter, title.bottom - gutter - 1.0 * k)
    side = Box(left, margin, paper.width - margin, title.bottom - 1.0 * k)
    plain = Layout(k, margin, gutter, parts, title, frame, low)
    made = _column(plain, side, min(41.0 * k, paper.height * 0.19), template)
    return _mirrored(made, paper.width) if template.side is Side.LEFT else made


def _mirrored(layout: Layout, width: float) -> Layout:
    """Return `layout` with the map at the other side; the title stays."""

    def turned(box: Box | None) -> Box | None:
        return None if box is None else Box(width - box.right, box.bottom, width - box.left, box.top)

    names = ("legend", "table", "inset", "code", "notes", "title_block")
    boxes = {name: turned(getattr(layout, name)) for name in names}
    frame, foot = turned(layout.frame), turned(layout.foot)
    return replace(layout, frame=frame or layout.frame, foot=foot or layout.foot, **boxes)  # type: ignore[arg-type]


def _column(layout: Layout, side: Box, row: float, template: Template) -> Layout:
    """Return `layout` with a legend above a table in `side`, and inset, notes and code in a `row` below them.

    The title block of a template is at the foot of `side`, or at its head if the template names it first.
    """
    k, parts = layout.size, layout.parts
    block = None
    high = block_height(template, size=k)
    if high:
        first = template.parts[0] is Part.TITLE_BLOCK
        block = side._replace(bottom=side.top - high) if first else side._replace(top=side.bottom + high)
        side = side._replace(top=block.bottom - 3.0 * k) if first else side._replace(bottom=block.top + 3.0 * k)
    columns = sum(side.width > least * k for least in (0.0, 44.0, 108.0, 180.0))
    inset = code = notes = None
    both = side
    wanted = [part for part in template.parts if part in (Part.INSET, Part.CODE)]
    if parts < Parts.LEGEND and wanted:
        low = side._replace(top=side.bottom + row)
        left, right = low.left, low.right
        for part in (Part.INSET, Part.CODE):
            wide = row * 0.86 if part is Part.INSET else max(27.0 * k, CODE_WORDS_MM)
            # The one that the template names first stands at the left, one alone where it usually does.
            at_left = part is Part.INSET if len(wanted) == 1 else part is wanted[0]
            if part not in wanted or wide > right - left - (1.0 * k if inset else 0.0):
                continue
            if part is Part.CODE and low.height < LEAST_CODE_MM + CODE_LINES_MM:
                continue
            box = low._replace(right=left + wide) if at_left else low._replace(left=right - wide)
            left, right = (box.right, right) if at_left else (left, box.left)
            inset, code = (box, code) if part is Part.INSET else (inset, box)
        notes = low._replace(
            left=left + (3.0 * k if left > low.left else 0.0), right=right - (3.0 * k if right < low.right else 0.0)
        )
        # The notes go beside the inset if that leaves them lines of some length.
        notes = notes if notes.width > max(26.0 * k, 24.0) else None
        # The legend takes what it needs at the top of this box, and the table takes the rest.
        both = side._replace(bottom=low.top + 3.5 * k)
    return replace(
        layout,
        legend=both,
        table=both,
        inset=inset,
        code=code,
        notes=notes,
        legend_columns=columns,
        title_block=block,
        has_table=Part.TABLE in template.parts,
        table_first=_is_table_first(template),
    )


def _is_table_first(template: Template) -> bool:
    order = [part for part in template.parts if part in (Part.LEGEND, Part.TABLE)]
    return order[0] is Part.TABLE


def _below(paper: Paper, share: float, foot: HeightOf, parts: Parts, template: Template) -> Layout:
    """Return the layout with legend, table and inset side by side below the map, or one above the other."""
    k = size_factor(paper)
    margin, gutter, gap = margin_of(paper), 5.4 * k, 4.0 * k
    title = title_box(paper)
    left, right, inner = margin, paper.width - margin, paper.width - 2 * margin
    strip = block_height(template, size=k)
    strip += 3.0 * k if strip else 0.0
    block = max(share * paper.height, 60.0 * k) + strip
    low = Box(left, margin + block + gap, right, margin + block + gap + foot(inner))
    frame = Box(left + gutter, low.top + gutter, right - gutter, title.bottom - gutter - 1.0 * k)
    plain = Layout(k, margin, gutter, parts, title, frame, low)
    if inner < 150.0 * k or parts is not Parts.ALL:
        return _column(
            plain,
            Box(left, margin, right, margin + block),
            min(41.0 * k, max(block * 0.3, LEAST_CODE_MM + CODE_LINES_MM + 0.1)),
            template,
        )
    title_block = Box(left, margin, right, margin + strip - 3.0 * k) if strip else None
    base = margin + strip
    legend = Box(left, base, left + inner * 0.36, margin + block)
    side = min(44.0 * k, inner * 0.24) if Part.INSET in template.parts or Part.CODE in template.parts else 0.0
    # The inset is smaller rather than the code too small to be read.
    tall = min(side * 1.06, block - strip - 2.0 * k - LEAST_CODE_MM - CODE_LINES_MM)
    inset: Box | None = Box(right - tall / 1.06, margin + block - tall, right, margin + block)
    if inset is None or Part.INSET not in template.parts:
        inset = None
    code: Box | None = Box(right - side, base, right, inset.bottom - 2.0 * k if inset else margin + block)
    too_small = code is None or code.height < LEAST_CODE_MM + CODE_LINES_MM - 0.01 or code.width < CODE_WORDS_MM
    if too_small or Part.CODE not in template.parts:
        code = None
    end = right - side - (gap if side else 0.0)
    table = Box(legend.right + gap, base, end, margin + block)
    if _is_table_first(template):
        table = table._replace(left=left, right=left + table.width)
        legend = legend._replace(left=table.right + gap, right=end)
    return Layout(
        k,
        margin,
        gutter,
        parts,
        title,
        frame,
        low,
        legend,
        table,
        inset,
        code,
        title_block=title_block,
        has_table=Part.TABLE in template.parts,
    )
