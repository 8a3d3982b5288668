"""The elements of a document of GML, one feature at a time: a document of a hundred megabytes is never whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from geo.errors import PlanMapError
from geo.guarded_xml import DamagedXmlError, local_name, parse

MOST_DEPTH = 60

MOST_ELEMENTS = 1_000_000
"""Elements of one feature."""

MEMBERS = frozenset({"member", "featureMember", "featureMembers"})
"""Elements whose children are features."""

COLLECTIONS = frozenset({"FeatureCollection", "SimpleFeatureCollection", "Tuple"})

_GML = "http://www.opengis.net/gml"


@dataclass(slots=True)
class Node:
    """An element."""

    space: str
    """Its namespace; empty where it has none."""
    name: str
    """Without the namespace."""
    attributes: dict[str, str]
    """By their names without namespaces."""
    text: str = ""
    children: list[Node] = field(default_factory=list)

    @property
    def is_gml(self) -> bool:
        """Whether it is one of GML, of whatever version."""
        return self.space == _GML or self.space.startswith(f"{_GML}/")

    def all(self, *names: str) -> Iterator[Node]:
        """Yield the elements of these names right inside."""
        return (each for each in self.children if each.name in names)

    def everywhere(self, name: str) -> Iterator[Node]:
        """Yield the elements of that name at any depth, this one included."""
        if self.name == name:
            yield self
        for each in self.children:
            yield from each.everywhere(name)


def read_members(data: bytes, source: str, take: Callable[[Node], None]) -> Node:
    """Tell `take` each feature of a document, and return its root with what else is in it.

    Of a member whose feature is elsewhere (`xlink:href`) `take` is told the member itself.

    Raises
    ------
    PlanMapError
        It is no XML or breaks off, declares its type or entities, or is too deep or too large.
    """
    builder = _Builder(source, take)
    try:
        parse(data, builder, document_type=False)
    except DamagedXmlError as error:
        raise PlanMapError("source-xml", address=source, reason=str(error)) from error
    if builder.root is None:
        raise PlanMapError("source-xml", address=source, reason="-")
    return builder.root


@dataclass(slots=True)
class _Builder:
    """What the parser calls."""

    source: str
    take: Callable[[Node], None]
    root: Node | None = None
    _open: list[Node] = field(default_factory=list)
    _elements: int = 0
    """Since the last feature."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > MOST_ELEMENTS or len(self._open) >= MOST_DEPTH:
            raise PlanMapError("source-xml-large", address=self.source)
        space, _, name = tag.rpartition(" ")
        found = Node(space, name, {local_name(name): value for name, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(found)
        else:
            self.root = found
        self._open.append(found)

    def end(self, _: str) -> None:
        done = self._open.pop()
        if done.name in MEMBERS and "href" in done.attributes and not done.children:
            is_taken = self._is_of_members([*self._open, done])
        else:
            is_inside = bool(self._open) and self._open[-1].name in MEMBERS and done.name not in COLLECTIONS
            is_taken = is_inside and self._is_of_members(self._open)
        if is_taken:
            self._take(done)

    def text(self, words: str) -> None:
        if self._open:
            self._open[-1].text += words

    def refuse(self, *_: object) -> int:
        raise PlanMapError("source-entities", address=self.source)

    def _take(self, done: Node) -> None:
        # It is the last one there: those before have been taken likewise.
        self._open[-1].children.pop()
        self.take(done)
        self._elements = 0

    def _is_of_members(self, path: list[Node]) -> bool:
        """Whether a path of elements to a member lies in collections alone, which may be in collections."""
        # The root may have any name: each schema has a collection of its own in GML 2.
        inside = (each.name in COLLECTIONS or each.name in MEMBERS for each in path[1:])
        return len(path) > 1 and all(inside)
