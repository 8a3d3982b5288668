"""The list as the bytes of a file, by the kind of file."""

from __future__ import annotations

from layers.listing.flat import csv_bytes, geojson_bytes
from layers.listing.listing import Listing
from layers.listing.workbook import workbook_bytes

MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
}
"""Kinds of file and their media types."""


def listing_file(listing: Listing, kind: str) -> bytes:
    """Return the list as a file of one of the kinds in `MEDIA_TYPES`."""
    return {"xlsx": workbook_bytes, "csv": csv_bytes, "geojson": geojson_bytes}[kind](listing)
