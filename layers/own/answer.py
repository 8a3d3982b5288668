"""What the features that a question selects come to: how many, how large, and by value, site and task."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.sizes import areas_m2, lengths_m
from geo.value_test import number_of
from layers.own.asking import Ids, at_sites, selected, tests_of
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer, Shape
from layers.plan.fault import printable
from layers.plan.layer_question import LayerQuestion
from layers.plan.plan import Plan
from layers.plan.terms import Precision

MOST_MEASURED = 100_000
"""Most features of a layer all of which are measured, to tell the share of the selected ones."""

MOST_GROUPS = 200
"""Most values of a field that are told apart; the others are counted together."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the selected features."""

    key: str
    """The value, or the id of a site or task; empty for no value and no site."""
    count: int
    size: float | None
    """Area in m² or length in m; None where the layer has neither."""
    nominal: bool = False
    """Whether the site by which they are grouped only stands in for a place."""
    rest: bool = False
    """Whether these are what no group has for itself."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a field of the selected features."""

    count: int
    """How many have a number."""
    total: float
    mean: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The selected features."""

    plan: Plan
    layer: OwnLayer
    question: LayerQuestion
    ids: Ids
    measured: bool = True
    """Whether features are measured, which takes long for very many."""

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.ids)

    @property
    def share(self) -> float:
        """Their share of the layer by number, 0 to 1."""
        return self.count / self.layer.count if self.layer.count else 0.0

    @property
    def metres(self) -> int:
        """The distance that the question asks about; 0 for none."""
        return self.question.place.metres if self.question.place else 0

    @property
    def has_size(self) -> bool:
        """Whether the features have an area or a length, and it is measured."""
        return self.measured and self.layer.shape is not Shape.POINT

    @property
    def size(self) -> float | None:
        """Their area in m² or length in m."""
        return float(self.sizes.sum()) if self.has_size else None

    @property
    def size_share(self) -> float | None:
        """Their share of the layer's area or length, 0 to 1; None where that is not known."""
        if not self.has_size or self.layer.count > MOST_MEASURED:
            return None
        total = float(_all_sizes(self.layer)[1].sum())
        return (self.size or 0.0) / total if total else None

    @property
    def sizes(self) -> NDArray[np.float64]:
        """The area or length of each."""
        return _sizes(self.layer, self.question, self.plan)

    def figures(self, field: str) -> Figures | None:
        """Return what the numbers of a field come to; None if none has one.

        Raises
        ------
        PlanMapError
            There is no such field.
        """
        with opened(self.layer) as package:
            numbers = [number_of(value) for value in package.column(field, self.ids)]
        found = np.array([number for number in numbers if number is not None])
        if not len(found):
            return None
        return Figures(len(found), float(found.sum()), float(found.mean()), float(found.min()), float(found.max()))

    def by_value(self, field: str) -> list[Group]:
        """Return the features by their values of a field, the most frequent first; likewise."""
        if not self.has_size and self.question.place is None:
            return self._by_value_alone(field)
        with opened(self.layer) as package:
            values = [value_text(value) for value in package.column(field, self.ids)]
        counts = Counter(values)
        kept = [value for value, _ in counts.most_common(MOST_GROUPS)]
        number = {value: index for index, value in enumerate(kept)}
        numbers = np.array([number.get(value, len(kept)) for value in values], dtype=np.int64)
        sizes: NDArray[np.float64] | None = None
        if self.has_size:
            sizes = np.bincount(numbers, self.sizes, minlength=len(kept) + 1).astype(np.float64)
        groups = [Group(value, counts[value], self._size(sizes, index)) for value, index in number.items()]
        others = self.count - sum(group.count for group in groups)
        return [*groups, *([Group("", others, self._size(sizes, len(kept)), rest=True)] if others else [])]

    def _by_value_alone(self, field: str) -> list[Group]:
        """Return the same of features that are not measured, which the file counts by itself."""
        tests = [test for condition in self.question.where for test in tests_of(condition, self.layer)]
        with opened(self.layer) as package:
            found = package.distinct(field, MOST_GROUPS, tests)
        counts: Counter[str] = Counter()
        for value, count in found:
            counts[value_text(value)] += count
        groups = [Group(value, count, None) for value, count in counts.most_common()]
        others = self.count - counts.total()
        return [*groups, *([Group("", others, None, rest=True)] if others else [])]

    def by_site(self, metres: int | None = None) -> list[Group]:
        """Return the features by the sites that they touch, or lie within `metres` of; one may lie at several.

        Districts are left out, in which everything lies.
        """
        reach = self.metres if metres is None else metres
        at = self.at_sites(reach)
        nominal = {name: all(_is_nominal(site.precision) for site in self.plan.standing(name)) for name in at}
        groups = [self._group(name, ids, nominal=nominal[name]) for name, ids in at.items()]
        return [*_by_number(groups), *self._rest(at.values())]

    def by_task(self, metres: int | None = None, *, field: str = "") -> list[Group]:
        """Return the features by the tasks of these sites, or by those that a `field` names; likewise."""
        at = self.at_tasks(self.metres if metres is None else metres, field=field)
        return [*_by_number([self._group(name, ids) for name, ids in at.items()]), *self._rest(at.values())]

    def at_sites(self, metres: int, ids: Ids | None = None) -> dict[str, Ids]:
        """Return the numbers of the features, or of those with the numbers `ids`, at each place that has any."""
        sites = [site.id for site in self.plan.places if site.category != "district"]
        return at_sites(self.layer, self.ids if ids is None else ids, self.plan, sites, metres)

    def at_tasks(self, metres: int, ids: Ids | None = None, *, field: str = "") -> dict[str, Ids]:
        """Return the same of each task that has any, by its places or by what a field names."""
        parts: dict[str, list[Ids]] = {}
        at = self.at_named(field, ids) if field else self.at_sites(metres, ids)
        for name, ids in at.items():
            tasks = self.plan.tasks_by_site.get(name, ()) if name in self.plan.sites else ()
            for task_id in [task.id for task in tasks] or ([name] if name in self.plan.current_tasks else []):
                parts.setdefault(task_id, []).append(ids)
        order = [task_id for task_id in self.plan.current_tasks if task_id in parts]
        return {task_id: np.unique(np.concatenate(parts[task_id])) for task_id in order}

    def at_named(self, field: str, ids: Ids | None = None) -> dict[str, Ids]:
        """Return the same of the sites and tasks whose id or name is a feature's value of a field."""
        names, asked = names_of(self.plan), self.ids if ids is None else ids
        with opened(self.layer) as package:
            values = package.column(field, asked)
        found: dict[str, list[int]] = {}
        for fid, value in zip(asked.tolist(), values, strict=True):
            name = names.get(value_text(value).strip().casefold())
            if name:
                found.setdefault(name, []).append(fid)
        return {name: np.array(ids, dtype=np.int64) for name, ids in found.items()}

    def _group(self, key: str, ids: Ids, *, nominal: bool = False) -> Group:
        size = float(self.sizes[np.isin(self.ids, ids)].sum()) if self.has_size else None
        return Group(key, len(ids), size, nominal)

    def _rest(self, parts: Iterable[Ids]) -> list[Group]:
        taken = np.concatenate([np.empty(0, dtype=np.int64), *parts])
        rest = np.setdiff1d(self.ids, taken)
        return [Group("", len(rest), self._group("", rest).size, rest=True)] if len(rest) else []

    def _size(self, sizes: NDArray[np.float64] | None, index: int) -> float | None:
        return None if sizes is None else float(sizes[index])


def answer(plan: Plan, layer: OwnLayer, question: LayerQuestion) -> Answer:
    """Return the features of `layer` that `question` selects.

    Raises
    ------
    PlanMapError
        The layer has no such field, or its file is damaged.
    """
    return Answer(plan, layer, question, selected(layer, question, plan))


def value_text(value: Any) -> str:
    """Return a value of a field as the text by which a question asks for it."""
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def shown_value(value: Any) -> str:
    """Return a value of a field as it is shown: one line of harmless text."""
    if isinstance(value, bytes):
        return f"({len(value)} B)"
    return printable(f"{value:.12g}" if isinstance(value, float) else value, limit=200) if value is not None else ""


@lru_cache(maxsize=4)
def names_of(plan: Plan) -> Mapping[str, str]:
    """Return the ids of tasks and sites by id, name and title, in small letters; sites come before tasks."""
    found: dict[str, str] = {}
    for site in plan.sites.values():
        for words in (site.id, site.name.zh, site.name.en):
            found.setdefault(words.strip().casefold(), plan.whole(site.id))
    for task in plan.current_tasks.values():
        for words in (task.id, task.title.zh, task.title.en):
            found.setdefault(words.strip().casefold(), task.id)
    found.pop("", None)
    return found


def _is_nominal(precision: Precision) -> bool:
    return precision is Precision.NOMINAL


def _by_number(groups: Sequence[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: -group.count)


@lru_cache(maxsize=16)
def _sizes(layer: OwnLayer, question: LayerQuestion, plan: Plan) -> NDArray[np.float64]:
    ids = selected(layer, question, plan)
    if layer.count <= MOST_MEASURED:
        numbers, sizes = _all_sizes(layer)
        return sizes[np.searchsorted(numbers, ids)]
    with opened(layer) as package:
        parts = [_measure(layer)(features.geometries) for features in package.chosen(ids)]
    return np.concatenate([np.empty(0), *parts])


@lru_cache(maxsize=4)
def _all_sizes(layer: OwnLayer) -> tuple[Ids, NDArray[np.float64]]:
    numbers, sizes = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    with opened(layer) as package:
        for features in package.batches():
            numbers.append(features.ids)
            sizes.append(_measure(layer)(features.geometries))
    return np.concatenate(numbers), np.concatenate(sizes)


def _measure(layer: OwnLayer) -> Callable[[NDArray[np.object_]], NDArray[np.float64]]:
    return lengths_m if layer.shape is Shape.LINE else areas_m2
