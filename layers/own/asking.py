"""Which features of an own layer a question selects: by its file's own index, whatever their number."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.feature_package import FeaturePackage, opened
from geo.measure import buffered_bounds
from geo.surroundings import distances_from, surroundings
from geo.value_test import Compare, ValueTest
from layers.own.own_layer import OwnLayer
from layers.plan.layer_question import FieldCondition, LayerQuestion, PlaceCondition
from layers.plan.plan import Plan, Site
from layers.plan.scene import Scene

Ids = NDArray[np.int64]

_SURE, _DOUBTFUL = 0.98, 1.02
"""Shares of a distance up to which a feature is surely that near, and from which it is surely not: what lies between is
measured. Surroundings are off by less, also those of shapes with much detail."""

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
    with opened(layer.path) as package:
        found = _selected(package, tests, question.place, plan)
    found.flags.writeable = False
    return found


def asked_ids(plan: Plan, scene: Scene, layer: OwnLayer) -> Ids | None:
    """Return the numbers of the features of `layer` that `scene` shows; None where it shows all of them.

    Raises
    ------
    PlanMapError
        What is asked for is a field that the layer does not have, or its file is damaged.
    """
    question = scene.questions.get(layer.scene_id)
    return selected(layer, question, plan) if question else None


@lru_cache(maxsize=256)
def near_site(layer: OwnLayer, plan: Plan, site_id: str, metres: int, *, inside: bool = False) -> Ids:
    """Return the numbers of the features within `metres` of a site, or wholly `inside` it, rising; likewise."""
    return selected(layer, LayerQuestion(place=PlaceCondition((site_id,), metres, inside)), plan)


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
    return [ValueTest(name, compare, (limit,)) for compare, limit in ends if limit is not None]


def _selected(package: FeaturePackage, tests: list[ValueTest], place: PlaceCondition | None, plan: Plan) -> Ids:
    if place is None:
        return package.passing(tests)
    found: list[Ids] = []
    for site_id in dict.fromkeys(place.sites):
        centre = centre_of(plan, site_id)
        if centre is not None:
            found.append(_near(package, tests, centre, place))
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))


def _near(package: FeaturePackage, tests: list[ValueTest], centre: BaseGeometry, place: PlaceCondition) -> Ids:
    if not place.metres:
        return _meeting(package, tests, centre, inside=place.inside)
    reach = buffered_bounds(centre, radius_m=place.metres * _DOUBTFUL)
    ids, corners = package.boxes(reach, tests)
    boxes = shapely.box(*corners.T)
    inner, outer = (surroundings(centre, place.metres * share) for share in (_SURE, _DOUBTFUL))
    for shape in (inner, outer):
        shapely.prepare(shape)
    # A box holds all of its feature, and every feature touches each side of its box.
    sure = shapely.covers(inner, boxes)
    open_ones = ids[~sure & shapely.intersects(outer, boxes)]
    found = [ids[sure]]
    for features in package.chosen(open_ones):
        there = ~shapely.is_missing(features.geometries)
        numbers, shapes = features.ids[there], features.geometries[there]
        near = shapely.intersects(inner, shapes)
        doubtful = np.flatnonzero(~near & shapely.intersects(outer, shapes))
        if len(doubtful):
            near[doubtful] = distances_from(centre, shapes[doubtful].tolist()) <= place.metres
        found.append(numbers[near])
    return np.concatenate(found)


def _meeting(package: FeaturePackage, tests: list[ValueTest], centre: BaseGeometry, *, inside: bool) -> Ids:
    ids, corners = package.boxes(centre.bounds, tests)
    boxes = shapely.box(*corners.T)
    shapely.prepare(centre)
    sure = shapely.covers(centre, boxes)
    found = [ids[sure]]
    for features in package.chosen(ids[~sure & shapely.intersects(centre, boxes)]):
        there = ~shapely.is_missing(features.geometries)
        shapes = features.geometries[there]
        meets = shapely.covers(centre, shapes) if inside else shapely.intersects(centre, shapes)
        found.append(features.ids[there][meets])
    return np.concatenate(found)
