"""What a row of each plan file may hold: Pydantic at the edge, model values behind it.

The same rows are read from CSV and TOML files and from database tables, so a plan is checked alike
wherever it comes from.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from layers.plan.deck import Slide
from layers.plan.plan import (
    Basis,
    Confidence,
    Event,
    Heading,
    Kind,
    PartialDate,
    Period,
    Precision,
    Site,
    Source,
    Status,
    Target,
    Task,
    Text,
)
from layers.plan.scene import Scene

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _no_control_characters(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("contains control characters")
    return text


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


def _partial_date(value: Any) -> Any:
    return PartialDate.parse(value) if isinstance(value, str) else value


def _period(value: Any) -> Any:
    return Period.parse(value) if isinstance(value, str) and value else None


def _web_address(text: str) -> str:
    if text and not re.match(r"https?://[^\s]+$", text):
        raise ValueError("is not a web address")
    return text


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_no_control_characters)
]
Title = Annotated[Words, Field(min_length=1, max_length=500)]
Identifier = Annotated[Words, Field(min_length=1, max_length=120, pattern=r"^[^\s;,:/?#&=]+$")]
Identifiers = Annotated[tuple[Identifier, ...], BeforeValidator(_split)]
WordList = Annotated[tuple[Words, ...], BeforeValidator(_split)]
Number = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, BeforeValidator(_empty_is_none)]
Metres = Annotated[Annotated[float, Field(ge=0, le=100_000)] | None, BeforeValidator(_empty_is_none)]


class Row(BaseModel):
    """A row in which an unknown column is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class HeadingRow(Row):
    """A theme, section or layer group."""

    id: Identifier
    title_zh: Title
    title_en: Words = ""

    def value(self) -> Heading:
        """Return the heading."""
        return Heading(self.id, Text(self.title_zh, self.title_en))


class ReportRow(Row):
    """The report itself as a source."""

    title_zh: Title
    title_en: Words = ""
    publisher: Words = ""
    url: Annotated[Words, AfterValidator(_web_address)] = ""


class InfoRow(Row):
    """`plan.toml`."""

    id: Identifier
    title_zh: Title
    title_en: Words = ""
    subtitle_zh: Words = ""
    subtitle_en: Words = ""
    year: Annotated[int, Field(ge=1949, le=2999)]
    report_date: Words = ""
    crs: Literal["EPSG:4326"] = "EPSG:4326"
    district_site: Words = ""
    attribution_zh: Title
    attribution_en: Words = ""
    disclaimer_zh: Title = "示意图，不作为划界依据"
    disclaimer_en: Words = "Schematic map, no basis for boundaries"
    report: ReportRow
    themes: tuple[HeadingRow, ...]
    sections: tuple[HeadingRow, ...]


class LayerRow(Row):
    """One layer of `layers.toml`."""

    id: Identifier
    group: Identifier
    title_zh: Title
    title_en: Words = ""
    sites: tuple[Identifier, ...] = ()
    categories: tuple[Identifier, ...] = ()
    visible: bool = True
    opacity: Annotated[float, Field(ge=0, le=1)] = 1.0
    ground: bool = False


class CatalogueRow(Row):
    """`layers.toml`."""

    groups: tuple[HeadingRow, ...]
    layers: tuple[LayerRow, ...]


class SiteRow(Row):
    """The properties of a feature of `sites.geojson`."""

    name_zh: Title
    name_en: Words = ""
    category: Identifier
    precision: Precision
    accuracy_m: Metres = None
    source_zh: Title
    source_en: Words = ""
    licence: Title
    note_zh: Words = ""
    note_en: Words = ""

    def value(self, site_id: str, geometry: Any) -> Site:
        """Return the site with its WGS 84 geometry."""
        return Site(
            id=site_id,
            name=Text(self.name_zh, self.name_en),
            category=self.category,
            geometry=geometry,
            precision=self.precision,
            accuracy_m=self.accuracy_m,
            source=Text(self.source_zh, self.source_en),
            licence=self.licence,
            note=Text(self.note_zh, self.note_en),
        )


class TaskRow(Row):
    """A row of `tasks.csv`."""

    id: Identifier
    section: Identifier
    title_zh: Title
    title_en: Words = ""
    kind: Kind
    theme: Identifier
    verb: Words = ""
    lead_unit: Words = ""
    target_value: Number = None
    target_unit: Words = ""
    target_comparator: Literal["", "=", ">", ">=", "<", "<="] = ""
    sites: Identifiers = ()
    context_sites: Identifiers = ()
    partners: WordList = ()
    anchor: Words = ""
    clause: Words = ""

    def value(self) -> Task:
        """Return the task."""
        target = None
        if self.target_value is not None:
            target = Target(self.target_value, self.target_unit, self.target_comparator or "=")
        return Task(
            id=self.id,
            section=self.section,
            title=Text(self.title_zh, self.title_en),
            kind=self.kind,
            theme=self.theme,
            verb=self.verb,
            lead_unit=self.lead_unit,
            target=target,
            sites=self.sites,
            context_sites=self.context_sites,
            partners=self.partners,
            anchor=self.anchor,
            clause=self.clause,
        )


class EventRow(Row):
    """A row of `events.csv`."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    task_id: Identifier
    date: Annotated[PartialDate, BeforeValidator(_partial_date)]
    basis: Basis
    status: Annotated[Status | None, BeforeValidator(_empty_is_none)] = None
    measured_value: Number = None
    measured_unit: Words = ""
    period: Annotated[Period | None, BeforeValidator(_period)] = None
    summary_zh: Title
    summary_en: Words = ""
    source_title: Title
    source_publisher: Words = ""
    source_url: Annotated[Words, AfterValidator(_web_address)] = ""
    confidence: Confidence
    recorded_by: Words
    recorded_at: dt.date

    def value(self) -> Event:
        """Return the event."""
        return Event(
            task_id=self.task_id,
            date=self.date,
            basis=self.basis,
            status=self.status,
            measured=None if self.measured_value is None else (self.measured_value, self.measured_unit),
            period=self.period,
            summary=Text(self.summary_zh, self.summary_en),
            source=Source(self.source_title, self.source_publisher, self.source_url),
            confidence=self.confidence,
            recorded_by=self.recorded_by,
            recorded_at=self.recorded_at,
        )


class SlideRow(Row):
    """One slide of a deck in `decks.toml`."""

    title_zh: Title
    title_en: Words = ""
    text_zh: Words = ""
    text_en: Words = ""
    notes_zh: Words = ""
    notes_en: Words = ""
    scene: Words = ""
    """The query of an address, or the whole address."""

    def value(self, scene: Scene) -> Slide:
        """Return the slide; `scene` is what the row's own text was read as."""
        return Slide(
            title=Text(self.title_zh, self.title_en),
            text=Text(self.text_zh, self.text_en),
            notes=Text(self.notes_zh, self.notes_en),
            scene=scene,
        )


class DeckRow(Row):
    """One deck of `decks.toml`."""

    id: Identifier
    title_zh: Title
    title_en: Words = ""
    slides: Annotated[tuple[SlideRow, ...], Field(max_length=200)] = ()


class DecksRow(Row):
    """`decks.toml`."""

    decks: Annotated[tuple[DeckRow, ...], Field(max_length=100)] = ()
