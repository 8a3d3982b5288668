"""WMTS: what a server has, and how a tile is asked for.

Only sets of tiles are taken that halve from zoom to zoom, from the whole world on: those of web maps, and those that
are even in degrees.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from geo.errors import PlanMapError
from geo.remote.address import Address
from geo.remote.xml import Element
from layers.service.offered import (
    WHOLE,
    Capabilities,
    Offered,
    box,
    is_degrees,
    is_web_mercator,
    link_of,
    picture_form,
    with_query,
)
from layers.service.service_layer import LAST_ZOOM

SCALE_0 = 559_082_264.0287178
"""The denominator of the scale of the one tile of 256 pixels that shows the world, by the WMTS standard."""

OTHER_SCALE_0 = SCALE_0 * 0.00028 / (0.0254 / 96)
"""The same with pixels of 96 to the inch in place of 0.28 mm, as 天地图 counts."""

CORNER_M = 20_037_508.342789


@dataclass(frozen=True, slots=True)
class _Set:
    """A set of tiles that can be drawn on a web map."""

    name: str
    first: int
    matrices: tuple[str, ...]
    """What its zooms are called, from the first on, without a gap."""
    rows: str
    """In what it is even from row to row, see `ServiceRow.rows`."""


def read_wmts(root: Element, address: Address) -> Capabilities:
    """Return what a server has that has answered with `root`.

    Raises
    ------
    PlanMapError
        It is no WMTS.
    """
    contents = root.first("Contents")
    if root.name != "Capabilities" or contents is None:
        raise PlanMapError("service-not-that", source=address.shown, kind="WMTS")
    sets = {found.name: found for found in map(_set, contents.all("TileMatrixSet")) if found is not None}
    base = _get_tile(root, address)
    found = tuple(_layer(layer, sets, base, address) for layer in contents.all("Layer"))
    provider = root.words("ServiceProvider", "ProviderName")
    title = root.words("ServiceIdentification", "Title")
    return Capabilities(title, provider or title, found)


def _get_tile(root: Element, address: Address) -> Address:
    """Return the address that is asked with parameters."""
    for operation in (root.first("OperationsMetadata") or root).all("Operation"):
        if operation.attributes.get("name") == "GetTile":
            link = link_of(operation.first("DCP", "HTTP", "Get"))
            return address.joined(link) if link else address
    return address


def _set(element: Element) -> _Set | None:
    system = element.words("SupportedCRS")
    if not (is_web_mercator(system) or is_degrees(system)):
        return None
    corner = (CORNER_M, CORNER_M) if is_web_mercator(system) else (90.0, 180.0)
    names: dict[int, str] = {}
    for matrix in element.all("TileMatrix"):
        try:
            scale = float(matrix.words("ScaleDenominator"))
            left, top = (float(part) for part in matrix.words("TopLeftCorner").split())
            zooms = [math.log2(whole / scale) for whole in (SCALE_0, OTHER_SCALE_0)]
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        # Some write the corner with the northing first, which is negative nowhere.
        sides = sorted((abs(left), abs(top)))
        is_corner = all(round(side / of, 4) == 1.0 for side, of in zip(sides, corner, strict=True)) and left * top < 0
        whole = next((round(zoom) for zoom in zooms if abs(zoom - round(zoom)) < 0.001), -1)
        if is_corner and 0 <= whole <= LAST_ZOOM and matrix.words("TileWidth") == matrix.words("TileHeight") == "256":
            names[whole] = matrix.words("Identifier")
    if not names:
        return None
    first = min(names)
    last = first
    while last + 1 in names:
        last += 1
    rows = "mercator" if is_web_mercator(system) else "degrees"
    return _Set(element.words("Identifier"), first, tuple(names[zoom] for zoom in range(first, last + 1)), rows)


def _layer(layer: Element, sets: dict[str, _Set], base: Address, address: Address) -> Offered:
    name = layer.words("Identifier")
    title = layer.words("Title") or name
    links = [each.words("TileMatrixSet") for each in layer.all("TileMatrixSetLink")]
    known = [sets[link] for link in links if link in sets]
    # What need not be turned is drawn as it is.
    chosen = next((each for each in known if each.rows == "mercator"), known[0] if known else None)
    if chosen is None:
        return Offered(name, title, "")
    styles = sorted(layer.all("Style"), key=lambda each: each.attributes.get("isDefault") != "true")
    style = styles[0].words("Identifier") if styles else ""
    form = picture_form(each.text for each in layer.all("Format"))
    resources = [each for each in layer.all("ResourceURL") if each.attributes.get("resourceType") == "tile"]
    matching = [each for each in resources if each.attributes.get("format", "") == form] or resources
    if matching:
        template = _filled(matching[0].attributes.get("template", ""), layer, style, chosen)
        template = address.joined(template).text
    else:
        asked = {
            "SERVICE": "WMTS",
            "REQUEST": "GetTile",
            "VERSION": "1.0.0",
            "LAYER": name,
            "STYLE": style,
            "TILEMATRIXSET": chosen.name,
            "FORMAT": form,
            "TILEMATRIX": "{matrix}",
            "TILEROW": "{y}",
            "TILECOL": "{x}",
        }
        template = with_query(base.text, asked)
    lower, upper = (layer.words("WGS84BoundingBox", corner).split() for corner in ("LowerCorner", "UpperCorner"))
    bounds = box([*lower, *upper]) if lower and upper else WHOLE
    zooms = (chosen.first, chosen.first + len(chosen.matrices) - 1)
    return Offered(name, title, template, bounds, zooms, chosen.matrices, rows=chosen.rows)


def _filled(template: str, layer: Element, style: str, chosen: _Set) -> str:
    """Return the address of a tile with all that is the same for each of them."""
    fixed = {"Style": style, "style": style, "TileMatrixSet": chosen.name}
    for dimension in layer.all("Dimension"):
        fixed[dimension.words("Identifier")] = dimension.words("Default")
    for name, value in fixed.items():
        template = template.replace(f"{{{name}}}", value)
    places = {"{TileMatrix}": "{matrix}", "{TileRow}": "{y}", "{TileCol}": "{x}"}
    for place, ours in places.items():
        template = template.replace(place, ours)
    return template
