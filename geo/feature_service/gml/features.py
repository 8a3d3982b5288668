"""A collection of features in GML: what each is called, what it says, and where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo.errors import PlanMapError
from geo.feature_service.axes import is_latitude_first
from geo.feature_service.gml.node import COLLECTIONS, Node, read_members
from geo.feature_service.gml.shapes import SHAPES, Shape, shape_of
from geo.feature_service.offer import code_of, short
from geo.feature_service.page import Page
from geo.feature_service.said import said_in
from geo.remote.address import Address

MOST_LEFT = 50
"""Names of properties without a value that are kept."""

_ABOUT = frozenset({"boundedBy", "metaDataProperty", "location"})
"""What GML itself says of a feature that is no value of it; its `name` and its `description` are."""

_NO = frozenset({"true", "1"})


class GmlPages:
    """Reads the pages of a type, all alike: of several geometries of a feature the same one is taken on each."""

    def __init__(self, layer: str, kinds: Mapping[str, str]) -> None:
        """Take what errors call the layer, and the fields that its schema has, which are there in each feature."""
        self._layer, self._kinds = layer, kinds
        self._geometry = ""

    def read(self, data: bytes, address: Address) -> Page:
        """Return the features of an answer, with all values as text.

        Raises
        ------
        PlanMapError
            It is no collection of features, the server says what went wrong instead, or a geometry cannot be read.
        """
        reader = _Reader(self._layer, self._kinds, geometry=self._geometry)
        root = read_members(data, address.shown, reader.take)
        self._geometry = reader.geometry
        said = said_in(root)
        if said:
            raise PlanMapError("source-said", address=address.shown, said=said)
        if root.name not in COLLECTIONS and not reader.features:
            raise PlanMapError("source-answer", address=address.shown)
        for feature in reader.features:
            # Where a geometry is none, it looks like a field without a value.
            if feature["properties"].get(reader.geometry, "") is None:
                del feature["properties"][reader.geometry]
        name = self._system(reader.systems or [_envelope_system(root)])
        counted = root.attributes.get("numberMatched", "")
        return Page(
            reader.features,
            int(counted) if counted.isascii() and counted.isdigit() and len(counted) < 12 else None,
            code_of(name),
            latitude_first=is_latitude_first(name) if name else None,
            next=root.attributes.get("next", ""),
            left=tuple(reader.left),
        )

    def _system(self, names: list[str]) -> str:
        if len({(code_of(name), is_latitude_first(name)) for name in names}) > 1:
            raise PlanMapError("source-systems", name=self._layer)
        if names[0] and not code_of(names[0]):
            raise PlanMapError("source-unknown-system", name=self._layer, system=short(names[0]))
        return names[0]


@dataclass(slots=True)
class _Reader:
    """Takes feature by feature."""

    layer: str
    kinds: Mapping[str, str]
    features: list[dict[str, Any]] = field(default_factory=list)
    systems: list[str] = field(default_factory=list)
    """The different names of the systems in which geometries are."""
    left: dict[str, None] = field(default_factory=dict)
    """Names of properties that are no plain value."""
    geometry: str = ""
    """The property that is the geometry: the first that has one."""

    def take(self, node: Node) -> None:
        if node.name in ("member", "featureMember") and not node.children:
            # The feature is elsewhere, and is not fetched from there; that it is missing the server's count tells.
            self._leave(f"{node.name} xlink:href")
            return
        number = node.attributes.get("id") or node.attributes.get("fid") or ""
        values: dict[str, str | None] = dict.fromkeys(self.kinds)
        shape: Shape | None = None
        own: set[str] = set()
        try:
            for each in node.children:
                name = short(each.name)
                found = self._geometry_in(each)
                if found is not None:
                    shape = self._placed(node, each, found, shape)
                elif each.is_gml and each.name in _ABOUT:
                    continue
                elif each.children or ("href" in each.attributes and not each.text.strip()):
                    self._leave(name)
                elif each.is_gml and name in own:
                    self._leave(f"gml:{name}")
                else:
                    text = None if each.attributes.get("nil") in _NO else each.text.strip() or None
                    before = values.get(name) if name in own else None
                    values[name] = f"{before}; {text}" if before and text else before or text
                    if not each.is_gml:
                        own.add(name)
        except PlanMapError as error:
            where = {"name": self.layer, "feature": short(number) or str(len(self.features) + 1)}
            raise PlanMapError(error.code, **{**error.details, **where}) from error
        about = {"id": number} if number else {}
        self.features.append({"type": "Feature", **about, "properties": values, "geometry": shape})

    def _geometry_in(self, node: Node) -> Node | None:
        found = [each for each in node.children if each.is_gml and each.name in SHAPES]
        return found[0] if len(found) == 1 and len(node.children) == 1 else None

    def _placed(self, feature: Node, holder: Node, node: Node, before: Shape | None) -> Shape | None:
        """Return the geometry of a feature: that of the same property as with the features before."""
        name = short(holder.name)
        if before is not None or name != (self.geometry or name):
            self._leave(name)
            return before
        self.geometry = name
        system = _system(node) or _envelope_system(feature)
        if system and system not in self.systems:
            self.systems.append(system)
        return shape_of(node)

    def _leave(self, name: str) -> None:
        if len(self.left) < MOST_LEFT:
            self.left[name] = None


def _system(node: Node) -> str:
    """Return the name of the system that a geometry says, or the first one in it that does."""
    name = node.attributes.get("srsName", "").strip()
    return name or next(filter(None, map(_system, node.children)), "")


def _envelope_system(node: Node) -> str:
    """Return the name of the system of what bounds a feature or a collection."""
    return next(filter(None, (_system(each) for each in node.all("boundedBy"))), "")
