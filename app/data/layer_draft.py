"""A file that somebody has chosen for an own layer: what is in it, and what has been decided about it so far."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app import job as jobs
from app.data.held_files import HeldFiles
from app.session import state
from geo.candidate import Candidate
from geo.errors import PlanMapError
from geo.foreign.features.place import Place
from geo.ranking import Ranking
from layers.own.adding import look_at, stated_system
from layers.own.linked.fetching import OFFSET
from layers.own.linked.source import SourceRow
from layers.own.own_layer import System
from layers.own.system import ranking, shown_standings, system_of_candidate, system_of_code
from layers.plan.plan import Plan

STATED, OTHER, FITTED = "stated", "other", "fitted"
"""Choices of a system beside the keys of candidates."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said about a file before it was looked at."""

    encoding: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    """Pairs of what a column is for and its name; as pairs, so that two can be compared and hashed."""
    system: str = ""
    """As JSON, likewise; empty for what the file states."""

    @classmethod
    def of(cls, encoding: str, columns: Mapping[str, str] | None, system: System | None) -> Asked:
        """Return the same from what `look_at` takes."""
        return cls(encoding, tuple(sorted((columns or {}).items())), as_text(system))


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that was looked at."""

    held: HeldFiles
    source: Path
    file: str
    """The name by which whoever chose it knows it."""
    asked: Asked
    layers: tuple[Mapping[str, Any], ...]
    """What is in it, see `geo.foreign.vector.look`; only layers with features."""
    rankings: dict[int, Ranking]
    """In which systems the layers may be, by index, as far as somebody has asked; see `ranked`."""
    fault: PlanMapError | None = None
    """Why there is nothing in it yet: a table whose columns have to be named."""
    number: int = 0
    """Another for each file of a session: what was answered about one is not answered about the next."""
    linked: SourceRow | None = None
    """Where the features stay, if they were fetched from a service."""

    def ranked(self, plan: Plan, layer: Mapping[str, Any]) -> Ranking:
        """Return in which systems a layer of the file may be; a drawing may have hundreds of layers."""
        index = layer["index"]
        if index not in self.rankings:
            self.rankings[index] = ranking(plan, layer)
        return self.rankings[index]


@dataclass(frozen=True, slots=True)
class Decision:
    """The system that somebody has decided on, or that the file states."""

    system: System | None = None
    """None while nothing is decided."""
    choice: str = ""
    """Key of a candidate, `STATED`, `OTHER` or `FITTED`; empty while nothing is chosen."""
    swapped: bool = False
    """Whether the axes have to change places for it."""
    fault: PlanMapError | None = None
    """Why what was typed is no system."""


def looked(
    plan: Plan,
    held: HeldFiles,
    source: Path,
    file: str,
    asked: Asked,
    *,
    before: Draft | None = None,
    number: int = 0,
    progress: Any = lambda share: None,
) -> Draft:
    """Look at the file `source` and return what is in it; `before` is the same file as it was looked at before.

    Raises
    ------
    PlanMapError
        It cannot be read, or has no features.
    """
    try:
        found = look_at(
            source,
            name=file,
            crs=json.loads(asked.system) if asked.system else None,
            encoding=asked.encoding,
            columns=dict(asked.columns) or None,
            progress=progress,
        )
    except PlanMapError as error:
        if error.code not in ("vector-columns", "vector-column"):
            raise
        return Draft(held, source, file, asked, (), {}, error, number)
    layers = tuple(layer for layer in found["layers"] if layer["count"])
    if not layers:
        raise PlanMapError("layer-empty", file=file)
    if before is not None and before.layers and before.asked.columns == asked.columns:
        return replace(before, asked=asked, layers=layers, fault=None)
    draft = Draft(held, source, file, asked, layers, {}, None, number)
    # Done here, where somebody waits anyway.
    draft.ranked(plan, layers[0])
    return draft


def decision_of(layer: Mapping[str, Any], ranked: Ranking, choice: str, code: str, file: str) -> Decision:
    """Return what the `choice` of a system comes to; `code` is what was typed for another one."""
    if choice == STATED:
        return Decision(stated_system(layer), STATED)
    if choice == OTHER:
        if not code.strip():
            return Decision(None, OTHER)
        try:
            system = system_of_code(code)
            Place(system, file)
        except PlanMapError as error:
            return Decision(None, OTHER, fault=error)
        return Decision(system, OTHER)
    candidate = candidate_of(ranked, choice)
    if candidate is None:
        return Decision()
    return Decision(system_of_candidate(candidate), choice, swapped=candidate.swapped)


def as_text(system: System | None) -> str:
    """Return a system as text, the same for the same system; empty for none."""
    return json.dumps(system, sort_keys=True) if system else ""


def candidate_of(ranked: Ranking, choice: str) -> Candidate | None:
    """Return the candidate of a ranking with a key."""
    return next((each.candidate for each in ranked.standings if each.candidate.key == choice), None)


def placed(draft: Draft, layer: Mapping[str, Any], decision: Decision, ranked: Ranking) -> list[BaseGeometry]:
    """Return some geometries of a layer in degrees (WGS 84), as they lie by a decision, without those nowhere."""
    if decision.system is None:
        return []
    if "wkt" in decision.system:
        # What a file says of its system is read in the child process only, which has moved them.
        return [] if draft.asked.system else list(shapely.from_wkb(layer["placed"]))
    geometries = shapely.from_wkb(layer["sketch"])
    candidate = candidate_of(ranked, decision.choice)
    if candidate is not None:
        found = shapely.transform(geometries, candidate.to_wgs84)
    else:
        place = Place(decision.system, draft.file)
        place.choose(tuple(layer["bounds"]) if layer["bounds"] else None)
        found = shapely.transform(geometries, place.to_degrees)
    return [each for each in found if np.isfinite(each.bounds).all()]


def choose_datum(plan: Plan, draft: Draft) -> None:
    """Have the datum that was named with the address chosen among the systems in which the features may be."""
    if draft.linked is None or draft.linked.datum not in OFFSET:
        return
    values = state()
    for layer in draft.layers:
        for standing in shown_standings(draft.ranked(plan, layer)):
            candidate = standing.candidate
            if candidate.frame.value == draft.linked.datum and not candidate.swapped:
                mark = f"{draft.number}-{layer['index']}"
                values[f"layer-other-{mark}"] = True
                values[f"layer-system-{mark}"] = candidate.key


def drop(draft: Draft | None) -> None:
    """Delete the files of a draft, and ask no more about it."""
    if draft is not None:
        draft.held.close()
    state()["layer_draft"] = None
    jobs.leave("layer_look")
