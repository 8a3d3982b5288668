"""The layers of GeoPackages that ground can be made from, and what their columns are as tags of OpenStreetMap.

Three forms are known. TAGS: the columns are tags, as ogr2ogr and QuickOSM make them. SHAPES: the free shapes of
Geofabrik ("OpenStreetMap Data in Layered GIS Format", 2022-04-29), which say in `fclass` what a feature is. OWN: the
layers and kinds of `geo.tiles.schema`. Whatever the form, rows become tags, and `geo.tiles.osm_kinds` reads those.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from geo.tiles.names import cleaned
from geo.tiles.schema import LAYERS

Tags = dict[str, str]


class Form(Enum):
    """A form of layers."""

    TAGS = "tags"
    SHAPES = "shapes"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Reader:
    """How the rows of a layer become tags."""

    form: Form
    columns: tuple[str, ...]
    """The columns that it needs, as the file writes them."""
    tags: Callable[[tuple[str, ...]], Tags]
    """Returns the tags of a row by the values of those columns; without any it is left out."""
    layer: str = ""
    """The layer of the tiles, for `OWN`."""


LONGEST_NAME = 200
"""Characters of the name of a layer that is read."""

_SUBJECTS = frozenset(
    {"highway", "waterway", "natural", "landuse", "building", "railway", "aeroway", "place", "amenity", "leisure"}
    | {"boundary"}
)
"""Tags of which a layer needs at least one to be of the first form."""

_MORE = frozenset({"water", "service", "admin_level", "bridge", "tunnel", "width", "construction"})

_SWITCHES = ("bridge", "tunnel")
"""Tags of which other programs make truth values."""

_BAGS = ("other_tags", "all_tags")
"""Columns of further tags, as text of PostgreSQL's type hstore."""

_NAMES = {
    "name": "name",
    "name:zh": "name:zh",
    "name_zh": "name:zh",
    "name:zh-hans": "name:zh-Hans",
    "name_zh_hans": "name:zh-Hans",
    "name_zh-hans": "name:zh-Hans",
    "name:en": "name:en",
    "name_en": "name:en",
    "ref": "ref",
    "osm_id": "osm_id",
    "osm_way_id": "osm_id",
}
"""Columns of names and numbers, in small letters, and the tags that they are."""

_RELATIONS = frozenset({"multilinestrings", "other_relations"})
"""Layers of ogr2ogr with lines that are in its other layers, too."""

_SHAPES = re.compile(r"(?:.*gis_osm_)?([a-z]+?)(?:_a)?(?:_free)?(?:_\d+)*", re.IGNORECASE)

_THEMES: dict[str, tuple[str, Mapping[str, tuple[str, str]]]] = {
    "roads": (
        "highway",
        {
            **{f"track_grade{grade}": ("highway", "track") for grade in range(1, 6)},
            "unknown": ("highway", "road"),
            "busway": ("highway", "service"),
        },
    ),
    "railways": ("railway", {"miniature_railway": ("", ""), "rack": ("railway", "rail")}),
    "waterways": ("waterway", {}),
    "water": (
        "",
        {
            "water": ("natural", "water"),
            "reservoir": ("landuse", "reservoir"),
            "river": ("waterway", "riverbank"),
            "riverbank": ("waterway", "riverbank"),
            "dock": ("waterway", "dock"),
            "wetland": ("natural", "wetland"),
        },
    ),
    "landuse": (
        "landuse",
        {
            **{name: ("leisure", name) for name in ("park", "nature_reserve")},
            **{name: ("natural", name) for name in ("scrub", "heath")},
            "national_park": ("leisure", "nature_reserve"),
            "farm": ("landuse", "farmland"),
        },
    ),
    "natural": ("natural", {}),
    "buildings": ("", {"building": ("building", "yes")}),
    "places": ("place", {"national_capital": ("place", "city")}),
    "transport": (
        "",
        {
            "railway_station": ("railway", "station"),
            "railway_halt": ("railway", "halt"),
            **dict.fromkeys(("airport", "airfield"), ("aeroway", "aerodrome")),
            "apron": ("aeroway", "apron"),
        },
    ),
    "pois": (
        "",
        {
            **{name: ("amenity", name) for name in ("school", "university", "college", "hospital")},
            **{name: ("leisure", name) for name in ("park", "stadium", "sports_centre", "pitch", "track")},
            "golf_course": ("leisure", "golf_course"),
            "graveyard": ("amenity", "grave_yard"),
        },
    ),
}
"""The themes of Geofabrik: the tag whose values most of their classes are, and the tags of the other classes."""

_OWN: dict[str, dict[str, Tags]] = {
    "built": {
        "residential": {"landuse": "residential"},
        "commercial": {"landuse": "commercial"},
        "industrial": {"landuse": "industrial"},
        "institution": {"landuse": "institutional"},
        "airport": {"aeroway": "aerodrome"},
    },
    "green": {
        "farmland": {"landuse": "farmland"},
        "grass": {"landuse": "grass"},
        "wetland": {"natural": "wetland"},
        "wood": {"landuse": "forest"},
        "park": {"leisure": "park"},
        "sports": {"leisure": "pitch"},
        "cemetery": {"landuse": "cemetery"},
    },
    "water": {
        "lake": {"natural": "water"},
        "reservoir": {"landuse": "reservoir"},
        "riverbed": {"waterway": "riverbank"},
        "basin": {"landuse": "basin"},
        "dock": {"waterway": "dock"},
    },
    "aeroways": {kind: {"aeroway": kind} for kind in LAYERS["aeroways"].kinds},
    "buildings": {"building": {"building": "yes"}},
    "waterways": {kind: {"waterway": kind} for kind in LAYERS["waterways"].kinds},
    "boundaries": {
        kind: {"boundary": "administrative", "admin_level": level}
        for kind, level in (("township", "8"), ("county", "6"))
    },
    "roads": {
        **{kind: {"highway": kind} for kind in LAYERS["roads"].kinds},
        "link": {"highway": "motorway_link"},
        "minor": {"highway": "residential"},
    },
    "rails": {"tram": {"railway": "tram"}, "metro": {"railway": "subway"}, "rail": {"railway": "rail"}},
    # Kinds of places are more than tags of places are: `kind` says which one it is.
    "places": {kind: {"place": "hamlet", "kind": kind} for kind in LAYERS["places"].kinds},
}
"""For each layer and kind of the tiles the tags from which `geo.tiles.osm_kinds` makes them."""

_ORDINARY = {"buildings": "building", "water": "lake", "roads": "minor", "rails": "rail"}
"""The kind of features in layers that have no column for it."""


def reader_of(table: str, columns: Iterable[str]) -> Reader | None:
    """Return how rows are read, by the name of their layer and those of its columns; None if it has no known form."""
    if len(table) > LONGEST_NAME:
        return None
    found = {column.lower(): column for column in columns}
    theme = _SHAPES.fullmatch(table)
    if "fclass" in found and theme is not None and theme[1].lower() in _THEMES:
        return _shapes(theme[1].lower(), found)
    layer = table.strip().lower()
    if layer in LAYERS and "kind" in found:
        return _own(layer, found)
    if layer not in _RELATIONS and (_SUBJECTS & found.keys() or any(bag in found for bag in _BAGS)):
        return _tags(found)
    if layer in _ORDINARY:
        return _own(layer, found)
    return None


def _tags(found: Mapping[str, str]) -> Reader:
    known = {**{key: key for key in (*_SUBJECTS, *_MORE)}, **_NAMES}
    keys = [key for key in found if key in known or key in _BAGS]

    def tags(row: tuple[str, ...]) -> Tags:
        values = dict(zip(keys, row, strict=True))
        own: Tags = {}
        for bag in _BAGS:
            if values.get(bag):
                own.update(_known(hstore(values[bag]), known))
        own.update(_known(values, known))
        return _plain(own) if _SUBJECTS & own.keys() else {}

    return Reader(Form.TAGS, tuple(found[key] for key in keys), tags)


def _known(values: Mapping[str, str], known: Mapping[str, str]) -> Tags:
    """Return the tags among `values` that are not empty; of two columns for the same tag the later one."""
    return {known[key.lower()]: value for key, value in values.items() if value and key.lower() in known}


def _shapes(theme: str, found: Mapping[str, str]) -> Reader:
    keys = [key for key in found if key in ("fclass", *_SWITCHES) or key in _NAMES]
    tag, classes = _THEMES[theme]

    def tags(row: tuple[str, ...]) -> Tags:
        values = dict(zip(keys, row, strict=True))
        value = values["fclass"].strip().lower()
        key, value = classes.get(value, (tag, value))
        if not key or not value:
            return {}
        switches = {name: values[name] for name in _SWITCHES if values.get(name)}
        return _plain({key: value, **switches, **_known(values, _NAMES)})

    return Reader(Form.SHAPES, tuple(found[key] for key in keys), tags)


def _own(layer: str, found: Mapping[str, str]) -> Reader:
    known = {**_NAMES, "zh": "name:zh", "en": "name:en"}
    keys = [key for key in found if key in ("kind", "level") or key in known]
    kinds = _OWN[layer]
    ordinary = _ORDINARY.get(layer, "") if "kind" not in found else ""

    def tags(row: tuple[str, ...]) -> Tags:
        values = dict(zip(keys, row, strict=True))
        of_kind = kinds.get(ordinary or values["kind"].strip().lower())
        if of_kind is None:
            return {}
        level = _number(values.get("level", ""))
        over = {"bridge": "yes"} if level > 0 else {"tunnel": "yes"} if level < 0 else {}
        return _plain({**over, **_known(values, known), **of_kind})

    return Reader(Form.OWN, tuple(found[key] for key in keys), tags, layer)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _plain(tags: Tags) -> Tags:
    """Return `tags` with their values in the form that OpenStreetMap has, in one line."""
    plain = {key: cleaned(value) for key, value in tags.items()}
    for key in _SWITCHES:
        if key in plain:
            plain[key] = "no" if plain[key].lower() in ("", "f", "false", "0", "0.0", "n", "no") else "yes"
    if "admin_level" in plain:
        plain["admin_level"] = plain["admin_level"].removesuffix(".0")
    return plain


_TEXT = r'"((?:[^"\\]|\\.)*)"'
_PAIR = re.compile(rf"\s*{_TEXT}\s*=>\s*(?:{_TEXT}|NULL)\s*(,|$)", re.DOTALL | re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def hstore(text: str) -> Tags:
    r"""Return the pairs in text of PostgreSQL's type hstore: `"key"=>"value","other \"key\""=>NULL`.

    NULL is an empty text here. What comes after the first thing that is no pair is left out.
    """
    pairs: Tags = {}
    at = 0
    while (pair := _PAIR.match(text, at)) is not None:
        key, value, more = pair.groups()
        pairs[_ESCAPED.sub(r"\1", key)] = _ESCAPED.sub(r"\1", value or "")
        at = pair.end()
        if not more:
            break
    return pairs
