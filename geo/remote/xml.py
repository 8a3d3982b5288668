"""XML from elsewhere as plain lists: no entities, nothing that it names is fetched, and not too much of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from geo.errors import PlanMapError
from geo.guarded_xml import DamagedXmlError, local_name, parse

MOST_ELEMENTS = 400_000
"""Most elements of a document: the capabilities of a large server have some ten thousands."""

MOST_DEPTH = 60

MOST_TEXT = 16 * 2**20
"""Most characters that are kept altogether."""


@dataclass(slots=True)
class Element:
    """An element, without namespaces."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Element]:
        """Yield the elements of that name right inside."""
        return (each for each in self.children if each.name == name)

    def first(self, *path: str) -> Element | None:
        """Return the first element at a path of names; None if there is none."""
        found: Element | None = self
        for name in path:
            found = next(found.all(name), None) if found is not None else None
        return found

    def words(self, *path: str) -> str:
        """Return the text of the first element at a path of names; empty if there is none."""
        found = self.first(*path)
        return "" if found is None else " ".join(found.text.split())

    def everywhere(self, name: str) -> Iterator[Element]:
        """Yield the elements of that name at any depth."""
        for each in self.children:
            if each.name == name:
                yield each
            yield from each.everywhere(name)


def read_xml(data: bytes, source: str) -> Element:
    """Return the root of a document, which errors say is from `source`.

    Raises
    ------
    PlanMapError
        It is no XML, declares entities, or is too large or too deep.
    """
    builder = _Builder(source)
    try:
        parse(data, builder)
    except DamagedXmlError as error:
        raise PlanMapError("service-xml", source=source, reason=str(error)) from error
    if builder.root is None:
        raise PlanMapError("service-xml", source=source, reason="-")
    return builder.root


@dataclass(slots=True)
class _Builder:
    """What the parser calls."""

    source: str
    root: Element | None = None
    _open: list[Element] = field(default_factory=list)
    _elements: int = 0
    _size: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH:
            raise PlanMapError("service-xml-large", source=self.source)
        found = Element(local_name(tag), {local_name(name): self._kept(value) for name, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(found)
        else:
            self.root = found
        self._open.append(found)

    def end(self, _: str) -> None:
        self._open.pop()

    def text(self, words: str) -> None:
        if self._open:
            self._open[-1].text += self._kept(words)

    def refuse(self, *_: object) -> int:
        raise PlanMapError("service-entities", source=self.source)

    def _kept(self, words: str) -> str:
        self._size += len(words)
        if self._size > MOST_TEXT:
            raise PlanMapError("service-xml-large", source=self.source)
        return words
