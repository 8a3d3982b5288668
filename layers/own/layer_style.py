"""The style of an own layer, as a value: which features have which symbol, what is written beside them, and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Discriminator, FailFast, Field, StringConstraints, Tag
from pydantic_core import PydanticCustomError

from layers.own.classes import Method
from layers.own.ramps import HALO, LABEL
from layers.own.symbol_value import Colour, Rounded, Share, Symbol, Width
from layers.plan.terms import Text

LONGEST_TITLE = 200
LONGEST_FIELD = 200
LONGEST_VALUE = 500
MOST_CATEGORIES = 500
MOST_VALUES = 500
"""Most values of one category."""
MOST_STORED_CLASSES = 100
MOST_POPUP_FIELDS = 500
LAST_ZOOM = 24.0


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def _legible(text: Text) -> Text:
    if max(map(len, text)) > LONGEST_TITLE:
        raise PydanticCustomError("string_too_long", "is too long", {"max_length": LONGEST_TITLE})
    if any(map(_CONTROL.search, text)):
        raise PydanticCustomError("control", "contains control characters")
    return text


def _ascending(zooms: tuple[float, float]) -> tuple[float, float]:
    if zooms[0] > zooms[1]:
        raise PydanticCustomError("zooms", "are the wrong way round")
    return zooms


Title = Annotated[Text, AfterValidator(_legible)]
FieldName = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_FIELD)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Short = Annotated[str, StringConstraints(max_length=LONGEST_VALUE)]
Value = Short | bool | int | Number | None
"""A value of a field; None stands for no value, and for a text of spaces alone."""
LabelSize = Annotated[float, Field(ge=4, le=100, allow_inf_nan=False), Rounded]
Zoom = Annotated[float, Field(ge=0, le=LAST_ZOOM, allow_inf_nan=False), Rounded]
Zooms = Annotated[tuple[Zoom, Zoom], AfterValidator(_ascending)]
"""The first and the last zoom of a web map at which something is drawn."""

NO_TITLE = Text("", "")
ALL_ZOOMS = (0.0, LAST_ZOOM)


@dataclass(frozen=True, slots=True)
class Category:
    """The features whose field has one of some values."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    values: Annotated[tuple[Value, ...], Field(min_length=1, max_length=MOST_VALUES), FailFast()]
    symbol: Symbol | None
    """None if they are not drawn."""
    title: Title = NO_TITLE
    """For the legend; the values themselves if it is empty."""


@dataclass(frozen=True, slots=True)
class Categories:
    """Symbols by the values of a field. A value that several categories name belongs to the first of them."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    field: FieldName
    categories: Annotated[tuple[Category, ...], Field(max_length=MOST_CATEGORIES), FailFast()]
    other: Symbol | None = None
    """Of all features that no category names; None if they are not drawn."""
    other_title: Title = NO_TITLE


@dataclass(frozen=True, slots=True)
class NumberClass:
    """The numbers above the class before, up to a limit that belongs to it."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    limit: Number | None
    """None for all that lie above, in the last class only."""
    symbol: Symbol | None
    """None if they are not drawn."""
    title: Title = NO_TITLE
    """For the legend; the limits themselves if it is empty."""


@dataclass(frozen=True, slots=True)
class Graduated:
    """Symbols by classes of the numbers in a field."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    field: FieldName
    classes: Annotated[tuple[NumberClass, ...], Field(min_length=1, max_length=MOST_STORED_CLASSES), FailFast()]
    """With ascending limits."""
    lowest: Number | None = None
    """The least number of the first class, which belongs to it; None if there is none."""
    no_value: Symbol | None = None
    """Of features without a number; None if they are not drawn."""
    no_value_title: Title = NO_TITLE
    method: Method = Method.HAND
    """How the limits were found; nothing finds them again by itself."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What is written beside features."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    template: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_VALUE)]
    """Text with fields in braces, such as `{name} {area} ha`; `{{` and `}}` are braces, see `label_words`."""
    size: LabelSize = 12.0
    """In pixels of the screen."""
    colour: Colour = LABEL
    halo: Colour = HALO
    halo_width: Width = 1.5
    """In pixels on each side; 0 for none."""
    zooms: Zooms = ALL_ZOOMS


@dataclass(frozen=True, slots=True)
class PopupField:
    """A field that is shown where somebody clicks."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    field: FieldName
    title: Title = NO_TITLE
    """The field's own name if it is empty."""


def _form(value: object) -> str:
    """Return which of the three forms of `LayerStyle.symbols` a value is."""
    if isinstance(value, dict):
        return "Categories" if "categories" in value else "Graduated" if "classes" in value else "Symbol"
    return type(value).__name__


Symbols = Annotated[
    Annotated[Symbol, Tag("Symbol")]
    | Annotated[Categories, Tag("Categories")]
    | Annotated[Graduated, Tag("Graduated")],
    Discriminator(_form),
]


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """How an own layer is drawn."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    symbols: Symbols
    """One symbol for all features, or symbols by a field."""
    labels: Labels | None = None
    opacity: Share = 1.0
    """Of the layer as a whole."""
    zooms: Zooms = ALL_ZOOMS
    popup: Annotated[tuple[PopupField, ...], Field(max_length=MOST_POPUP_FIELDS), FailFast()] = ()
    """In their order; all fields of the layer if there is none."""
    title: Title = NO_TITLE
    """For the legend; the layer's name if it is empty."""
    heading: Annotated[str, StringConstraints(max_length=LONGEST_FIELD)] = ""
    """The field whose value stands above the popup; empty for the first that seems to hold a name."""

    @property
    def field(self) -> str:
        """The field that decides on the symbol; empty if none does."""
        return "" if isinstance(self.symbols, Symbol) else self.symbols.field
