"""A collection of features that others ask for page by page, wherever its features come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

import numpy
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.grid import BBox
from layers.listing.flat import Row, feature, json_value

Value = str | float | bool | None
Feature = dict[str, Any]


class FieldKind(StrEnum):
    """What the values of a field are, by the names of JSON Schema; a day is text in the form 2024-12-31."""

    TEXT = "string"
    NUMBER = "number"
    WHOLE = "integer"
    TRUTH = "boolean"
    DAY = "date"


class Shape(StrEnum):
    """What geometries a collection has. GIS programs draw a layer of one sort only."""

    ANY = "any"
    POINTS = "points"
    LINES = "lines"
    AREAS = "areas"
    NONE = "none"

    def takes(self, geometry: BaseGeometry | None) -> bool:
        """Whether a feature with this geometry is in such a collection."""
        if self in (Shape.ANY, Shape.NONE):
            return True
        return geometry is not None and SHAPES[int(shapely.get_dimensions(geometry))] is self


SHAPES = (Shape.POINTS, Shape.LINES, Shape.AREAS)
"""By the dimension of the geometries."""


@dataclass(frozen=True, slots=True)
class FeatureQuery:
    """Which features of a collection somebody wants."""

    limit: int
    offset: int = 0
    """How many of those that match come before the first one wanted, in the collection's own order."""
    boxes: tuple[BBox, ...] = ()
    """West, south, east, north in degrees, WGS 84; a feature must touch one of them. Empty for everywhere."""
    since: date | None = None
    until: date | None = None
    """First and last day of the time that a feature must be about; None where that is open."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """What fields must hold, by name: some of `Collection.queryables`."""


@dataclass(frozen=True, slots=True)
class FeaturePage:
    """A page of features."""

    features: list[Feature]
    matched: int
    """How many match in all."""


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a collection as a whole."""

    id: str
    title: str
    description: str
    attribution: str
    licences: tuple[str, ...]
    """SPDX expressions, each once."""
    fields: Mapping[str, FieldKind]
    """The fields of its features, in their order."""
    queryables: tuple[str, ...]
    """Names of the fields that can be filtered by."""
    shown: tuple[str, ...]
    """Names of the fields that suffice where there is little room."""
    shape: Shape


class Collection(Protocol):
    """Features with ids, all with the same fields.

    Whoever asks follows the link to the next page, so a source in which counting to an offset is slow may go there by
    id, as long as `offset` means the same place.
    """

    @property
    def about(self) -> About:
        """What is said of the collection as a whole."""

    @property
    def box(self) -> BBox | None:
        """West, south, east, north of all features in degrees, WGS 84; None if none has a position."""

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day that a feature is about; None without any."""

    def find(self, asked: FeatureQuery) -> FeaturePage:
        """Return the features that are asked for."""

    def feature(self, feature_id: str) -> Feature | None:
        """Return the feature with this id; None if there is none."""


class HeldCollection:
    """A collection whose features are in memory; their rows are made when they are asked for."""

    def __init__(
        self,
        about: About,
        ids: Sequence[str],
        geometries: Sequence[BaseGeometry | None],
        days: Sequence[date | None],
        row: Callable[[int], Row],
    ) -> None:
        self.about = about
        self._ids = ids
        self._geometries = one_sort(geometries) if about.shape is not Shape.ANY else _array(geometries)
        self._days = numpy.array([day.toordinal() if day else 0 for day in days], dtype=numpy.int32)
        """What each feature is about, as ordinals; 0 where that is nothing."""
        self._row = row
        self._columns: dict[str, list[Value]] = {}

    @cached_property
    def box(self) -> BBox | None:
        """West, south, east, north of all features."""
        west, south, east, north = shapely.total_bounds(self._geometries).tolist()
        # Not a number where nothing has a position.
        return None if west != west else (west, south, east, north)

    @cached_property
    def days(self) -> tuple[date, date] | None:
        """First and last day that a feature is about."""
        known = self._days[self._days > 0]
        return (date.fromordinal(int(known.min())), date.fromordinal(int(known.max()))) if len(known) else None

    def find(self, asked: FeatureQuery) -> FeaturePage:
        """Return the features that are asked for."""
        passing = in_days(self._days, asked)
        if asked.boxes:
            boxes = [shapely.box(*box) for box in asked.boxes]
            passing &= numpy.logical_or.reduce([shapely.intersects(self._geometries, box) for box in boxes])
        for name, value in asked.values.items():
            passing &= numpy.fromiter((held == value for held in self._column(name)), dtype=bool, count=len(passing))
        rows = numpy.flatnonzero(passing)
        wanted = rows[asked.offset : asked.offset + asked.limit].tolist()
        return FeaturePage([self._feature(row) for row in wanted], len(rows))

    def feature(self, feature_id: str) -> Feature | None:
        """Return the feature with this id."""
        row = self._rows.get(feature_id)
        return None if row is None else self._feature(row)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {feature_id: row for row, feature_id in enumerate(self._ids)}

    def _feature(self, row: int) -> Feature:
        return feature_of(self.about, self._ids[row], self._row(row), self._geometries[row])

    def _column(self, name: str) -> list[Value]:
        found = self._columns.get(name)
        if found is None:
            # All at once: what takes time is the row, and whoever filters by one field will by another.
            names = self.about.queryables
            rows = [self._row(row) for row in range(len(self._ids))]
            self._columns |= {one: [json_value(row[one]) for row in rows] for one in names}
            found = self._columns[name]
        return found


def feature_of(about: About, feature_id: str, row: Row, geometry: BaseGeometry | None) -> Feature:
    """Return a row of a collection as a feature."""
    made = feature(row, geometry)
    properties = made["properties"]
    for name, kind in about.fields.items():
        # 400 as 400.0: QGIS takes a field for whole numbers whose first values are, and cuts what comes later.
        if kind is FieldKind.NUMBER and properties[name] is not None:
            properties[name] = float(properties[name])
    return {"type": "Feature", "id": feature_id, **made}


def in_days(days: NDArray[numpy.int32], asked: FeatureQuery) -> NDArray[numpy.bool_]:
    """Return by feature whether the day that it is about, as an ordinal, is in the time that is asked for."""
    passing = numpy.ones(len(days), dtype=bool)
    if asked.since is not None:
        passing &= days >= asked.since.toordinal()
    if asked.until is not None:
        passing &= (days <= asked.until.toordinal()) & (days > 0)
    return passing


def one_sort(geometries: Sequence[BaseGeometry | None]) -> NDArray[numpy.object_]:
    """Return geometries of one dimension as they are, or all as multi geometries if some are.

    A GIS program takes the sort of a layer from the features that it reads first.
    """
    found = _array(geometries)
    placed = found[~shapely.is_missing(found)]
    if not any(geometry.geom_type.startswith("Multi") for geometry in placed):
        return found
    multi = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    return _array(
        [
            geometry
            if geometry is None or geometry.geom_type.startswith("Multi")
            else multi[shapely.get_dimensions(geometry)]([geometry])
            for geometry in found
        ]
    )


def _array(geometries: Sequence[BaseGeometry | None]) -> NDArray[numpy.object_]:
    # Not numpy.array, which would look into them.
    found = numpy.empty(len(geometries), dtype=object)
    found[:] = geometries
    return found
