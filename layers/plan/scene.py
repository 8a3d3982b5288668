"""The Scene: the one value that every renderer draws, and its form in an address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from layers.plan.layer_question import LayerQuestion, questions_text, read_questions
from layers.plan.near import Near, read_near
from layers.plan.terms import Kind, Status

_Choice = TypeVar("_Choice", bound=StrEnum)


class Evidence(StrEnum):
    """A filter for tasks with evidence, or for those without."""

    WITH = "with"
    WITHOUT = "without"


class Wait(StrEnum):
    """What a task waits for: a filter, and a count of the strip."""

    OVERDUE = "overdue"
    """Its due date has passed."""
    STALE = "stale"
    """Nothing new has been said about it for long."""


STALE_DAYS = 180
"""Days without a new statement after which a task is stale, unless a Scene says otherwise."""

MOST_STALE_DAYS = 3650


class ViewState(NamedTuple):
    """Centre and zoom of the map on the screen."""

    latitude: float
    """WGS 84, degrees."""
    longitude: float
    """WGS 84, degrees."""
    zoom: float
    """Zoom level of a web map; fractions are allowed."""


BASEMAPS = ("offline", "tianditu", "osm", "amap")
"""Known basemaps; the first, the default, needs no network: the ground that was added to the plan last, or its own."""

PLAIN = "plain"
"""The basemap that is the plan's own ground, whatever has been added."""

FROM_FILE = "file-"
"""How the names of basemaps begin that are ground from a file; its id follows."""

LONGEST_BASEMAP = 60
"""Characters of such a name."""

IN_CHINA = ("amap",)
"""Those that show only China, in a frame that is shifted there."""

OWN = "own-"
"""How the ids of own layers begin; that of the layer's file follows. They are never those of a plan's catalogue."""

OWN_VISIBLE = False
"""Whether own layers are shown unless a Scene says so: what is added later changes no slide and no link of before."""

GRID_LAYER = "grid"
"""Id of the layer of the lines of the plan's grid."""

WAYS_LAYER = "streets"
"""Id of the layer of the roads, waters and places of the ground."""

SITELESS_LAYERS = (WAYS_LAYER, GRID_LAYER)
"""Ids of the layers that hold no sites and that every plan has."""

MAXIMUM_QUERY = 200
"""Length in characters to which a search text is cut."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a map shows. The default Scene is the whole plan as it stands today."""

    language: str = "zh"
    as_of: date | None = None
    """The day to show; None for today."""
    since: date | None = None
    """Show what has changed after this day; None to show how things stand. A day that is not before `as_of` shows none.
    """
    only_changed: bool = False
    """Whether tasks about which nothing changed are left out, where the Scene shows changes."""
    statuses: frozenset[Status] = frozenset()
    """Show tasks with one of these; empty for all. Likewise themes, sections and kinds."""
    themes: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    evidence: Evidence | None = None
    waits: frozenset[Wait] = frozenset()
    """Show tasks that wait for any of these; empty for all."""
    stale_days: int = STALE_DAYS
    """Days without a new statement after which a task is stale, 1 to `MOST_STALE_DAYS`."""
    search: str = ""
    site: str = ""
    """Id of the selected site, or ids of several with commas between them, as in an address; empty for none."""
    task: str = ""
    """Id of the selected task, empty for none."""
    near: Near | None = None
    """What surroundings are asked about; None for none."""
    questions: Mapping[str, LayerQuestion] = field(default_factory=lambda: MappingProxyType({}))
    """Which features of own layers are shown, by the ids of the layers in a Scene; all of a layer that is not here."""
    view: ViewState | None = None
    """None for the whole district."""
    basemap: str = BASEMAPS[0]
    visible: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """Layers switched on or off by id, where that differs from the catalogue."""
    opacity: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Layer opacities by id, 0 to 1, where they differ from the catalogue's."""
    order: tuple[str, ...] = ()
    """Ids of layers that lie elsewhere than in the catalogue, the uppermost first: they take each other's places."""

    @property
    def sites(self) -> tuple[str, ...]:
        """Ids of the selected sites, in the order in which they were selected and each once."""
        return tuple(dict.fromkeys(_split(self.site)))

    @property
    def filtered(self) -> bool:
        """Whether any filter leaves tasks out."""
        return bool(
            (self.since and self.only_changed)
            or self.statuses
            or self.themes
            or self.sections
            or self.kinds
            or self.evidence
            or self.waits
            or self.search
        )

    def to_query(self) -> str:
        """Return the Scene as an address query, without `?` and without defaults; `from_query` reads it back."""
        pairs = {
            "lang": self.language if self.language != "zh" else "",
            "date": self.as_of.isoformat() if self.as_of else "",
            "since": self.since.isoformat() if self.since else "",
            "changed": "only" if self.only_changed else "",
            "status": _join(self.statuses),
            "theme": _join(self.themes),
            "section": _join(self.sections),
            "kind": _join(self.kinds),
            "evidence": self.evidence.value if self.evidence else "",
            "waits": _join(self.waits),
            "stale": str(self.stale_days) if self.stale_days != STALE_DAYS else "",
            "q": self.search,
            "site": self.site,
            "task": self.task,
            "near": str(self.near) if self.near else "",
            "ask": questions_text(self.questions),
            "at": _view_text(self.view) if self.view else "",
            "base": self.basemap if self.basemap != BASEMAPS[0] else "",
            "show": _join(key for key, on in self.visible.items() if on),
            "hide": _join(key for key, on in self.visible.items() if not on),
            "opacity": ",".join(f"{key}:{round(value * 100)}" for key, value in sorted(self.opacity.items())),
            "order": ",".join(self.order),
        }
        return urlencode({key: value for key, value in pairs.items() if value}, quote_via=quote, safe=",:~")

    @classmethod
    def from_query(cls, query: str | Mapping[str, str]) -> Scene:
        """Read a Scene from an address query.

        People and mail programs cut and mangle addresses, so anything that cannot be understood takes its
        default and is never an error. `layers.plan.scene_text` reads strictly.
        """
        pairs = dict(_pairs(query) if isinstance(query, str) else query)
        scene = cls()
        shown = dict.fromkeys(_split(pairs.get("show", "")), True)
        hidden = dict.fromkeys(_split(pairs.get("hide", "")), False)
        return replace(
            scene,
            language="en" if pairs.get("lang") == "en" else "zh",
            as_of=day_of(pairs.get("date", "")),
            since=day_of(pairs.get("since", "")),
            only_changed=pairs.get("changed", "") == "only",
            statuses=_choices(Status, pairs.get("status", "")),
            themes=frozenset(_split(pairs.get("theme", ""))),
            sections=frozenset(_split(pairs.get("section", ""))),
            kinds=_choices(Kind, pairs.get("kind", "")),
            evidence=next(iter(_choices(Evidence, pairs.get("evidence", ""))), None),
            waits=_choices(Wait, pairs.get("waits", "")),
            stale_days=_stale_days(pairs.get("stale", "")),
            search=pairs.get("q", "").strip()[:MAXIMUM_QUERY],
            site=pairs.get("site", ""),
            task=pairs.get("task", ""),
            near=read_near(pairs.get("near", "")),
            questions=MappingProxyType(_questions(pairs.get("ask", ""))),
            view=_view(pairs.get("at", "")),
            basemap=_basemap(pairs.get("base", "")),
            visible=MappingProxyType(shown | hidden),
            opacity=MappingProxyType(_opacities(pairs.get("opacity", ""))),
            order=tuple(dict.fromkeys(_split(pairs.get("order", "")))),
        )


def _questions(text: str) -> dict[str, LayerQuestion]:
    """Return what is asked of own layers; of others nothing can be asked."""
    return {layer: question for layer, question in read_questions(text)[0].items() if layer.startswith(OWN)}


def _stale_days(text: str) -> int:
    found = int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else 0
    return found if 1 <= found <= MOST_STALE_DAYS else STALE_DAYS


def _basemap(name: str) -> str:
    """Return a basemap's name if it could be one: which grounds from files there are, only the plan knows."""
    known = name in (*BASEMAPS, PLAIN) or (name.startswith(FROM_FILE) and len(name) <= LONGEST_BASEMAP)
    return name if known else BASEMAPS[0]


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query.removeprefix("?"), max_num_fields=50)
    except ValueError:
        # More fields than any Scene has.
        return []


def _join(values: Iterable[str]) -> str:
    return ",".join(sorted(values))


def _split(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _choices(kind: type[_Choice], text: str) -> frozenset[_Choice]:
    known = {member.value: member for member in kind}
    return frozenset(known[part] for part in _split(text) if part in known)


def day_of(text: str) -> date | None:
    """Return the day written as `YYYY-MM-DD` in `text`; None if it is none."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        return None


def _view_text(view: ViewState) -> str:
    # Five decimals are about one metre; two of zoom are finer than a wheel step.
    return f"{view.latitude:.5f},{view.longitude:.5f},{view.zoom:.2f}"


def _view(text: str) -> ViewState | None:
    parts = text.split(",")
    if len(parts) != 3 or not all(re.fullmatch(r"-?\d{1,3}(\.\d{1,12})?", part, re.ASCII) for part in parts):
        return None
    latitude, longitude, zoom = map(float, parts)
    if abs(latitude) > 85 or abs(longitude) > 180 or not 0 <= zoom <= 22:
        return None
    return ViewState(latitude, longitude, zoom)


def _opacities(text: str) -> dict[str, float]:
    found = {}
    for part in _split(text):
        key, _, percent = part.rpartition(":")
        if key and re.fullmatch(r"\d{1,3}", percent, re.ASCII) and int(percent) <= 100:
            found[key] = int(percent) / 100
    return found
