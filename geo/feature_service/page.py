"""Some features as a service gives them, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from geo.errors import PlanMapError
from geo.feature_service.offer import code_of
from geo.grid import BBox
from geo.remote.address import PORTS, Address

PAGE_SIZE = 1_000
"""Features that are asked for at a time."""

MOST_EMPTY = 20
"""Pages without features after which a service that names a further one is taken to go round in circles."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a service."""

    layer: str
    box: BBox | None = None
    """In degrees, longitude first; None for everything."""
    epsg: int = 0
    """The reference system in which positions are wanted; 0 for the usual one."""
    degrees: bool = False
    """Whether they are wanted in degrees, whatever the usual one is."""
    latitude_first: bool = False
    """Whether the box is given with the latitude first."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some features."""

    features: list[Any]
    matched: int | None
    """How many there are in all, as the service says."""
    system: int
    """Code of the reference system that the page itself names; 0 if it names none."""
    latitude_first: bool | None = None
    """Whether the latitude or northing comes first by the form of that name; None where that tells nothing."""
    next: str = ""
    """Where a further page is, as the server says."""
    left: tuple[str, ...] = ()
    """What features have that is no plain value and no geometry of theirs."""


def page_of(data: Mapping[str, Any], address: Address) -> Page:
    """Return the features of an answer.

    Raises
    ------
    PlanMapError
        It is no collection of features.
    """
    features = data.get("features")
    if data.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise PlanMapError("source-answer", address=address.shown)
    counts = (data.get("numberMatched"), data.get("totalFeatures"))
    matched = next((each for each in counts if type(each) is int and each >= 0), None)
    crs = data.get("crs")
    named = crs.get("properties") if isinstance(crs, dict) else None
    name = named.get("name") if isinstance(named, dict) else None
    return Page(features, matched, code_of(name) if isinstance(name, str) else 0)


def next_page(here: Address, link: str) -> Address:
    """Return the address of a further page, which must be at the same host.

    Raises
    ------
    PlanMapError
        It is elsewhere.
    """
    found = here.joined(link)
    if found.host == here.host and (found.port, here.port) == (PORTS[found.scheme], PORTS[here.scheme]):
        # Behind a proxy that speaks https servers name themselves by http.
        return replace(found, scheme=here.scheme, port=here.port)
    if (found.host, found.port) != (here.host, here.port):
        raise PlanMapError("source-elsewhere", address=here.shown, host=found.authority)
    return found
