"""Making the tiles of large own layers while the server runs: in the background, one layer at a time, to be watched."""

from __future__ import annotations

import threading
import traceback

from geo.errors import PlanMapError
from geo.foreign.child import Cancelled
from layers.own.own_layer import OwnLayer
from layers.own.tiles import is_large, make_tiles, tiles_of

_turn = threading.Lock()
"""One at a time: each takes a processor and much memory."""

_guard = threading.Lock()
_works: dict[str, TileWork] = {}


class TileWork:
    """The work on the tiles of one layer in one state."""

    def __init__(self, layer: OwnLayer) -> None:
        self.layer = layer
        self.share = 0.0
        """What part of it is done."""
        self.over = False
        self.fault: PlanMapError | None = None
        self.failed = False
        """Whether something went wrong that nobody has foreseen."""
        self._stop = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether somebody has cancelled it."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Stop it at its next step."""
        self._stop.set()

    def start(self) -> None:
        """Start it in a thread of its own, which ends with the server."""
        threading.Thread(target=self._run, name="layer-tiles", daemon=True).start()

    def _run(self) -> None:
        try:
            with _turn:
                make_tiles(self.layer, progress=self._progress)
        except Cancelled:
            self.cancel()
        except PlanMapError as error:
            self.fault = error
        except Exception as error:
            # In a thread nobody else would see it.
            traceback.print_exception(error)
            self.failed = True
        finally:
            self.over = True

    def _progress(self, share: float) -> None:
        self.share = share
        if self.cancelled:
            raise Cancelled


def begin(layer: OwnLayer, *, again: bool = False) -> TileWork | None:
    """Return the work on a layer's tiles, begun if need be; None if they are ready.

    Work that was cancelled or that failed is begun anew only if it is asked for `again`.
    """
    with _guard:
        work = _works.get(layer.id)
        if work is not None and work.layer != layer:
            # It has been replaced or has another style: what is made of it as it was is of no use.
            work.cancel()
            work = None
        if not is_large(layer) or tiles_of(layer) is not None:
            return None
        if work is None or (work.over and (again or not (work.cancelled or work.fault or work.failed))):
            work = _works[layer.id] = TileWork(layer)
            work.start()
        return work


def work_of(layer: OwnLayer) -> TileWork | None:
    """Return the latest work on a layer's tiles as the layer is now."""
    work = _works.get(layer.id)
    return work if work is not None and work.layer == layer else None
