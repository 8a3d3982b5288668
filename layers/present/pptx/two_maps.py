"""A slide about two days: a map of each beside the other, and what has moved between them as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from layers import style
from layers.draw import symbols, typeface
from layers.draw.content import moved_sites
from layers.draw.drawing import Drawing
from layers.draw.legend import Entry
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.plan.plan import Plan
from layers.present.pptx.layouts import CONTENT, GAP, MARGIN
from layers.present.pptx.shapes import SlidePosition, group
from layers.present.pptx.slide_page import ROLES, SlidePage, add_number, add_picture, write_head, write_source
from layers.present.pptx.tables import PAD_MM, SLACK_MM, Cell, Row, TableRows, mark_run, unbroken
from layers.present.pptx.text import Run, width_of
from layers.present.pptx.view_map import (
    GAP_MM,
    SlideMap,
    draw_strip,
    legend_entries,
    legend_size,
    slide_map,
)
from layers.present.view import LISTED, View, became_words, day_words
from layers.selection.comparison import Comparison
from layers.selection.status import TaskState
from layers.translation import Translation

if TYPE_CHECKING:
    from PIL import Image

SIDE_MM = 104.0
"""Width in millimetres of the column beside the maps."""

BETWEEN_MM = 4.0
"""Distance in millimetres between the two maps."""

HEAD_MM = 12.0
"""Height in millimetres of the day and the counts over each map."""

LEGEND_MM = 30.0
"""Height in millimetres that the legend below both maps may take before its type gets smaller."""

WIDTH_MM = CONTENT.right - MARGIN - SIDE_MM - GAP
"""Width in millimetres of both maps together."""

DAY_POINTS = 14.0
COUNT_POINTS = (10.5, 10.0, 9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
"""Type sizes in points that are tried for the counts."""


@dataclass(frozen=True, slots=True)
class TwoMaps:
    """The maps of two days, ready for a slide."""

    views: tuple[View, View]
    """The earlier day first, each as a view of its own."""
    maps: tuple[SlideMap, SlideMap]
    legend: Drawing
    """What is on either of them."""


def two_maps(plan: Plan, view: View, text: Translation) -> tuple[TwoMaps, tuple[Image.Image, Image.Image]]:
    """Draw the maps of a view of two days, and return them with their pictures."""
    both = _days(plan, view)
    width, height = (WIDTH_MM - BETWEEN_MM) / 2, CONTENT[3] - CONTENT[1] - HEAD_MM
    likely = _together(*(legend_entries(plan, side, width, height - LEGEND_MM, text) for side in both))
    _, room = legend_size(likely, WIDTH_MM, LEGEND_MM, text)
    drawn = [slide_map(plan, side, width, height - room - GAP_MM, text, aside=(WIDTH_MM, room)) for side in both]
    found = _together(*(made.entries for made, _ in drawn))
    legend = Drawing(WIDTH_MM, room)
    points, _ = legend_size(found, WIDTH_MM, room, text)
    draw_strip(legend, found, points, text)
    (before, first), (after, second) = drawn
    return TwoMaps(both, (before, after), legend), (first, second)


def fill_two_maps(
    page: SlidePage,
    plan: Plan,
    view: View,
    drawn: TwoMaps,
    pictures: Sequence[bytes],
    add_sites: Callable[[View, SlideMap, SlidePosition], None],
) -> None:
    """Fill a slide with both maps, their legend and what has moved; `add_sites` adds the sites of one map."""
    text = page.text
    write_head(page, view.title, day_words(view, text))
    top = CONTENT[1] + HEAD_MM
    for index, (side, made, picture) in enumerate(zip(drawn.views, drawn.maps, pictures, strict=True)):
        left = MARGIN + index * (made.width + BETWEEN_MM)
        # Only one picture can be the one that the layout has a place for.
        add_picture(page, plan, side, made, picture, at=(left, top), seated=index == 0)
        add_sites(side, made, SlidePosition(left, top, made.height))
        words, head = _head(side, made.width, text)
        place = SlidePosition(left, CONTENT[1], HEAD_MM)
        page.add(group(head.items, place, page.identities, name=words, description=words, language=text.language))
    if drawn.legend.items:
        page.add(
            group(
                drawn.legend.items,
                SlidePosition(MARGIN, CONTENT[3] - drawn.legend.height, drawn.legend.height),
                page.identities,
                name=text("map.legend"),
                description=text("slides.legend", words="; ".join(drawn.legend.texts())),
                language=text.language,
            )
        )
    notes = tuple(dict.fromkeys(note for made in drawn.maps for note in made.notes))
    write_source(page, plan, ROLES["Source"], notes, scene=view.scene)
    add_number(page)


def moves_grid(found: Comparison, points: float, width: float, text: Translation) -> TableRows:
    """Return the tasks with another status, one by one or, if they are many, how many went which way."""
    head = text("present.moved", count=len(found.moves))
    if len(found.moves) > LISTED:
        pairs: list[Row] = [
            [Cell(Run(became_words(before, after, text))), Cell(Run(str(number), bold=True), "r")]
            for before, after, number in found.by_pair
        ]
        return TableRows((width - 20.0, 20.0), [[Cell(Run(head, bold=True)), Cell(Run(""))], *pairs])
    rows: list[Row] = [
        [Cell(Run("")), Cell(Run("")), Cell(Run(head, bold=True)), Cell(Run(text("column.status"), bold=True))]
    ]
    became = [unbroken(became_words(move.before.status, move.after.status, text)) for move in found.moves]
    rows += [
        [_mark(move.before), _mark(move.after), Cell(Run(move.task.title.get(text.language))), Cell(Run(words))]
        for move, words in zip(found.moves, became, strict=True)
    ]
    mark = max(width_of(each, points, bold=True) for each in style.MARKS.values()) + 2 * PAD_MM + SLACK_MM
    # Depending on the titles, what became what is better on one line or on two. Take the lower table.
    grids = []
    for parts in ([became], [words.rpartition(" ")[::2] for words in became]):
        last = max(width_of(part, points) for words in parts for part in words) + 2 * PAD_MM + SLACK_MM
        grids.append(TableRows((mark, mark, width - 2 * mark - last, last), rows))
    return min(grids, key=lambda grid: sum(grid.heights(points)))


def _mark(state: TaskState) -> Cell:
    return Cell(mark_run(state.status, backed=state.backed) if state.status else Run(""))


def _days(plan: Plan, view: View) -> tuple[View, View]:
    """Return the two days of a view as views of their own, with what has moved highlighted on both."""
    found = view.before
    if found is None:
        raise ValueError("a view of one day")
    moved = moved_sites(plan, found) if len(found.moves) <= LISTED else ()
    sides = []
    for selection, counts in ((found.selection, found.counts), (view.selection, view.counts)):
        lit = tuple(dict.fromkeys((*selection.lit, *(site for site in moved if site in selection.sites))))
        scene = replace(view.scene, as_of=selection.as_of)
        sides.append(replace(view, selection=replace(selection, lit=lit), counts=counts, scene=scene, before=None))
    return sides[0], sides[1]


def _together(*found: list[Entry] | tuple[Entry, ...]) -> list[Entry]:
    """Return the entries of both legends, each once, with those of a group beside each other."""
    known = {(entry.group, entry.text): entry for entries in found for entry in entries}
    groups = list(dict.fromkeys(group for group, _ in known))
    return [entry for name in groups for (group, _), entry in known.items() if group == name]


def _head(view: View, width: float, text: Translation) -> tuple[str, Drawing]:
    """Return the day and the counts of one side, in words and as a drawing `width` millimetres wide."""
    drawing = Drawing(width, HEAD_MM)
    day = view.selection.as_of.isoformat()
    drawing.write(day, 0.0, HEAD_MM - DAY_POINTS * MM_PER_POINT, DAY_POINTS, weight=Weight.BOLD, colour=style.INK)
    counted = [
        (status, view.counts.backed[status] > 0, f"{text(f'status.{status.value}')} {number}")
        for status, number in view.counts.by_status.items()
        if number
    ]

    def wide(points: float) -> float:
        k = points / COUNT_POINTS[0]
        return sum(typeface.width(words, points) + 9.0 * k for _, _, words in counted)

    points = next((size for size in COUNT_POINTS if wide(size) <= width), COUNT_POINTS[-1])
    k, x, y = points / COUNT_POINTS[0], 0.0, 1.9
    for status, backed, words in counted:
        drawing.add(symbols.badge_at(status, backed=backed, x=x + 1.9 * k, y=y + 1.3 * k, size=3.8 * k))
        x += 4.8 * k
        x += drawing.write(words, x, y, points, colour=style.INK) + 4.2 * k
    return "; ".join([day, *(words for _, _, words in counted)]), drawing
