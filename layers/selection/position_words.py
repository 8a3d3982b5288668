"""Positions and shapes in words: where something lies or how large it is, and how what was typed was read."""

from __future__ import annotations

import shapely
from shapely.geometry.base import BaseGeometry

from geo.measure import area_km2, distance_m, ellipsoid
from geo.position import Datum, Position
from layers.plan.plan import Plan
from layers.selection.vicinity import distance_words
from layers.translation import Translation

FAR_M = 50_000.0
"""Metres from the plan's area from which on a position is said to be far away: that may be a slip."""


def degrees_words(longitude: float, latitude: float) -> str:
    """Return a position in WGS 84, to a metre: as in 117.35012°E 39.12345°N."""
    east, north = "E" if longitude >= 0 else "W", "N" if latitude >= 0 else "S"
    return f"{abs(longitude):.5f}°{east} {abs(latitude):.5f}°{north}"


def geometry_words(geometry: BaseGeometry | None, text: Translation) -> str:
    """Return what a WGS 84 geometry is and where or how large; that there is none for None."""
    if geometry is None:
        return text("precision.unplaced")
    # A ring ends where it begins.
    rings = sum(1 + len(part.interiors) for part in shapely.get_parts(geometry) if part.geom_type == "Polygon")
    count = int(shapely.get_num_coordinates(geometry)) - rings
    if geometry.geom_type.endswith("Point"):
        first = shapely.get_coordinates(geometry)[0]
        words = degrees_words(float(first[0]), float(first[1]))
        return words if count == 1 else text("position.points", count=count, first=words)
    if geometry.geom_type.endswith("LineString"):
        metres = abs(float(ellipsoid().geometry_length(geometry)))
        return text("position.line", length=f"{metres / 1000:.2f}", count=count)
    return text("position.area", area=f"{area_km2(geometry):.2f}", count=count)


def read_words(plan: Plan, position: Position, text: Translation) -> str:
    """Return where a position that was typed is in WGS 84, how that follows, and whether it is far from the plan."""
    parts = [f"WGS 84 {degrees_words(position.longitude, position.latitude)}"]
    if position.swapped:
        parts.append(text("position.swapped"))
    if position.datum is Datum.CGCS2000:
        parts.append(text("position.same"))
    elif position.datum is Datum.CGCS2000_GRID:
        parts.append(text("position.meridian", meridian=position.meridian))
    elif position.datum is not Datum.WGS84:
        east, north = position.east_m, position.north_m
        ways = (
            text("position.east" if east > 0 else "position.west", metres=f"{abs(east):.0f}"),
            text("position.north" if north > 0 else "position.south", metres=f"{abs(north):.0f}"),
        )
        datum = text(f"datum.{position.datum.value}")
        parts.append(text("position.shifted", datum=datum, ways=text("sheet.comma").join(ways)))
    away = distance_m(shapely.box(*plan.home), shapely.Point(position.longitude, position.latitude))
    if away > FAR_M:
        parts.append(text("position.far", distance=distance_words(away, 0.0)))
    return " · ".join(parts)
