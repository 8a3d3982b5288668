"""Where the features of a layer stay of which the plan has a working copy, and when they were fetched from there.

It stands in the layer's own file, which may be anybody's. It says what to ask, never that it may be asked.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.remote.address import LONGEST_ADDRESS, parse
from layers.own.own_layer import OwnLayer
from layers.plan.row import Row, Words


class SourceKind(StrEnum):
    """What features are fetched from."""

    OGC_API = "ogcapi"
    WFS = "wfs"
    PARQUET = "parquet"
    """A GeoParquet file, or a folder of them."""


Count = Annotated[int, Field(ge=0, le=10**12)]


class SourceRow(Row):
    """What the file of a layer says of its source."""

    kind: SourceKind
    address: Annotated[Words, Field(min_length=1, max_length=LONGEST_ADDRESS)]
    """Of a file or a folder its whole path."""
    layer: Annotated[Words, Field(max_length=300)] = ""
    """Collection or feature type."""
    bbox: tuple[float, float, float, float] | None = None
    """What was asked for, in degrees of the plan; None for everything."""
    epsg: Annotated[int, Field(ge=0, le=999_999)] = 0
    """The reference system that was asked for; 0 for the usual one."""
    datum: Literal["", "wgs84", "gcj02", "bd09"] = ""
    """What the figures are in that the service calls degrees; empty for what it says."""
    fetched: Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?$")] = ""
    """When, in UTC."""
    count: Count = 0
    """How many features came."""
    matched: Count | None = None
    """How many there should have been, as the service says."""
    total: Count | None = None
    """How many it has, wherever they are; None where that was not asked or not said."""
    repeated: Count = 0
    """How many came again and were taken once."""
    turned: bool = False
    """Whether the axes came in another order than the standard says."""
    left: Annotated[tuple[Annotated[Words, Field(max_length=400)], ...], Field(max_length=60)] = ()
    """What features have at the service that is no plain value of theirs, and is not in the copy."""
    state: Annotated[Words, Field(max_length=64)] = ""
    """Changes with what came; of a file or a folder with its sizes and times."""
    repairs: dict[str, bool] = Field(default_factory=dict, max_length=50)
    """Repairs that somebody has accepted or refused, for the next time."""

    @model_validator(mode="after")
    def _fits(self) -> SourceRow:
        if self.kind is SourceKind.PARQUET:
            if not Path(self.address).is_absolute():
                raise ValueError("path")
        else:
            try:
                secrets = parse(self.address).secrets
            except PlanMapError as error:
                raise ValueError(error.code) from error
            if secrets:
                raise ValueError("secrets")
        if self.bbox is not None:
            checked_box(self.bbox)
        return self

    @property
    def place(self) -> str:
        """What people know it by: the host, or the name of the file or folder."""
        return Path(self.address).name if self.kind is SourceKind.PARQUET else parse(self.address).authority

    @property
    def outside(self) -> int | None:
        """How many features were left where they are because of the frame; None if that is not known."""
        if self.bbox is None or self.total is None:
            return None
        return max(0, self.total - (self.count if self.matched is None else self.matched))

    @property
    def missing(self) -> int:
        """How many features fewer came than the service says that there are."""
        return max(0, (self.matched or 0) - self.count - self.repeated)


def checked_box(box: BBox) -> BBox:
    """Return a box in degrees; raise `ValueError` if it is none."""
    west, south, east, north = box
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError("bbox")
    return box


def source_of(layer: OwnLayer) -> SourceRow | None:
    """Return the source that the working copy of a layer was fetched from; None if it is none of a kind known here."""
    if layer.source.get("kind") not in set(SourceKind):
        return None
    try:
        return SourceRow(**layer.source)
    except (ValidationError, TypeError):
        return None


def now() -> str:
    """Return this moment in UTC, as a source says when it was fetched."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
