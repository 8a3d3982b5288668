"""How QGIS draws the sites of a plan: our own symbols of statuses, and the lines and areas of the ground."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement, fromstring, tostring

from layers import style
from layers.escape import legible
from layers.listing.flat import status_words
from layers.own.layer_style import LAST_ZOOM, Labels, LayerStyle
from layers.own.qml_values import colour_words, in_points, write_layer
from layers.own.qml_writing import to_qml
from layers.own.symbol_value import Symbol
from layers.plan.plan import Site
from layers.plan.terms import Precision, Status
from layers.selection.status import SiteState
from layers.translation import Translation

LABEL = "map_label"
"""The field that is written beside a site: its name, and for a nominal position that it is none."""

BADGE_PX = 18.0
"""Pixels across the symbol of a site."""
RING_PX = 26.0
"""The same of the ring around a site whose place is not exact."""

_TYPES = {"point": "marker", "line": "line", "area": "fill"}
_RINGS = {Precision.APPROXIMATE: "dash", Precision.NOMINAL: "dot"}
"""Qt's pens for the outlines of inexact shapes; `style.PRECISION_DASH` has them for the screen."""


@dataclass(frozen=True, slots=True)
class Look:
    """Sites that are drawn alike."""

    category: str
    ground: bool
    status: Status | None
    backed: bool
    precision: Precision

    @classmethod
    def of(cls, site: Site, state: SiteState | None, *, ground: bool) -> Look:
        """Return the look of a site that stands like `state`; of the quiet ground, statuses are not shown."""
        kept = None if ground else state
        inexact = site.precision if site.precision in _RINGS else Precision.MAPPED
        return cls(site.category, ground, kept.status if kept else None, bool(kept and kept.backed), inexact)

    def condition(self) -> str:
        """Return which features have it, as an expression of QGIS."""
        parts = [f"\"site_category\" = '{self.category}'"]
        exact = " AND ".join(f"\"precision\" <> '{each}'" for each in _RINGS)
        parts.append(exact if self.precision not in _RINGS else f"\"precision\" = '{self.precision}'")
        if self.status is not None:
            parts += [f"\"status\" = '{self.status}'", '"status_backed"' if self.backed else 'NOT "status_backed"']
        elif not self.ground:
            parts.append('"status" IS NULL')
        return " AND ".join(parts)

    def title(self, text: Translation) -> str:
        """Return what the legend calls it."""
        words = [text(f"category.{self.category}")]
        if self.status is not None:
            words.append(status_words(self.status, text) + (text("qgis.backed") if self.backed else ""))
        if self.precision in _RINGS:
            words.append(text(f"precision.{self.precision}"))
        return text("data.comma").join(words)


def different(looks: Iterable[Look]) -> list[Look]:
    """Return the looks that there are, each once, in a steady order."""
    return sorted(set(looks), key=lambda look: (str(look.status), not look.backed, look.category, look.precision))


def sites_qml(looks: Sequence[Look], kind: str, text: Translation) -> str:
    """Return the style, as QML, of sites of a `kind` (point, line, area) that have `looks`."""
    zoom = min((style.CATEGORIES[look.category].label_zoom for look in looks), default=0)
    quiet = all(look.ground for look in looks)
    labels = Labels(
        f"{{{LABEL}}}",
        size=11.0 if quiet else 12.0,
        colour=style.GROUND_TEXT if quiet else style.INK,
        halo=style.WHITE,
        halo_width=1.5,
        zooms=(float(zoom), LAST_ZOOM),
    )
    document = to_qml(LayerStyle(Symbol(stroke=style.INK), labels=labels), kind)
    head, _, body = document.partition("\n")
    root = fromstring(body)  # noqa: S314 - written by ourselves
    renderer, settings = root.find("renderer-v2"), root.find("labeling/settings")
    if renderer is None or settings is None:
        raise ValueError("a style without a renderer")
    if kind == "point":
        # Around the symbol, and not over it.
        SubElement(settings, "placement", {"placement": "0", "dist": in_points(RING_PX / 2), "distUnits": "Point"})
    renderer.clear()
    renderer.attrib.update({"type": "RuleRenderer", "symbollevels": "0", "enableorderby": "0", "forceraster": "0"})
    rules = SubElement(renderer, "rules", {"key": "rules"})
    symbols = SubElement(renderer, "symbols")
    for number, look in enumerate(looks):
        about = {"symbol": str(number), "label": legible(look.title(text)), "key": f"rule-{number}"}
        SubElement(rules, "rule", {"filter": look.condition(), **about})
        _write_site(symbols, look, kind, str(number))
    return f"{head}\n{tostring(root, encoding='unicode')}\n"


def _write_site(parent: Node, look: Look, kind: str, name: str) -> None:
    node = _symbol(parent, _TYPES[kind], name)
    if kind == "point":
        _write_point(node, look)
        return
    strokes = style.GROUND[style.CATEGORIES[look.category].ground]
    for number, stroke in enumerate(strokes):
        _write_stroke(node, look, kind, stroke, is_last=number == len(strokes) - 1)
    if not look.ground:
        # The symbol of the site stands in its middle, as on our maps.
        above = {"point": "", "line": "MarkerLine", "area": "CentroidFill"}[kind]
        places = {"placement": "centralpoint", "placements": "CentralPoint"} if kind == "line" else {}
        values = {"point_on_surface": "1", "point_on_all_parts": "0", **places}
        layer = write_layer(node, above, values)
        _write_point(_symbol(layer, "marker", f"@{name}@{len(strokes)}"), look)


def _symbol(parent: Node, kind: str, name: str) -> Node:
    about = {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
    return SubElement(parent, "symbol", about)


def _write_point(node: Node, look: Look) -> None:
    if look.precision in _RINGS:
        opacity = style.SOFT_POINT[1] if look.precision is Precision.NOMINAL else 0.0
        ring = {"outline_style": _RINGS[look.precision], "outline_color": colour_words(style.QUIET)}
        _write_marker(node, RING_PX, style.QUIET, opacity, 1.2, ring)
    if look.status is not None:
        svg = style.badge_svg(look.status, backed=look.backed)
        # QGIS takes a picture that is in the name itself.
        picture = f"base64:{base64.b64encode(svg.encode()).decode('ascii')}"
        write_layer(node, "SvgMarker", {"name": picture, "size": in_points(BADGE_PX), "size_unit": "Point"})
        return
    strokes = style.GROUND[style.CATEGORIES[look.category].ground]
    dot = next((each for each in strokes if look.ground and "radius" in each), None)
    size = 2 * float(str(dot["radius"])) if dot else 5.0 if look.ground else 9.0
    colour = str(dot["colour"]) if dot else style.NO_TASK
    edge = {"outline_style": "solid", "outline_color": colour_words(colour)}
    _write_marker(node, size, style.WHITE, 1.0, 1.5, edge)


def _write_marker(node: Node, size: float, fill: str, opacity: float, width: float, edge: dict[str, str]) -> None:
    values = {
        "name": "circle",
        "size": in_points(size),
        "size_unit": "Point",
        "color": colour_words(fill, opacity),
        "outline_width": in_points(width),
        "outline_width_unit": "Point",
        **edge,
    }
    write_layer(node, "SimpleMarker", values)


def _write_stroke(node: Node, look: Look, kind: str, stroke: dict[str, object], *, is_last: bool) -> None:
    colour, width = str(stroke["colour"]), float(str(stroke["width"]))
    dash = str(stroke.get("dash", "")) or (style.PRECISION_DASH.get(look.precision, "") if is_last else "")
    lengths = [in_points(float(each)) for each in dash.split()]
    dashes = {"use_custom_dash": "1", "customdash": ";".join(lengths), "customdash_unit": "Point"} if lengths else {}
    if kind == "area":
        fill, opacity = str(stroke.get("fill", "")), float(str(stroke.get("fill_opacity", 0)))
        if style.CATEGORIES[look.category].ground == "district":
            fill, opacity = style.DISTRICT, 1.0
        if look.precision is Precision.NOMINAL:
            # An extent that nobody has published is weak here, as it has no edge on our maps.
            fill, most = style.soft_look(look.category)
            opacity = most / 2
        values = {"style": "solid" if fill else "no", "color": colour_words(fill or style.WHITE, opacity)}
        write_layer(node, "SimpleFill", {**values, "outline_style": "no"})
    line = {"line_color": colour_words(colour), "line_width": in_points(width), "line_width_unit": "Point"}
    write_layer(node, "SimpleLine", {**line, "line_style": "solid", "joinstyle": "round", **dashes})
