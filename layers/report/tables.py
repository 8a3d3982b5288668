"""The tables of a report: native, with a head that is repeated on every page and rows that stay whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from layers import style
from layers.report.file import colour, twips
from layers.report.writer import paragraph, run
from layers.report.xml import Xml, make

WHOLE = 8
"""Most rows of a table that stays on one page; a longer one only has no single row at its ends."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    width: float
    """Millimetres."""
    right: bool = False
    """Whether its words end at the right edge, as figures do."""


Cell = Sequence[Xml] | str
"""Plain words, or the paragraphs of a cell."""


def lines(*parts: Sequence[Xml]) -> list[Xml]:
    """Return a cell with a paragraph for each non-empty list of runs."""
    return [paragraph(*runs, style="TableText") for runs in parts if runs]


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, described: str, total: bool = False) -> Xml:
    """Return a table; `described` is its alternative text, and with `total` the last row is bold."""
    listed = list(rows)
    head = _row(
        columns,
        [[paragraph(run(column.name, bold=True), style="TableText", align=_align(column))] for column in columns],
        head=True,
        kept=bool(listed),
    )
    last = len(listed) - 1
    body = [
        _row(
            columns,
            [
                _paragraphs(cell, column, bold=total and index == last)
                for cell, column in zip(row, columns, strict=True)
            ],
            kept=index < last and (len(listed) <= WHOLE or index in (0, last - 1)),
        )
        for index, row in enumerate(listed)
    ]
    return make(
        "tbl",
        make(
            "tblPr",
            make("tblW", w=sum(twips(column.width) for column in columns), type="dxa"),
            make(
                "tblBorders", _edge("top", 8, style.INK), _edge("bottom", 8, style.INK), _edge("insideH", 4, style.RULE)
            ),
            make("tblLayout", type="fixed"),
            make(
                "tblCellMar",
                *(
                    make(side, w=twips(size), type="dxa")
                    for side, size in (("top", 0.7), ("left", 1.1), ("bottom", 0.7), ("right", 1.1))
                ),
            ),
            make("tblLook", firstRow=1, noHBand=1, noVBand=1),
            make("tblCaption", val=described),
        ),
        make("tblGrid", *(make("gridCol", w=twips(column.width)) for column in columns)),
        head,
        *body,
    )


def _paragraphs(cell: Cell, column: Column, *, bold: bool) -> Sequence[Xml]:
    if isinstance(cell, str):
        return [paragraph(run(cell, bold=bold), style="TableText", align=_align(column))]
    return cell or [paragraph(style="TableText")]


def _align(column: Column) -> str:
    return "right" if column.right else ""


def _row(columns: Sequence[Column], cells: Sequence[Sequence[Xml]], *, head: bool = False, kept: bool) -> Xml:
    """Return a row; `kept` on the page of the next one."""
    look = [make("cantSplit"), *([make("tblHeader")] if head else [])]
    shade = [make("shd", val="clear", color="auto", fill=colour(style.LAND))] if head else []
    return make(
        "tr",
        make("trPr", *look),
        *(
            make(
                "tc",
                make("tcPr", make("tcW", w=twips(column.width), type="dxa"), *shade),
                *(map(_kept, cell) if kept else cell),
            )
            for column, cell in zip(columns, cells, strict=True)
        ),
    )


def _edge(side: str, eighths: int, ink: str) -> Xml:
    """Return a line of so many eighths of a point."""
    return make(side, val="single", sz=eighths, space=0, color=colour(ink))


_LOOK = make("pStyle", val="TableText")


def _kept(part: Xml) -> Xml:
    """Return a cell's paragraph so that it stays with the next row."""
    return Xml(part.replace(_LOOK, _LOOK + make("keepNext"), 1))
