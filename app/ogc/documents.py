"""The documents below `/ogc`, each as data with its links and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from urllib.parse import quote

from app.ogc.address import (
    GEOJSON_TYPE,
    HTML_TYPE,
    JSON_TYPE,
    OPENAPI_TYPE,
    ROOT,
    SCHEMA_TYPE,
    Address,
    Relation,
    link,
    own_links,
    with_links,
)
from app.ogc.asked import CRS84
from app.ogc.definition import definition, typed_as
from app.ogc.view import Card, WebCell, WebPage, WebTable, worded
from geo.errors import PlanMapError
from layers.listing.collection import About, Collection, Feature, FeatureQuery, Shape
from layers.plan.plan import Plan
from layers.selection.wording import sources
from layers.translation import Translation

_CLASSES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"

CONFORMANCE = tuple(f"{_CLASSES}/{name}" for name in ("core", "oas30", "html", "geojson"))

LICENCES = {
    "ODbL-1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "MIT": "https://spdx.org/licenses/MIT.html",
}
"""Where the licences of positions can be read, by their names in SPDX."""


_GEOMETRIES = {
    Shape.ANY: "geometry-any",
    Shape.POINTS: "geometry-point-or-multipoint",
    Shape.LINES: "geometry-linestring-or-multilinestring",
    Shape.AREAS: "geometry-polygon-or-multipolygon",
}
"""Formats of geometries in a schema, by the names of OGC API Features, part 5."""


@dataclass(frozen=True, slots=True)
class Document:
    """What an address gives."""

    data: Mapping[str, Any]
    media_type: str
    view: WebPage


@dataclass(frozen=True, slots=True)
class Served:
    """What documents are made of: the plan, its collections, and where and in what language they are asked for."""

    address: Address
    form: str
    text: Translation
    plan: Plan
    collections: Mapping[str, Collection]
    day: str
    """The day as of which statuses are, as in 2024-12-31."""

    @property
    def title(self) -> str:
        """The title of the plan."""
        return self.plan.info.title.get(self.text.language)

    @property
    def lines(self) -> tuple[str, ...]:
        """What is said of the plan as a whole: the day, the sources, and what it says of its own reliability."""
        disclaimer = self.plan.info.disclaimer.get(self.text.language)
        found = (self.text("ogc.state", day=self.day), sources(self.plan, self.text), disclaimer)
        return tuple(line for line in found if line)

    def collection(self, collection_id: str) -> Collection:
        """Return a collection; raise `PlanMapError` if there is none with this id."""
        found = self.collections.get(collection_id)
        if found is None:
            raise PlanMapError("ogc-no-collection", name=collection_id, expected=tuple(self.collections))
        return found

    def own(self, media_type: str) -> list[Relation]:
        """Return the links of a document to itself and to its other form."""
        return own_links(self.address, self.form, media_type)

    def to(self, rel: str, path: str, media_type: str, title: str = "") -> Relation:
        """Return a link to another address below `/ogc`."""
        return link(rel, self.address.at(path), media_type, title, self.text.language)

    def way(self, path: str, title: str, words: str = "") -> Card:
        """Return the way to another page below `/ogc`."""
        return Card(self.address.at(path, f="html"), title, words)

    @property
    def above(self) -> tuple[Card, ...]:
        """The pages above the collections."""
        return self.way("", self.title), self.way("/collections", self.text("ogc.collections"))


def landing(served: Served) -> Document:
    """Return the landing page."""
    text = served.text
    conformance, collections = text("ogc.conformance"), text("ogc.collections")
    links = [
        *served.own(JSON_TYPE),
        served.to("service-desc", "/api", OPENAPI_TYPE, text("ogc.api")),
        link("service-doc", served.address.at("/api", f="html"), HTML_TYPE, text("ogc.api")),
        served.to("conformance", "/conformance", JSON_TYPE, conformance),
        served.to("data", "/collections", JSON_TYPE, collections),
        *_licences([collection.about for collection in served.collections.values()]),
    ]
    attribution = served.plan.info.attribution.get(text.language)
    data = {"title": served.title, "description": "\n".join(served.lines), "attribution": attribution, "links": links}
    view = WebPage(
        served.title,
        lines=served.lines,
        # Without a query, to which some programs would add more of a path.
        code=f"{served.address.outer}{ROOT}",
        cards=(
            served.way("/collections", collections, text("ogc.collections-words", count=len(served.collections))),
            served.way("/api", text("ogc.api"), text("ogc.api-words")),
            served.way("/conformance", conformance, text("ogc.conformance-words")),
        ),
    )
    return Document(data, JSON_TYPE, view)


def conformance(served: Served) -> Document:
    """Return the parts of the standard that hold."""
    title = served.text("ogc.conformance")
    rows = tuple((WebCell(name, name),) for name in CONFORMANCE)
    view = WebPage(
        title, (served.way("", served.title),), table=WebTable((served.text("ogc.conformance-class"),), rows)
    )
    return Document({"conformsTo": list(CONFORMANCE), "links": served.own(JSON_TYPE)}, JSON_TYPE, view)


def api(served: Served) -> Document:
    """Return the definition of the API, in OpenAPI 3.0."""
    text = served.text
    abouts = [collection.about for collection in served.collections.values()]
    server = f"{served.address.outer}{ROOT}"
    data = definition(abouts, title=served.title, description="\n".join(served.lines), server=server)
    rows = tuple(
        (WebCell(path), WebCell(", ".join(map(_parameter, item["get"]["parameters"]))))
        for path, item in data["paths"].items()
    )
    table = WebTable((text("ogc.path"), text("ogc.parameters")), rows)
    view = WebPage(text("ogc.api"), (served.way("", served.title),), (text("ogc.api-words"),), table=table)
    return Document(data, OPENAPI_TYPE, view)


def _parameter(defined: Mapping[str, Any]) -> str:
    """Return the name of a parameter, which is defined here or elsewhere in the definition."""
    return str(defined["name"] if "name" in defined else defined["$ref"].rpartition("/")[2])


def collections(served: Served) -> Document:
    """Return all collections."""
    title = served.text("ogc.collections")
    data = {
        "links": served.own(JSON_TYPE),
        "collections": [_described(served, collection) for collection in served.collections.values()],
    }
    cards = tuple(
        served.way(f"/collections/{quote(about.id)}", about.title, about.description)
        for about in (collection.about for collection in served.collections.values())
    )
    return Document(data, JSON_TYPE, WebPage(title, (served.way("", served.title),), cards=cards))


def collection(served: Served, collection_id: str) -> Document:
    """Return what is said of a collection; raise `PlanMapError` if there is none with this id."""
    found = served.collection(collection_id)
    about, text = found.about, served.text
    data = with_links(_described(served, found), *served.own(JSON_TYPE))
    path = f"/collections/{quote(about.id)}"
    facts = (
        (text("ogc.features"), str(found.find(FeatureQuery(0)).matched)),
        (text("ogc.box"), ", ".join(f"{degrees:.5f}" for degrees in found.box or ())),
        (text("ogc.days"), " / ".join(day.isoformat() for day in found.days or ())),
        (text("ogc.attribution"), about.attribution),
        (text("ogc.licences"), "; ".join(about.licences)),
    )
    rows = tuple((WebCell(name), WebCell(value)) for name, value in facts if value)
    view = WebPage(
        about.title,
        served.above,
        (about.description,),
        cards=(
            served.way(f"{path}/items", text("ogc.features"), text("ogc.features-words")),
            served.way(f"{path}/schema", text("ogc.fields"), text("ogc.fields-words")),
        ),
        table=WebTable((text("ogc.field"), text("ogc.value")), rows),
    )
    return Document(data, JSON_TYPE, view)


def _described(served: Served, found: Collection) -> dict[str, Any]:
    about = found.about
    path = f"/collections/{quote(about.id)}"
    extent: dict[str, Any] = {}
    if found.box:
        extent["spatial"] = {"bbox": [list(found.box)], "crs": CRS84}
    if found.days:
        first, last = (day.isoformat() for day in found.days)
        trs = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
        extent["temporal"] = {"interval": [[f"{first}T00:00:00Z", f"{last}T23:59:59Z"]], "trs": trs}
    return {
        "id": about.id,
        "title": about.title,
        "description": about.description,
        "attribution": about.attribution,
        **({"extent": extent} if extent else {}),
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            served.to("items", f"{path}/items", GEOJSON_TYPE, about.title),
            link("items", served.address.at(f"{path}/items", f="html"), HTML_TYPE, about.title, served.text.language),
            served.to("describedby", f"{path}/schema", SCHEMA_TYPE, served.text("ogc.fields")),
            *_licences([about]),
        ],
    }


def _licences(abouts: Sequence[About]) -> Iterator[Relation]:
    """Yield a link to each known licence of positions."""
    expressions = dict.fromkeys(chain.from_iterable(about.licences for about in abouts))
    for name in dict.fromkeys(word for expression in expressions for word in expression.split()):
        if name in LICENCES:
            yield link("license", LICENCES[name], HTML_TYPE, name)


def schema(served: Served, collection_id: str) -> Document:
    """Return what a feature of a collection holds, as JSON Schema.

    Raises
    ------
    PlanMapError
        There is no collection with this id.
    """
    about, text = served.collection(collection_id).about, served.text
    # In the words of OpenAPI 3.0, nullable among them: GDAL takes a field for text whose type is a list of two.
    geometry: dict[str, Any] = {"nullable": True}
    if about.shape in _GEOMETRIES:
        geometry = {"type": "object", "format": _GEOMETRIES[about.shape], "nullable": True}
    data = {
        "$id": served.address.at(f"/collections/{quote(about.id)}/schema"),
        "type": "object",
        "title": about.title,
        "description": about.description,
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"const": "Feature"},
            "id": {"type": "string"},
            "geometry": geometry,
            "properties": {
                "type": "object",
                "properties": {name: typed_as(kind) | {"nullable": True} for name, kind in about.fields.items()},
            },
        },
    }
    rows = tuple(
        (WebCell(name), WebCell(kind.value), WebCell(text("listing.yes") if name in about.queryables else ""))
        for name, kind in about.fields.items()
    )
    table = WebTable((text("ogc.field"), text("ogc.kind"), text("ogc.queryable")), rows)
    above = (*served.above, served.way(f"/collections/{quote(about.id)}", about.title))
    return Document(data, SCHEMA_TYPE, WebPage(text("ogc.fields"), above, (text("ogc.fields-words"),), table=table))


def items(served: Served, collection_id: str, asked: FeatureQuery) -> Document:
    """Return a page of the features of a collection; raise `PlanMapError` if there is none with this id."""
    held = served.collection(collection_id)
    about, text, address = held.about, served.text, served.address
    found = held.find(asked)
    earlier, later = "", ""
    if asked.offset:
        earlier = str(max(0, asked.offset - asked.limit))
    if asked.offset + asked.limit < found.matched:
        later = str(asked.offset + asked.limit)
    path = f"/collections/{quote(about.id)}"
    links = [
        *served.own(GEOJSON_TYPE),
        served.to("collection", path, JSON_TYPE, about.title),
        *(link(rel, address.here(offset=at), GEOJSON_TYPE) for rel, at in (("next", later), ("prev", earlier)) if at),
    ]
    data = {
        "type": "FeatureCollection",
        "description": "\n".join(served.lines),
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": found.matched,
        "numberReturned": len(found.features),
        "features": found.features,
        "links": links,
    }
    first = asked.offset + 1 if found.features else 0
    view = WebPage(
        text("ogc.features-of", title=about.title),
        (*served.above, served.way(path, about.title)),
        count=text("ogc.count", first=first, last=first + max(0, len(found.features) - 1), count=found.matched),
        earlier=address.here(offset=earlier, f="html") if earlier else "",
        later=address.here(offset=later, f="html") if later else "",
        table=WebTable(
            (text("ogc.id"), *about.shown),
            tuple(
                (
                    WebCell(one["id"], address.at(f"{path}/items/{quote(one['id'])}", f="html")),
                    *(worded(one["properties"][name], text) for name in about.shown),
                )
                for one in found.features
            ),
        ),
    )
    return Document(data, GEOJSON_TYPE, view)


def item(served: Served, collection_id: str, feature_id: str) -> Document:
    """Return a feature of a collection; raise `PlanMapError` if there is none with these ids."""
    held = served.collection(collection_id)
    about, text = held.about, served.text
    found: Feature | None = held.feature(feature_id)
    if found is None:
        raise PlanMapError("ogc-no-feature", name=feature_id, collection=about.id)
    path = f"/collections/{quote(about.id)}"
    data = with_links(found, *served.own(GEOJSON_TYPE), served.to("collection", path, JSON_TYPE, about.title))
    above = (*served.above, served.way(path, about.title), served.way(f"{path}/items", text("ogc.features")))
    rows = tuple(
        (WebCell(name), worded(value, text)) for name, value in found["properties"].items() if value is not None
    )
    table = WebTable((text("ogc.field"), text("ogc.value")), rows)
    return Document(data, GEOJSON_TYPE, WebPage(feature_id, above, served.lines, table=table))
