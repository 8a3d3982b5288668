"""Linking a service: from an address, and what the service says of itself, to a layer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from geo.errors import PlanMapError
from geo.remote.address import Address, parse
from geo.remote.fetch import Limits, fetch
from geo.remote.xml import read_xml
from layers.allowed_hosts import allowed_hosts, with_key
from layers.service.offered import Capabilities, capabilities_address
from layers.service.service_layer import DATUMS, LAST_ZOOM, LONGEST_NAME, ServiceKind, ServiceRow, service_row
from layers.service.wms import read_wms
from layers.service.wmts import read_wmts

LIMITS = Limits(size=16 * 2**20, seconds=40.0)

_ROOM = re.compile(r"\{-?[a-zA-Z]+\}")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to link."""

    address: str
    kind: ServiceKind | None = None
    """None to see it from the address."""
    layer: str = ""
    """Of several that a service has."""
    name: str = ""
    group: str = ""
    datum: str = "wgs84"
    credit: str = ""
    zooms: tuple[int, int] | None = None


def zooms_of(text: str) -> tuple[int, int] | None:
    """Return the first and the last zoom that a text such as `0-18` names; None for an empty one.

    Raises
    ------
    PlanMapError
        It is neither.
    """
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*([0-9]{1,2})\s*[-–]\s*([0-9]{1,2})\s*", text)
    first, last = (int(found[1]), int(found[2])) if found else (1, 0)
    if not first <= last <= LAST_ZOOM:
        raise PlanMapError("service-zooms", zooms=text[:40], last=LAST_ZOOM)
    return first, last


def kind_of(address: str) -> ServiceKind:
    """Return what a service speaks, from how its address looks.

    Raises
    ------
    PlanMapError
        It is not an address, or does not show.
    """
    found = parse(address)
    target = found.target.lower()
    if _ROOM.search(found.target):
        return ServiceKind.XYZ
    for kind in (ServiceKind.WMTS, ServiceKind.WMS):
        if kind.value in target:
            return kind
    raise PlanMapError("service-kind", address=found.shown)


def asked_for(wish: Wish) -> Address:
    """Return the address that is asked first, so that it can be said which host has to be allowed.

    Raises
    ------
    PlanMapError
        It is none, or holds a password.
    """
    address = parse(wish.address)
    if address.secrets:
        raise PlanMapError("service-secret", name="、".join(address.secrets), host=address.authority)
    kind = wish.kind or kind_of(wish.address)
    return address if kind is ServiceKind.XYZ else capabilities_address(address, kind.value.upper())


def offered(wish: Wish) -> Capabilities:
    """Return what a service says that it has.

    Raises
    ------
    PlanMapError
        It may not be asked, cannot be reached, or does not answer as it should.
    """
    asked = asked_for(wish)
    kind = wish.kind or kind_of(wish.address)
    answer = fetch(with_key(asked), allowed_hosts(), accept="text/xml, application/xml, */*", limits=LIMITS)
    root = read_xml(answer.content, asked.shown)
    # What links mean is seen from where the document was asked for: the key and redirects are no part of the layer.
    return read_wms(root, asked) if kind is ServiceKind.WMS else read_wmts(root, asked)


def service_of(wish: Wish, *, added: str) -> ServiceRow:
    """Return what the file of the layer is to say.

    Raises
    ------
    PlanMapError
        As with `offered`; or the service has no such layer, or several and none was named.
    """
    address = asked_for(wish)
    kind = wish.kind or kind_of(wish.address)
    if wish.datum not in DATUMS:
        raise PlanMapError("service-kind", address=address.shown)
    said: dict[str, Any] = {
        "form": 1,
        "kind": kind.value,
        "group": _short(wish.group),
        "datum": wish.datum,
        "added": added,
    }
    if kind is ServiceKind.XYZ:
        if "{s}" in wish.address or "{switch:" in wish.address:
            raise PlanMapError("service-subdomain", address=address.shown)
        if not re.search(r"\{z\}.*\{x\}|\{x\}.*\{z\}", wish.address) or not re.search(r"\{-?y\}", wish.address):
            raise PlanMapError("service-places", address=address.shown, places="{z}/{x}/{y}")
        # A host that is not allowed is said now and not when somebody looks for the picture.
        allowed_hosts().allowed(address)
        said |= {"address": address.text, "name": _short(wish.name) or address.host, "credit": wish.credit}
        said |= {"zooms": wish.zooms or (0, 18)}
        return service_row(said, "-")
    found = offered(wish)
    layer = found.layer(wish.layer, address.shown)
    target = parse(layer.address)
    allowed_hosts().allowed(target)
    if target.secrets:
        raise PlanMapError("service-secret", name="、".join(target.secrets), host=target.authority)
    said |= {
        "address": target.text,
        "name": _short(wish.name) or _short(layer.title),
        "layer": layer.name[:200],
        "bounds": layer.bounds,
        "zooms": layer.zooms,
        "matrices": layer.matrices if "{matrix}" in layer.address else (),
        "axes": layer.axes,
        "rows": layer.rows,
        "credit": wish.credit or " ".join(found.credit.split())[:400],
    }
    return service_row(said, "-")


def _short(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:LONGEST_NAME]
