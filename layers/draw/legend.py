"""The legend: what is really on the map, with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import shapely

from layers import style
from layers.draw import swatches, typeface
from layers.draw.canvas import SiteSymbols
from layers.draw.content import Content, ShownSite
from layers.draw.drawing import Box, Drawing
from layers.draw.ground import HALOS
from layers.draw.own import drawn_layers
from layers.draw.seen_ground import ground_kinds, seen_shapes, sees_boundary, sees_other_boundary, sees_sea
from layers.draw.service import seen_services
from layers.draw.soft import is_soft
from layers.draw.swatches import Picture
from layers.draw.typeface import MM_PER_POINT
from layers.font import Weight
from layers.ground import look
from layers.ground.files import ground_of
from layers.own.look import looks_of
from layers.own.words import look_words
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Precision, Status
from layers.selection.changes import Mark
from layers.selection.status import SiteState, TaskState
from layers.selection.vicinity import area_words, vicinity
from layers.service.words import legend_words
from layers.translation import Translation


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the legend."""

    group: str
    """Key of the group's title in the translations."""
    text: str
    count: int | None
    """How many are on the map; None for what cannot be counted."""
    picture: Picture
    summary: str = ""
    """What an entry says that stands for all of its group."""
    spare: bool = False
    """Whether paper with too little room can do without it: only grey symbols or the table have it, not a status on
    the map."""


_LINES = "legend.lines"
WAYS = ("legend.ways", "legend.ground-file")
"""The groups of what the ground has: that which came with the plan, and that from a file."""


def brief_entries(
    plan: Plan,
    scene: Scene,
    content: Content,
    text: Translation,
    *,
    listed: Collection[TaskState] = (),
    site_symbols: SiteSymbols | None = None,
    halos: frozenset[str] = HALOS,
) -> list[Entry]:
    """Return the entries for a slide: as `entries`, but without counts, and with the ground in one entry."""
    found = entries(plan, scene, content, text, listed=listed, site_symbols=site_symbols, halos=halos)
    return [replace(entry, count=None) for entry in shortened(found)]


def entries(
    plan: Plan,
    scene: Scene,
    content: Content,
    text: Translation,
    *,
    listed: Collection[TaskState] = (),
    site_symbols: SiteSymbols | None = None,
    halos: frozenset[str] = HALOS,
    before: Sequence[Entry] = (),
) -> list[Entry]:
    """Return the entries for what is on the map, in order, and for the statuses of `listed`, the tasks of its table.

    Without `site_symbols`, before they have been placed, everything in the frame counts as drawn. What was returned
    then can be given as `before`: the entries of lines and areas are the same once more.
    """
    marked = [
        shown
        for shown in content.sites
        if (shown.number is not None or shown.quiet) and (site_symbols is None or shown.site.id in site_symbols.drawn)
    ]
    around = (swatches.halo, swatches.proxy, swatches.near)
    ground = [entry for entry in before if entry.group in (_LINES, *WAYS) and entry.picture not in around]
    return [
        *_statuses([shown.state for shown in marked if shown.number is not None], listed, text),
        *_overdue(marked, text),
        *_changes(marked, text),
        *_categories(marked, text),
        *_points(content, text, moved=site_symbols is None or site_symbols.moved),
        *(ground if before else [*_ground(plan, scene, content, text), *_ways(plan, scene, content, text)]),
        *_own(plan, scene, content, text),
        *_services(plan, scene, content, text),
        *_precision(text, halos=halos),
        *_surroundings(plan, scene, content, text),
    ]


def _statuses(states: Sequence[SiteState | None], listed: Iterable[TaskState], text: Translation) -> list[Entry]:
    counts = Counter((state.status, state.backed) for state in states if state is not None)
    # A badge in the table is to be explained as well, if no symbol on the map has it.
    in_table = {(state.status, state.backed) for state in listed}
    found = []
    for status in Status:
        for backed in (True, False):
            count = counts[status, backed]
            if count or (status, backed) in in_table:
                label = text(f"status.{status.value}")
                label += text("sheet.backed" if backed else "sheet.only-stated")
                picture = swatches.badge(status, backed)
                found.append(Entry("legend.site-status", label, count or None, picture, spare=not count))
    return found


def _overdue(marked: Sequence[ShownSite], text: Translation) -> list[Entry]:
    count = sum(shown.number is not None and shown.state is not None and shown.state.overdue for shown in marked)
    return [Entry("legend.site-status", text("legend.overdue"), count, swatches.overdue)] if count else []


def _changes(marked: Sequence[ShownSite], text: Translation) -> list[Entry]:
    """Return the marks of changes on the map, and what stands back."""
    counts = Counter(shown.mark for shown in marked)
    found = [
        Entry("legend.changes", text(f"mark.{mark.value}"), counts[mark.value], swatches.change(mark.value))
        for mark in Mark
        if counts[mark.value]
    ]
    same = sum(shown.stands_back and shown.number is not None for shown in marked)
    return [*found, *([Entry("legend.changes", text("legend.unchanged"), same, swatches.stands_back)] if same else [])]


def _categories(marked: Sequence[ShownSite], text: Translation) -> list[Entry]:
    counts = Counter(shown.site.category for shown in marked)
    grey = [shown for shown in marked if shown.number is None]
    only_grey = counts.keys() - {shown.site.category for shown in marked if shown.number is not None}
    found = [
        Entry(
            "legend.category",
            text(f"category.{category}"),
            counts[category],
            swatches.icon(category),
            spare=category in only_grey,
        )
        for category in style.CATEGORIES
        if counts[category]
    ]
    for key, picture, count in (
        ("legend.no-task", swatches.no_task, sum(not shown.has_tasks for shown in grey)),
        ("legend.filtered-out", swatches.filtered_out, sum(shown.filtered_out for shown in grey)),
        ("legend.no-status", swatches.no_task, sum(shown.has_tasks and not shown.filtered_out for shown in grey)),
    ):
        if count:
            found.append(Entry("legend.category", text(key), count, picture))
    return found


def _points(content: Content, text: Translation, *, moved: bool) -> list[Entry]:
    found = []
    if any(shown.part and shown.simple and not shown.layer.ground for shown in content.sites):
        found.append(Entry("legend.category", text("legend.part"), None, swatches.part))
    if moved:
        found.append(Entry("legend.category", text("sheet.moved"), None, swatches.moved_aside))
    return found


def _ground(plan: Plan, scene: Scene, content: Content, text: Translation) -> list[Entry]:
    alike: dict[tuple[str, bool, str, str], list[ShownSite]] = {}
    for shown in seen_shapes(content):
        form = "point" if shown.simple else "line" if shown.linear else "area"
        # What is drawn alike is one entry.
        looks = shown.site.category, is_soft(shown), form, "" if is_soft(shown) else swatches.dash_of(shown)
        alike.setdefault(looks, []).append(shown)
    order = list(style.CATEGORIES)
    found = [
        # Two sides of one place are one place.
        Entry(
            _LINES,
            _ground_words(group, text),
            len({plan.whole(shown.site.id) for shown in group}),
            swatches.ground_picture(group[0]),
        )
        for _, group in sorted(alike.items(), key=lambda pair: (order.index(pair[0][0]), *pair[0][1:]))
    ]
    for key, picture, is_seen in (
        ("legend.boundary", swatches.boundary, sees_boundary),
        ("legend.other-boundary", swatches.other_boundary, sees_other_boundary),
        ("legend.sea", swatches.sea, sees_sea),
    ):
        if is_seen(plan, scene, content):
            found.append(Entry(_LINES, text(key), None, picture))
    return found


def _ways(plan: Plan, scene: Scene, content: Content, text: Translation) -> list[Entry]:
    """Return the classes of roads and waters of the ground that are drawn; their title says what they are."""
    title = WAYS[0] if ground_of(plan, scene.basemap) is None else WAYS[1]
    lines, areas = ground_kinds(plan, scene, content)
    found = []
    for groups, drawn, picture in (
        (look.LEGEND, lines, swatches.way),
        (look.AREA_LEGEND, areas, swatches.fill),
    ):
        for group, kinds in groups.items():
            kind = next((kind for kind in kinds if kind in drawn), None)
            if kind is not None:
                found.append(Entry(title, text(f"legend.{group}"), None, picture(kind), text(title)))
    return found


def shortened(found: Sequence[Entry]) -> list[Entry]:
    """Return the entries with all roads and waters of the ground in one, for paper that has no room for more."""
    first = next((entry for entry in found if entry.group in WAYS), None)
    rest = [entry for entry in found if entry.group not in WAYS]
    return rest if first is None else [*rest, replace(first, group=_LINES, text=first.summary)]


def least(found: Sequence[Entry]) -> list[Entry]:
    """Return the entries without those that can be spared, for paper with even less room."""
    return [entry for entry in shortened(found) if not entry.spare]


def _ground_words(alike: Sequence[ShownSite], text: Translation) -> str:
    name = text(f"category.{alike[0].site.category}")
    precisions = {shown.site.precision for shown in alike}
    if precisions == {Precision.NOMINAL}:
        return name + text("legend.nominal-area" if is_soft(alike[0]) else "legend.nominal-line")
    if swatches.dash_of(alike[0]):
        return name + text("legend.approximate")
    return name


def _own(plan: Plan, scene: Scene, content: Content, text: Translation) -> list[Entry]:
    """Return the own layers on the map, with how many of their features; what is not exact is said here too."""
    found = []
    for layer, own in drawn_layers(plan, scene, content):
        for number, each in enumerate(looks_of(layer)):
            count = own.count(number)
            if each is not None and count:
                words = look_words(layer, each, text)
                if layer.scene_id in scene.questions:
                    words = text("ask.legend", words=words)
                found.append(Entry("legend.own", words, count, swatches.own(each.symbol, layer.shape.value)))
    return found


def _services(plan: Plan, scene: Scene, content: Content, text: Translation) -> list[Entry]:
    """Return the map services on the map, with whom each names as its source."""
    return [
        Entry("legend.services", legend_words(layer, text), None, swatches.service)
        for layer in seen_services(plan, scene, content)
    ]


def _precision(text: Translation, *, halos: frozenset[str]) -> list[Entry]:
    listed = (("accuracy", "legend.halo", swatches.halo), ("soft-point", "legend.proxy", swatches.proxy))
    return [Entry(_LINES, text(words), None, picture) for name, words, picture in listed if name in halos]


def _surroundings(plan: Plan, scene: Scene, content: Content, text: Translation) -> list[Entry]:
    """Return the entry for the surroundings that the Scene asks about, where their outline is on the map."""
    around = vicinity(plan, scene.near)
    if around is None or not plan.grid.project(around.area).boundary.intersects(shapely.box(*content.extent)):
        return []
    return [Entry(_LINES, area_words(around.near, text), None, swatches.near)]


def height(found: Sequence[Entry], width: float, *, size: float, columns: int, text: Translation) -> float:
    """Return the height in millimetres of the legend with its title, at a `width` in millimetres."""
    return _lay_out(None, found, Box(0, 0, width, 0), size=size, columns=columns, text=text)


def widest(found: Sequence[Entry], *, size: float) -> float:
    """Return the width in millimetres of the widest entry."""
    points = typeface.readable(6.8 * size)
    return max((_width(entry, points, size) for entry in found), default=0.0)


def _width(entry: Entry, points: float, size: float) -> float:
    count = "" if entry.count is None else str(entry.count)
    return 6.2 * size + typeface.width(entry.text + count, points) + 2.6 * size


def draw_legend(
    drawing: Drawing, found: Sequence[Entry], box: Box, *, size: float, columns: int, text: Translation
) -> float:
    """Draw the legend from the top of `box` down; return its height in millimetres."""
    return _lay_out(drawing, found, box, size=size, columns=columns, text=text)


def _lay_out(
    drawing: Drawing | None, found: Sequence[Entry], box: Box, *, size: float, columns: int, text: Translation
) -> float:
    """Measure the legend, and draw it if there is a drawing; return its height in millimetres."""
    points = typeface.readable(6.8 * size)
    small = typeface.readable(6.0 * size)
    row = points * MM_PER_POINT * 1.56
    cell = 3.3 * size
    y = box.top
    if drawing is not None:
        heading(drawing, text("map.legend"), box.left, y, size=size)
    y -= HEADING_MM * size
    column = box.width / columns
    groups: dict[str, list[Entry]] = {}
    for entry in found:
        groups.setdefault(entry.group, []).append(entry)
    for group, members in groups.items():
        for words in typeface.wrap(text(group), box.width, small):
            if drawing is not None:
                drawing.write(words, box.left, y - 0.38 * small, small, colour=style.MUTED)
            y -= 0.483 * small
        y -= 0.6 * size
        places = slots([_width(entry, points, size) for entry in members], column, columns)
        for entry, (down, across) in zip(members, places, strict=True):
            middle = y - (down + 0.5) * row
            left = box.left + across * column
            if drawing is not None:
                drawing.add(entry.picture(left + 2.7 * size, middle, cell))
                baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
                start = left + 6.2 * size
                count = 0.0 if entry.count is None else typeface.width(str(entry.count), points) + 1.2 * size
                words = typeface.shortened(entry.text, points, box.right - start - count)
                start += drawing.write(words, start, baseline, points, colour=style.INK)
                if entry.count is not None:
                    drawing.write(str(entry.count), start + 1.2 * size, baseline, points, colour=style.MUTED)
        y -= (max((down for down, _ in places), default=-1) + 1) * row + 1.3 * size
    return box.top - y


def slots(widths: Sequence[float], column: float, columns: int) -> list[tuple[int, int]]:
    """Return row and column of each entry by its width; one wider than its `column` takes the next column too."""
    places: list[tuple[int, int]] = []
    down = across = 0
    for width in widths:
        span = min(columns, max(1, -int(-width // column)))
        if across + span > columns:
            down, across = down + 1, 0
        places.append((down, across))
        across += span
    return places


HEADING_MM = 5.6


def heading(drawing: Drawing, words: str, left: float, top: float, *, size: float) -> None:
    """Write the title of a block whose upper left corner is `left`, `top`."""
    points = typeface.readable(9.0 * size)
    drawing.write(words, left, top - 3.3 * size, points, weight=Weight.BOLD, colour=style.INK)
