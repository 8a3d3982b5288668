"""A plan and its own layers as one GeoPackage with a project of QGIS inside, which opens as the plan looks here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio
import pyogrio.raw
import pyproj
import shapely

from geo.crs import WGS84
from geo.errors import PlanMapError
from geo.output import drafted
from layers import escape, style
from layers.listing.collection import FieldKind, one_sort
from layers.listing.flat import Row, task_row
from layers.listing.listing import Cell, Listing, listing, symbol_positions
from layers.listing.plan_collections import KINDS, place_row
from layers.listing.qgis_symbols import LABEL, Look, different, sites_qml
from layers.own.files import own_layers
from layers.own.given.features import Given, fields_of, survey
from layers.own.given.gdal_file import PACKAGE, write_package
from layers.own.given.loss import LossCount, Losses
from layers.own.given.names import free_name
from layers.own.given.qgis_project import ProjectLayer, project_xml, store_project, store_styles
from layers.own.given.styled_package import project_layers
from layers.own.given.system import GivenSystem
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.words import credit_words
from layers.plan.catalogue import LayerEntry
from layers.plan.plan import Plan, Site
from layers.plan.scene import OWN_VISIBLE, Scene
from layers.plan.terms import Precision
from layers.selection.wording import sources
from layers.translation import translation

PLACES = {"point": "places_point", "line": "places_line", "area": "places_area"}
"""The tables of the plan's sites by the kind of their geometries; those without one are with the points."""
TASKS = "tasks"
GROUP_FIELD = "layer"
"""The field with the id of the layer of the catalogue that a site is in."""

_KINDS = ("point", "line", "area")
"""By the dimension of geometries."""
_ARROW = {
    FieldKind.NUMBER: pa.float64(),
    FieldKind.WHOLE: pa.int64(),
    FieldKind.TRUTH: pa.bool_(),
    FieldKind.DAY: pa.date32(),
}

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class QgisPackage:
    """What has been written."""

    path: Path
    project: str
    """The name of the project in it."""
    places: int
    tasks: int
    own: tuple[str, ...]
    """Names of the own layers in it."""
    lost: tuple[LossCount, ...]
    """What of the own layers it cannot hold."""


def write_qgis_package(
    plan: Plan, scene: Scene, target: Path, *, today: date, made: datetime, progress: Progress = lambda share: None
) -> QgisPackage:
    """Write a plan as `scene` shows it, with all of its own layers, as the GeoPackage `target`, whole or not at all.

    All positions are in WGS 84; the project is in the plan's grid. Filters do not count: all places are in it. QGIS
    finds the layers of a project by the name of the file, so `target` keeps its name.

    Raises
    ------
    PlanMapError
        It cannot be written.
    """
    text = translation(scene.language)
    found = listing(plan, Scene(language=scene.language, as_of=scene.as_of, stale_days=scene.stale_days), today=today)
    found = replace(found, positions=symbol_positions(plan.sites.values()))
    losses = Losses()
    own = own_layers(plan)
    title = plan.info.title.get(scene.language)
    with drafted(target) as draft:
        # The least that can be: a plan without a single site has a file all the same.
        _write_tasks(found, draft)
        upper, lower = _write_places(found, scene, draft)
        between: list[ProjectLayer] = []
        taken = [*PLACES.values(), TASKS, "layer_styles", "qgis_projects"]
        for number, layer in enumerate(own):
            name = free_name(layer.id, taken)
            taken.append(name)
            step = _step(progress, number, len(own))
            between += _write_own(layer, found, scene, draft, name, losses, step)
        layers = [*upper, *between, *lower]
        store_styles(draft, [layer for layer in between if layer.qml])
        table = ProjectLayer(TASKS, text("page.list"), "table", "", abstract=sources(plan, text))
        xml = project_xml(
            title,
            [*layers, table],
            groups=[
                *dict.fromkeys(layer.group for layer in between),
                *(group.title.get(scene.language) for group in plan.catalogue.groups),
            ],
            file=target.name,
            crs=pyproj.CRS.from_user_input(plan.grid.crs),
            home=plan.home,
            background=style.LAND,
        )
        project = store_project(draft, title, xml, made)
    names = tuple(layer.name for layer in own)
    return QgisPackage(target, project, len(plan.sites), len(found.tasks), names, losses.found())


def _step(progress: Progress, number: int, count: int) -> Progress:
    return lambda share: progress((number + share) / count)


def _write_places(found: Listing, scene: Scene, path: Path) -> tuple[list[ProjectLayer], list[ProjectLayer]]:
    """Write the sites, and return their layers: those above own layers, and those of the quiet ground below."""
    plan = found.plan
    of = plan.catalogue.layer_of()
    for kind, table in PLACES.items():
        sites = [site for site in plan.sites.values() if _kind(site) == kind]
        if sites:
            rows = [_place_row(found, site, of.get(site.id, "")) for site in sites]
            _write_table(path, table, [*rows[0]], rows, kind, [site.geometry for site in sites])
    upper, lower = list[ProjectLayer](), list[ProjectLayer]()
    for entry in plan.catalogue.ordered(scene.order):
        (lower if entry.ground else upper).extend(_entry_layers(found, scene, entry))
    return upper, lower


def _entry_layers(found: Listing, scene: Scene, entry: LayerEntry) -> list[ProjectLayer]:
    """Return a layer of the catalogue as layers of QGIS, one for each kind of geometry, points first."""
    plan, text = found.plan, found.text
    sites = [plan.sites[site_id] for site_id in entry.sites]
    kinds = [kind for kind in PLACES if any(_kind(site) == kind and site.placed for site in sites)]
    titles = {group.id: group.title.get(text.language) for group in plan.catalogue.groups}
    layers = []
    for kind in kinds:
        shown = [site for site in sites if _kind(site) == kind and site.placed]
        looks = different(Look.of(site, found.selection.sites[site.id], ground=entry.ground) for site in shown)
        title = entry.title.get(text.language)
        layers.append(
            ProjectLayer(
                PLACES[kind],
                title if len(kinds) == 1 else text("qgis.part", title=title, kind=text(f"qgis-kind.{kind}")),
                kind,
                sites_qml(looks, kind, text),
                group=titles[entry.group],
                visible=scene.visible.get(entry.id, entry.visible),
                subset=f"\"{GROUP_FIELD}\" = '{entry.id}'",
                opacity=scene.opacity.get(entry.id, entry.opacity),
                abstract=sources(plan, text),
            )
        )
    return layers


def _kind(site: Site) -> str:
    return "point" if site.geometry is None else _KINDS[int(shapely.get_dimensions(site.geometry))]


def _place_row(found: Listing, site: Site, layer: str) -> Row:
    name = site.name.get(found.text.language)
    # In words, wherever the name is: no symbol says clearly enough that a place is not there.
    label = found.text("qgis.nominal", name=name) if site.precision is Precision.NOMINAL else name
    return {GROUP_FIELD: layer, LABEL: label, **place_row(found, site)}


def _write_own(
    layer: OwnLayer, found: Listing, scene: Scene, path: Path, table: str, losses: Losses, progress: Progress
) -> list[ProjectLayer]:
    with opened(layer) as package:
        system = GivenSystem({"epsg": 4326}, layer.bounds)
        given = Given(layer, package, system, fields_of(layer, package), None, survey(package, None), losses, progress)
        write_package(given, path, table)
    text, made = found.text, project_layers(given, table)
    return [
        replace(
            each,
            title=each.title
            if len(made) == 1
            else text("qgis.part", title=each.title, kind=text(f"qgis-kind.{each.kind}")),
            group=layer.group or text("own.title"),
            visible=scene.visible.get(layer.scene_id, OWN_VISIBLE),
            opacity=scene.opacity.get(layer.scene_id, 1.0),
            abstract=credit_words(layer, text),
        )
        for each in made
    ]


def _write_tasks(found: Listing, path: Path) -> None:
    rows = [task_row(found, listed) for listed in found.tasks]
    # A table without a row has its fields all the same.
    _write_table(path, TASKS, [*task_row(found, None)], rows, "table", ())


def _cell(cell: Cell, field: FieldKind) -> Any:
    if cell is None or cell == "":
        return None
    if field is FieldKind.WHOLE:
        return int(float(str(cell)))
    if field is FieldKind.NUMBER:
        return float(str(cell))
    # A character that ends a text would end it in the file too.
    return cell if field in (FieldKind.TRUTH, FieldKind.DAY) else escape.legible(str(cell))


def _write_table(
    path: Path, table: str, names: Sequence[str], rows: Sequence[Row], kind: str, shapes: Sequence[Any]
) -> None:
    columns = {}
    for name in names:
        field = KINDS.get(name, FieldKind.TEXT)
        columns[name] = pa.array([_cell(row[name], field) for row in rows], type=_ARROW.get(field, pa.string()))
    fields = [pa.field(name, column.type) for name, column in columns.items()]
    options: dict[str, Any] = {}
    if kind != "table":
        fields.append(pa.field("geom", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}))
        geometries = one_sort(shapes)
        columns["geom"] = pa.array(shapely.to_wkb(geometries).tolist(), pa.binary())
        types = {geometry.geom_type for geometry in geometries if geometry is not None} or {"Point"}
        options = {"geometry_name": "geom", "geometry_type": types.pop(), "crs": WGS84}
    made = pa.table(list(columns.values()), schema=pa.schema(fields))
    try:
        pyogrio.raw.write_arrow(made, path, layer=table, driver="GPKG", dataset_options=PACKAGE, **options)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError) as error:
        raise PlanMapError("vector-write", file=path.name, reason=str(error)[:200]) from error
