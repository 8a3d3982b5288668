"""The list as flat rows with stable field names, one for each task at each of its sites: what CSV and GeoJSON hold.

The collections of `layers.listing.plan_collections` are made of the same rows.

GIS programs read nested values as plain text and draw no GeometryCollections, so a task at three sites is three rows.
The first row of every task has the `site_no` 1, or 0 where the task has no site; those alone are each task once.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from layers import escape
from layers.listing.listing import DEGREE_DIGITS, Cell, Listed, Listing, day_cell
from layers.plan.event import Event
from layers.plan.plan import Site
from layers.plan.terms import Status
from layers.selection.statements import period_words
from layers.translation import Translation

Row = dict[str, Cell]

NO_SITE: Row = {
    "site": "",
    "site_name": "",
    "site_category": "",
    "site_part_of": "",
    "site_named": None,
    "precision": "",
    "accuracy_m": None,
    "longitude": None,
    "latitude": None,
    "geometry_type": "",
    "site_source": "",
    "site_licence": "",
    "site_note": "",
}


def csv_bytes(listing: Listing) -> bytes:
    """Return the list as CSV: UTF-8 with a byte order mark, which Excel needs, commas, and CRLF as in RFC 4180.

    Source and disclaimer are columns, so that every line keeps them wherever it is copied, and no program stumbles
    over lines that are no rows.
    """
    about: Row = {"as_of": listing.as_of, "source": listing.source, "disclaimer": listing.disclaimer}
    names = [*task_row(listing, None), "site_no", *NO_SITE, *about]
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(names)
    for row, _ in _rows(listing):
        full = row | about
        writer.writerow([_csv_cell(full[name]) for name in names])
    return target.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        # Neither an exponent nor the ending of a whole number.
        return f"{cell:.{DEGREE_DIGITS}f}".rstrip("0").rstrip(".")
    return escape.spreadsheet(cell) if isinstance(cell, str) else str(cell)


def geojson_bytes(listing: Listing) -> bytes:
    """Return the list as GeoJSON (RFC 7946): one feature for each task at each of its sites, WGS 84, longitude first.

    The geometry is the site's own, of any simple or multi type; null where the site has no position or the task no
    site. Source and disclaimer are the description of the collection.
    """
    document = {
        "type": "FeatureCollection",
        "name": " · ".join(part for part in (listing.title, listing.filters) if part),
        "description": "\n".join(line for line in (listing.source, listing.disclaimer) if line),
        "as_of": listing.as_of.isoformat(),
        "tasks": len(listing.tasks),
        "features": [
            feature(row | {"as_of": listing.as_of}, site.geometry if site else None) for row, site in _rows(listing)
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def feature(row: Row, geometry: BaseGeometry | None) -> dict[str, Any]:
    """Return a row as a feature of GeoJSON; the geometry is in WGS 84, longitude first."""
    return {
        "type": "Feature",
        "geometry": None if geometry is None else mapping(geometry),
        "properties": {name: json_value(cell) for name, cell in row.items()},
    }


def json_value(cell: Cell) -> str | float | bool | None:
    """Return a cell as JSON has it: a day as text, and null where there is nothing."""
    # Nothing is null and no empty text, or a GIS would take a field of days for one of words.
    if cell is None or cell == "":
        return None
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return str(cell) if isinstance(cell, date) else cell


def _rows(listing: Listing) -> Iterator[tuple[Row, Site | None]]:
    """Yield the rows, each with the site that it is about; None for a task without any."""
    for listed in listing.tasks:
        row = task_row(listing, listed)
        for at_site in at_sites(listing, listed):
            yield row | at_site_row(listing, at_site), at_site.site


@dataclass(frozen=True, slots=True)
class TaskAtSite:
    """A task at one of its sites, before it is a row."""

    listed: Listed
    number: int
    """Counts the sites of the task from 1; 0 for a task without any."""
    site: Site | None
    named: bool
    """Whether the clause names the place."""


def at_sites(listing: Listing, listed: Listed) -> Iterator[TaskAtSite]:
    """Yield a task at each of its sites, or once without any."""
    number = 0
    for number, (site, named) in enumerate(listing.sites_of(listed.task), 1):
        yield TaskAtSite(listed, number, site, named)
    if not number:
        yield TaskAtSite(listed, 0, None, False)


def at_site_row(listing: Listing, at_site: TaskAtSite) -> Row:
    """Return what comes after the row of the task: which of its sites, and what is said of that."""
    at = NO_SITE if at_site.site is None else site_row(listing, at_site.site, named=at_site.named)
    return {"site_no": at_site.number, **at}


def task_row(listing: Listing, listed: Listed | None) -> Row:
    """Return what is said of a task; with None the names of the fields alone, each without a value."""
    language = listing.text.language
    task = listed.task if listed else None
    state = listed.state if listed else None
    said = listed.said if listed else None
    target = task.target if task else None
    result = said.result if said else None
    measured = result.measured if result else None
    return {
        "task": task.id if task else "",
        "title": task.title.get(language) if task else "",
        "status": state.status.value if state and state.status else "",
        "status_label": status_words(state.status, listing.text) if state else "",
        "status_backed": state.backed if state else None,
        "kind": task.kind.value if task else "",
        "theme": task.theme if task else "",
        "theme_title": listing.theme_title(task) if task else "",
        "section": task.section if task else "",
        "section_title": listing.section_title(task) if task else "",
        "clause": task.clause if task else "",
        "anchor": task.anchor if task else "",
        "lead_unit": task.lead_unit if task else "",
        # As it was set, a quarter such as 2024-Q4, and the last day that is still in time.
        "due": str(task.due) if task and task.due else "",
        "due_last_day": task.due.last_day if task and task.due else None,
        "overdue_days": listed.overdue if listed else None,
        "stale_days": listed.stale if listed else None,
        "note": task.note.get(language) if task else "",
        "partners": "; ".join(task.partners) if task else "",
        "target_comparator": target.comparator if target else "",
        "target_value": target.value if target else None,
        "target_unit": target.unit if target else "",
        "result_value": measured.value if measured else None,
        "result_unit": measured.unit if measured else "",
        "result_period": period_words(result.period) if result and result.period else "",
        **_event_fields("result", result, language),
        **_event_fields("rests_on", said.rests_on if said else None, language),
        **_event_fields("newest", said.newest if said else None, language),
        **_event_fields("later_year", said.later if said else None, language),
    }


def status_words(status: Status | None, text: Translation) -> str:
    """Return a status in words, also that there is none yet."""
    return text(f"status.{status.value}" if status else "status.none")


def _event_fields(name: str, event: Event | None, language: str) -> Row:
    return {f"{name}_{field}": cell for field, cell in event_row(event, language).items()}


def event_row(event: Event | None, language: str) -> Row:
    """Return what is said of a statement; with None the names of the fields alone, each without a value."""
    return {
        "date": day_cell(event.date) if event else "",
        "summary": event.summary.get(language) if event else "",
        "source": event.source.title if event else "",
        "publisher": event.source.publisher if event else "",
        "url": event.source.url if event else "",
    }


def site_row(listing: Listing, site: Site, *, named: bool) -> Row:
    """Return what is said of a site of a task; `named` is whether the clause names it."""
    language = listing.text.language
    longitude, latitude = listing.position(site)
    return {
        "site": site.id,
        "site_name": site.name.get(language),
        "site_category": site.category,
        "site_part_of": site.part_of,
        "site_named": named,
        "precision": site.precision.value,
        "accuracy_m": site.accuracy_m,
        "longitude": longitude,
        "latitude": latitude,
        "geometry_type": site.geometry.geom_type if site.geometry is not None else "",
        "site_source": site.source.get(language),
        "site_licence": site.licence,
        "site_note": site.note.get(language),
    }
