"""A report while it is being written: paragraphs, headings, captions with fields, links, pictures."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.shared import Mm

from layers import style
from layers.escape import legible, safe_address
from layers.plan.terms import Status
from layers.report.file import colour
from layers.report.xml import Xml, make, worded
from layers.translation import Translation


def run(words: str, *, bold: bool = False, ink: str = "", points: float = 0.0) -> Xml:
    """Return words with one look; without `ink` and `points` those of the paragraph's style."""
    look = [make("b")] if bold else []
    look += [make("color", val=colour(ink))] if ink else []
    look += [make("sz", val=round(points * 2))] if points else []
    return make("r", *([make("rPr", *look)] if look else []), worded(words))


def paragraph(*runs: Xml, style: str = "", align: str = "") -> Xml:
    """Return a paragraph in a style, by its id."""
    look = [make("pStyle", val=style)] if style else []
    look += [make("jc", val=align)] if align else []
    return make("p", *([make("pPr", *look)] if look else []), *runs)


def page_break() -> Xml:
    """Return a paragraph after which a new page begins."""
    return make("p", make("r", make("br", type="page")))


def simple_field(instruction: str, shown: str) -> Xml:
    """Return a field that a program works out again, with what it shows until then."""
    return make("fldSimple", make("r", worded(shown)), instr=f" {instruction} ")


@dataclass(slots=True)
class Writer:
    """A report while it is being written."""

    made: Document
    text: Translation
    parts: list[Xml] = field(default_factory=list)
    """What has been written, in order."""
    headings: list[tuple[int, str, str]] = field(default_factory=list)
    """Level, words and bookmark of each heading so far, for the table of contents."""
    figures: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    tables: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    relations: dict[str, str] = field(default_factory=dict)
    """Ids of relationships by web address."""

    def add(self, *parts: Xml) -> None:
        """Add paragraphs or tables."""
        self.parts += parts

    def say(self, words: str, style: str = "") -> None:
        """Add a paragraph of plain words."""
        self.add(paragraph(run(words), style=style))

    def heading(self, level: int, words: str) -> None:
        """Add a heading of `level` 1 to 3, with a bookmark for the table of contents."""
        number = len(self.headings) + 1
        mark = f"_Toc{number:06}"
        self.headings.append((level, words, mark))
        self.add(
            paragraph(
                make("bookmarkStart", id=number, name=mark),
                run(words),
                make("bookmarkEnd", id=number),
                style=f"Heading{level}",
            )
        )

    def contents(self) -> list[Xml]:
        """Return a table of contents with all headings so far; Word adds the numbers of pages when it is updated."""
        listed = [found for found in self.headings if found[0] < 3]
        lines: list[Xml] = []
        for index, (level, words, mark) in enumerate(listed):
            opening = [_mark("begin"), make("r", _instruction('TOC \\o "1-2" \\h \\z \\u')), _mark("separate")]
            lines.append(
                paragraph(
                    *(opening if index == 0 else []),
                    make("hyperlink", run(words), anchor=mark, history=1),
                    *([_mark("end")] if index == len(listed) - 1 else []),
                    style=f"TOC{level}",
                )
            )
        return lines

    def link(self, words: str, address: str) -> Xml:
        """Return words that lead to a web address, or plain words if the address is not safe."""
        found = safe_address(address)
        if not found:
            return run(words)
        if found not in self.relations:
            part = self.made.part
            self.relations[found] = part.relate_to(found, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        inside = make("r", make("rPr", make("rStyle", val="Hyperlink")), worded(words))
        return make("hyperlink", inside, r__id=self.relations[found], history=1)

    def table_caption(self, words: str) -> None:
        """Add the caption above a table: 表 1, with a number that Word counts."""
        self._caption("report.table", next(self.tables), words, "TableCaption")

    def figure(self, picture: bytes, width: float, height: float, words: str, described: str) -> None:
        """Add a PNG of `width` by `height` millimetres with an alternative text, and its caption below it."""
        inline: Any = self.made.part.new_pic_inline(BytesIO(picture), Mm(width), Mm(height))
        number = next(self.figures)
        # Without these, LibreOffice keeps an eighth of an inch free at both sides, and the map is moved aside.
        for side in ("distT", "distB", "distL", "distR"):
            inline.set(side, "0")
        inline.docPr.set("id", str(number))
        inline.docPr.set("name", f"{self.text('report.figure')} {number}")
        inline.docPr.set("descr", " ".join(legible(described).split()))
        # The name that python-docx makes up says nothing.
        inline.graphic.graphicData.pic.nvPicPr.cNvPr.set("name", f"map-{number}.png")
        drawn = make("r", make("drawing", _plain(inline)))
        self.add(paragraph(drawn, style="Figure"))
        self._caption("report.figure", number, words, "Caption")

    def _caption(self, key: str, number: int, words: str, look: str) -> None:
        name = self.text(key)
        counted = simple_field(f"SEQ {name} \\* ARABIC", str(number))
        self.add(paragraph(run(f"{name} "), counted, run(f"  {words}"), style=look))


def _mark(kind: str) -> Xml:
    return make("r", make("fldChar", fldCharType=kind))


def _instruction(words: str) -> Xml:
    return Xml(worded(words).replace("w:t ", "w:instrText ", 1).replace("</w:t>", "</w:instrText>"))


def _plain(element: Any) -> Xml:
    """Return an element of python-docx as text."""
    return Xml(str(element.xml).strip())


def status_runs(status: Status | None, words: str, *, backed: bool) -> Sequence[Xml]:
    """Return a status as in the slides: its mark and its word, bold only if evidence backs it."""
    if status is None:
        return [run(words)]
    ink = style.STATUS[status].colour
    mark = run(f"{style.MARKS[status]}\u00a0", bold=backed, ink=ink if backed else style.lighter(ink))
    return [mark, run(words, bold=backed)]
