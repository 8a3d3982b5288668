"""WFS 2.0 and 1.1: what a server has, and its features as GeoJSON or else as GML, page by page where it can.

By the standard, `urn:ogc:def:crs:EPSG::4490` has the latitude first, and so have answers that name it; `EPSG:4490` has
the longitude first with all servers. With GeoJSON servers differ all the same, so the short form is asked for. With
GML the form is asked for in which the server lists the system. What comes is looked at either way
(`geo.feature_service.collected`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from geo.errors import PlanMapError
from geo.feature_service.asker import Asker, with_parameters
from geo.feature_service.axes import is_latitude_first, is_long
from geo.feature_service.gml.features import GmlPages
from geo.feature_service.gml.schema import kinds_of
from geo.feature_service.offer import CRS84, MOST_LAYERS, Offer, Offered, box, code_of, short
from geo.feature_service.page import PAGE_SIZE, Asked, Page, next_page, page_of
from geo.feature_service.said import said_in
from geo.remote.address import Address
from geo.remote.xml import Element

VERSIONS = ("2.0", "1.1")
"""Beginnings of the versions that are spoken; 1.0 has no GeoJSON anywhere and other words for all."""

DEGREES = (4326, 4490)
"""The systems in degrees that are asked for where degrees are wanted."""

MOST_FEATURES = 1_000_000
"""Features that are asked for at once of a server that has no pages."""

_GML = (
    r"gml/?3\.?2|gml.*version=3\.2",
    r"gml/?3|gml.*version=3",
    r"gml/?2|gml.*version=2",
    "gml",
    "text/xml",
)
"""How formats of GML are called, in small letters without spaces; the newest version first."""

_OURS = (
    "service",
    "version",
    "request",
    "acceptversions",
    "outputformat",
    "typename",
    "typenames",
    "srsname",
    "bbox",
    "count",
    "maxfeatures",
    "startindex",
    "resulttype",
)


def offer_of(asker: Asker, address: Address) -> Offer:
    """Return what the server at `address` has.

    Raises
    ------
    PlanMapError
        It cannot be asked, or is no WFS of a version that is spoken.
    """
    base = bare(address)
    root, _ = asker.xml(with_parameters(base, {"SERVICE": "WFS", "REQUEST": "GetCapabilities"}))
    if root.name == "WFS_Capabilities" and not root.attributes.get("version", "").startswith(VERSIONS):
        known = {"SERVICE": "WFS", "REQUEST": "GetCapabilities", "VERSION": "1.1.0", "ACCEPTVERSIONS": "2.0.0,1.1.0"}
        root, _ = asker.xml(with_parameters(base, known))
    version = root.attributes.get("version", "")
    if root.name != "WFS_Capabilities":
        said = said_in(root)
        if said:
            raise PlanMapError("source-said", address=address.shown, said=said)
        raise PlanMapError("service-not-that", source=address.shown, kind="WFS")
    if not version.startswith(VERSIONS):
        raise PlanMapError("source-version", source=address.shown, version=version[:20] or "-")
    operation = _operation(root, "GetFeature")
    forms = tuple(_values(operation, "outputFormat"))
    get = operation.first("DCP", "HTTP", "Get") if operation is not None else None
    items = base.joined(get.attributes.get("href", "") if get is not None else "").text
    about = root.first("OperationsMetadata")
    pages = (each for each in about.all("Constraint")) if about is not None else iter(())
    paging = any(
        each.attributes.get("name") == "ImplementsResultPaging" and each.words("DefaultValue").upper() == "TRUE"
        for each in pages
    )
    listed = root.first("FeatureTypeList")
    types = list(listed.all("FeatureType")) if listed is not None else []
    layers = tuple(_offered(each, items) for each in types[:MOST_LAYERS] if each.words("Name"))
    title = short(root.words("ServiceIdentification", "Title"))
    return Offer(title, layers, version, paging and version.startswith("2.0"), forms)


def bare(address: Address) -> Address:
    """Return an address without the parameters that are asked for anew; others, such as `map=`, stay."""
    path, _, query = address.target.partition("?")
    kept = [part for part in query.split("&") if part and part.partition("=")[0].lower() not in _OURS]
    return address.with_target(f"{path}?{'&'.join(kept)}" if kept else path)


@dataclass(frozen=True, slots=True)
class Form:
    """A format in which features are asked for."""

    name: str
    """As the server calls it; empty where it names none, and gives what the standard demands."""
    is_gml: bool


def form_of(offer: Offer, layer: Offered) -> Form:
    """Return the format in which a type is asked for.

    Raises
    ------
    PlanMapError
        The server gives neither GeoJSON nor GML.
    """
    forms = layer.forms or offer.forms
    plain = geojson_form(forms) or geojson_form(offer.forms)
    if plain:
        return Form(plain, is_gml=False)
    found = gml_form(forms) or gml_form(offer.forms)
    if not found and (layer.forms or offer.forms):
        raise PlanMapError("source-form", name=layer.name, near="、".join(forms[:20]))
    return Form(found, is_gml=True)


def kinds(asker: Asker, address: Address, offer: Offer, layer: Offered) -> dict[str, str]:
    """Return the kind of each field of a type as its schema says; empty where the server does not say it plainly."""
    wanted = {"SERVICE": "WFS", "VERSION": offer.version, "REQUEST": "DescribeFeatureType", "TYPENAME": layer.name}
    if offer.version.startswith("2.0"):
        # Servers differ in how they call it.
        wanted["TYPENAMES"] = layer.name
    try:
        root, _ = asker.xml(with_parameters(bare(address.joined(layer.items)), wanted))
    except PlanMapError:
        # Then the values tell.
        return {}
    return kinds_of(root, layer.name)


def pages(
    asker: Asker, address: Address, offer: Offer, layer: Offered, asked: Asked, kinds: Mapping[str, str]
) -> Iterator[Page]:
    """Yield the features of a type; `kinds` are the fields that its schema has, where they come as GML.

    Raises
    ------
    PlanMapError
        The server does not give them as GeoJSON or GML or in the reference system that is asked for, or answers with
        something else.
    """
    wanted, form = _wanted(offer, layer, asked), form_of(offer, layer)
    target = bare(address.joined(layer.items))

    as_gml = GmlPages(layer.name, kinds)

    def page_at(where: Address) -> tuple[Page, Address]:
        if form.is_gml:
            data, came = asker.gml(where)
            return as_gml.read(data, where), came
        found, came = asker.json(where)
        return page_of(found, where), came

    if not offer.paging:
        yield from _whole(page_at, target, offer, wanted)
        return
    came, start = 0, 0
    before: list[Any] = []
    while True:
        parameters = {**wanted, "COUNT": str(PAGE_SIZE), "STARTINDEX": str(start)}
        where = with_parameters(target, parameters)
        try:
            page, _ = page_at(where)
        except PlanMapError as error:
            # Some servers say that they have pages, and have none of types without a key.
            if start or error.code not in ("source-said", "remote-status"):
                raise
            yield from _whole(page_at, target, offer, wanted)
            return
        if page.features and page.features == before:
            # It gives the same whatever it is asked to begin with. Whether that was all, its count tells.
            return
        yield page
        before = page.features
        came += len(page.features)
        start = came
        # A page may be shorter than was asked for.
        if not page.features or (page.matched is not None and came >= page.matched):
            return


def total(asker: Asker, address: Address, offer: Offer, layer: Offered, asked: Asked) -> int | None:
    """Return how many features a type has within the box that is asked for; None if the server does not say."""
    wanted = {**_wanted(offer, layer, asked), "RESULTTYPE": "hits"}
    wanted.pop("OUTPUTFORMAT", None)
    try:
        root, _ = asker.xml(with_parameters(bare(address.joined(layer.items)), wanted))
    except PlanMapError:
        # Some servers give the features themselves. That nobody has counted is no reason to do without them.
        return None
    said = root.attributes.get("numberMatched") or root.attributes.get("numberOfFeatures") or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else None


def whole_total(asker: Asker, address: Address, offer: Offer, layer: Offered, asked: Asked) -> int | None:
    """Return the same wherever they are."""
    return total(asker, address, offer, layer, replace(asked, box=None))


def geojson_form(forms: tuple[str, ...]) -> str:
    """Return the name by which a server gives GeoJSON; empty if it does not."""
    plain = {form: form.lower().replace(" ", "") for form in forms}
    for known in ("application/geo+json", "geojson", "application/json", "json"):
        for form, words in plain.items():
            if words == known or (known == "geojson" and "geojson" in words and "esri" not in words):
                return form
    return ""


def gml_form(forms: tuple[str, ...]) -> str:
    """Return the name by which a server gives GML, the newest that is read; empty if it does not."""
    plain = {form: form.lower().replace(" ", "") for form in forms}
    for known in _GML:
        for form, words in plain.items():
            if re.search(known, words) and "zip" not in words:
                return form
    return ""


def is_asked_latitude_first(offer: Offer, layer: Offered, asked: Asked) -> bool:
    """Whether the latitude or northing comes first by the form in which the system is asked for."""
    return is_latitude_first(system_asked(layer, asked, as_listed=form_of(offer, layer).is_gml)[1])


def system_asked(layer: Offered, asked: Asked, *, as_listed: bool = False) -> tuple[int, str]:
    """Return the code of the system in which positions come, and how it is asked for.

    `as_listed` asks in the form in which the server lists it, if that is the standard's long one.

    Raises
    ------
    PlanMapError
        The type is not there in the one that is asked for, or in none that is known.
    """
    codes = [code for code, _ in layer.systems]
    if asked.degrees:
        codes = [code for code in (CRS84, *DEGREES) if code in codes]
    for code in codes:
        if asked.epsg in (0, code):
            listed = dict(layer.systems)[code].strip()
            if as_listed and is_long(listed):
                return code, listed
            # No server has the axes of this form the other way round.
            return code, "urn:ogc:def:crs:OGC:1.3:CRS84" if code == CRS84 else f"EPSG:{code}"
    near = "、".join(f"EPSG:{code}" for code, _ in layer.systems[:20]) or "-"
    wanted = f"EPSG:{asked.epsg}" if asked.epsg else "EPSG:4326"
    raise PlanMapError("source-system", name=layer.name, wanted=wanted, near=near)


def _whole(
    page_at: Callable[[Address], tuple[Page, Address]], target: Address, offer: Offer, wanted: Mapping[str, str]
) -> Iterator[Page]:
    most = "COUNT" if offer.version.startswith("2.0") else "MAXFEATURES"
    here: Address | None = with_parameters(target, {**wanted, most: str(MOST_FEATURES)})
    seen: set[str] = set()
    while here is not None:
        if here.text in seen:
            raise PlanMapError("source-loop", address=here.shown)
        seen.add(here.text)
        page, came = page_at(here)
        yield page
        # It may have pages all the same.
        here = next_page(came, page.next) if page.next and page.features else None


def _wanted(offer: Offer, layer: Offered, asked: Asked) -> dict[str, str]:
    form = form_of(offer, layer)
    _, system = system_asked(layer, asked, as_listed=form.is_gml)
    is_second = offer.version.startswith("2.0")
    wanted = {
        "SERVICE": "WFS",
        "VERSION": offer.version,
        "REQUEST": "GetFeature",
        "TYPENAMES" if is_second else "TYPENAME": layer.name,
        "SRSNAME": system,
    }
    if form.name:
        wanted["OUTPUTFORMAT"] = form.name
    if asked.box is not None:
        # With the system named in the short form, the longitude is first.
        west, south, east, north = asked.box
        numbers = (south, west, north, east) if asked.latitude_first else asked.box
        name = "urn:ogc:def:crs:EPSG::4326" if asked.latitude_first else "EPSG:4326"
        wanted["BBOX"] = ",".join([*(f"{value:.9g}" for value in numbers), name])
    return wanted


def _operation(root: Element, name: str) -> Element | None:
    operations = root.first("OperationsMetadata")
    listed = operations.all("Operation") if operations is not None else iter(())
    return next((each for each in listed if each.attributes.get("name") == name), None)


def _values(operation: Element | None, name: str) -> Iterator[str]:
    if operation is None:
        return
    for parameter in operation.all("Parameter"):
        if parameter.attributes.get("name", "").lower() == name.lower():
            for value in parameter.everywhere("Value"):
                words = short(value.text)
                if words:
                    yield words


def _offered(kind: Element, items: str) -> Offered:
    named = [each for name in ("DefaultCRS", "DefaultSRS", "OtherCRS", "OtherSRS") for each in kind.all(name)]
    words = [each.text.strip() for each in named][:200]
    systems: dict[int, str] = {}
    for each in words:
        if code_of(each):
            systems.setdefault(code_of(each), each)
    bounds = kind.first("WGS84BoundingBox")
    corners = [bounds.words(corner).split() for corner in ("LowerCorner", "UpperCorner")] if bounds is not None else []
    numbers = [number for corner in corners for number in corner[:2]]
    formats = kind.first("OutputFormats")
    forms = tuple(short(each.text) for each in formats.all("Format")) if formats is not None else ()
    name = kind.words("Name")[:200]
    return Offered(name, short(kind.words("Title")) or name, box(numbers), tuple(systems.items()), forms, items)
