"""A service of features, asked by a child process: what everybody else calls."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from geo.foreign import child
from geo.grid import BBox
from geo.remote.hosts import Host, Hosts

LIMITS = child.Limits(memory=4 * 2**30, seconds=1800.0, disk=6 * 2**30)

Key = tuple[Host, str, str]
"""A host, and the parameter that it wants with its value."""

NO_DRIVERS = frozenset({"MEM"})


def offered(kind: str, address: str, *, hosts: Hosts, keys: Iterable[Key] = ()) -> dict[str, Any]:
    """Return what a service has, see `geo.feature_service.offer.Offer`.

    Raises
    ------
    PlanMapError
        It may not be asked, cannot be reached, or speaks something else.
    """
    with tempfile.TemporaryDirectory(prefix="planmap-ask-", ignore_cleanup_errors=True) as folder:
        job = {"kind": kind, "address": address, **_allowed(hosts, keys)}
        limits = child.Limits(memory=2 * 2**30, seconds=180.0, disk=2**20)
        return child.run("feature_service.work:offer", job, Path(folder), limits=limits, drivers=NO_DRIVERS)


def collect(
    kind: str,
    address: str,
    target: Path,
    *,
    layer: str,
    box: BBox | None,
    epsg: int = 0,
    degrees: bool = False,
    hosts: Hosts,
    keys: Iterable[Key] = (),
    progress: Callable[[float], None] = lambda share: None,
    limits: child.Limits = LIMITS,
) -> dict[str, Any]:
    """Write the features of a layer of a service as `target`, alone in its folder, as `geo.feature_service.work` does.

    Raises
    ------
    PlanMapError
        As with `offered`; or it has no such layer, or gives something else than features.
    """
    job = {
        "kind": kind,
        "address": address,
        "layer": layer,
        "box": box,
        "epsg": epsg,
        "degrees": degrees,
        "target": str(target.resolve()),
        **_allowed(hosts, keys),
    }
    return child.run(
        "feature_service.work:collect", job, target.parent, progress=progress, limits=limits, drivers=NO_DRIVERS
    )


def _allowed(hosts: Hosts, keys: Iterable[Key]) -> dict[str, Sequence[Any]]:
    return {
        "hosts": [(host.name, host.port, host.private) for host in hosts.all],
        "keys": [((host.name, host.port, host.private), name, value) for host, name, value in keys],
    }
