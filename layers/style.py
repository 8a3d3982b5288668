"""The colours, symbols and lines of the map, for screen and paper alike.

The ground is quiet: only statuses and the accent have saturated colours. Apart from two greys, the status colours are
those of Okabe and Ito ("Color Universal Design", 2008), which colour-blind people can tell apart. Each status also has
its own shape, so that a grey print can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from xml.etree import ElementTree

from layers.plan.terms import Precision, Status
from layers.resources import vendor_file

ACCENT = "#1F5FBF"
NEAR_OPACITY = 0.05
"""Opacity of the accent inside the surroundings that somebody asks about."""

"""Selection, links and controls."""

INK = "#1F2933"
"""Text and category symbols."""

WHITE = "#FFFFFF"
"""Paper, and whatever must stand out from the ground."""

BLACK = "#000000"

QUIET = "#5B6470"
"""Secondary text on the screen; on the map, circles of uncertainty and sites without tasks."""

MUTED = "#5F656D"
"""Secondary text on paper and slides, and names on the ground."""

RULE = "#C9CDD2"
"""Lines between the rows of a table."""

NO_TASK = "#9AA1AA"
"""Ring of a site without a task, and figures that are zero."""

LEADER = "#4B5563"
"""Lines from a symbol or name that was moved aside to its true place."""

QR_INK = "#111111"

LAND = "#EFECE4"
SEA = "#DCE9F2"
DISTRICT = WHITE
WATER = "#CFE2F0"
BOUNDARY = "#8A8F98"
MINOR_BOUNDARY = "#C9C6BE"
MASK = "#EFECE4"
MASK_OPACITY = 0.55

WATER_TEXT = "#3F7CA8"
METRO_TEXT = "#6F5A91"
AREA_TEXT = "#8C8778"

GROUND_TEXT = "#6B6F76"
"""Names on the ground on the screen, and titles of groups in a panel."""

DISTRICT_TEXT = "#8D8A82"
DOT = "#8A919B"
"""The dot that stands for a site without tasks where its symbol has no room."""

GRID_LINE = "#DDD9CF"
GRID_TEXT = "#A39E92"
GRID_SAMPLE = "#CFCABD"
"""The grid's line in the legend, where it must be visible on white."""


@dataclass(frozen=True, slots=True)
class StatusStyle:
    """How one status is drawn."""

    colour: str
    pale: str
    """Tint that fills the badge when no evidence backs the status."""
    shape: str
    """ring, dashed-ring, half-disc, tick-disc, triangle or cross."""


STATUS = {
    Status.PLANNED: StatusStyle("#7A828C", "#EDEEF0", "ring"),
    Status.SEEKING: StatusStyle("#CC79A7", "#F8EBF3", "dashed-ring"),
    Status.IN_PROGRESS: StatusStyle("#0072B2", "#DCEDF6", "half-disc"),
    Status.DONE: StatusStyle("#009E73", "#DBF2EA", "tick-disc"),
    Status.DELAYED: StatusStyle("#D55E00", "#FBE7D9", "triangle"),
    Status.STOPPED: StatusStyle("#4A4A4A", "#E4E4E4", "cross"),
}


MARKS = {
    Status.PLANNED: "○",
    Status.SEEKING: "◌",
    Status.IN_PROGRESS: "◐",
    Status.DONE: "✓",
    Status.DELAYED: "▲",
    Status.STOPPED: "×",
}
"""The characters closest to the badges of statuses, for tables of other programs: text stays in its row."""


def lighter(colour: str) -> str:
    """Return `#RRGGBB` a third of the way to white, for the mark of a status that no evidence backs."""
    return "#" + "".join(f"{(2 * int(colour[n : n + 2], 16) + 255) // 3:02X}" for n in (1, 3, 5))


def badge(status: Status, *, backed: bool) -> list[tuple[str, dict[str, str]]]:
    """Return the badge of a status as SVG elements (name, attributes) in a box of 16 by 16 units around 0, 0.

    When evidence backs the status, the shape is filled with its colour or with white; otherwise with the pale tint.
    """
    look = STATUS[status]
    fill = look.colour if backed else look.pale
    ring = {"r": "5.4", "fill": WHITE if backed else look.pale, "stroke": look.colour, "stroke-width": "2"}
    edge = {"stroke": look.colour, "stroke-width": "1.5", "stroke-linejoin": "round"}
    mark = {
        "fill": "none",
        "stroke": WHITE if backed else look.colour,
        "stroke-width": "1.9",
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
    }
    disc = ("circle", {"r": "6", "fill": fill, **edge})
    shapes = {
        "ring": [("circle", ring)],
        "dashed-ring": [("circle", {**ring, "stroke-dasharray": "3.2 2.4"})],
        "half-disc": [
            ("circle", {"r": "5.6", "fill": WHITE, **edge}),
            ("path", {"d": "M0 -5.6A5.6 5.6 0 0 0 0 5.6Z", "fill": fill, **edge}),
        ],
        "tick-disc": [disc, ("path", {"d": "M-2.9 0.2L-0.7 2.5L3.1 -2.3", **mark})],
        "triangle": [
            ("path", {"d": "M0 -6L6 4.8H-6Z", "fill": fill, **edge}),
            ("path", {"d": "M0 -2.2V1.2M0 3V3.1", **mark}),
        ],
        "cross": [disc, ("path", {"d": "M-2.4 -2.4L2.4 2.4M2.4 -2.4L-2.4 2.4", **mark})],
    }
    return shapes[look.shape]


def filtered_badge() -> list[tuple[str, dict[str, str]]]:
    """Return the badge of a site whose tasks are all filtered out, as `badge` does: a bar, in the grey of no task."""
    bar = {"fill": "none", "stroke": WHITE, "stroke-width": "2.2", "stroke-linecap": "round"}
    return [
        ("circle", {"r": "6", "fill": NO_TASK, "stroke": WHITE, "stroke-width": "1.5"}),
        ("path", {"d": "M-2.6 0L2.6 0", **bar}),
    ]


_CHANGES = {
    "forward": "M0 3.8L0 -3.8M-3.2 -0.8L0 -3.8L3.2 -0.8",
    "back": "M0 -3.8L0 3.8M-3.2 0.8L0 3.8L3.2 0.8",
    "first": "M0 -3.4L3.4 0L0 3.4L-3.4 0Z",
    "evidence": "M-3.6 0L3.6 0M0 -3.6L0 3.6",
    "withdrawn": "M-2.9 -2.9L2.9 2.9M-2.9 2.9L2.9 -2.9",
    "said": "M-3.4 0L3.4 0",
    "amended": "M-3.4 -1.8L3.4 -1.8M-3.4 1.8L3.4 1.8",
}
"""What is drawn in the mark of each kind of change: arrows for a status, other shapes for what became known."""


def change_badge(mark: str) -> list[tuple[str, dict[str, str]]]:
    """Return the mark of a change as `badge` does: a dark square, which no status has, also in grey print."""
    line = {"stroke": WHITE, "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round"}
    square = {"d": "M-6.5 -6.5L6.5 -6.5L6.5 6.5L-6.5 6.5Z", "fill": INK, "stroke": WHITE, "stroke-width": "1.5"}
    return [("path", square), ("path", {"d": _CHANGES[mark], "fill": "none", **line})]


def overdue_badge() -> list[tuple[str, dict[str, str]]]:
    """Return the mark of a site with an overdue task as `badge` does: a dark hourglass, which no status has."""
    glass = "M-4 -5.4L4 -5.4L0.7 0L4 5.4L-4 5.4L-0.7 0Z"
    edge = {"stroke-linejoin": "round", "stroke-linecap": "round"}
    return [
        ("path", {"d": glass, "fill": WHITE, "stroke": WHITE, "stroke-width": "4", **edge}),
        ("path", {"d": glass, "fill": INK, "stroke": INK, "stroke-width": "1", **edge}),
    ]


CHANGE_MARKS = tuple(_CHANGES)
"""The names of the marks of changes."""


def badge_svg(status: Status, *, backed: bool, margin: int = 0) -> str:
    """Return the badge of a status as an SVG file, with `margin` units of empty space around its box of 16 by 16."""
    return _svg_file(badge(status, backed=backed), margin)


def change_svg(mark: str) -> str:
    """Return the mark of a change as an SVG file."""
    return _svg_file(change_badge(mark), 0)


def _svg_file(elements: list[tuple[str, dict[str, str]]], margin: int) -> str:
    parts = ""
    for name, values in elements:
        parts += f"<{name} " + " ".join(f'{key}="{value}"' for key, value in values.items()) + "/>"
    low, size = -8 - margin, 16 + 2 * margin
    box = f"{low} {low} {size} {size}"
    attributes = f'xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{size}" height="{size}"'
    return f"<svg {attributes}>{parts}</svg>"


@dataclass(frozen=True, slots=True)
class CategoryStyle:
    """How sites of one category are drawn."""

    icon: str
    """Name of a Maki icon (CC0)."""
    ground: str
    """Name of a line or area style in `GROUND`, empty for the plain one."""
    priority: int
    """Labels of higher priority are placed first."""
    label_zoom: int
    """The zoom from which the label may show."""


CATEGORIES = {
    "lake": CategoryStyle("water", "water", 80, 9),
    "leisure": CategoryStyle("amusement-park", "", 60, 11),
    "agriculture": CategoryStyle("farm", "", 55, 11),
    "railway-station": CategoryStyle("rail", "", 75, 10),
    "railway": CategoryStyle("rail-light", "railway", 20, 11),
    "metro-station": CategoryStyle("rail-metro", "metro-station", 30, 13),
    "metro-line": CategoryStyle("rail-metro", "metro", 22, 11),
    "airport": CategoryStyle("airport", "", 78, 9),
    "runway": CategoryStyle("airfield", "runway", 18, 13),
    "terminal": CategoryStyle("terminal", "", 50, 13),
    "apron": CategoryStyle("airfield", "apron", 12, 15),
    "navaid": CategoryStyle("communications-tower", "navaid", 15, 14),
    "heliport": CategoryStyle("heliport", "runway", 25, 13),
    "road": CategoryStyle("car", "road", 35, 11),
    "river": CategoryStyle("water", "river", 65, 10),
    "university": CategoryStyle("college", "", 62, 11),
    "development-zone": CategoryStyle("commercial", "", 64, 10),
    "industry": CategoryStyle("industry", "", 58, 10),
    "business": CategoryStyle("suitcase", "", 55, 11),
    "innovation": CategoryStyle("rocket", "", 55, 11),
    "plan-area": CategoryStyle("landuse", "plan-area", 57, 11),
    "settlement": CategoryStyle("town", "", 54, 11),
    "district": CategoryStyle("town-hall", "district", 90, 8),
    "place": CategoryStyle("marker", "", 40, 13),
}
"""By category; a plan can use these and no others."""

GROUND: dict[str, list[dict[str, object]]] = {
    # Each style is a stack of strokes and fills, the lowest first. Widths, radii and dashes are in pixels of the
    # screen, before the zoom's stroke factor.
    "water": [{"fill": WATER, "fill_opacity": 0.75, "colour": "#8FB9D6", "width": 1.2}],
    "river": [{"colour": "#9CC4DF", "width": 6.5}, {"colour": WATER, "width": 5.0}],
    "railway": [{"colour": "#6B7280", "width": 2.6}, {"colour": "#FFFFFF", "width": 1.4, "dash": "7 7"}],
    "metro": [{"colour": "#B9A7CF", "width": 2.4}],
    "metro-station": [{"colour": "#8E78AE", "width": 1.4, "fill": "#FFFFFF", "fill_opacity": 1.0, "radius": 2.8}],
    "road": [{"colour": "#CFC8BA", "width": 5.0}, {"colour": "#FFFFFF", "width": 3.4}],
    "runway": [{"colour": "#A9AFB8", "width": 6.0}, {"colour": "#FFFFFF", "width": 0.9, "dash": "6 6"}],
    "apron": [{"fill": "#DDE0E5", "fill_opacity": 0.8, "colour": "#C3C8CF", "width": 0.8}],
    "navaid": [{"colour": "#7C848E", "width": 1.4, "fill": "#FFFFFF", "fill_opacity": 1.0, "radius": 2.4}],
    "plan-area": [{"fill": "#8A7A55", "fill_opacity": 0.07, "colour": "#7A6C4B", "width": 1.4}],
    "district": [{"colour": BOUNDARY, "width": 2.4}],
    "": [{"fill": INK, "fill_opacity": 0.05, "colour": "#5B6470", "width": 1.4}],
}

INTERFACE = {
    "accent": ACCENT,
    "accent-deep": "#184C9A",  # under the pointer
    "accent-wash": "#E8EFFA",  # behind what is chosen
    "accent-hover": "#EEF3FB",
    "ink": INK,
    "quiet": QUIET,
    "quiet-far": "#565F6B",  # second text that is read from the far end of a room
    "group": GROUND_TEXT,
    "faint": "#8B9098",  # of what is switched off, and grips
    "disabled": "#6B7280",
    "disabled-icon": "#A7ADB5",
    "disabled-wash": "#E4E2DC",
    "white": WHITE,
    "black": BLACK,
    "border": "#DEDCD5",
    "divider": "#ECEAE4",
    "wash": "#F0EEE8",  # around pictures, and under the pointer
    "card": "#F6F4EF",
    "desk": "#E9E6DE",  # under the pages of the overview
    "page-edge": BOUNDARY,
    "warn": "#C58A1B",
    "warn-wash": "#FBF3E4",
    "water": WATER,
    "pointer": "#E4002B",  # the pointer and the pen of a presenter: like no status, and nothing on a map
    "scale": LEADER,
    "swatch-edge": "#CFD4DA",
    **{f"status-{status.value.replace('_', '-')}": look.colour for status, look in STATUS.items()},
    **{f"pale-{status.value.replace('_', '-')}": look.pale for status, look in STATUS.items()},
}
"""Colours of pages and panels, by their names in style sheets without the prefix: `--pm-accent` and so on."""

SEE_THROUGH = ("accent", "ink", "white", "pointer")
"""Names of the colours that style sheets also use with an opacity, as in `rgb(var(--pm-ink-rgb) / 20%)`."""

SOFT = {
    # Colour, and opacity where the patch is strongest, by the ground style of the category.
    "water": ("#6FA8D0", 0.5),
    "plan-area": ("#8A7A55", 0.3),
    "apron": ("#8C939D", 0.36),
    "": (QUIET, 0.22),
}
"""How extents are drawn that nobody has published: as soft patches, without the edge that such an extent has not."""

SOFT_POINT = (QUIET, 0.18)
"""The same for the surroundings of a point that stands in for a place."""

SOFT_STEP = 1.6 / 255
"""Share of the way from black to white by which each band of a patch on paper is darker than the one around it: too
little to be seen as a line."""


def soft_look(category: str) -> tuple[str, float]:
    """Return colour and greatest opacity of the soft patch of a category."""
    return SOFT.get(CATEGORIES[category].ground, SOFT[""])


PRECISION_DASH = {Precision.APPROXIMATE: "5 4", Precision.NOMINAL: "2 5"}
"""Dashes, in pixels, of the outlines of inexact shapes: the less exact, the more open."""

SCREEN_FAMILY = "PlanMap Sans"
"""Name of the typeface that PlanMap serves for a plan, see `layers.browser.face`."""

FONT_FAMILIES = (
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    SCREEN_FAMILY,
    "Noto Sans SC Variable",
)
"""Chinese typefaces in order of preference. PlanMap serves the last two, so that no machine shows boxes."""


@lru_cache(maxsize=64)
def icon_path(name: str) -> str:
    """Return the SVG path data of the Maki icon `name`, in a box of 15 by 15 units."""
    root = ElementTree.parse(vendor_file(f"maki/icons/{name}.svg")).getroot()  # noqa: S314 - a locked dependency
    return " ".join(" ".join(path.attrib["d"].split()) for path in root.iter("{http://www.w3.org/2000/svg}path"))


def custom_properties(families: Sequence[str] = FONT_FAMILIES) -> str:
    """Return the colours and typefaces for our style sheets, as CSS; `families` in order of preference."""
    found = {name: colour.lower() for name, colour in INTERFACE.items()}
    found |= {f"{name}-rgb": " ".join(map(str, bytes.fromhex(INTERFACE[name][1:]))) for name in SEE_THROUGH}
    found["font"] = ",".join(f'"{name}"' for name in families) + ",sans-serif"
    return ":root{" + ";".join(f"--pm-{name}:{value}" for name, value in found.items()) + "}"


def tokens() -> dict[str, object]:
    """Return all of this as plain values, for the scripts in the browser."""
    return {
        "accent": ACCENT,
        "nearOpacity": NEAR_OPACITY,
        "ink": INK,
        "white": WHITE,
        "quiet": QUIET,
        "noTask": NO_TASK,
        "dot": DOT,
        "land": LAND,
        "sea": SEA,
        "districtFill": DISTRICT,
        "water": WATER,
        "boundary": BOUNDARY,
        "minorBoundary": MINOR_BOUNDARY,
        "mask": MASK,
        "maskOpacity": MASK_OPACITY,
        "focusText": MUTED,
        "districtText": DISTRICT_TEXT,
        "groundText": GROUND_TEXT,
        "waterText": WATER_TEXT,
        "metroText": METRO_TEXT,
        "gridLine": GRID_LINE,
        "gridText": GRID_TEXT,
        "gridSample": GRID_SAMPLE,
        "fonts": list(FONT_FAMILIES),
        "status": {
            status.value: {
                **asdict(style),
                "badge": badge(status, backed=True),
                "paleBadge": badge(status, backed=False),
            }
            for status, style in STATUS.items()
        },
        "filteredBadge": filtered_badge(),
        "overdue": overdue_badge(),
        "changes": {mark: change_badge(mark) for mark in CHANGE_MARKS},
        "categories": {key: {**asdict(style), "path": icon_path(style.icon)} for key, style in CATEGORIES.items()},
        "ground": GROUND,
        "dash": {precision.value: dash for precision, dash in PRECISION_DASH.items()},
        "soft": {
            **{name: _patch(*look) for name, look in SOFT.items()},
            "point": _patch(*SOFT_POINT),
        },
    }


def _patch(colour: str, opacity: float) -> dict[str, object]:
    return {"colour": colour, "opacity": opacity}
