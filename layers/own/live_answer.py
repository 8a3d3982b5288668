"""Large answers about a table as tiles: the database makes them as it does those of the table, of what is selected.

Tests of values go along with each question for a tile. What lies around a place is measured by our own rules, so there
the numbers of the features go along.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from geo.grid import BBox
from layers.own.asking import answer_state, selected, tests_of
from layers.own.own_layer import OwnLayer
from layers.own.table.tiles import Chosen, live_tile, live_tiles
from layers.plan.layer_question import LayerQuestion
from layers.plan.plan import Plan


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """The tiles of an answer about a table; see `layers.own.answer_tiles.AnswerTiles`."""

    layer: OwnLayer
    chosen: Chosen
    zooms: tuple[int, int]
    bounds: BBox
    """What the whole layer covers."""
    looks: tuple[int, ...]
    count: int
    """How many features are selected."""
    tile_pixels: ClassVar[int] = 512
    has_names: ClassVar[bool] = False

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile, gzipped; None where there is nothing, or there are no such tiles.

        Raises
        ------
        PlanMapError
            The table cannot be read now, or not in time.
        """
        if not 0 <= zoom <= self.zooms[1] or not (0 <= x < 2**zoom and 0 <= y < 2**zoom):
            return None
        return live_tile(self.layer, zoom, x, y, self.chosen) or None


def live_answer(layer: OwnLayer, question: LayerQuestion, plan: Plan) -> LiveAnswer:
    """Return the tiles of the features of a table that a question selects.

    Raises
    ------
    PlanMapError
        The layer has no such field, or the table cannot be read.
    """
    tiles = live_tiles(layer)
    chosen = _chosen(layer, question, plan)
    return LiveAnswer(layer, chosen, tiles.zooms, tiles.bounds, tiles.looks, len(selected(layer, question, plan)))


@lru_cache(maxsize=4)
def _chosen(layer: OwnLayer, question: LayerQuestion, plan: Plan) -> Chosen:
    state = answer_state(layer, question, plan)
    if question.place is None:
        return Chosen(state, tuple(test for condition in question.where for test in tests_of(condition, layer)))
    # Written once, for it may be long.
    return Chosen(state, numbers=f"{{{','.join(map(str, selected(layer, question, plan).tolist()))}}}")
