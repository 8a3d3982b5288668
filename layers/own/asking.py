"""Which features of an own layer a question selects: by its file's own index, whatever their number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.feature_table import FeatureTable
from geo.grid import BBox
from geo.measure import buffered_bounds
from geo.surroundings import PLAIN, distances_from, surroundings
from geo.value_test import Compare, ValueTest
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.plan.layer_question import FieldCondition, LayerQuestion, PlaceCondition
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene

Ids = NDArray[np.int64]

_EDGE, _ROUGH_EDGE = 0.001, 0.02
"""Shares of a distance by which surroundings may be off, of shapes as they are and of those with less detail: what lies
so near to their edge is measured."""

_BOOLEANS = {"true": "1", "false": "0", "是": "1", "否": "0"}


@lru_cache(maxsize=64)
def selected(layer: OwnLayer, question: LayerQuestion, plan: Plan) -> Ids:
    """Return the numbers of the features of `layer` that fulfil all conditions of `question`, rising.

    Raises
    ------
    PlanMapError
        The layer has no such field, or its file is damaged.
    """
    tests = [test for condition in question.where for test in tests_of(condition, layer)]
    with opened(layer) as package:
        found = _selected(package, tests, question.place, plan)
    found.flags.writeable = False
    return found


@lru_cache(maxsize=64)
def answer_state(layer: OwnLayer, question: LayerQuestion, plan: Plan) -> str:
    """Return a text that changes with which features are selected, as it does with the plan around a site; likewise."""
    return hashlib.sha256(selected(layer, question, plan).tobytes()).hexdigest()[:10]


def asked_ids(plan: Plan, scene: Scene, layer: OwnLayer) -> Ids | None:
    """Return the numbers of the features of `layer` that `scene` shows; None where it shows all of them.

    Raises
    ------
    PlanMapError
        What is asked for is a field that the layer does not have, or its file is damaged.
    """
    question = scene.questions.get(layer.scene_id)
    return selected(layer, question, plan) if question else None


def at_sites(
    layer: OwnLayer, ids: Ids, plan: Plan, site_ids: Iterable[str], metres: int, *, inside: bool = False
) -> dict[str, Ids]:
    """Return which of the features with the numbers `ids`, which rise, lie within `metres` of each site; likewise.

    Sites at which there is none are left out.
    """
    found = {}
    with opened(layer) as package:
        there, corners = package.boxes_of(ids)
        # One after the other, for they are compared once for each site.
        wests, souths, easts, norths = np.ascontiguousarray(corners.T)
        for site_id in site_ids:
            centre = centre_of(plan, site_id)
            if centre is None:
                continue
            west, south, east, north = _reach(centre, metres)
            near = np.flatnonzero((wests <= east) & (easts >= west) & (souths <= north) & (norths >= south))
            if len(near):
                place = PlaceCondition((site_id,), metres, inside)
                here = _near(package, there[near], corners[near], centre, place)
                if len(here):
                    found[site_id] = np.sort(here)
    return found


def centre_of(plan: Plan, site_id: str) -> BaseGeometry | None:
    """Return all positions of a place, WGS 84, without those that only stand in for it if there are others."""
    if site_id not in plan.sites:
        return None
    placed = [site.geometry for site in plan.standing(site_id) if site.geometry is not None]
    return shapely.union_all(placed) if placed else None


def inexact_sites(plan: Plan, site_ids: tuple[str, ...]) -> list[Site]:
    """Return those sites of the places with these ids that are used though their positions are not exact."""
    from layers.plan.terms import Precision

    standing = [site for name in site_ids if name in plan.sites for site in plan.standing(name)]
    return [site for site in standing if site.precision in (Precision.NOMINAL, Precision.APPROXIMATE)]


def tests_of(condition: FieldCondition, layer: OwnLayer) -> list[ValueTest]:
    """Return a condition as tests of the values in the file."""
    name = condition.field
    if condition.empty:
        return [ValueTest(name, Compare.EMPTY)]
    if condition.contains:
        return [ValueTest(name, Compare.HAS, (condition.contains,))]
    if condition.values:
        kind = next((field.type for field in layer.fields if field.name == name), "")
        values = condition.values
        if kind == "boolean":
            values = tuple(_BOOLEANS.get(value.lower(), value) for value in values)
        return [ValueTest(name, Compare.ANY, values)]
    ends = ((Compare.LEAST, condition.least), (Compare.MOST, condition.most))
    days = ((Compare.SINCE, condition.since), (Compare.UNTIL, condition.until))
    return [
        *(ValueTest(name, compare, (limit,)) for compare, limit in ends if limit is not None),
        *(ValueTest(name, compare, (day.isoformat(),)) for compare, day in days if day is not None),
    ]


def _selected(package: FeatureTable, tests: list[ValueTest], place: PlaceCondition | None, plan: Plan) -> Ids:
    if place is None:
        return package.passing(tests)
    found: list[Ids] = []
    for site_id in dict.fromkeys(place.sites):
        centre = centre_of(plan, site_id)
        if centre is not None:
            ids, corners = package.boxes(_reach(centre, place.metres), tests)
            found.append(_near(package, ids, corners, centre, place))
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))


def _reach(centre: BaseGeometry, metres: int) -> BBox:
    """Return a bbox in which everything lies that is within `metres` of a centre."""
    west, south, east, north = centre.bounds
    return buffered_bounds(centre, radius_m=metres * (1 + _ROUGH_EDGE)) if metres else (west, south, east, north)


def _near(
    package: FeatureTable, ids: Ids, corners: NDArray[np.float64], centre: BaseGeometry, place: PlaceCondition
) -> Ids:
    """Return which of the features with these numbers and boxes fulfil a condition on the place `centre`."""
    boxes = shapely.box(*corners.T)
    edge = _EDGE if shapely.get_num_coordinates(centre) <= PLAIN else _ROUGH_EDGE
    inner, outer = (
        surroundings(centre, place.metres * (1 + part)) if place.metres else centre for part in (-edge, edge)
    )
    for shape in (inner, outer):
        shapely.prepare(shape)
    # A box holds all of its feature.
    sure = shapely.covers(inner, boxes)
    found = [ids[sure]]
    for features in package.chosen(ids[~sure & shapely.intersects(outer, boxes)]):
        there = ~shapely.is_missing(features.geometries)
        shapes = features.geometries[there]
        near = shapely.covers(centre, shapes) if place.inside else shapely.intersects(inner, shapes)
        if place.metres:
            doubtful = np.flatnonzero(~near & shapely.intersects(outer, shapes))
            if len(doubtful):
                near[doubtful] = distances_from(centre, shapes[doubtful].tolist()) <= place.metres
        found.append(features.ids[there][near])
    return np.concatenate(found)
