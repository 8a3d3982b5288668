"""Styles of other programs: from what `geo.foreign.style_file` has read to ours, with a list of what was not taken."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.foreign import child, style_file
from layers.own.layer_style import LayerStyle
from layers.own.qml_reading import read_qml
from layers.own.sld_reading import read_sld
from layers.own.style_element import Element, Lost, NotTaken, Reading


@dataclass(frozen=True, slots=True)
class ForeignStyle:
    """A style of another program, as far as it goes."""

    style: LayerStyle
    not_taken: tuple[NotTaken, ...]
    """What of it has no place in ours; see `layers.own.style_element.not_taken_words`."""


def read_style(
    source: Path,
    kind: str,
    *,
    table: str = "",
    name: str = "",
    limits: child.Limits = style_file.LIMITS,
) -> ForeignStyle:
    """Return the style in the file `source` for features of a `kind` (point, line, area; mixed is as area).

    Of the styles of a GeoPackage it is the default one of `table`, or without such a one the first; the names of all
    others of the table are noted. `name` is what errors call the file.

    Raises
    ------
    PlanMapError
        There is none, or it cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="planmap-style-", ignore_cleanup_errors=True) as folder:
        found = style_file.read_styles(source, Path(folder), name=name, limits=limits)
    own = [each for each in found if not each["table"] or not table or each["table"] == table]
    if not own:
        raise PlanMapError("style-none", file=name or source.name)
    # Python's sort leaves the order of equals.
    chosen, *others = sorted(own, key=lambda each: ("error" in each, not each["default"]))
    if "error" in chosen:
        raise PlanMapError(chosen["error"], **chosen["details"])
    return style_in(chosen, kind, others=[each["name"] for each in others])


def style_in(found: Mapping[str, Any], kind: str, *, others: list[str] | None = None) -> ForeignStyle:
    """Return the style that one entry of `geo.foreign.style_file.read_styles` is; `others` are the names of others."""
    reading = Reading()
    shown = kind if kind in ("point", "line") else "area"
    read = read_qml if found["form"] == "qml" else read_sld
    style = read(Element.of(found["root"]), shown, reading)
    for other in others or []:
        reading.lost(Lost.MORE_STYLES, other)
    return ForeignStyle(style, tuple(reading.found))
