"""Where the parts of a sheet are, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

from layers.draw.drawing import Box
from layers.draw.paper import Paper

SHARES = (0.2, 0.232, 0.25, 0.27, 0.29, 0.305)
"""Shares of the paper that legend and table may take, the smallest first."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a sheet are, in millimetres."""

    size: float
    """Factor by which type and symbols are larger than on A3."""
    margin: float
    title: Box
    frame: Box
    legend: Box
    table: Box
    inset: Box
    code: Box
    foot: Box
    notes: Box | None
    """Where the notes go; None if they go below the table."""
    legend_columns: int


def size_factor(paper: Paper) -> float:
    """Return the factor by which type and symbols are larger than on A3: larger sheets are read from farther away."""
    return float(max(0.78, min(1.7, (min(paper.width, paper.height) / 297) ** 0.6)))


def lay_out(paper: Paper, share: float) -> Layout:
    """Return where everything is: legend and table are beside the map in landscape and below it in portrait.

    `share` is the part of the paper's width (in portrait, its height) that legend and table take.
    """
    k = size_factor(paper)
    margin = 9.0 * k
    gutter = 5.4 * k
    gap = 4.0 * k
    top = paper.height - margin
    title = Box(margin, top - 16.0 * k, paper.width - margin, top)
    foot_height = 14.5 * k
    if paper.portrait:
        block = max(share * paper.height, 60.0 * k)
        foot = Box(margin, margin + block + gap, paper.width - margin, margin + block + gap + foot_height)
        frame = Box(margin + gutter, foot.top + gutter, paper.width - margin - gutter, title.bottom - gutter - 1.0 * k)
        inner = paper.width - 2 * margin
        side = min(44.0 * k, inner * 0.24)
        legend_box = Box(margin, margin, margin + inner * 0.36, margin + block)
        inset = Box(paper.width - margin - side, margin + block - side * 1.06, paper.width - margin, margin + block)
        code = Box(inset.left, margin, inset.right, inset.bottom - 2.0 * k)
        table = Box(legend_box.right + gap, margin, inset.left - gap, margin + block)
        return Layout(k, margin, title, frame, legend_box, table, inset, code, foot, None, 2)
    column = max(share * paper.width, 72.0 * k)
    left = paper.width - margin - column
    foot = Box(margin, margin, left - gap - gutter * 0.4, margin + foot_height)
    frame = Box(margin + gutter, foot.top + gutter, left - gap - gutter, title.bottom - gutter - 1.0 * k)
    inset_height = min(41.0 * k, paper.height * 0.19)
    inset = Box(left, margin, left + inset_height * 0.86, margin + inset_height)
    code = Box(paper.width - margin - 27.0 * k, margin, paper.width - margin, inset.top)
    notes = Box(inset.right + 3.0 * k, margin, code.left - 3.0 * k, inset.top)
    # The legend takes what it needs at the top of this box, and the table takes the rest.
    both = Box(left, inset.top + 3.5 * k, paper.width - margin, title.bottom - 1.0 * k)
    columns = 3 if column > 108.0 * k else 2
    # The notes go beside the inset if that leaves them lines of some length.
    return Layout(
        k, margin, title, frame, both, both, inset, code, foot, notes if notes.width > 26.0 * k else None, columns
    )
