"""From rows to a Plan: check each row by itself, then everything that one row says about another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import TypeAdapter, ValidationError
from shapely.geometry.base import BaseGeometry

from geo.errors import GeometryError, PlanMapError
from geo.grid import grid_of
from geo.measure import bounds
from layers.plan.amendment_row import AmendmentRow
from layers.plan.beside import Beside
from layers.plan.catalogue import Catalogue, LayerEntry
from layers.plan.deck import FIGURES, Deck, Slide
from layers.plan.event_id import with_ids
from layers.plan.event_log import EventLog
from layers.plan.fault import Fault
from layers.plan.plan import Plan, Site
from layers.plan.row import Identifier
from layers.plan.rows import CatalogueRow, DecksRow, InfoRow, SiteRow, SlideRow, TaskRow
from layers.plan.scene import Scene
from layers.plan.scene_text import checked, scene_of
from layers.plan.template import Template
from layers.plan.template_row import TemplateRow
from layers.plan.terms import Precision
from layers.store.check_amendments import Known, check_amendments, check_site_amendments
from layers.store.check_attachments import with_attachments
from layers.store.check_events import check_events, check_ids
from layers.store.check_parts import Whole, check_parts
from layers.store.check_row import MAXIMUM_FAULTS, checked_row, checked_rows
from layers.store.event_rows import CheckedEvents
from layers.store.limits import ODD_EVENTS
from layers.style import CATEGORIES

MAXIMUM_HINTS = 20
"""Number of faults after which a slide's fault no longer names what is spelt like a missing site: that takes long."""

_IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


class RawSite(NamedTuple):
    """A site as read, before its properties are checked."""

    row: str
    """What a fault calls it."""
    id: str | None
    properties: Mapping[str, Any]
    geometry: BaseGeometry | None
    """WGS 84 of any simple or multi type; None without a position or with a `fault`."""
    fault: GeometryError | None
    """Why the geometry cannot be used; None if it can."""


class RawPlan(NamedTuple):
    """A plan as read, with the names that faults give to its files or tables."""

    info: Mapping[str, Any]
    catalogue: Mapping[str, Any]
    sites: Iterable[RawSite]
    tasks: Iterable[tuple[str, Mapping[str, Any]]]
    """For each row what a fault calls it, and its fields."""
    events: CheckedEvents
    decks: Mapping[str, Any]
    """Empty for a plan without decks."""
    names: Mapping[str, str]
    """File or table names by part: info, catalogue, sites, tasks, events, amendments, attachments, decks, template."""
    template: Mapping[str, Any] | None = None
    """The row of the template; None for a plan without one."""
    beside: Beside = Beside()
    """The folders for what belongs to the plan and is no part of it."""
    amendments: Iterable[tuple[str, Mapping[str, Any]]] = ()
    attachments: Iterable[tuple[str, Mapping[str, Any]]] = ()
    """Without their contents."""


def check_plan(raw: RawPlan) -> tuple[Plan | None, list[Fault]]:
    """Return the plan and no fault, or None and every fault found."""
    faults: list[Fault] = []
    names = raw.names
    info = checked_row(InfoRow, raw.info, names["info"], "", faults)
    catalogue = checked_row(CatalogueRow, raw.catalogue, names["catalogue"], "", faults)
    raw_sites = list(raw.sites)
    sites = _sites(raw_sites, names["sites"], faults)
    raw_tasks = list(raw.tasks)
    tasks = [(place, row.value()) for place, row in checked_rows(TaskRow, raw_tasks, names["tasks"], faults)]
    stated, places, found_before = raw.events
    faults += found_before[: max(0, MAXIMUM_FAULTS - len(faults))]
    if max(len(stated.texts["id"].rows_of("")), int(stated.takes_back.sum())) > ODD_EVENTS:
        return None, [*faults, Fault(names["events"], "", "", "too-many-odd-events", {"limit": ODD_EVENTS})]
    columns = with_ids(stated)

    def fault(part: str, place: str, field: str, code: str, **details: object) -> None:
        # One row can name thousands of sites that are not there.
        if len(faults) < MAXIMUM_FAULTS:
            faults.append(Fault(names[part], place, field, code, details))

    _unique(((place, task.id) for place, task in tasks), "tasks", fault)
    _unique(((place, site.id) for place, site in sites), "sites", fault)
    check_ids(columns, places, fault)
    added = checked_rows(AmendmentRow, raw.amendments, names.get("amendments", ""), faults)
    amendments = [(place, row.value()) for place, row in added]
    _unique(((place, amendment.id) for place, amendment in amendments), "amendments", fault)
    if info:
        for part, headings in (("themes", info.themes), ("sections", info.sections)):
            _unique(((part, heading.id) for heading in headings), "info", fault)
    if catalogue:
        _unique((("groups", group.id) for group in catalogue.groups), "catalogue", fault)
        _unique((("layers", layer.id) for layer in catalogue.layers), "catalogue", fault)
    # A row that has a fault still counts as present, so that one mistake gives one fault.
    site_ids = {site.id for site in raw_sites}
    themes = {theme.id for theme in info.themes} if info else None
    sections = {section.id for section in info.sections} if info else None
    known = Known(site_ids, themes, sections)
    for place, task in tasks:
        for found in known.faults(task, names["tasks"], place)[: MAXIMUM_FAULTS - len(faults)]:
            faults.append(found)
    task_ids = {str(row.get("id")) for _, row in raw_tasks}
    first_tasks = {task.id: task for _, task in tasks}
    broken = task_ids - set(first_tasks)
    file = names.get("amendments", "")
    amended = check_amendments(first_tasks, amendments, file, known, faults, broken=broken)
    first_sites = {site.id: site for _, site in sites}
    placed = check_site_amendments(first_sites, amendments, file, faults, broken=site_ids - set(first_sites))
    # One whose amendment has a fault still counts as present too.
    task_ids |= {amendment.subject_id for _, amendment in amendments}
    check_events(columns, places, task_ids, fault)
    columns = with_attachments(columns, raw.attachments, names.get("attachments", ""), faults)
    wholes = {
        raw.id: Whole(str(raw.properties.get("part_of") or ""), raw.geometry is None and raw.fault is None)
        for raw in raw_sites
        if raw.id
    }
    check_parts(sites, wholes, info.district_site if info else "", fault)
    if info and info.district_site and info.district_site not in site_ids and sites:
        fault("info", "", "district_site", "unknown-site", id=info.district_site)
    if info and info.grid:
        refused = _grid_fault(info.grid, [site for _, site in sites])
        if refused is not None:
            fault("info", "", "grid", refused.code, **refused.details)
    built = _catalogue(catalogue, [site for _, site in sites], site_ids, fault) if catalogue else None
    _cut(faults)
    if faults or info is None or built is None:
        return None, faults
    plan = Plan(
        info=info.value(),
        sites=placed,
        tasks=amended,
        events=EventLog(columns),
        catalogue=built,
        beside=raw.beside.now(),
        amendments=tuple(amendment for _, amendment in amendments),
        first_tasks=first_tasks if amendments else None,
        first_sites=first_sites if amendments else None,
    )
    decks = _decks(plan, raw.decks, names["decks"], faults)
    template = None if raw.template is None else check_template(raw.template, names["template"], faults)
    _cut(faults)
    return (None, faults) if faults else (replace(plan, decks=decks, template=template), [])


def _grid_fault(code: str, sites: Sequence[Site]) -> PlanMapError | None:
    """Return what is wrong with the grid that a plan names; None if nothing is."""
    try:
        grid = grid_of(code)
    except PlanMapError as error:
        return error
    placed = bounds([site.geometry for site in sites if site.geometry is not None])
    if placed is None:
        return None
    x, y = grid.position((placed[0] + placed[2]) / 2, (placed[1] + placed[3]) / 2)
    return None if grid.is_true((x, y, x, y)) else PlanMapError("grid-far", grid=code)


def _cut(faults: list[Fault]) -> None:
    """Cut `faults` to `MAXIMUM_FAULTS`, with a last one that says so."""
    if len(faults) >= MAXIMUM_FAULTS:
        faults[MAXIMUM_FAULTS:] = [Fault("", "", "", "more-faults", {"count": MAXIMUM_FAULTS})]


def check_decks(plan: Plan, raw: Mapping[str, Any], file: str = "") -> tuple[tuple[Deck, ...], list[Fault]]:
    """Return the decks in `raw`, the content of a `decks.toml`, and every fault found in them."""
    faults: list[Fault] = []
    return _decks(plan, raw, file, faults), faults


def check_template(raw: Mapping[str, Any], file: str, faults: list[Fault]) -> Template | None:
    """Return the template in `raw`, the content of a `template.toml`; None if it has faults, which go to `faults`."""
    row = checked_row(TemplateRow, raw, file, "", faults)
    return None if row is None else row.template()


def check_slide(plan: Plan, raw: Mapping[str, Any]) -> tuple[Slide | None, list[Fault]]:
    """Return the slide in `raw`, one of the slides of a `decks.toml`, or None and every fault found in it."""
    faults: list[Fault] = []
    row = checked_row(SlideRow, raw, "", "", faults)
    slide = _slide(plan, row, "", "", faults) if row else None
    return (None, faults) if faults else (slide, [])


def deck_place(deck_id: str, number: int) -> str:
    """Return what faults call a slide; `number` counts from 1."""
    return f"{deck_id} #{number}"


def _in_deck(fault: Fault, raw: Mapping[str, Any]) -> Fault:
    """Return `fault` with the deck's id and the slide's number, counted from 1, as its place."""
    found = re.fullmatch(r"decks\.(\d+)(?:\.slides\.(\d+))?(?:\.(.+))?", fault.field)
    if not found:
        return fault
    deck = raw["decks"][int(found[1])]
    name = deck.get("id") if isinstance(deck, Mapping) else None
    name = name if isinstance(name, str) and name else f"decks #{int(found[1]) + 1}"
    place = deck_place(name, int(found[2]) + 1) if found[2] else name
    return replace(fault, row=place, field=found[3] or "")


def _decks(plan: Plan, raw: Mapping[str, Any], file: str, faults: list[Fault]) -> tuple[Deck, ...]:
    """Return the sound decks in `raw`, and add to `faults`; `plan` is sound, so what slides name can be looked up."""
    unplaced: list[Fault] = []
    rows = checked_row(DecksRow, raw, file, "", unplaced)
    faults += [_in_deck(fault, raw) for fault in unplaced]
    if rows is None:
        return ()
    _unique(
        (("decks", deck.id) for deck in rows.decks),
        "decks",
        lambda _, place, field, code, **details: faults.append(Fault(file, place, field, code, details)),
    )
    decks = []
    for deck in rows.decks:
        slides = [
            _slide(plan, row, file, deck_place(deck.id, number), faults)
            for number, row in enumerate(deck.slides, start=1)
        ]
        decks.append(deck.build(Deck, slides=tuple(slide for slide in slides if slide is not None)))
    return tuple(decks)


def _slide(plan: Plan, row: SlideRow, file: str, place: str, faults: list[Fault]) -> Slide | None:
    for field in ("title_zh", "title_en", "text_zh", "text_en", "notes_zh", "notes_en"):
        if len(faults) >= MAXIMUM_FAULTS:
            return None
        for name in sorted(set(re.findall(r"\{(\w+)\}", getattr(row, field)))):
            if name not in FIGURES:
                details = {"value": f"{{{name}}}", "expected": tuple(f"{{{known}}}" for known in FIGURES)}
                faults.append(Fault(file, place, field, "field-choice", details))
    try:
        scene = checked(plan, scene_of(row.scene), suggests=len(faults) < MAXIMUM_HINTS, is_kept=True)
    except PlanMapError as error:
        faults.append(Fault(file, place, "scene", error.code, error.details))
        return None
    if row.before is not None and scene.as_of is not None and row.before >= scene.as_of:
        details = {"value": row.before.isoformat(), "day": scene.as_of.isoformat()}
        faults.append(Fault(file, place, "before", "before-not-earlier", details))
        return None
    return row.value(replace(scene, language=Scene().language))


def _is_identifier(text: str) -> bool:
    try:
        return _IDENTIFIER.validate_python(text) == text
    except ValidationError:
        return False


def _sites(raw_sites: Iterable[RawSite], file: str, faults: list[Fault]) -> list[tuple[str, Site]]:
    sites = []
    for raw in raw_sites:
        if raw.fault:
            faults.append(Fault(file, raw.row, "geometry", raw.fault.code, raw.fault.details))
        if len(faults) >= MAXIMUM_FAULTS:
            break
        if not raw.id:
            faults.append(Fault(file, raw.row, "id", "field-missing"))
        elif not _is_identifier(raw.id):
            faults.append(Fault(file, raw.row, "id", "field-identifier", {"value": raw.id}))
        row = checked_row(SiteRow, raw.properties, file, raw.row, faults)
        if row is None or raw.fault or not raw.id:
            continue
        if row.category not in CATEGORIES:
            details = {"value": row.category, "expected": tuple(CATEGORIES)}
            faults.append(Fault(file, raw.row, "category", "field-choice", details))
        if (row.precision is Precision.UNPLACED) != (raw.geometry is None):
            faults.append(Fault(file, raw.row, "precision", "precision-mismatch", {"value": row.precision.value}))
        sites.append((raw.row, row.value(raw.id, raw.geometry)))
    return sites


def _unique(rows: Iterable[tuple[str, str]], part: str, fault: Any) -> None:
    seen: dict[str, str] = {}
    for place, identifier in rows:
        if identifier in seen:
            fault(part, place, "id", "duplicate-id", id=identifier, first=seen[identifier])
        seen.setdefault(identifier, place)


def _catalogue(row: CatalogueRow, sites: list[Site], site_ids: set[str | None], fault: Any) -> Catalogue:
    groups = {group.id for group in row.groups}
    named = [site_id for layer in row.layers for site_id in layer.sites]
    for site_id, times in Counter(named).items():
        if site_id not in site_ids:
            fault("catalogue", "", "sites", "unknown-site", id=site_id)
        if times > 1:
            fault("catalogue", "", "sites", "site-in-two-layers", id=site_id)
    taken = set(named)
    layers = []
    for layer in row.layers:
        if layer.group not in groups:
            fault("catalogue", layer.id, "group", "unknown-group", id=layer.group)
        categories = set(layer.categories)
        by_category = [site.id for site in sites if site.category in categories and site.id not in taken]
        taken.update(by_category)
        layers.append(layer.build(LayerEntry, sites=(*layer.sites, *by_category)))
    for site in sites:
        if site.id not in taken:
            fault("catalogue", "", "layers", "site-in-no-layer", id=site.id, category=site.category)
    return Catalogue(tuple(group.value() for group in row.groups), tuple(layers))
