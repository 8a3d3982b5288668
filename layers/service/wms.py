"""WMS 1.1.1 and 1.3.0: what a server has, and how a picture of a box is asked for.

In 1.3.0 the axes of a box are those of the reference system: of EPSG:4326 and EPSG:4490 the latitude goes first. In
1.1.1 the longitude always does. Web Mercator has the easting first in both.
"""

from __future__ import annotations

from collections.abc import Iterator

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.remote.address import Address, parse
from geo.remote.xml import Element
from layers.service.offered import (
    WEB_MERCATOR,
    WHOLE,
    Capabilities,
    Offered,
    box,
    link_of,
    picture_form,
    with_query,
)

DEGREES = ("EPSG:4326", "EPSG:4490", "CRS:84")
"""The systems in degrees that are asked for where a server has no Web Mercator; CGCS2000 is WGS 84 to a metre."""


def read_wms(root: Element, address: Address) -> Capabilities:
    """Return what a server has that has answered with `root`.

    Raises
    ------
    PlanMapError
        It is no WMS.
    """
    top = root.first("Capability", "Layer")
    if root.name not in ("WMS_Capabilities", "WMT_MS_Capabilities") or top is None:
        raise PlanMapError("service-not-that", source=address.shown, kind="WMS")
    version = "1.1.1" if root.attributes.get("version", "").startswith("1.1") else "1.3.0"
    get_map = root.first("Capability", "Request", "GetMap")
    link = link_of(get_map.first("DCPType", "HTTP", "Get", "OnlineResource") if get_map else None)
    base = address.joined(link) if link else address
    forms = [each.text.strip() for each in get_map.all("Format")] if get_map else []
    asked = {
        "SERVICE": "WMS",
        "VERSION": version,
        "REQUEST": "GetMap",
        "STYLES": "",
        "FORMAT": picture_form(forms),
        "TRANSPARENT": "TRUE",
        "WIDTH": "{pixels}",
        "HEIGHT": "{pixels}",
        "BBOX": "{bbox}",
    }
    crs = "SRS" if version == "1.1.1" else "CRS"
    found = []
    for layer, systems, bounds in _named(top, frozenset(), WHOLE):
        name = layer.words("Name")
        system = next((each for each in (*WEB_MERCATOR, *DEGREES) if each in systems), "")
        target = with_query(base.text, {**asked, "LAYERS": name, crs: system}) if system else ""
        first = "latitude" if version == "1.3.0" and system != "CRS:84" else "longitude"
        axes = first if system in DEGREES else "metres"
        found.append(Offered(name, layer.words("Title") or name, target, bounds, axes=axes))
    credit = top.words("Attribution", "Title")
    return Capabilities(root.words("Service", "Title"), credit or root.words("Service", "Title"), tuple(found))


def _named(layer: Element, systems: frozenset[str], bounds: BBox) -> Iterator[tuple[Element, frozenset[str], BBox]]:
    """Yield the layers that can be asked for, with the systems and boxes that they have or inherit."""
    own = {code for kind in ("CRS", "SRS") for each in layer.all(kind) for code in each.text.upper().split()}
    systems = systems | own
    bounds = _bounds(layer) or bounds
    if layer.words("Name"):
        yield layer, systems, bounds
    for each in layer.all("Layer"):
        yield from _named(each, systems, bounds)


def _bounds(layer: Element) -> BBox | None:
    if (said := layer.first("EX_GeographicBoundingBox")) is not None:
        sides = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
        return box(said.words(side) for side in sides)
    if (said := layer.first("LatLonBoundingBox")) is not None:
        return box(said.attributes.get(side, "") for side in ("minx", "miny", "maxx", "maxy"))
    return None


def is_wms(text: str) -> bool:
    """Whether an address looks like that of a WMS."""
    return "wms" in parse(text).target.lower()
