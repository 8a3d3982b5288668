"""The sample of a symbol of an own layer as a small picture for a style sheet, as the map's legend has it."""

from __future__ import annotations

from urllib.parse import quote

from layers.own.symbol_value import Hatch, Marker, Pattern, Symbol
from layers.style import QUIET

WIDTH, HEIGHT = 28, 16

_POINTS = {
    Marker.SQUARE: "-1,-1 1,-1 1,1 -1,1",
    Marker.TRIANGLE: "0,-1 0.866,0.5 -0.866,0.5",
    Marker.DIAMOND: "0,-1 1,0 0,1 -1,0",
}


def sample_image(symbol: Symbol | None, kind: str) -> str:
    """Return the address, with the picture in it, of the sample of a symbol; an empty frame if nothing is drawn."""
    return f"data:image/svg+xml,{quote(sample_svg(symbol, kind), safe='')}"


def sample_svg(symbol: Symbol | None, kind: str) -> str:
    """Return the sample as SVG. All that is in it are numbers and colours, which styles hold as such."""
    head = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}'>"
    return f"{head}{_inside(symbol.relevant(kind), kind) if symbol is not None else _NOTHING}</svg>"


_NOTHING = (
    f"<rect x='2.5' y='2.5' width='23' height='11' fill='none' stroke='{QUIET}' stroke-dasharray='2 2'/>"
    f"<path d='M2.5 13.5L25.5 2.5' stroke='{QUIET}'/>"
)


def _inside(symbol: Symbol, kind: str) -> str:
    width = min(symbol.stroke_width, 6.0)
    dash = f" stroke-dasharray='{' '.join(f'{part:g}' for part in symbol.dash)}'" if symbol.dash else ""
    edge = (
        f" stroke='{symbol.stroke or 'none'}' stroke-width='{width:g}' stroke-opacity='{symbol.stroke_opacity:g}'{dash}"
    )
    if kind == "line":
        return f"<path d='M2 {HEIGHT / 2:g}H{WIDTH - 2}' fill='none'{edge}/>"
    fill = f" fill='{symbol.fill or 'none'}' fill-opacity='{symbol.fill_opacity:g}'"
    if kind == "point":
        return _marker(symbol, fill + edge)
    box = "<rect x='2' y='2' width='24' height='12'"
    if symbol.hatch is None:
        return f"{box}{fill}{edge}/>"
    return f"{_pattern(symbol.hatch)}{box}{fill}/>{box} fill='url(#h)'/>{box} fill='none'{edge}/>"


def _marker(symbol: Symbol, look: str) -> str:
    radius = min(symbol.size / 2, 6.5)
    place = f"transform='translate({WIDTH / 2:g} {HEIGHT / 2:g})'"
    if symbol.marker is Marker.CIRCLE:
        return f"<circle {place} r='{radius:g}'{look}/>"
    if symbol.marker is Marker.CROSS:
        return f"<path {place} d='M{-radius:g} 0H{radius:g}M0 {-radius:g}V{radius:g}'{look}/>"
    corners = (corner.split(",") for corner in _POINTS[symbol.marker].split())
    points = " ".join(f"{float(x) * radius:g},{float(y) * radius:g}" for x, y in corners)
    return f"<polygon {place} points='{points}'{look}/>"


def _pattern(hatch: Hatch) -> str:
    """Return a hatch that is turned with the clock, as SVG has its angles."""
    step, middle = hatch.spacing, hatch.spacing / 2
    stroke = f"stroke='{hatch.colour}' stroke-width='{hatch.width:g}'"
    parts = {
        Pattern.LINES: f"<path d='M0 {middle:g}H{step:g}' {stroke}/>",
        Pattern.GRID: f"<path d='M0 {middle:g}H{step:g}M{middle:g} 0V{step:g}' {stroke}/>",
        Pattern.DOTS: f"<circle cx='{middle:g}' cy='{middle:g}' r='{hatch.width / 2:g}' fill='{hatch.colour}'/>",
    }
    place = f"width='{step:g}' height='{step:g}' patternUnits='userSpaceOnUse'"
    turned = f"patternTransform='rotate({-hatch.angle:g})'"
    return f"<pattern id='h' {place} {turned}><g opacity='{hatch.opacity:g}'>{parts[hatch.pattern]}</g></pattern>"
