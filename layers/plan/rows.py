"""What a row of each plan file may hold, and the conversion between rows and a plan's values in both directions.

Pydantic checks each row on its way in. A value's fields are named once, in its dataclass; its row is flat: a `name`
in both languages becomes `name_zh` and `name_en`, a source its title, publisher and address. The same rows are read
from CSV and TOML files and from database tables, so a plan is checked alike wherever it comes from.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from geo.crs import WGS84
from layers.plan.catalogue import Catalogue, Heading
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Event, Measurement, PlanInfo, Site, Source, Target, Task
from layers.plan.scene import Scene, day_of
from layers.plan.terms import Basis, Confidence, DueDate, Kind, Moment, PartialDate, Period, Precision, Status, Text

_Value = TypeVar("_Value")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def _no_control_characters(text: str) -> str:
    if _CONTROL.search(text):
        raise ValueError("contains control characters")
    return text


def _empty_is_none(value: Any) -> Any:
    return None if value == "" else value


def _first_comparator(value: Any) -> Any:
    return value or "="


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


# The statements of a plan share few days and months: each is read, and held in memory, once.
_read_date = lru_cache(maxsize=4096)(PartialDate.parse)
_read_period = lru_cache(maxsize=4096)(Period.parse)
_read_moment = lru_cache(maxsize=4096)(Moment.parse)


def _partial_date(value: Any) -> Any:
    try:
        return _read_date(value) if isinstance(value, str) else value
    except ValueError as error:
        raise PydanticCustomError("date", "is neither a day nor a month") from error


def _day(value: Any) -> Any:
    if value in ("", None):
        return None
    # TOML has dates of its own. Pydantic would also take numbers, as seconds since 1970.
    found = value if type(value) is dt.date else day_of(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("day", "is not a day")
    return found


def _period(value: Any) -> Any:
    try:
        return _read_period(value) if isinstance(value, str) and value else None
    except ValueError as error:
        raise PydanticCustomError("period", "is no range of months") from error


def _due_date(value: Any) -> Any:
    if value in ("", None):
        return None
    try:
        return DueDate.parse(value) if isinstance(value, str) else value
    except ValueError as error:
        raise PydanticCustomError("due_date", "is no due date") from error


def _moment(value: Any) -> Any:
    return _read_moment(value) if isinstance(value, str) else Moment(value) if type(value) is dt.date else value


def _web_address(text: str) -> str:
    if text and not re.match(r"https?://[^\s]+$", text):
        raise PydanticCustomError("address", "is not a web address")
    return text


Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_no_control_characters)
]
Title = Annotated[Words, Field(min_length=1, max_length=500)]
Identifier = Annotated[Words, Field(min_length=1, max_length=120, pattern=r"^[^\s;,:/?#&=]+$")]
NoIdentifier = Annotated[Words, Field(max_length=120, pattern=r"^[^\s;,:/?#&=]*$")]
"""An identifier, or nothing."""
Identifiers = Annotated[tuple[Identifier, ...], BeforeValidator(_split)]
WordList = Annotated[tuple[Words, ...], BeforeValidator(_split)]
Number = Annotated[Annotated[float, Field(allow_inf_nan=False)] | None, BeforeValidator(_empty_is_none)]
WebAddress = Annotated[Words, AfterValidator(_web_address)]
RecordedAt = Annotated[Moment, BeforeValidator(_moment)]
Metres = Annotated[Annotated[float, Field(ge=0, le=100_000)] | None, BeforeValidator(_empty_is_none)]


class Row(BaseModel):
    """A row in which an unknown column is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    def build(self, kind: type[_Value], **given: Any) -> _Value:
        """Return the `kind` that the row stands for; `given` are the fields of it that the row does not hold."""
        for name, part, columns in _columns(kind):  # type: ignore[arg-type]  # mypy takes no type for hashable
            if name in given:
                continue
            if part is None:
                given[name] = getattr(self, name)
                continue
            found = [getattr(self, column) for column in columns]
            # A figure that the row lacks.
            given[name] = None if found[0] is None else part(*found)
        return kind(**given)


class HeadingRow(Row):
    """A theme, section or layer group."""

    id: Identifier
    title_zh: Title
    title_en: Words = ""

    def value(self) -> Heading:
        """Return the heading."""
        return self.build(Heading)


class ReportRow(Row):
    """The report itself as a source."""

    title_zh: Title
    title_en: Words = ""
    publisher: Words = ""
    url: WebAddress = ""


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
    grid: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^(EPSG:\d{4,6})?$")] = ""
    """Of sheets and slides; if it is empty, it follows from where the plan lies."""
    report: ReportRow
    themes: Annotated[tuple[HeadingRow, ...], Field(max_length=500)]
    sections: Annotated[tuple[HeadingRow, ...], Field(max_length=500)]

    def value(self) -> PlanInfo:
        """Return what is said once for the whole plan."""
        return self.build(
            PlanInfo,
            report=Source(self.report.title_zh, self.report.publisher, self.report.url),
            report_title_en=self.report.title_en,
            themes=tuple(theme.value() for theme in self.themes),
            sections=tuple(section.value() for section in self.sections),
        )


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

    groups: Annotated[tuple[HeadingRow, ...], Field(max_length=500)]
    layers: Annotated[tuple[LayerRow, ...], Field(max_length=500)]


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
    part_of: NoIdentifier = ""

    def value(self, site_id: str, geometry: Any) -> Site:
        """Return the site with its WGS 84 geometry."""
        return self.build(Site, id=site_id, geometry=geometry)


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
    target_comparator: Annotated[Literal["=", ">", ">=", "<", "<="], BeforeValidator(_first_comparator)] = "="
    sites: Identifiers = ()
    context_sites: Identifiers = ()
    partners: WordList = ()
    anchor: Words = ""
    clause: Words = ""
    due_date: Annotated[DueDate | None, BeforeValidator(_due_date)] = None
    note_zh: Words = ""
    note_en: Words = ""
    retired: Literal["", "yes"] = ""

    def value(self) -> Task:
        """Return the task."""
        return self.build(Task, due=self.due_date, retired=bool(self.retired))


class EventRow(Row):
    """A row of `events.csv`."""

    id: NoIdentifier = ""
    """If it is empty, the event gets one that depends on its content, see `layers.plan.event_id`."""
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
    source_url: WebAddress = ""
    confidence: Confidence
    recorded_by: Words
    recorded_at: RecordedAt
    withdraws: NoIdentifier = ""
    corrects: NoIdentifier = ""

    def value(self) -> Event:
        """Return the event."""
        return self.build(Event, attachments=())


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
    before: Annotated[dt.date | None, BeforeValidator(_day)] = None
    """An earlier day to compare with; empty for a slide about one day."""

    def value(self, scene: Scene) -> Slide:
        """Return the slide; `scene` is what the row's own text was read as."""
        return self.build(Slide, scene=scene)


class DeckRow(Row):
    """One deck of `decks.toml`."""

    id: Identifier
    title_zh: Title
    title_en: Words = ""
    slides: Annotated[tuple[SlideRow, ...], Field(max_length=200)] = ()


class DecksRow(Row):
    """`decks.toml`."""

    decks: Annotated[tuple[DeckRow, ...], Field(max_length=100)] = ()


_PARTS = {
    kind: tuple(name for name, _ in pairs)
    for kind, pairs in ((kind, tuple(get_type_hints(kind).items())) for kind in (Text, Source, Target, Measurement))
}
"""Values that a row spreads over several fields, with the endings of those fields' names."""


_WRITTEN = (PartialDate, DueDate, Period, Moment)
"""Values that a row holds as one text."""


@lru_cache(maxsize=32)
def _fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Return name and type of each field of a dataclass, with `X | None` as `X`."""
    return tuple((name, _present(hint)) for name, hint in get_type_hints(kind).items())


def _present(hint: Any) -> Any:
    if get_origin(hint) is UnionType:
        return next(part for part in get_args(hint) if part is not type(None))
    return hint


@lru_cache(maxsize=32)
def _columns(kind: type[Any]) -> tuple[tuple[str, type[Any] | None, tuple[str, ...]], ...]:
    """Return for each field of a dataclass its name, and if several columns make it up, its type and their names."""
    return tuple(
        (name, hint, tuple(f"{name}_{part}" for part in _PARTS[hint])) if hint in _PARTS else (name, None, ())
        for name, hint in _fields(kind)  # type: ignore[arg-type]  # as above
    )


def _spread(value: Any, *, table: bool, without: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the fields of a value as a row holds them, but one; in a `table` a list is one text, joined by `;`."""
    for name, hint in _fields(type(value)):  # type: ignore[arg-type]  # as above
        if name == without:
            continue
        part = getattr(value, name)
        if hint in _PARTS:
            for end in _PARTS[hint]:
                yield f"{name}_{end}", getattr(part, end) if part is not None else None if end == "value" else ""
        elif isinstance(part, StrEnum):
            yield name, part.value
        elif isinstance(part, tuple) and not isinstance(part, _WRITTEN):
            yield name, ";".join(part) if table else [_entry(entry) for entry in part]
        elif hint in _WRITTEN:
            yield name, str(part) if part else ""
        else:
            yield name, part.isoformat() if isinstance(part, dt.date) else part


def _entry(entry: Any) -> Any:
    return dict(_spread(entry, table=False)) if dataclasses.is_dataclass(entry) else entry


def info_row(info: PlanInfo) -> dict[str, Any]:
    """Return what `plan.toml` holds."""
    row = dict(_spread(info, table=False))
    report = {name.removeprefix("report_"): row.pop(name) for name in ("report_publisher", "report_url")}
    titles = {"title_zh": row.pop("report_title"), "title_en": row.pop("report_title_en")}
    if not row["grid"]:
        # A plan that names none reads, and is hashed, as before there were any.
        del row["grid"]
    return {**row, "crs": WGS84, "report": {**titles, **report}}


def catalogue_row(catalogue: Catalogue) -> dict[str, Any]:
    """Return what `layers.toml` holds, every site named."""
    return dict(_spread(catalogue, table=False))


def site_row(site: Site) -> dict[str, Any]:
    """Return the properties of a site, without id and geometry."""
    return {name: value for name, value in _spread(site, table=True) if name not in ("id", "geometry")}


def task_row(task: Task) -> dict[str, Any]:
    """Return a row of `tasks.csv`."""
    row = dict(_spread(task, table=True))
    due, retired = row.pop("due"), row.pop("retired")
    return {**row, "due_date": due, "retired": "yes" if retired else ""}


def event_row(event: Event) -> dict[str, Any]:
    """Return a row of `events.csv`; attachments have rows of their own."""
    return dict(_spread(event, table=True, without="attachments"))


def slide_row(slide: Slide) -> dict[str, str]:
    """Return one slide of `decks.toml`, leaving out empty fields except `title_zh`."""
    row = {name: value.to_query() if name == "scene" else value for name, value in _spread(slide, table=False)}
    return {name: value for name, value in row.items() if value or name == "title_zh"}


def decks_row(decks: Sequence[Deck]) -> dict[str, Any]:
    """Return what `decks.toml` holds, leaving out empty fields."""
    return {"decks": [_deck_row(deck) for deck in decks]}


def _deck_row(deck: Deck) -> dict[str, Any]:
    titles = {"title_zh": deck.title.zh} | ({"title_en": deck.title.en} if deck.title.en else {})
    return {"id": deck.id, **titles, "slides": [slide_row(slide) for slide in deck.slides]}


def decks_toml(decks: Sequence[Deck]) -> str:
    """Return the text of `decks.toml`, laid out for editing by hand."""
    import tomli_w

    return tomli_w.dumps(decks_row(decks), multiline_strings=True)
