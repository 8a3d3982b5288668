"""A project of QGIS inside a GeoPackage, and styles of its tables: QGIS opens the file as the plan looks here.

QGIS keeps a project in the table `qgis_projects`, as the hexadecimal text of a zip with the project's XML, and styles
in the table `layer_styles` (QgsGeoPackageProjectStorage and the OGR provider of QGIS 3.22).
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement, fromstring, tostring

import pyproj

from geo.crs import WGS84
from geo.errors import PlanMapError
from geo.grid import BBox
from layers.escape import legible
from layers.own.qml_writing import VERSION

GEOMETRIES = {"point": "Point", "line": "Line", "area": "Polygon", "table": "No geometry"}
"""What QGIS calls the kinds of geometry, by ours."""
_OGR_NAMES = {"point": "Point", "line": "LineString", "area": "Polygon"}

LONGEST_NAME = 100
"""Characters of the name of a project."""

_STYLES = """
CREATE TABLE IF NOT EXISTS layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT,
  styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
INSERT OR IGNORE INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
  VALUES ('layer_styles', 'attributes', 'layer_styles', '', strftime('%Y-%m-%dT%H:%M:%fZ','now'), 0);
"""


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """A layer of a project: features of a table, drawn in one way."""

    table: str
    title: str
    kind: str
    """point, line, area, or table for one without geometries."""
    qml: str
    """How it is drawn; empty for a table."""
    group: str = ""
    """The heading under which it stands; empty for none."""
    visible: bool = True
    subset: str = ""
    """Which features it has, as a condition of SQL; empty for all."""
    mixed: bool = False
    """Whether its table has other kinds of geometry as well."""
    sld: str = ""
    opacity: float = 1.0
    abstract: str = ""
    """What there is to know of it, in the layer's properties."""

    def source(self, file: str) -> str:
        """Return where QGIS finds it, from the folder in which the file called `file` is."""
        parts = [f"./{file}", f"layername={self.table}"]
        if self.mixed:
            parts.append(f"geometrytype={_OGR_NAMES[self.kind]}")
        if self.subset:
            parts.append(f"subset={self.subset}")
        return "|".join(parts)


def project_xml(
    title: str,
    layers: Sequence[ProjectLayer],
    *,
    groups: Sequence[str] = (),
    file: str,
    crs: pyproj.CRS | None,
    home: BBox,
    background: str,
    data: pyproj.CRS | None = None,
) -> str:
    """Return the XML of a project with `layers`, the uppermost first; `home` is what it shows, in degrees (WGS 84).

    `crs` is the system in which it is drawn; None for an offset frame, which has no definition. The tables are in the
    system `data`, WGS 84 if it is None and there is a `crs`. `groups` are the headings in their order, `file` the name
    of the GeoPackage, and `background` the colour of the paper.
    """
    root = Node("qgis", {"version": VERSION, "projectname": legible(title)})
    SubElement(root, "homePath", {"path": ""})
    SubElement(root, "title").text = legible(title)
    if crs is not None:
        _write_crs(SubElement(root, "projectCrs"), crs)
    tree = SubElement(root, "layer-tree-group")
    nodes = {
        name: SubElement(tree, "layer-tree-group", {"name": legible(name), "checked": "Qt::Checked", "expanded": "1"})
        for name in dict.fromkeys([*groups, *(layer.group for layer in layers)])
        if name
    }
    # QGIS makes others of ids with ten letters or less.
    ids = [f"planmap_layer_{number:04}" for number in range(len(layers))]
    for layer_id, layer in zip(ids, layers, strict=True):
        parent = nodes.get(layer.group, tree)
        about = {"id": layer_id, "name": legible(layer.title), "source": layer.source(file), "providerKey": "ogr"}
        shown = {"checked": "Qt::Checked" if layer.visible else "Qt::Unchecked", "expanded": "0"}
        SubElement(parent, "layer-tree-layer", {**about, **shown})
    # What lies over what need not follow the groups, as an own layer may lie between those of the plan.
    order = SubElement(tree, "custom-order", {"enabled": "1"})
    for layer_id in ids:
        SubElement(order, "item").text = layer_id
    canvas = SubElement(root, "mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    SubElement(canvas, "units").text = "degrees" if crs is None or crs.is_geographic else "meters"
    if crs is not None:
        home = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True).transform_bounds(*home)
        data = data or pyproj.CRS.from_user_input(WGS84)
        _write_crs(SubElement(canvas, "destinationsrs"), crs)
    _write_box(canvas, home)
    SubElement(canvas, "rotation").text = "0"
    projects = SubElement(root, "projectlayers")
    for layer_id, layer in zip(ids, layers, strict=True):
        _write_layer(projects, layer_id, layer, file, data)
    written = SubElement(root, "layerorder")
    for layer_id in ids:
        SubElement(written, "layer", {"id": layer_id})
    properties = SubElement(root, "properties")
    gui = SubElement(properties, "Gui")
    for name, level in zip(("Red", "Green", "Blue"), bytes.fromhex(background[1:]), strict=True):
        SubElement(gui, f"CanvasColor{name}Part", {"type": "int"}).text = str(level)
    # Without it QGIS passes over the system of the project.
    reference = SubElement(properties, "SpatialRefSys")
    SubElement(reference, "ProjectionsEnabled", {"type": "int"}).text = str(int(crs is not None))
    paths = SubElement(properties, "Paths")
    SubElement(paths, "Absolute", {"type": "bool"}).text = "false"
    document = tostring(root, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{document}\n"


def project_name(title: str) -> str:
    """Return a title without signs that the address of a project in a file could not have."""
    return re.sub(r"[^\w（）()·-]+", " ", title).strip()[:LONGEST_NAME].strip() or "PlanMap"


def store_project(path: Path, title: str, xml: str, made: datetime) -> str:
    """Put a project into the GeoPackage at `path`, in place of one of that name, and return by which name it is known.

    Raises
    ------
    PlanMapError
        It cannot be written.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("project.qgs", xml)
    about = {"last_modified_time": f"{made:%Y-%m-%dT%H:%M:%S}", "last_modified_user": ""}
    name = project_name(title)
    row = (name, json.dumps(about), packed.getvalue().hex())
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"
            )
            connection.execute("INSERT OR REPLACE INTO qgis_projects VALUES (?, ?, ?)", row)
    except sqlite3.Error as error:
        raise PlanMapError("output-refused", path=path, reason=str(error)[:100]) from error
    return name


def store_styles(path: Path, layers: Iterable[ProjectLayer], geometry: str = "geom") -> None:
    """Put the styles of layers into the GeoPackage at `path`; that of a whole table of one kind is its usual one.

    Raises
    ------
    PlanMapError
        It cannot be written.
    """
    try:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript(_STYLES)
            for layer in layers:
                usual = not (layer.mixed or layer.subset)
                row = (layer.table, geometry, layer.title[:30], layer.qml, layer.sld, usual, layer.title)
                connection.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                    "styleName, styleQML, styleSLD, useAsDefault, description, owner) "
                    "VALUES ('', '', ?, ?, ?, ?, ?, ?, ?, '')",
                    row,
                )
    except sqlite3.Error as error:
        raise PlanMapError("output-refused", path=path, reason=str(error)[:100]) from error


def _write_layer(parent: Node, layer_id: str, layer: ProjectLayer, file: str, data: pyproj.CRS | None) -> None:
    style = fromstring(layer.qml.partition("\n")[2]) if layer.qml else Node("qgis")  # noqa: S314 - our own
    about = {"type": "vector", "geometry": GEOMETRIES[layer.kind], "styleCategories": "AllStyleCategories"}
    node = SubElement(parent, "maplayer", {**about, **{k: v for k, v in style.attrib.items() if k != "version"}})
    SubElement(node, "id").text = layer_id
    SubElement(node, "datasource").text = legible(layer.source(file))
    SubElement(node, "layername").text = legible(layer.title)
    if layer.abstract:
        SubElement(node, "abstract").text = legible(layer.abstract)
    if data is not None:
        _write_crs(SubElement(node, "srs"), data)
    SubElement(node, "provider", {"encoding": "UTF-8"}).text = "ogr"
    if layer.kind == "area":
        # Or no name inside of the district would find a place.
        for rendering in style.iter("rendering"):
            rendering.set("obstacle", "0")
    for child in style:
        if child.tag == "layerOpacity":
            child.text = f"{float(child.text or 1) * layer.opacity:g}"
        node.append(child)


def _write_crs(parent: Node, crs: pyproj.CRS) -> None:
    node = SubElement(parent, "spatialrefsys")
    SubElement(node, "wkt").text = crs.to_wkt()
    code = crs.to_epsg()
    if code:
        SubElement(node, "srid").text = str(code)
        SubElement(node, "authid").text = f"EPSG:{code}"
    SubElement(node, "description").text = crs.name
    SubElement(node, "geographicflag").text = "true" if crs.is_geographic else "false"


def _write_box(parent: Node, box: BBox) -> None:
    node = SubElement(parent, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True):
        SubElement(node, name).text = repr(float(value))
