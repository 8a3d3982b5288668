"""The definition of the API in OpenAPI 3.0, from which programs learn what they may ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from app.ogc.address import GEOJSON_TYPE, HTML_TYPE, JSON_TYPE, OPENAPI_TYPE, SCHEMA_TYPE
from app.ogc.asked import CRS84, FORMS, GREATEST_LIMIT, MOMENT, PAGING, USUAL_LIMIT
from layers.listing.collection import About, FieldKind
from layers.translation import LANGUAGES

_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
_TEXT = {"type": "string"}


def definition(abouts: Sequence[About], *, title: str, description: str, server: str) -> dict[str, Any]:
    """Return the definition for the collections that `abouts` are about, at the address `server`.

    Each collection has paths of its own, so that the fields that it can be filtered by are named.
    """
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "description": description, "version": version("planmap")},
        "servers": [{"url": server}],
        "tags": [{"name": "Capabilities"}, {"name": "Data"}],
        "paths": dict(_paths(abouts)),
        "components": {"parameters": _parameters(), "schemas": _schemas(), "responses": _refusals()},
    }


def _paths(abouts: Sequence[About]) -> Iterator[tuple[str, Any]]:
    yield "/", _get("getLandingPage", "The landing page", "landingPage", JSON_TYPE)
    yield "/conformance", _get("getConformance", "The parts of the standard that hold", "conformance", JSON_TYPE)
    yield "/api", _get("getDefinition", "This definition", "document", OPENAPI_TYPE)
    limited = [{"$ref": "#/components/parameters/limit"}]
    yield "/collections", _get("getCollections", "All collections", "collections", JSON_TYPE, limited)
    for about in abouts:
        path = f"/collections/{about.id}"
        name = "".join(part.capitalize() for part in about.id.split("-"))
        yield path, _get(f"describe{name}", about.title, "collection", JSON_TYPE, missing=True)
        fields = _get(f"get{name}Schema", f"{about.title}: fields", "document", SCHEMA_TYPE, missing=True)
        yield f"{path}/schema", fields
        asked: list[dict[str, Any]] = [{"$ref": f"#/components/parameters/{one}"} for one in PAGING]
        asked += [_queryable(one, about.fields[one]) for one in about.queryables]
        title = f"{about.title}: features"
        yield f"{path}/items", _get(f"get{name}", title, "featureCollection", GEOJSON_TYPE, asked, missing=True)
        named = {"name": "featureId", "in": "path", "required": True, "schema": _TEXT}
        one = _get(f"get{name}Feature", f"{about.title}: one feature", "feature", GEOJSON_TYPE, [named], missing=True)
        yield f"{path}/items/{{featureId}}", one


def _get(
    operation: str,
    summary: str,
    schema: str,
    media_type: str,
    asked: Sequence[dict[str, Any]] = (),
    *,
    missing: bool = False,
) -> dict[str, Any]:
    common = [{"$ref": "#/components/parameters/f"}, {"$ref": "#/components/parameters/lang"}]
    content = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}, HTML_TYPE: {"schema": _TEXT}}
    refused = ("400", "404", "503") if missing else ("400", "503")
    return {
        "get": {
            "tags": ["Data" if missing else "Capabilities"],
            "operationId": operation,
            "summary": summary,
            "parameters": [*common, *asked],
            "responses": {"200": {"description": summary, "content": content}}
            | {status: {"$ref": f"#/components/responses/{status}"} for status in refused},
        }
    }


def _queryable(name: str, kind: FieldKind) -> dict[str, Any]:
    typed = typed_as(kind) | ({"minimum": 0} if kind is FieldKind.WHOLE else {})
    return {"name": name, "in": "query", "required": False, "schema": typed, "style": "form", "explode": False}


def typed_as(kind: FieldKind) -> dict[str, Any]:
    """Return the type of a field, as JSON Schema and OpenAPI write it."""
    return {"type": "string", "format": "date"} if kind is FieldKind.DAY else {"type": kind.value}


def _parameters() -> dict[str, Any]:
    numbers = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
    system = {"type": "string", "enum": [CRS84], "default": CRS84}
    times = "A day or a moment of RFC 3339, or two of them with a slash between; .. or nothing for an open end."
    found = {
        "f": ("The form of the answer.", {"type": "string", "enum": list(FORMS)}),
        "lang": ("The language of the answer.", {"type": "string", "enum": list(LANGUAGES)}),
        "limit": (
            "How many features on a page; more than the maximum is cut to it.",
            {"type": "integer", "minimum": 1, "maximum": GREATEST_LIMIT, "default": USUAL_LIMIT},
        ),
        "offset": (
            "How many of the features that match come before this page.",
            {"type": "integer", "minimum": 0, "default": 0},
        ),
        "bbox": ("West, south, east, north of the area, in degrees.", numbers),
        "bbox-crs": ("The reference system of bbox.", system),
        "crs": ("The reference system of the features.", system),
        "datetime": (times, {"type": "string", "pattern": f"^({MOMENT}|({MOMENT}|\\.\\.)?/({MOMENT}|\\.\\.)?)$"}),
    }
    return {
        name: {"name": name, "in": "query", "required": False, "description": words, "schema": schema}
        | ({"style": "form", "explode": False} if name == "bbox" else {})
        for name, (words, schema) in found.items()
    }


def _schemas() -> dict[str, Any]:
    def thing(required: Sequence[str], **properties: Any) -> dict[str, Any]:
        return {"type": "object", "required": list(required), "properties": properties}

    geometry = {"type": "object", "nullable": True, "description": "A geometry of RFC 7946, in WGS 84."}
    features = {"type": "array", "items": {"$ref": "#/components/schemas/feature"}}
    collection = {"$ref": "#/components/schemas/collection"}
    count = {"type": "integer", "minimum": 0}
    return {
        "document": {"type": "object"},
        "link": thing(("rel", "href"), rel=_TEXT, href=_TEXT, type=_TEXT, title=_TEXT, hreflang=_TEXT),
        "landingPage": thing(("links",), title=_TEXT, description=_TEXT, attribution=_TEXT, links=_LINKS),
        "conformance": thing(("conformsTo",), conformsTo={"type": "array", "items": _TEXT}, links=_LINKS),
        "collections": thing(
            ("links", "collections"), links=_LINKS, collections={"type": "array", "items": collection}
        ),
        "collection": thing(
            ("id", "links"),
            id=_TEXT,
            title=_TEXT,
            description=_TEXT,
            attribution=_TEXT,
            extent={"type": "object"},
            itemType=_TEXT,
            crs={"type": "array", "items": _TEXT},
            links=_LINKS,
        ),
        "feature": thing(
            ("type", "id", "geometry", "properties"),
            type={"type": "string", "enum": ["Feature"]},
            id=_TEXT,
            geometry=geometry,
            properties={"type": "object"},
            links=_LINKS,
        ),
        "featureCollection": thing(
            ("type", "features"),
            type={"type": "string", "enum": ["FeatureCollection"]},
            features=features,
            links=_LINKS,
            timeStamp={"type": "string", "format": "date-time"},
            numberMatched=count,
            numberReturned=count,
        ),
        "exception": thing(("code",), code=_TEXT, description=_TEXT),
    }


def _refusals() -> dict[str, Any]:
    content = {JSON_TYPE: {"schema": {"$ref": "#/components/schemas/exception"}}, HTML_TYPE: {"schema": _TEXT}}
    words = {
        "400": "A parameter is unknown, or its value cannot be meant.",
        "404": "There is no such collection or feature.",
        "503": "The plan cannot be read at the moment.",
    }
    return {status: {"description": description, "content": content} for status, description in words.items()}
