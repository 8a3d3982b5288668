"""WMTS: what a server has, and how a tile is asked for. Only sets of tiles that are those of web maps are taken."""

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
    is_web_mercator,
    link_of,
    picture_form,
    with_query,
)
from layers.service.service_layer import LAST_ZOOM

SCALE_0 = 559_082_264.0287178
"""The denominator of the scale of the one tile of 256 pixels that shows the world, by the WMTS standard."""

CORNER_M = 20_037_508.342789


@dataclass(frozen=True, slots=True)
class _Set:
    """A set of tiles that is one of web maps."""

    name: str
    first: int
    matrices: tuple[str, ...]
    """What its zooms are called, from the first on, without a gap."""


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
    if not is_web_mercator(element.words("SupportedCRS")):
        return None
    names: dict[int, str] = {}
    for matrix in element.all("TileMatrix"):
        try:
            zoom = math.log2(SCALE_0 / float(matrix.words("ScaleDenominator")))
            left, top = (float(part) for part in matrix.words("TopLeftCorner").split())
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        # Some write the corner with the northing first, which is negative nowhere.
        is_corner = {round(abs(left) / CORNER_M, 4), round(abs(top) / CORNER_M, 4)} == {1.0} and left * top < 0
        whole = round(zoom)
        is_whole = abs(zoom - whole) < 0.001 and 0 <= whole <= LAST_ZOOM
        if is_corner and is_whole and matrix.words("TileWidth") == matrix.words("TileHeight") == "256":
            names[whole] = matrix.words("Identifier")
    if not names:
        return None
    first = min(names)
    last = first
    while last + 1 in names:
        last += 1
    return _Set(element.words("Identifier"), first, tuple(names[zoom] for zoom in range(first, last + 1)))


def _layer(layer: Element, sets: dict[str, _Set], base: Address, address: Address) -> Offered:
    name = layer.words("Identifier")
    title = layer.words("Title") or name
    links = [each.words("TileMatrixSet") for each in layer.all("TileMatrixSetLink")]
    chosen = next((sets[link] for link in links if link in sets), None)
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
    return Offered(name, title, template, bounds, zooms, chosen.matrices)


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
