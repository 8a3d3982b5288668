"""Bringing a layer of a file in: looking at what is in it, and putting one layer of it beside the plan."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from geo.errors import PlanMapError
from geo.feature_package import describe
from geo.foreign import child, vector_files
from geo.foreign.vector_kind import VectorKind, kind_of_vector
from layers.own.own_layer import LONGEST_NAME, OwnLayer, Source, System, about, described, with_style
from layers.own.replacing import check_replaced
from layers.plan.beside import LAYER_SUFFIX
from layers.plan.beside_file import draft_folder, place_for, put
from layers.plan.plan import Plan

Progress = Callable[[float], None]


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
    source_row: Source | None = None,
    replaces: OwnLayer | None = None,
    progress: Progress = lambda share: None,
    limits: child.Limits = vector_files.LIMITS,
) -> OwnLayer:
    """Bring a layer of the file `source` in, and put it beside the plan; one of the same name is replaced when done.

    With `replaces`, that layer is replaced instead: its name, group, day and place among the others stay. `source_row`
    says where the features stay of which this is a copy (`layers.own.linked`).

    `looked` is the layer as `look_at` found it. `system` is what somebody has decided on; without it the file must
    state one, for nothing is guessed. `repairs` are accepted or refused as in `geo.foreign.vector.bring_in`. Whatever
    `progress` raises ends the work and leaves everything as it was.

    Raises
    ------
    PlanMapError
        The file cannot be used, nothing is known of where its features are, they would take the place of others
        though they lie outside China, or the folder cannot be written.
    """
    folder = plan.beside.layers
    if folder is None:
        raise PlanMapError("layer-homeless", plan=plan.info.title.zh)
    shown_file = file or source.name
    decided = system or stated_system(looked)
    if decided is None:
        raise PlanMapError("layer-no-system", file=shown_file)
    shown = replaces.name if replaces is not None else shown_name(name, looked["name"], shown_file)
    with draft_folder(folder) as draft:
        work = draft / "work"
        work.mkdir()
        made = work / f"made{LAYER_SUFFIX}"
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
            source=source_row,
        )
        describe(made, said)
        target = _place(folder, shown) if replaces is None else replaces.path
        if replaces is None:
            check_replaced(target, described(made))
        else:
            said |= _kept(replaces)
        describe(made, _styled(said, source, described(made), target))
        return described(put(made, target))


def _kept(replaced: OwnLayer) -> dict[str, Any]:
    """Return what the copy of a layer that takes its place says as that one does now.

    Raises
    ------
    PlanMapError
        It has been removed in the meantime.
    """
    if not replaced.path.exists():
        raise PlanMapError("no-such-own-layer", name=replaced.name, near="-")
    now = described(replaced.path)
    return {"name": now.name, "group": now.group, "added": now.added, "moment": now.moment}


def shown_name(name: str, layer: str, file: str) -> str:
    """Return what a layer is called: as somebody wishes, or as in its file, or as the file."""
    stem = file.rpartition(".")[0] or file
    return (" ".join(name.split()) or " ".join(layer.split()) or stem)[:LONGEST_NAME]


def _place(folder: Path, shown: str) -> Path:
    """Return where the layer called `shown` belongs: in place of one of the same name, and of no other file."""

    def is_same(path: Path) -> bool:
        with suppress(PlanMapError, OSError):
            return described(path).name == shown
        # A file that is no layer of ours may be somebody's all the same.
        return False

    return place_for(shown, folder, LAYER_SUFFIX, default="layer", is_same=is_same)


def _styled(said: dict[str, Any], source: Path, made: OwnLayer, target: Path) -> dict[str, Any]:
    """Return what a layer says of itself with the style of that which it replaces, or with the one of its file.

    `target` is where the layer belongs.
    """
    from layers.own.foreign_style import read_style
    from layers.own.style_json import from_json, to_json

    with suppress(PlanMapError, OSError):
        before = described(target)
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
                # The file itself may have another name here than people know it by.
                return with_style(said, to_json(found.style), made.file if file == source else file.name, lost)
    return said
