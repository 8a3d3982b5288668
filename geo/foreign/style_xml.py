"""The work of the child process on a file of styles: from XML to plain lists that are not too many.

Entities are refused where they are declared, and nothing that a document names is fetched. A document type alone is
allowed, since QGIS writes one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.foreign.kind import SQLITE, start_of_file
from geo.foreign.package import opened
from geo.guarded_xml import DamagedXmlError, local_name, parse

MOST_BYTES = 16 * 2**20
"""Most bytes of a document. One with pictures in it has a few million."""

MOST_ELEMENTS = 200_000
MOST_DEPTH = 60
MOST_STYLES = 50
"""Most styles that are read of a GeoPackage."""

LONGEST_TEXT = 20_000
"""Characters of a text or an attribute that are kept: what is longer is a picture, and no use."""

MOST_TEXT = 8 * 2**20
"""Most characters that are kept altogether."""

_KEPT = frozenset(
    {
        "LinearlyInterpolatedDiagramRenderer",
        "SingleCategoryDiagramRenderer",
        "aliases",
        "attributetableconfig",
        "blendMode",
        "customproperties",
        "featureBlendMode",
        "labeling",
        "layerOpacity",
        "layerTransparency",
        "mapTip",
        "previewExpression",
        "renderer-3d",
        "renderer-v2",
    }
)
"""The parts of a style of QGIS that say how a layer looks; most of the others are about forms."""

Element = list[Any]
"""The local name, the attributes by theirs, the text and the elements of an element."""


def read(job: Mapping[str, Any], progress: Callable[[float], None]) -> dict[str, Any]:
    """Return the `styles` in the file `source` of a job, which errors call `name`.

    Each has `form` (`qml` or `sld`), `name`, `table` (of a GeoPackage, whose styles have one), `default`, and `root`,
    see `Element`; one of a GeoPackage that cannot be read has the code of the `error` with `details` instead.

    Raises
    ------
    PlanMapError
        It is no such file, or is damaged, too large or too deep, or declares entities.
    """
    source, name = Path(job["source"]), job["name"]
    start = start_of_file(source, 200)
    if start.startswith(SQLITE):
        return {"styles": _of_package(source, name)}
    if not start.decode("utf-8", "ignore").replace("\0", "").lstrip("\ufeff \t\r\n").startswith("<"):
        raise PlanMapError("style-file-kind", file=name)
    with source.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    return {"styles": [{"name": "", "table": "", "default": True, **_document(data, name)}]}


def _of_package(source: Path, name: str) -> list[dict[str, Any]]:
    room = MOST_BYTES
    columns = ("f_table_name", "stylename", "useasdefault", "styleqml", "stylesld")
    found: list[dict[str, Any]] = []
    with opened(source) as package:
        for table, style, default, qml, sld in package.rows("layer_styles", *columns, length=MOST_BYTES + 1)[
            :MOST_STYLES
        ]:
            about = {"name": style[:200], "table": table, "default": default in ("1", "true")}
            try:
                # QGIS writes both, and says more in its own.
                data = (qml or sld).encode()
                room -= len(data)
                if room < 0:
                    raise PlanMapError("style-file-large", file=style or name, limit=MOST_BYTES // 2**20)
                found.append({**about, **_document(data, style or name, "utf-8")})
            except PlanMapError as error:
                details = {key: str(value) for key, value in error.details.items()}
                found.append({**about, "error": error.code, "details": details})
    if not found:
        raise PlanMapError("style-none", file=name)
    return found


def _document(data: bytes, name: str, encoding: str | None = None) -> dict[str, Any]:
    """Return form and root of a document in an `encoding`, or in that which it declares."""
    if len(data) > MOST_BYTES:
        raise PlanMapError("style-file-large", file=name, limit=MOST_BYTES // 2**20)
    builder = _Builder(name)
    try:
        parse(data, builder, encoding)
    except DamagedXmlError as error:
        raise PlanMapError("style-damaged", file=name, reason=str(error)) from error
    root = builder.root
    form = {"qgis": "qml", "StyledLayerDescriptor": "sld"}.get(root[0] if root else "")
    if form is None:
        raise PlanMapError("style-file-kind", file=name)
    return {"form": form, "root": root}


@dataclass(slots=True)
class _Builder:
    """What the parser calls."""

    name: str
    root: Element | None = None
    _open: list[Element] = field(default_factory=list)
    _left_out: int = 0
    """How many elements are open that are not kept."""
    _elements: int = 0
    _size: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._open) + self._left_out >= MOST_DEPTH:
            raise PlanMapError("style-file-complex", file=self.name, limit=MOST_ELEMENTS, depth=MOST_DEPTH)
        local = local_name(tag)
        if self._left_out or (len(self._open) == 1 and self._open[0][0] == "qgis" and local not in _KEPT):
            self._left_out += 1
            return
        found: Element = [local, {local_name(key): self._kept(value) for key, value in attributes.items()}, "", []]
        if self._open:
            self._open[-1][3].append(found)
        else:
            self.root = found
        self._open.append(found)

    def end(self, tag: str) -> None:
        if self._left_out:
            self._left_out -= 1
        else:
            self._open.pop()

    def text(self, words: str) -> None:
        if not self._left_out and self._open and len(self._open[-1][2]) < LONGEST_TEXT:
            self._open[-1][2] += self._kept(words)

    def refuse(self, *_: object) -> int:
        raise PlanMapError("style-entities", file=self.name)

    def _kept(self, words: str) -> str:
        short = words[:LONGEST_TEXT]
        self._size += len(short)
        if self._size > MOST_TEXT:
            raise PlanMapError("style-file-large", file=self.name, limit=MOST_TEXT // 2**20)
        return short
