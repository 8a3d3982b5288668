"""A map service as a layer of a plan: an address and what to ask there, in a small file beside the plan.

The file may be anybody's. It says what to ask, never that it may be asked, and holds no password.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import AfterValidator, Field, ValidationError, model_validator

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.remote.address import LONGEST_ADDRESS, Address, parse
from layers.plan.row import Row, Words
from layers.plan.scene import OWN

LARGEST_FILE = 64 * 1024
"""Bytes of a file of a layer."""

LONGEST_NAME = 60
"""Characters of a layer's name, and of that of its group."""

LAST_ZOOM = 22
"""The deepest zoom that any service has."""

DATUMS = ("wgs84", "gcj02", "bd09")


class ServiceKind(StrEnum):
    """What a service speaks."""

    XYZ = "xyz"
    WMTS = "wmts"
    WMS = "wms"


PLACES = {
    ServiceKind.XYZ: (("z",), ("x",), ("y", "-y")),
    ServiceKind.WMTS: (("matrix", "z"), ("x",), ("y",)),
    ServiceKind.WMS: (("bbox",), ("pixels",)),
}
"""What an address must leave room for, by kind: one of each."""


def _template(text: str) -> str:
    # Whatever is wrong with it is said of the file.
    try:
        address = parse(text)
    except PlanMapError as error:
        raise ValueError(error.code) from error
    if address.secrets:
        raise ValueError("secrets")
    return text


class ServiceRow(Row):
    """What the file of a layer may hold."""

    form: Literal[1]
    kind: ServiceKind
    name: Annotated[Words, Field(min_length=1, max_length=LONGEST_NAME)]
    group: Annotated[Words, Field(max_length=LONGEST_NAME)] = ""
    address: Annotated[str, Field(max_length=LONGEST_ADDRESS), AfterValidator(_template)]
    """With room for what differs from tile to tile, in braces."""
    layer: Annotated[Words, Field(max_length=200)] = ""
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    bounds: tuple[
        Annotated[float, Field(ge=-180, le=180)],
        Annotated[float, Field(ge=-90, le=90)],
        Annotated[float, Field(ge=-180, le=180)],
        Annotated[float, Field(ge=-90, le=90)],
    ] = (-180.0, -85.0, 180.0, 85.0)
    zooms: tuple[Annotated[int, Field(ge=0, le=LAST_ZOOM)], Annotated[int, Field(ge=0, le=LAST_ZOOM)]] = (0, 18)
    pixels: Literal[256, 512] = 256
    matrices: Annotated[tuple[Annotated[Words, Field(max_length=200)], ...], Field(max_length=LAST_ZOOM + 1)] = ()
    """Of WMTS: what it calls each zoom, from the first of `zooms` on."""
    axes: Literal["metres", "longitude", "latitude"] = "metres"
    """Of WMS: in what it is asked for a box; in degrees, which of them goes first."""
    rows: Literal["mercator", "degrees"] = "mercator"
    """Of WMTS: in what its tiles are even from row to row."""
    credit: Annotated[Words, Field(max_length=400)] = ""
    """Whom the service names as its source."""
    added: Annotated[Words, Field(max_length=10)] = ""

    @model_validator(mode="after")
    def _fits(self) -> ServiceRow:
        west, south, east, north = self.bounds
        found = set(re.findall(r"\{([^{}]*)\}", self.address))
        wanted = PLACES[self.kind]
        if not (west < east and south < north) or self.zooms[0] > self.zooms[1]:
            raise ValueError("bounds")
        if any(len(found & set(names)) != 1 for names in wanted) or found - {
            name for names in wanted for name in names
        }:
            raise ValueError("places")
        if "matrix" in found and len(self.matrices) != self.zooms[1] - self.zooms[0] + 1:
            raise ValueError("matrices")
        if self.rows == "degrees" and self.kind is not ServiceKind.WMTS:
            raise ValueError("rows")
        return self


@dataclass(frozen=True)
class ServiceLayer:
    """A service as a layer. Two are equal only if they are of the same file in the same state."""

    id: str
    """Stem of its file's name."""
    path: Path
    version: str
    """Changes with what the file says."""
    row: ServiceRow

    @property
    def scene_id(self) -> str:
        """Its id in a Scene."""
        return OWN + self.id

    @property
    def bounds(self) -> BBox:
        """What it covers, in degrees, in the service's own datum."""
        return self.row.bounds

    @property
    def host(self) -> Address:
        """The address without what differs from tile to tile."""
        return parse(self.row.address)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ServiceLayer):
            return NotImplemented
        return (self.path, self.version) == (other.path, other.version)

    def __hash__(self) -> int:
        return hash((self.path, self.version))


def service_row(said: dict[str, Any], file: str) -> ServiceRow:
    """Return what the file `file` says, checked.

    Raises
    ------
    PlanMapError
        It says what no layer can be.
    """
    try:
        return ServiceRow(**said)
    except (ValidationError, TypeError) as error:
        where = ""
        if isinstance(error, ValidationError):
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise PlanMapError("service-damaged", file=file, field=where or "address") from error


def read_layer(path: Path) -> ServiceLayer:
    """Return the layer in the file at `path`.

    Raises
    ------
    PlanMapError
        It cannot be read as one.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise PlanMapError("service-damaged", file=path.name, field="-")
        said = tomllib.loads(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise PlanMapError("service-damaged", file=path.name, field="-") from error
    version = hashlib.sha256(data).hexdigest()[:16]
    return ServiceLayer(path.stem, path, version, service_row(said, path.name))


def written(row: ServiceRow) -> bytes:
    """Return what a file holds that says this."""
    return tomli_w.dumps(row.model_dump(mode="json", exclude_defaults=True) | {"form": 1}).encode()
