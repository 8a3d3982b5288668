"""The legend: what is really on the map, with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import shapely

from layers import style
from layers.draw import symbols, typeface
from layers.draw.canvas import SiteSymbols
from layers.draw.content import Content, ShownSite, ground_style
from layers.draw.drawing import PIXEL, Box, Drawing, Shape, circle, line, rectangle
from layers.draw.ground import HALOS, is_under_picture, strokes
from layers.draw.soft import is_soft, soft_sample
from layers.draw.typeface import MM_PER_POINT
from layers.draw.ways import seen_areas, seen_ways
from layers.font import Weight
from layers.ground import look
from layers.ground.files import ground_of
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Precision, Status
from layers.region import region
from layers.translation import Translation

Picture = Callable[[float, float, float], Sequence[Shape]]
"""Returns the sample of an entry around x, y in a cell of a certain height; takes all three in millimetres."""


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


_LINES = "legend.lines"
WAYS = ("legend.ways", "legend.ground-file")
"""The groups of what the ground has: that which came with the plan, and that from a file."""


def brief_entries(
    plan: Plan,
    scene: Scene,
    content: Content,
    text: Translation,
    *,
    site_symbols: SiteSymbols | None = None,
    halos: frozenset[str] = HALOS,
) -> list[Entry]:
    """Return the entries for a slide: as `entries`, but without counts and without `style.DETAILS`."""
    asked = tuple(shown for shown in content.sites if shown.site.category not in style.DETAILS)
    found = entries(plan, scene, replace(content, sites=asked), text, site_symbols=site_symbols, halos=halos)
    return [replace(entry, count=None) for entry in shortened(found)]


def entries(
    plan: Plan,
    scene: Scene,
    content: Content,
    text: Translation,
    *,
    site_symbols: SiteSymbols | None = None,
    halos: frozenset[str] = HALOS,
    before: Sequence[Entry] = (),
) -> list[Entry]:
    """Return the entries for what is on the map, in order.

    Without `site_symbols`, before they have been placed, everything in the frame counts as drawn. What was returned
    then can be given as `before`: the entries of lines and areas are the same once more.
    """
    drawn = [
        shown
        for shown in content.sites
        if site_symbols is None
        or shown.number is not None
        or shown.layer.ground
        or not shown.simple
        or shown.part
        or shown.site.id in site_symbols.drawn
    ]
    ground = [entry for entry in before if entry.group in (_LINES, *WAYS) and entry.picture not in (_halo, _proxy)]
    return [
        *_statuses(content, text),
        *_categories(drawn, text, moved=site_symbols is None or site_symbols.moved),
        *(ground if before else [*_ground(plan, content, text), *_ways(plan, scene, content, text)]),
        *_precision(text, halos=halos),
    ]


def _statuses(content: Content, text: Translation) -> list[Entry]:
    states = [shown.state for shown in content.numbered if shown.state is not None]
    found = []
    for status in Status:
        for backed in (True, False):
            count = sum(state.status is status and state.backed is backed for state in states)
            if count:
                label = text(f"status.{status.value}")
                label += text("sheet.backed" if backed else "sheet.only-stated")
                found.append(Entry("legend.site-status", label, count, _badge(status, backed)))
    return found


def _badge(status: Status, backed: bool) -> Picture:
    return lambda x, y, cell: symbols.badge_at(status, backed=backed, x=x, y=y, size=cell)


def _categories(drawn: Sequence[ShownSite], text: Translation, *, moved: bool) -> list[Entry]:
    with_symbol = [shown for shown in drawn if shown.number is not None or shown.quiet]
    counts = Counter(shown.site.category for shown in with_symbol)
    found = [
        Entry("legend.category", text(f"category.{category}"), counts[category], _icon(category))
        for category in style.CATEGORIES
        if counts[category]
    ]
    quiet = sum(shown.number is None for shown in with_symbol)
    if quiet:
        found.append(Entry("legend.category", text("sheet.no-task"), quiet, _no_task))
    if any(shown.part and shown.simple and not shown.layer.ground for shown in drawn):
        found.append(Entry("legend.category", text("legend.part"), None, _part))
    if moved:
        found.append(Entry("legend.category", text("sheet.moved"), None, _moved))
    return found


def _no_task(x: float, y: float, cell: float) -> list[Shape]:
    return [circle(x, y, cell * 0.42, fill=style.WHITE, stroke=style.NO_TASK, line_width=cell * 0.06)]


def _part(x: float, y: float, cell: float) -> list[Shape]:
    return [symbols.part_at(x, y, cell * 0.24, lit=False)]


def _moved(x: float, y: float, cell: float) -> list[Shape]:
    ends = [(x - cell * 0.5, y - cell * 0.2), (x + cell * 0.3, y + cell * 0.2)]
    return [
        line(ends, stroke=style.LEADER, line_width=cell * 0.07),
        circle(*ends[0], cell * 0.16, fill=style.LEADER),
        circle(*ends[1], cell * 0.3, fill=style.WHITE, stroke=style.NO_TASK, line_width=cell * 0.06),
    ]


def _icon(category: str) -> Picture:
    return lambda x, y, cell: [symbols.icon_at(category, x=x, y=y, size=cell * 0.82)]


def _ground(plan: Plan, content: Content, text: Translation) -> list[Entry]:
    drawn = [shown for shown in content.sites if shown.layer.ground or not shown.simple]
    found = []
    for category in style.CATEGORIES:
        of_category = [shown for shown in drawn if shown.site.category == category]
        for soft in (False, True):
            alike = [shown for shown in of_category if is_soft(shown) is soft]
            if alike:
                # Two sides of one place are one place.
                count = len({plan.whole(shown.site.id) for shown in alike})
                found.append(Entry(_LINES, _ground_words(alike, text), count, _ground_picture(alike[0])))
    frame = shapely.box(*content.extent)
    place = region(plan)
    home = place.focus
    if home is not None and home.geometry.boundary.intersects(frame):
        found.append(Entry(_LINES, text("legend.boundary"), None, _boundary))
    if any(area is not home and area.geometry.boundary.intersects(frame) for area in place.districts):
        found.append(Entry(_LINES, text("sheet.other-boundary"), None, _other_boundary))
    if not place.dry_land.contains(frame):
        found.append(Entry(_LINES, text("sheet.sea"), None, _sea))
    return found


def _ways(plan: Plan, scene: Scene, content: Content, text: Translation) -> list[Entry]:
    """Return the classes of roads and waters of the ground that are drawn; their title says what they are."""
    if is_under_picture(plan, scene, content):
        return []
    drawn = {seen.kind for seen in seen_ways(plan, scene, content)}
    ground = ground_of(plan, scene.basemap)
    title = WAYS[0] if ground is None else WAYS[1]
    found = [
        Entry(title, text(f"legend.{group}"), None, _way(next(kind for kind in kinds if kind in drawn)), text(title))
        for group, kinds in look.LEGEND.items()
        if drawn.intersection(kinds)
    ]
    areas = seen_areas(plan, scene, content)
    return found + [
        Entry(title, text(f"legend.{group}"), None, _fill(next(kind for kind in kinds if kind in areas)), text(title))
        for group, kinds in look.AREA_LEGEND.items()
        if not areas.keys().isdisjoint(kinds)
    ]


def _fill(kind: str) -> Picture:
    def picture(x: float, y: float, cell: float) -> list[Shape]:
        box = Box(x - cell * 0.75, y - cell * 0.35, x + cell * 0.75, y + cell * 0.35)
        return [rectangle(box, fill=look.AREAS[kind].fill)]

    return picture


def shortened(found: Sequence[Entry]) -> list[Entry]:
    """Return the entries with all roads and waters of the ground in one, for paper that has no room for more."""
    first = next((entry for entry in found if entry.group in WAYS), None)
    rest = [entry for entry in found if entry.group not in WAYS]
    return rest if first is None else [*rest, replace(first, group=_LINES, text=first.summary)]


def _way(kind: str) -> Picture:
    looks = look.style_of(kind)

    def picture(x: float, y: float, cell: float) -> list[Shape]:
        ends = [(x - cell * 0.75, y), (x + cell * 0.75, y)]
        dash = tuple(float(part) * PIXEL * cell / 3.2 for part in looks.dash.split())
        if looks.single:
            return [line(ends, stroke=looks.edge, line_width=cell * 0.1, dash=dash)]
        return [
            line(ends, stroke=looks.edge, line_width=cell * 0.34),
            line(ends, stroke=looks.fill, line_width=cell * 0.22, dash=dash),
        ]

    return picture


def _ground_words(alike: Sequence[ShownSite], text: Translation) -> str:
    name = text(f"category.{alike[0].site.category}")
    if not all(shown.site.precision is Precision.NOMINAL for shown in alike):
        return name
    return name + text("legend.nominal-line" if alike[0].linear else "legend.nominal-area")


def _ground_picture(sample: ShownSite) -> Picture:
    if is_soft(sample):
        look = style.soft_look(sample.site.category)
        return lambda x, y, cell: soft_sample(x, y, cell, *look)
    looks = ground_style(sample)
    if sample.simple:
        return _dot(looks)
    dash = "" if sample.layer.ground else style.PRECISION_DASH.get(sample.site.precision, "")
    return _stroke(looks, dash, linear=sample.linear)


def _stroke(looks: list[dict[str, object]], dash: str, *, linear: bool) -> Picture:
    def picture(x: float, y: float, cell: float) -> list[Shape]:
        if linear:
            sample = shapely.LineString([(x - cell * 0.75, y), (x + cell * 0.75, y)])
            return strokes(sample, [{**look, "fill": ""} for look in looks], PIXEL * 0.9 * cell / 3.2, dash=dash)
        area = shapely.box(x - cell * 0.7, y - cell * 0.38, x + cell * 0.7, y + cell * 0.38)
        return strokes(area, looks, PIXEL * 0.9 * cell / 3.2, dash=dash)

    return picture


def _dot(looks: list[dict[str, object]]) -> Picture:
    def picture(x: float, y: float, cell: float) -> list[Shape]:
        unit = PIXEL * cell / 3.2
        return [
            circle(
                x,
                y,
                float(str(look.get("radius", 2.5))) * unit,
                fill=str(look.get("fill", "")),
                stroke=str(look.get("colour", "")),
                line_width=float(str(look.get("width", 1.0))) * unit,
            )
            for look in looks
        ]

    return picture


def _boundary(x: float, y: float, cell: float) -> list[Shape]:
    return [line([(x - cell * 0.75, y), (x + cell * 0.75, y)], stroke=style.BOUNDARY, line_width=cell * 0.16)]


def _other_boundary(x: float, y: float, cell: float) -> list[Shape]:
    return [line([(x - cell * 0.75, y), (x + cell * 0.75, y)], stroke=style.MINOR_BOUNDARY, line_width=cell * 0.08)]


def _sea(x: float, y: float, cell: float) -> list[Shape]:
    return [rectangle(Box(x - cell * 0.7, y - cell * 0.38, x + cell * 0.7, y + cell * 0.38), fill=style.SEA)]


def _precision(text: Translation, *, halos: frozenset[str]) -> list[Entry]:
    listed = (("accuracy", "legend.halo", _halo), ("soft-point", "legend.proxy", _proxy))
    return [Entry(_LINES, text(words), None, picture) for name, words, picture in listed if name in halos]


def _proxy(x: float, y: float, cell: float) -> list[Shape]:
    return soft_sample(x, y, cell, *style.SOFT_POINT)


def _halo(x: float, y: float, cell: float) -> list[Shape]:
    look = {"fill": style.QUIET, "fill_opacity": 0.06, "stroke": style.QUIET, "line_width": 0.18, "dash": (0.8, 0.6)}
    return [circle(x, y, cell * 0.5, **look)]


def height(found: Sequence[Entry], width: float, *, size: float, columns: int, text: Translation) -> float:
    """Return the height in millimetres of the legend with its title, at a `width` in millimetres."""
    return _lay_out(None, found, Box(0, 0, width, 0), size=size, columns=columns, text=text)


def draw_legend(
    drawing: Drawing, found: Sequence[Entry], box: Box, *, size: float, columns: int, text: Translation
) -> float:
    """Draw the legend from the top of `box` down; return its height in millimetres."""
    return _lay_out(drawing, found, box, size=size, columns=columns, text=text)


def _lay_out(
    drawing: Drawing | None, found: Sequence[Entry], box: Box, *, size: float, columns: int, text: Translation
) -> float:
    """Measure the legend, and draw it if there is a drawing; return its height in millimetres."""
    points = 6.8 * size
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
        for words in typeface.wrap(text(group), box.width, 6.0 * size):
            if drawing is not None:
                drawing.write(words, box.left, y - 2.3 * size, 6.0 * size, colour=style.MUTED)
            y -= 2.9 * size
        y -= 0.6 * size
        places = slots(members, column, columns, points, size)
        for entry, (down, across) in zip(members, places, strict=True):
            middle = y - (down + 0.5) * row
            left = box.left + across * column
            if drawing is not None:
                drawing.add(entry.picture(left + 2.7 * size, middle, cell))
                baseline = middle - typeface.IDEOGRAPH_MIDDLE * points * MM_PER_POINT
                start = left + 6.2 * size
                start += drawing.write(entry.text, start, baseline, points, colour=style.INK)
                if entry.count is not None:
                    drawing.write(str(entry.count), start + 1.2 * size, baseline, points, colour=style.MUTED)
        y -= (max((down for down, _ in places), default=-1) + 1) * row + 1.3 * size
    return box.top - y


def slots(members: Sequence[Entry], column: float, columns: int, points: float, size: float) -> list[tuple[int, int]]:
    """Return row and column of each entry; an entry wider than its column takes the next column too."""
    places: list[tuple[int, int]] = []
    down = across = 0
    for entry in members:
        count = "" if entry.count is None else str(entry.count)
        needed = 6.2 * size + typeface.width(entry.text + count, points) + 2.6 * size
        span = min(columns, max(1, -int(-needed // column)))
        if across + span > columns:
            down, across = down + 1, 0
        places.append((down, across))
        across += span
    return places


HEADING_MM = 5.6


def heading(drawing: Drawing, words: str, left: float, top: float, *, size: float) -> None:
    """Write the title of a block whose upper left corner is `left`, `top`."""
    points = 9.0 * size
    drawing.write(words, left, top - 3.3 * size, points, weight=Weight.BOLD, colour=style.INK)
