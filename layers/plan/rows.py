"""What a row of each plan file may hold, and the conversion between rows and a plan's values in both directions.

Pydantic checks each row on its way in. A value's fields are named once, in its dataclass; its row is flat: a `name`
in both languages becomes `name_zh` and `name_en`, a source its title, publisher and address. The same rows are read
from CSV and TOML files and from database tables, so a plan is checked alike wherever it comes from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from geo.crs import WGS84
from layers.plan.catalogue import Catalogue, Heading
from layers.plan.deck import Deck, Slide
from layers.plan.plan import PlanInfo, Site, Task
from layers.plan.row import (
    Identifier,
    Identifiers,
    Metres,
    NoIdentifier,
    Number,
    Row,
    Title,
    WebAddress,
    WordList,
    Words,
    spread,
)
from layers.plan.scene import Scene, day_of
from layers.plan.terms import (
    DueDate,
    Kind,
    Precision,
    Source,
)


def _first_comparator(value: Any) -> Any:
    return value or "="


def _day(value: Any) -> Any:
    if value in ("", None):
        return None
    # TOML has dates of its own. Pydantic would also take numbers, as seconds since 1970.
    found = value if type(value) is dt.date else day_of(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError("day", "is not a day")
    return found


def _due_date(value: Any) -> Any:
    if value in ("", None):
        return None
    try:
        return DueDate.parse(value) if isinstance(value, str) else value
    except ValueError as error:
        raise PydanticCustomError("due_date", "is no due date") from error


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


def info_row(info: PlanInfo) -> dict[str, Any]:
    """Return what `plan.toml` holds."""
    row = dict(spread(info, table=False))
    report = {name.removeprefix("report_"): row.pop(name) for name in ("report_publisher", "report_url")}
    titles = {"title_zh": row.pop("report_title"), "title_en": row.pop("report_title_en")}
    if not row["grid"]:
        # A plan that names none reads, and is hashed, as before there were any.
        del row["grid"]
    return {**row, "crs": WGS84, "report": {**titles, **report}}


def catalogue_row(catalogue: Catalogue) -> dict[str, Any]:
    """Return what `layers.toml` holds, every site named."""
    return dict(spread(catalogue, table=False))


def site_row(site: Site) -> dict[str, Any]:
    """Return the properties of a site, without id and geometry."""
    return {name: value for name, value in spread(site, table=True) if name not in ("id", "geometry")}


def task_row(task: Task) -> dict[str, Any]:
    """Return a row of `tasks.csv`."""
    row = dict(spread(task, table=True))
    due, retired = row.pop("due"), row.pop("retired")
    return {**row, "due_date": due, "retired": "yes" if retired else ""}


def slide_row(slide: Slide) -> dict[str, str]:
    """Return one slide of `decks.toml`, leaving out empty fields except `title_zh`."""
    row = {name: value.to_query() if name == "scene" else value for name, value in spread(slide, table=False)}
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
