"""What the address of a request asks for: form, language, which features. What cannot be meant is refused."""

from __future__ import annotations

import math
import re
from collections.abc import Collection as Names
from collections.abc import Iterable
from datetime import date, datetime

from starlette.datastructures import Headers, QueryParams

from geo.errors import PlanMapError
from geo.grid import BBox
from layers.listing.collection import About, FeatureQuery, FieldKind, Value
from layers.translation import LANGUAGES

JSON, HTML = "json", "html"
FORMS = (JSON, HTML)

USUAL_LIMIT, GREATEST_LIMIT = 100, 1000
"""Features on a page if the address does not say, and at most: a task takes 2 kB."""

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
"""WGS 84 with longitude first."""

COMMON = ("f", "lang")
"""Parameters of every address."""

PAGING = ("limit", "offset", "bbox", "bbox-crs", "crs", "datetime")
"""Parameters of the features of a collection, beside the fields that can be filtered by."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)

MOMENT = r"\d{4}-\d{2}-\d{2}([Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))?"
"""A day, or a moment of it, as RFC 3339 writes them."""

_FAR = 1000.0
"""Degrees that are farther than any place."""

_LONGEST_WHOLE = 9
"""Digits of a whole number; more features than that are nowhere."""


def check_names(query: QueryParams, known: Names[str]) -> None:
    """Raise `PlanMapError` for a parameter that is not `known`, or given twice."""
    names = [name for name, _ in query.multi_items()]
    for name in names:
        if name not in known:
            raise PlanMapError("ogc-parameter", name=name, expected=tuple(known))
        if names.count(name) > 1:
            raise PlanMapError("ogc-twice", name=name)


def form_of(query: QueryParams, headers: Headers) -> str:
    """Return in which of `FORMS` the answer is wanted: as `f` says, else as the program prefers.

    Raises
    ------
    PlanMapError
        There is no such form.
    """
    named = query.get("f")
    if named is None:
        return _preferred(headers.get("accept", ""), {"text/html": HTML, "application/xhtml+xml": HTML}, JSON)
    if named not in FORMS:
        raise PlanMapError("ogc-form", value=named, expected=FORMS)
    return named


def language_of(query: QueryParams, headers: Headers) -> str:
    """Return in which language the answer is wanted: as `lang` says, else as the program prefers.

    Raises
    ------
    PlanMapError
        There is no such language.
    """
    named = query.get("lang")
    if named is None:
        return _preferred(headers.get("accept-language", ""), {name: name for name in LANGUAGES}, LANGUAGES[0])
    if named not in LANGUAGES:
        raise PlanMapError("ogc-language", value=named, expected=LANGUAGES)
    return named


def _preferred(header: str, known: dict[str, str], usual: str) -> str:
    """Return what a header such as Accept likes best of `known`, by name or by the part before a dash.

    It is the `usual` if the header likes something else as much, such as anything at all.
    """
    best, chosen = 0.0, usual
    for part in header.split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        weights = [word.removeprefix("q=") for word in parameters if word.startswith("q=")]
        weight = float(weights[0]) if weights and _NUMBER.fullmatch(weights[0]) else 1.0
        found = known.get(name) or known.get(name.partition("-")[0])
        if found is None and name.endswith(("json", "*/*")):
            found = usual
        if found is not None and weight > best:
            best, chosen = weight, found
    return chosen


def check_limit(query: QueryParams) -> None:
    """Raise `PlanMapError` unless `limit` is a number of things on a page, where all of them fit on one."""
    if "limit" in query:
        _whole("limit", query["limit"], least=1)


def features_asked(query: QueryParams, about: About) -> FeatureQuery:
    """Return which features of a collection are asked for.

    Raises
    ------
    PlanMapError
        A parameter is unknown, or its value cannot be meant.
    """
    check_names(query, (*COMMON, *PAGING, *about.queryables))
    # Some programs name the system in which there is everything anyway.
    for name in ("bbox-crs", "crs"):
        if query.get(name, CRS84) != CRS84:
            raise PlanMapError("ogc-crs", name=name, value=query[name], expected=(CRS84,))
    since, until = _time(query["datetime"]) if "datetime" in query else (None, None)
    return FeatureQuery(
        # More than there is on a page is no mistake: the standard cuts it.
        limit=min(_whole("limit", query["limit"], least=1), GREATEST_LIMIT) if "limit" in query else USUAL_LIMIT,
        offset=_whole("offset", query["offset"], least=0) if "offset" in query else 0,
        boxes=_boxes(query["bbox"]) if "bbox" in query else (),
        since=since,
        until=until,
        values={name: _value(name, query[name], about.fields[name]) for name in about.queryables if name in query},
    )


def _whole(name: str, text: str, *, least: int) -> int:
    if not re.fullmatch(rf"[0-9]{{1,{_LONGEST_WHOLE}}}", text, re.ASCII) or int(text) < least:
        raise PlanMapError("ogc-whole", name=name, value=text, least=least)
    return int(text)


def _boxes(text: str) -> tuple[BBox, ...]:
    """Return the boxes of a `bbox`: two if it reaches over the 180th meridian. Heights count for nothing."""
    numbers = [float(part) for part in _numbers(text)]
    if len(numbers) == 6:
        numbers = [numbers[place] for place in (0, 1, 3, 4)]
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)) or numbers[1] > numbers[3]:
        raise PlanMapError("ogc-bbox", value=text)
    # GEOS cannot reckon with the largest figures.
    west, south, east, north = (max(-_FAR, min(number, _FAR)) for number in numbers)
    if west <= east:
        return ((west, south, east, north),)
    return ((west, south, 180.0, north), (-180.0, south, east, north))


def _numbers(text: str) -> Iterable[str]:
    parts = [part.strip() for part in text.split(",")]
    return parts if all(_NUMBER.fullmatch(part) for part in parts) else ()


def _time(text: str) -> tuple[date | None, date | None]:
    """Return the first and the last day of a `datetime`: a moment or a day, or two of them with a slash between."""
    # A plus sign that was not written as %2B.
    first, slash, last = text.replace(" ", "+").partition("/")
    if not slash:
        day = _day(first, text)
        return day, day
    since, until = (None if end in ("", "..") else _day(end, text) for end in (first, last))
    if since and until and since > until:
        raise PlanMapError("ogc-time", value=text)
    return since, until


def _day(text: str, whole: str) -> date:
    found = re.fullmatch(MOMENT, text, re.ASCII)
    try:
        if found is None:
            raise ValueError(text)
        if found[1]:
            # Python takes six digits of a second at most.
            datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper()))
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise PlanMapError("ogc-time", value=whole) from error


def _value(name: str, text: str, kind: FieldKind) -> Value:
    if kind is FieldKind.TRUTH:
        if text not in ("true", "false"):
            raise PlanMapError("ogc-truth", name=name, value=text)
        return text == "true"
    return _whole(name, text, least=0) if kind is FieldKind.WHOLE else text
