"""What comes of a service, written feature by feature as one file of GeoJSON, and counted.

Whether the longitude or the latitude comes first is seen from where the features would lie: the box that the service
states of them decides, and the standard only where that tells nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import PlanMapError
from geo.feature_service.gml.features import MOST_LEFT
from geo.feature_service.gml.values import Kinds
from geo.feature_service.offer import CRS84
from geo.feature_service.page import Page
from geo.foreign.features.place import Place
from geo.grid import BBox

MOST_FEATURES = 1_000_000

LOOKED_AT = 200
"""Features of the first page whose positions tell which axis comes first."""

SURE = 0.6
"""Share of them that lie where the service says that all do."""

_MARGIN = 0.1
"""How much larger than stated that box is taken, as a share of its size."""

_LEAST_MARGIN_DEG = 0.02


class Collected(AbstractContextManager["Collected"]):
    """Takes features page by page."""

    def __init__(
        self,
        target: Path,
        name: str,
        code: int,
        *,
        latitude_first: bool,
        within: BBox | None,
        kinds: Mapping[str, str] | None = None,
    ) -> None:
        """Take where they are written, and in which system they come, usually with the latitude or northing first.

        `within` is where they should lie, in degrees. Where all values come as text, `kinds` are those that a schema
        says of fields, see `geo.feature_service.gml.values`.
        """
        self._path, self._name, self.code = target, name, code
        self._usual, self._within = latitude_first, within
        self._kinds = None if kinds is None else Kinds(kinds)
        self._file = target.open("w", encoding="ascii", newline="\n")
        self._digest = hashlib.sha256()
        self._seen: set[str | int] = set()
        self.count, self.repeated = 0, 0
        self.left: dict[str, None] = {}
        """Names of what features have that cannot be taken."""
        self.matched: int | None = None
        self.odd: bool | None = None
        """Whether they come in another order than the standard says; None before anything has come."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def take(self, page: Page) -> None:
        """Write the features of a page.

        Raises
        ------
        PlanMapError
            They are none, too many, or in another system than those before.
        """
        if page.matched is not None:
            self.matched = page.matched
        if not page.features:
            return
        self.left |= dict.fromkeys(page.left)
        if self.odd is None:
            # A server that does not have what is asked for says what it gives instead.
            self.code = page.system or self.code
            self.odd = self._order(page) != self._usual_of(page)
            self._begin()
        elif page.system and page.system != self.code and {page.system, self.code} != {CRS84, 4326}:
            raise PlanMapError("source-systems", name=self._name)
        is_turned = self._usual_of(page) != self.odd
        for feature in page.features:
            self._write(feature, is_turned=is_turned)

    def finish(self) -> dict[str, Any]:
        """Write the end, and return what has come."""
        if self.odd is None:
            self._begin()
        self._file.write("\n]}\n")
        self._file.close()
        if self._kinds is not None:
            self._make_typed(self._kinds)
        return {
            "count": self.count,
            "matched": self.matched,
            "repeated": self.repeated,
            "epsg": 4326 if self.code == CRS84 else self.code,
            "turned": bool(self.odd),
            "left": list(self.left)[:MOST_LEFT],
            "state": self._digest.hexdigest(),
        }

    def _begin(self) -> None:
        self._file.write('{"type": "FeatureCollection", "name": ' + json.dumps(self._name))
        if self.code not in (CRS84, 4326):
            named = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{self.code}"}}
            self._file.write(f', "crs": {json.dumps(named)}')
        self._file.write(', "features": [')

    def _write(self, feature: Any, *, is_turned: bool) -> None:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise PlanMapError("source-answer", address=self._name)
        number = feature.get("id")
        if isinstance(number, str | int) and not isinstance(number, bool):
            if number in self._seen:
                self.repeated += 1
                return
            self._seen.add(number)
        else:
            number = None
        geometry, values = feature.get("geometry"), feature.get("properties")
        placed = geometry if isinstance(geometry, dict) else None
        said: dict[str, Any] = {
            "type": "Feature",
            "properties": values if isinstance(values, dict) else {},
            "geometry": _turned(placed) if placed is not None and is_turned else placed,
        }
        if isinstance(number, str) or (isinstance(number, int) and 0 <= number < 2**62):
            said["id"] = number
        try:
            text = json.dumps(said, allow_nan=False)
        except ValueError as error:
            # A figure such as 1e999.
            raise PlanMapError("source-answer", address=self._name) from error
        if self._kinds is not None:
            self._kinds.see(said["properties"])
        self._digest.update(text.encode())
        self._file.write(("," if self.count else "") + "\n" + text)
        self.count += 1
        if self.count > MOST_FEATURES:
            raise PlanMapError("source-many", name=self._name, limit=MOST_FEATURES)

    def _make_typed(self, kinds: Kinds) -> None:
        """Write the file again with values as what they are: of the last feature a field may turn out to be text."""
        whole = self._path.with_name(f"{self._path.name}.typed")
        with self._path.open(encoding="ascii") as before, whole.open("w", encoding="ascii", newline="\n") as after:
            for number, line in enumerate(before):
                if not 1 <= number <= self.count:
                    after.write(line)
                    continue
                feature = json.loads(line.rstrip(",\n"))
                feature["properties"] = kinds.typed(feature["properties"])
                after.write(json.dumps(feature) + ("," if number < self.count else "") + "\n")
        whole.replace(self._path)

    def _usual_of(self, page: Page) -> bool:
        """Whether the latitude or northing comes first by what the page says, or else by how it was asked for."""
        return self._usual if page.latitude_first is None else page.latitude_first

    def _order(self, page: Page) -> bool:
        """Return whether the latitude or northing comes first."""
        usual = self._usual_of(page)
        sample = np.array(list(_first_positions(page.features[:LOOKED_AT])), dtype=float).reshape(-1, 2)
        if self._within is None or not len(sample):
            return usual
        place = Place({"epsg": 4326 if self.code == CRS84 else self.code}, self._name)
        as_is, other = (_share(place.to_degrees(each), self._within) for each in (sample, sample[:, ::-1]))
        if as_is == other or max(as_is, other) < SURE:
            return usual
        return bool(other > as_is)


def _share(positions: NDArray[np.float64], within: BBox) -> float:
    west, south, east, north = within
    x = max(_LEAST_MARGIN_DEG, _MARGIN * (east - west))
    y = max(_LEAST_MARGIN_DEG, _MARGIN * (north - south))
    inside = (positions[:, 0] >= west - x) & (positions[:, 0] <= east + x)
    inside &= (positions[:, 1] >= south - y) & (positions[:, 1] <= north + y)
    return float(inside.mean())


def _first_positions(features: list[Any]) -> Iterator[tuple[float, float]]:
    for feature in features:
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        while isinstance(geometry, dict) and isinstance(geometry.get("geometries"), list) and geometry["geometries"]:
            geometry = geometry["geometries"][0]
        found = geometry.get("coordinates") if isinstance(geometry, dict) else None
        while isinstance(found, list) and found and isinstance(found[0], list):
            found = found[0]
        if isinstance(found, list) and len(found) >= 2 and all(isinstance(each, int | float) for each in found[:2]):
            yield float(found[0]), float(found[1])


def _turned(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a geometry whose first two axes have changed places."""
    found = dict(geometry)
    if isinstance(found.get("geometries"), list):
        found["geometries"] = [_turned(each) if isinstance(each, dict) else each for each in found["geometries"]]
    if "coordinates" in found:
        found["coordinates"] = _swapped(found["coordinates"])
    return found


def _swapped(coordinates: Any) -> Any:
    if not isinstance(coordinates, list):
        return coordinates
    if len(coordinates) >= 2 and not isinstance(coordinates[0], list):
        return [coordinates[1], coordinates[0], *coordinates[2:]]
    return [_swapped(each) for each in coordinates]
