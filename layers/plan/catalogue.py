"""The layers of a plan in their groups, and the headings that groups, themes and sections have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from layers.plan.terms import Text


@dataclass(frozen=True, slots=True)
class Heading:
    """A theme or a section of the report, or a group of layers."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """One layer of the catalogue: which sites it holds, and whether and how it is shown at the start."""

    id: str
    group: str
    title: Text
    sites: tuple[str, ...]
    """Ids of sites, in drawing order."""
    visible: bool
    opacity: float
    """0 (transparent) to 1 (solid)."""
    ground: bool
    """Whether the layer is quiet background: no status, no category symbol."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The layers of a plan by group, topmost first."""

    groups: tuple[Heading, ...]
    layers: tuple[LayerEntry, ...]

    def layer_of(self) -> dict[str, str]:
        """Return the layer id of each site id."""
        return {site_id: layer.id for layer in self.layers for site_id in layer.sites}

    def ordered(self, wanted: Iterable[str]) -> tuple[LayerEntry, ...]:
        """Return the layers, topmost first, with those named in `wanted` in each other's places, in its order.

        Names that are no layers are left out. `layer_order.js` does the same on the screen.
        """
        by_id = {layer.id: layer for layer in self.layers}
        moved = [by_id[name] for name in dict.fromkeys(wanted) if name in by_id]
        turn = iter(moved)
        return tuple(next(turn) if layer in moved else layer for layer in self.layers)
