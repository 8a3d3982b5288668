"""Fetching the features of a source as a file that is then brought in like any other."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from geo.datum import gcj02_to_bd09, wgs84_to_gcj02
from geo.errors import PlanMapError
from geo.feature_service import services
from geo.foreign import child
from geo.grid import BBox
from geo.remote.address import parse
from layers.allowed_hosts import allowed_hosts, host_keys, with_key
from layers.own.linked.known_paths import is_known, state_of
from layers.own.linked.source import SourceKind, SourceRow, now

Progress = Callable[[float], None]

OFFSET = ("gcj02", "bd09")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of a source."""

    file: Path
    """What is to be brought in; of a file or a folder itself."""
    row: SourceRow


def offered(kind: SourceKind, address: str) -> dict[str, Any]:
    """Return what a service has, see `geo.feature_service.offer.Offer`.

    Raises
    ------
    PlanMapError
        It may not be asked, cannot be reached, or speaks something else.
    """
    checked(address)
    return services.offered(kind.value, address, hosts=allowed_hosts(), keys=_keys(address))


def checked(address: str) -> None:
    """Raise `PlanMapError` unless an address may be asked: its host is allowed, and no password stands in it."""
    found = parse(address)
    if found.secrets:
        raise PlanMapError("service-secret", name="、".join(found.secrets), host=found.authority)
    allowed_hosts().allowed(found)
    # A key that is not there is said before a process is started.
    with_key(found)


def fetched(
    row: SourceRow,
    folder: Path,
    *,
    progress: Progress = lambda share: None,
    limits: child.Limits = services.LIMITS,
) -> Fetched:
    """Fetch what a source has now into `folder`, which is empty, and return it with what there is to say of that.

    Whatever `progress` raises ends the work.

    Raises
    ------
    PlanMapError
        It may not be asked on this machine, is away, has nothing in the frame, or gives something else than features.
    """
    if row.kind is SourceKind.PARQUET:
        path = Path(row.address)
        if not is_known(path):
            raise PlanMapError("source-path", path=path)
        return Fetched(path, row.model_copy(update={"fetched": now(), "state": state_of(path)}))
    checked(row.address)
    target = folder / "features.geojson"
    moment = now()
    found = services.collect(
        row.kind.value,
        row.address,
        target,
        layer=row.layer,
        box=None if row.bbox is None else box_in(row.bbox, row.datum),
        epsg=row.epsg,
        degrees=row.datum in OFFSET,
        hosts=allowed_hosts(),
        keys=_keys(row.address),
        progress=progress,
        limits=limits,
    )
    if row.datum in OFFSET and found["epsg"] not in (4326, 4490):
        raise PlanMapError("source-system", name=row.layer, wanted="EPSG:4326", near=f"EPSG:{found['epsg']}")
    if not found["count"] and row.bbox is not None and found["total"] != 0:
        raise PlanMapError("source-nothing-here", name=row.layer, source=row.place)
    said = ("layer", "count", "matched", "total", "repeated", "turned", "state")
    came = {**{name: found[name] for name in said}, "left": tuple(found["left"]), "fetched": moment}
    return Fetched(target, row.model_copy(update=came))


def box_in(box: BBox, datum: str) -> BBox:
    """Return a box in degrees of WGS 84 as one around the same ground in the degrees of an offset frame."""
    if datum not in OFFSET:
        return box
    x, y = (axis.ravel() for axis in np.meshgrid(np.linspace(box[0], box[2], 9), np.linspace(box[1], box[3], 9)))
    x, y = wgs84_to_gcj02(x, y)
    if datum == "bd09":
        x, y = gcj02_to_bd09(x, y)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _keys(address: str) -> list[services.Key]:
    """Return the key that the host of an address wants, with its value on this machine."""
    found = parse(address)
    return [
        (host, parameter, os.environ.get(variable, ""))
        for host, key in host_keys().items()
        if host.name == found.host and host.covers(found)
        for parameter, _, variable in (key.partition("="),)
    ]
