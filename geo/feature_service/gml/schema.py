"""The fields of a type, from what a WFS answers to DescribeFeatureType. Schemas that it names are not looked for."""

from __future__ import annotations

from collections.abc import Iterator

from geo.feature_service.gml.values import BOOLEAN, DATE, INTEGER, MOMENT, REAL, TEXT
from geo.feature_service.offer import short
from geo.remote.xml import Element

MOST_FIELDS = 2_000

_KINDS = {
    **dict.fromkeys(
        ("string", "normalizedString", "token", "anyURI", "ID", "NCName", "time", "gYear", "language"), TEXT
    ),
    **dict.fromkeys(("int", "integer", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"), INTEGER),
    **dict.fromkeys(("unsignedInt", "unsignedShort", "unsignedByte", "unsignedLong", "negativeInteger"), INTEGER),
    **dict.fromkeys(("decimal", "double", "float"), REAL),
    "boolean": BOOLEAN,
    "date": DATE,
    "dateTime": MOMENT,
}


def kinds_of(root: Element, layer: str) -> dict[str, str]:
    """Return the kind of each plain field of the type `layer` by its name; empty for a schema that is not flat.

    Geometries are none, nor are fields of types that stand elsewhere.
    """
    if root.name != "schema":
        return {}
    wanted = _local(layer)
    types = {each.attributes.get("name", ""): each for each in root.all("complexType")}
    simple = {each.attributes.get("name", ""): each for each in root.all("simpleType")}
    elements = [each for each in root.all("element") if each.attributes.get("name") == wanted]
    if not elements and len(types) == 1:
        return _fields(next(iter(types.values())), simple)
    for element in elements:
        found = element.first("complexType") or types.get(_local(element.attributes.get("type", "")))
        if found is not None:
            return _fields(found, simple)
    return {}


def _fields(kind: Element, simple: dict[str, Element]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in _elements(kind):
        name = short(each.attributes.get("name"))
        if not name or len(found) >= MOST_FIELDS:
            continue
        known = _kind(each.attributes.get("type", ""), each.first("simpleType"), simple)
        if known:
            found[name] = known
    return found


def _elements(kind: Element) -> Iterator[Element]:
    """Yield the elements of a type in its order, not those inside of them."""
    for each in kind.children:
        if each.name == "element":
            yield each
        elif each.name in ("complexContent", "extension", "sequence", "all", "choice"):
            yield from _elements(each)


def _kind(name: str, inline: Element | None, simple: dict[str, Element]) -> str:
    known = _KINDS.get(_local(name), "")
    if known:
        return known
    restricted = inline or simple.get(_local(name))
    base = restricted.first("restriction") if restricted is not None else None
    # A type that is another one of this schema is not followed further: types could go round in circles.
    return _KINDS.get(_local(base.attributes.get("base", "")), TEXT) if base is not None else ""


def _local(name: str) -> str:
    return name.rpartition(":")[2]
