"""The own layers of a plan: one GeoPackage for each, in the plan's folder for them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.feature_package import describe, opened
from layers.own.own_layer import OwnLayer, described, with_style
from layers.own.tiles import forget_tiles
from layers.plan.beside import LAYER_SUFFIX as SUFFIX
from layers.plan.plan import Plan
from layers.plan.scene import OWN, OWN_VISIBLE, Scene

MOST_LAYERS = 100
"""Most own layers of a plan."""


def own_layers(plan: Plan) -> tuple[OwnLayer, ...]:
    """Return the own layers of `plan`, the one that was added last first; files that cannot be read are left out."""
    folder = plan.beside.layers
    if folder is None or not plan.beside.layers_version:
        return ()
    found = _layers(folder, plan.beside.layers_version)
    return tuple(as_it_is(layer) for layer in found) if any(layer.source for layer in found) else found


def as_it_is(layer: OwnLayer) -> OwnLayer:
    """Return a layer, as its file describes it, in the state in which its features are now, wherever they stay.

    Raises
    ------
    PlanMapError
        Its file says what cannot be.
    """
    if not layer.is_live:
        return layer
    from layers.own.table.state import live

    return live(layer)


def table_server(layer: OwnLayer) -> str:
    """Return the host of the database in which the features of a layer stay; empty for another layer."""
    if not layer.is_live:
        return ""
    from layers.own.table.source import source_of

    return source_of(layer).database.server.authority


def is_of_file(layer: OwnLayer, version: str) -> bool:
    """Whether a version is that of a layer with the file as it is now, in whatever state its features were."""
    return version.split("-")[:2] == layer.version.split("-")[:2]


def trouble(layer: OwnLayer) -> PlanMapError | None:
    """Return why the features of a layer that stay elsewhere cannot be read now; None if they can."""
    if not layer.is_live:
        return None
    from layers.own.table.state import fault_of
    from layers.own.table.tiles import tile_fault

    return fault_of(layer) or tile_fault(layer)


def damaged_layers(plan: Plan) -> list[str]:
    """Return the names of the files in the plan's folder that should be layers and cannot be read."""
    known = {layer.path.name for layer in own_layers(plan)}
    folder = plan.beside.layers
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.name for path in folder.glob(f"[!.]*{SUFFIX}") if path.name not in known)


@lru_cache(maxsize=8)
def _layers(folder: Path, version: str) -> tuple[OwnLayer, ...]:
    found = []
    for path in sorted(folder.glob(f"[!.]*{SUFFIX}")):
        with suppress(PlanMapError, OSError):
            layer = described(path)
            if layer.is_live:
                _check_source(layer)
            found.append(layer)
    found.sort(key=lambda layer: (layer.added, layer.moment), reverse=True)
    return tuple(found)[:MOST_LAYERS]


def shown_layers(plan: Plan, scene: Scene) -> tuple[OwnLayer, ...]:
    """Return the own layers that `scene` shows, the uppermost first."""
    shown = [layer for layer in own_layers(plan) if scene.visible.get(layer.scene_id, OWN_VISIBLE)]
    by_id = {layer.scene_id: layer for layer in shown}
    turn = iter([by_id[name] for name in scene.order if name in by_id])
    moved = set(scene.order) & by_id.keys()
    return tuple(next(turn) if layer.scene_id in moved else layer for layer in shown)


@lru_cache(maxsize=64)
def layer_digest(layer: OwnLayer) -> str:
    """Return a text that changes with the features of a layer: the SHA-256 of its file, and what tells their state."""
    with layer.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # Of features that stay elsewhere the file says nothing.
    return f"{digest}-{layer.version}" if layer.source else digest


def shown_digest(plan: Plan, scene: Scene) -> str:
    """Return a text that changes with the own layers that `scene` shows; empty if it shows none."""
    return " ".join(layer_digest(layer) for layer in shown_layers(plan, scene))


def find_layer(plan: Plan, name: str) -> OwnLayer:
    """Return the own layer with the id, the id in a Scene, or the name `name`.

    Raises
    ------
    PlanMapError
        There is none, or several have that name.
    """
    layers = own_layers(plan)
    wanted = name.removeprefix(OWN)
    for layer in layers:
        if layer.id == wanted:
            return layer
    named = [layer for layer in layers if layer.name == name]
    if len(named) == 1:
        return named[0]
    raise PlanMapError("no-such-own-layer", name=name, near="、".join(layer.id for layer in named or layers) or "-")


def restyle(layer: OwnLayer, style: str, style_from: str = "", lost: Sequence[Any] = ()) -> OwnLayer:
    """Have a layer drawn by the style `style` (JSON; empty for the usual look) from now on; see `with_style`.

    Raises
    ------
    PlanMapError
        Its file cannot be written.
    """
    with opened(layer.path) as package:
        said = package.about
    # It stays where it stands among the layers.
    describe(layer.path, {**with_style(said, style, style_from, lost), "moment": layer.moment})
    return as_it_is(described(layer.path))


def remove_layer(plan: Plan, name: str) -> OwnLayer:
    """Delete the own layer with the id or the name `name`, and return what it was.

    Raises
    ------
    PlanMapError
        There is none, or it cannot be deleted.
    """
    layer = find_layer(plan, name)
    try:
        layer.path.unlink()
    except OSError as error:
        raise PlanMapError("output-refused", path=layer.path, reason=error.strerror or "") from error
    forget_tiles(layer)
    return layer


def _check_source(layer: OwnLayer) -> None:
    """Raise `PlanMapError` if the file of a layer says what cannot be of its table."""
    from layers.own.table.source import source_of

    source_of(layer)
