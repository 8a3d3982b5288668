"""The own layers of a plan: one GeoPackage for each, in the plan's folder for them."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.feature_package import describe, opened
from geo.foreign import child, vector_files
from geo.foreign.vector_kind import VectorKind, kind_of_vector
from layers.own.own_layer import LONGEST_NAME, OwnLayer, about, described, with_style
from layers.plan.beside import LAYER_SUFFIX as SUFFIX
from layers.plan.beside_file import draft_folder, identifier, put
from layers.plan.plan import Plan
from layers.plan.scene import OWN, OWN_VISIBLE, Scene

MOST_LAYERS = 100
"""Most own layers of a plan."""

Progress = Callable[[float], None]

System = Mapping[str, Any]
"""A reference system that was decided on, see `geo.foreign.features.place.Place`."""


def own_layers(plan: Plan) -> tuple[OwnLayer, ...]:
    """Return the own layers of `plan`, the one that was added last first; files that cannot be read are left out."""
    folder = plan.beside.layers
    return _layers(folder, plan.beside.layers_version) if folder is not None and plan.beside.layers_version else ()


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
            found.append((described(path), path.stat().st_mtime_ns))
    found.sort(key=lambda each: (each[0].added, each[1]), reverse=True)
    return tuple(layer for layer, _ in found)[:MOST_LAYERS]


def shown_layers(plan: Plan, scene: Scene) -> tuple[OwnLayer, ...]:
    """Return the own layers that `scene` shows, the uppermost first."""
    shown = [layer for layer in own_layers(plan) if scene.visible.get(layer.scene_id, OWN_VISIBLE)]
    by_id = {layer.scene_id: layer for layer in shown}
    turn = iter([by_id[name] for name in scene.order if name in by_id])
    moved = set(scene.order) & by_id.keys()
    return tuple(next(turn) if layer.scene_id in moved else layer for layer in shown)


@lru_cache(maxsize=64)
def layer_digest(layer: OwnLayer) -> str:
    """Return the SHA-256, in hexadecimal, of the file of a layer."""
    with layer.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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


def look_at(
    source: Path,
    *,
    name: str = "",
    crs: System | None = None,
    encoding: str = "",
    columns: Mapping[str, str] | None = None,
    progress: Progress = lambda share: None,
    limits: child.Limits = vector_files.LIMITS,
) -> dict[str, Any]:
    """Return what is in the file `source`, see `geo.foreign.vector.look`.

    Raises
    ------
    PlanMapError
        It cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="planmap-look-", ignore_cleanup_errors=True) as folder:
        return vector_files.look_at(
            source,
            Path(folder),
            name=name,
            crs=crs,
            encoding=encoding,
            columns=columns,
            progress=progress,
            limits=limits,
        )


def chosen(found: Mapping[str, Any], name: str, file: str) -> dict[str, Any]:
    """Return the layer called `name` of what was found in a file; without a name, the only one that has features.

    Raises
    ------
    PlanMapError
        There is none of that name, or there are several to choose from, or none has features.
    """
    layers: Sequence[dict[str, Any]] = found["layers"]
    if name:
        named = [layer for layer in layers if layer["name"] == name]
        if not named:
            names = "、".join(layer["name"] for layer in layers[:10])
            raise PlanMapError("layer-not-in-file", name=name, file=file, near=names)
        return named[0]
    full = [layer for layer in layers if layer["count"]]
    if not full:
        raise PlanMapError("layer-empty", file=file)
    if len(full) > 1:
        names = "、".join(layer["name"] for layer in full[:10])
        raise PlanMapError("layer-which", file=file, count=len(full), near=names)
    return full[0]


def stated_system(looked: Mapping[str, Any]) -> System | None:
    """Return the reference system that a layer that was looked at states itself; None if it states none that is known.

    A position in GPX, KML or GeoJSON is in WGS 84 by its format.
    """
    crs = looked["crs"]
    if crs is None or not crs["understood"]:
        return None
    return {"epsg": crs["epsg"]} if crs["epsg"] else {"wkt": crs["wkt"]}


def add_layer(
    plan: Plan,
    source: Path,
    looked: Mapping[str, Any],
    *,
    system: System | None = None,
    name: str = "",
    group: str = "",
    file: str = "",
    repairs: Mapping[str, bool] | None = None,
    encoding: str = "",
    columns: Mapping[str, str] | None = None,
    today: date,
    progress: Progress = lambda share: None,
    limits: child.Limits = vector_files.LIMITS,
) -> OwnLayer:
    """Bring a layer of the file `source` in, and put it beside the plan; one of the same name is replaced when done.

    `looked` is the layer as `look_at` found it. `system` is what somebody has decided on; without it the file must
    state one, for nothing is guessed. `repairs` are accepted or refused as in `geo.foreign.vector.bring_in`. Whatever
    `progress` raises ends the work and leaves everything as it was.

    Raises
    ------
    PlanMapError
        The file cannot be used, nothing is known of where its features are, or the folder cannot be written.
    """
    folder = plan.beside.layers
    if folder is None:
        raise PlanMapError("layer-homeless", plan=plan.info.title.zh)
    shown_file = file or source.name
    decided = system or stated_system(looked)
    if decided is None:
        raise PlanMapError("layer-no-system", file=shown_file)
    shown = shown_name(name, looked["name"], shown_file)
    with draft_folder(folder) as draft:
        work = draft / "work"
        work.mkdir()
        made = work / f"made{SUFFIX}"
        report = vector_files.bring_in(
            source,
            made,
            work,
            layer=looked["index"],
            crs=decided,
            repairs=repairs,
            name=shown_file,
            encoding=encoding,
            columns=columns,
            progress=progress,
            limits=limits,
        )
        if not report["written"] or report["bounds"] is None:
            raise PlanMapError("layer-nothing-left", file=shown_file, count=report["read"])
        stated = system is None or system == stated_system(looked)
        said = about(
            report,
            name=shown,
            group=" ".join(group.split())[:LONGEST_NAME],
            file=shown_file,
            source_layer=looked["name"],
            stated=stated,
            added=today.isoformat(),
        )
        describe(made, said)
        said = _styled(said, source, described(made), _replaced(folder, shown))
        describe(made, said)
        return described(_put(made, folder, shown))


def _styled(said: dict[str, Any], source: Path, made: OwnLayer, before: OwnLayer | None) -> dict[str, Any]:
    """Return what a layer says of itself with the style that it had before, or with the one that its file brings."""
    from layers.own.foreign_style import read_style
    from layers.own.style_json import from_json, to_json

    if before is not None and before.style:
        with suppress(PlanMapError):
            field = from_json(before.style).field
            if not field or field in made.field_names:
                return with_style(said, before.style, before.style_from, before.style_lost)
    own = [source] if kind_of_vector(source) is VectorKind.GEOPACKAGE else []
    for file in (*own, *(source.with_suffix(suffix) for suffix in (".qml", ".sld"))):
        if not file.is_file():
            continue
        # A style that cannot be read is no reason to do without the features.
        with suppress(PlanMapError):
            found = read_style(file, made.shape.value, table=made.source_layer, name=file.name)
            if not found.style.field or found.style.field in made.field_names:
                lost = [(each.what.value, each.detail) for each in found.not_taken]
                return with_style(said, to_json(found.style), made.file, lost)
    return said


def restyle(layer: OwnLayer, style: str, style_from: str = "", lost: Sequence[Any] = ()) -> OwnLayer:
    """Have a layer drawn by the style `style` (JSON; empty for the usual look) from now on; see `with_style`.

    Raises
    ------
    PlanMapError
        Its file cannot be written.
    """
    with opened(layer.path) as package:
        said = package.about
    describe(layer.path, with_style(said, style, style_from, lost))
    return described(layer.path)


def shown_name(name: str, layer: str, file: str) -> str:
    """Return what a layer is called: as somebody wishes, or as in its file, or as the file."""
    stem = file.rpartition(".")[0] or file
    return (" ".join(name.split()) or " ".join(layer.split()) or stem)[:LONGEST_NAME]


def _replaced(folder: Path, shown: str) -> OwnLayer | None:
    """Return the layer that one called `shown` takes the place of; None if there is none."""
    with suppress(PlanMapError, OSError):
        before = described(folder / f"{identifier(shown, 'layer')}{SUFFIX}")
        return before if before.name == shown else None
    return None


def _put(made: Path, folder: Path, shown: str) -> Path:
    def is_same(path: Path) -> bool:
        with suppress(PlanMapError, OSError):
            return described(path).name == shown
        # A file that is no layer of ours may be somebody's all the same.
        return False

    other = hashlib.sha256(shown.encode()).hexdigest()[:6]
    return put(made, folder / f"{identifier(shown, 'layer')}{SUFFIX}", is_same=is_same, other=other)


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
    return layer
