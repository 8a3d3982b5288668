"""What a service says that it has, whatever it speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.remote.address import Address
from geo.remote.xml import Element
from layers.service.service_layer import LAST_ZOOM

WHOLE: BBox = (-180.0, -85.0, 180.0, 85.0)
"""What a service covers that does not say what it covers, in degrees."""

PICTURES = ("image/png", "image/jpeg", "image/webp")
"""The forms of pictures that are asked for, the best first: one that can be seen through comes before the others."""

DEGREES = ("EPSG:4326", "EPSG:4490", "OGC:1.3:CRS84", "CRS:84")

WEB_MERCATOR = ("EPSG:3857", "EPSG:900913", "EPSG:102100", "EPSG:102113")


@dataclass(frozen=True, slots=True)
class Offered:
    """A layer that a service has, ready to be asked for."""

    name: str
    """As the service calls it."""
    title: str
    address: str
    """With room for what differs from tile to tile; empty if it cannot be drawn on a web map."""
    bounds: BBox = WHOLE
    zooms: tuple[int, int] = (0, LAST_ZOOM - 4)
    matrices: tuple[str, ...] = ()
    axes: str = "metres"
    rows: str = "mercator"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a service says of itself."""

    title: str
    credit: str
    layers: tuple[Offered, ...]

    def layer(self, name: str, source: str) -> Offered:
        """Return the layer called `name`, or the only one.

        Raises
        ------
        PlanMapError
            There is none, several and none was named, or it cannot be drawn.
        """
        usable = [layer for layer in self.layers if layer.address]
        found = [layer for layer in self.layers if name in (layer.name, layer.title)] if name else usable
        if len(found) > 1 or not found:
            names = "、".join(layer.name for layer in usable[:40]) or "-"
            raise PlanMapError("service-layer", name=name or "-", source=source, near=names)
        if not found[0].address:
            raise PlanMapError("service-system", name=found[0].name, source=source)
        return found[0]


def with_query(address: str, parameters: Mapping[str, str]) -> str:
    """Return an address with parameters in place of those that it has by the same names, in whatever letters.

    What stands in braces stays as it is.
    """
    base, _, query = address.partition("?")
    named = {name.lower() for name in parameters}
    kept = [part for part in query.split("&") if part and part.partition("=")[0].lower() not in named]
    added = [f"{name}={quote(value, safe='{}:,/')}" for name, value in parameters.items()]
    return f"{base}?{'&'.join([*kept, *added])}"


def capabilities_address(address: Address, service: str) -> Address:
    """Return where a service says what it has."""
    if "capabilities" in address.target.lower():
        return address
    from geo.remote.address import parse

    return parse(with_query(address.text, {"SERVICE": service, "REQUEST": "GetCapabilities"}))


def picture_form(offered: Iterable[str]) -> str:
    """Return the form of pictures to ask for."""
    there = {form.partition(";")[0].strip().lower() for form in offered}
    return next((form for form in PICTURES if form in there), PICTURES[0])


def is_web_mercator(system: str) -> bool:
    """Whether a name of a reference system, such as `urn:ogc:def:crs:EPSG::3857`, is that of web maps."""
    code = system.rpartition(":")[2]
    return (
        system.upper().replace("::", ":").endswith(WEB_MERCATOR) or code in ("3857", "900913") or "GoogleMaps" in system
    )


def is_degrees(system: str) -> bool:
    """Whether a name of a reference system is one of degrees on an earth that WGS 84 fits to a metre."""
    return system.upper().replace("::", ":").endswith(DEGREES)


def box(numbers: Iterable[str | float]) -> BBox:
    """Return west, south, east and north as a box that a layer may have; the whole if they are none."""
    try:
        west, south, east, north = (float(number) for number in numbers)
    except (TypeError, ValueError):
        return WHOLE
    west, east = max(west, -180.0), min(east, 180.0)
    south, north = max(south, -85.0), min(north, 85.0)
    return (west, south, east, north) if west < east and south < north else WHOLE


def link_of(element: Element | None) -> str:
    """Return where an element of an operation leads."""
    return "" if element is None else element.attributes.get("href", "")
