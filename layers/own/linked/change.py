"""Whether a source has changed since it was fetched, as far as that is seen without asking anybody."""

from __future__ import annotations

from pathlib import Path

from geo.errors import PlanMapError
from layers.own.linked.known_paths import is_known, state_of
from layers.own.linked.source import SourceKind, source_of
from layers.own.own_layer import OwnLayer


def has_changed(layer: OwnLayer) -> bool | None:
    """Whether a file or a folder is no longer what was fetched; None if that cannot be told without asking a service.

    Raises
    ------
    PlanMapError
        It is away, or nobody has linked it on this machine.
    """
    row = source_of(layer)
    if row is None or row.kind is not SourceKind.PARQUET:
        return None
    if not is_known(Path(row.address)):
        raise PlanMapError("source-path", path=row.address)
    return state_of(Path(row.address)) != row.state
