"""The services of a plan: one small file for each, in the plan's folder for own layers."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from geo.errors import PlanMapError
from layers.plan.beside import SERVICE_SUFFIX
from layers.plan.beside_file import draft_folder, place_for, put
from layers.plan.plan import Plan
from layers.plan.scene import OWN, OWN_VISIBLE, Scene
from layers.service.service_layer import ServiceLayer, ServiceRow, read_layer, written

MOST_SERVICES = 50
"""Most services of a plan."""

PREFIX = "service-"
"""How the names of their files begin, so that none has the id of a layer in a GeoPackage."""


def service_layers(plan: Plan) -> tuple[ServiceLayer, ...]:
    """Return the services of `plan`, the one that was linked last first; files that cannot be read are left out."""
    folder = plan.beside.layers
    # Without such a file none of the others is looked at.
    return _layers(folder, plan.beside.layers_version) if folder is not None and plan.beside.has_services else ()


@lru_cache(maxsize=8)
def _layers(folder: Path, version: str) -> tuple[ServiceLayer, ...]:
    found = []
    for path in sorted(folder.glob(f"{PREFIX}*{SERVICE_SUFFIX}")):
        with suppress(PlanMapError, OSError):
            found.append((read_layer(path), path.stat().st_mtime_ns))
    found.sort(key=lambda each: (each[0].row.added, each[1]), reverse=True)
    return tuple(layer for layer, _ in found)[:MOST_SERVICES]


def damaged_services(plan: Plan) -> list[str]:
    """Return the names of the files in the plan's folder that should be services and cannot be read."""
    known = {layer.path.name for layer in service_layers(plan)}
    folder = plan.beside.layers
    if folder is None or not folder.is_dir():
        return []
    return sorted(path.name for path in folder.glob(f"[!.]*{SERVICE_SUFFIX}") if path.name not in known)


def shown_services(plan: Plan, scene: Scene) -> tuple[ServiceLayer, ...]:
    """Return the services that `scene` shows, the uppermost first."""
    shown = [layer for layer in service_layers(plan) if scene.visible.get(layer.scene_id, OWN_VISIBLE)]
    by_id = {layer.scene_id: layer for layer in shown}
    turn = iter([by_id[name] for name in scene.order if name in by_id])
    moved = set(scene.order) & by_id.keys()
    return tuple(next(turn) if layer.scene_id in moved else layer for layer in shown)


def services_digest(plan: Plan, scene: Scene) -> str:
    """Return a text that changes with the services that `scene` shows; empty if it shows none."""
    return " ".join(layer.version for layer in shown_services(plan, scene))


def find_service(plan: Plan, name: str) -> ServiceLayer | None:
    """Return the service with the id, the id in a Scene, or the name `name`; None if there is none, or are several."""
    layers = service_layers(plan)
    wanted = name.removeprefix(OWN)
    named = [layer for layer in layers if layer.id == wanted] or [layer for layer in layers if layer.row.name == name]
    return named[0] if len(named) == 1 else None


def add_service(plan: Plan, row: ServiceRow) -> ServiceLayer:
    """Put a service beside a plan, in place of one of the same name, and return it.

    Raises
    ------
    PlanMapError
        The plan has no folder for layers, too many of them, or the folder cannot be written.
    """
    folder = plan.beside.layers
    if folder is None:
        raise PlanMapError("layer-homeless", plan=plan.info.title.zh)

    def is_same(path: Path) -> bool:
        with suppress(PlanMapError):
            return read_layer(path).row.name == row.name
        return False

    with draft_folder(folder) as draft:
        target = place_for(f"{PREFIX}{row.name}", folder, SERVICE_SUFFIX, default=PREFIX, is_same=is_same)
        if not target.exists() and len(list(folder.glob(f"*{SERVICE_SUFFIX}"))) >= MOST_SERVICES:
            raise PlanMapError("service-many", limit=MOST_SERVICES)
        made = draft / "made"
        made.write_bytes(written(row))
        # As the others will read it, or not at all.
        read_layer(made)
        return read_layer(put(made, target))


def remove_service(layer: ServiceLayer) -> None:
    """Delete the file of a service.

    Raises
    ------
    PlanMapError
        It cannot be deleted.
    """
    try:
        layer.path.unlink()
    except OSError as error:
        raise PlanMapError("output-refused", path=layer.path, reason=error.strerror or "") from error
