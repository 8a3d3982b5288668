"""Fetching the features of a layer anew: the new copy takes the place of the old one when it is whole."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.feature_package import describe, opened
from layers.own.adding import add_layer, chosen, look_at
from layers.own.linked.fetching import fetched
from layers.own.linked.refreshed import Refreshed
from layers.own.linked.source import SourceKind, SourceRow, source_of
from layers.own.own_layer import OwnLayer, described
from layers.plan.plan import Plan

FETCHING, LOOKING = 0.5, 0.2
"""Shares of the work that are fetching features and looking at them; the rest is bringing them in."""

_NUMBERS = frozenset({"integer", "real"})


def refresh(
    plan: Plan,
    layer: OwnLayer,
    *,
    accept_fields: bool = False,
    progress: Callable[[float], None] = lambda share: None,
) -> Refreshed:
    """Fetch the features of `layer` anew. Its name, group, id, place among the others and style stay.

    Whatever `progress` raises ends the work and leaves everything as it was.

    Raises
    ------
    PlanMapError
        The layer has no source, or it may not be asked, is away, or gives something else; or it no longer has fields
        that the layer has, unless that is accepted. Then the layer is as it was.
    """
    row = source_of(layer)
    if row is None:
        raise PlanMapError("source-none", name=layer.name)
    with tempfile.TemporaryDirectory(prefix="planmap-fetch-", ignore_cleanup_errors=True) as folder:
        came = fetched(row, Path(folder), progress=lambda share: progress(FETCHING * share))
        if came.row.state and came.row.state == row.state:
            _say_again(layer, came.row)
            return Refreshed(described(layer.path), came.row, layer.count, unchanged=True)
        # What somebody has decided on, and what the source states by itself from time to time.
        system = None if layer.position.stated else layer.report["transformation"]["decided"]
        looked = look_at(
            came.file,
            name=layer.file,
            crs=system,
            progress=lambda share: progress(FETCHING + LOOKING * share),
        )
        inside = chosen(looked, "", layer.file)
        gone, fresh = _fields(layer, inside)
        if gone and not accept_fields:
            raise PlanMapError("source-fields", name=layer.name, fields="、".join(gone[:20]))
        made = add_layer(
            plan,
            came.file,
            inside,
            system=system,
            file=layer.file,
            repairs=row.repairs,
            today=date.today(),
            source_row=counted(came.row, inside).model_dump(mode="json", exclude_defaults=True),
            replaces=layer,
            progress=lambda share: progress(FETCHING + LOOKING + (1 - FETCHING - LOOKING) * share),
        )
    return Refreshed(made, came.row, layer.count, unchanged=False, fresh=tuple(fresh))


def counted(row: SourceRow, looked: dict[str, Any]) -> SourceRow:
    """Return a source with how many features there are in what was looked at, where nobody else has counted."""
    return row.model_copy(update={"count": looked["count"]}) if row.kind is SourceKind.PARQUET else row


def _say_again(layer: OwnLayer, row: SourceRow) -> None:
    with opened(layer.path) as package:
        said = package.about
    source = row.model_dump(mode="json", exclude_defaults=True)
    describe(layer.path, {**said, "source": source, "moment": layer.moment})


def _fields(layer: OwnLayer, looked: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return the fields that are gone or of quite another type, and those that are new, by their names there."""
    own = {after: before for before, after in layer.report["renamed"]}
    before = {own.get(field.name, field.name): field.type for field in layer.fields}
    after = {field["name"]: field["type"] for field in looked["fields"]}
    gone = [
        name
        for name, kind in before.items()
        if name not in after or (after[name] != kind and not {after[name], kind} <= _NUMBERS)
    ]
    return gone, [name for name in after if name not in before]
