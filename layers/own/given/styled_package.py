"""An own layer as a GeoPackage with its style and a project of QGIS, which opens the layer as it looks here."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from layers import style
from layers.own.given.features import Given
from layers.own.given.gdal_file import given_title, write_package
from layers.own.given.qgis_project import ProjectLayer, project_xml, store_project, store_styles
from layers.own.look import style_of
from layers.own.qml_writing import to_qml
from layers.own.sld_writing import to_sld

KIND_OF = {"point": "point", "multipoint": "point", "line": "line", "area": "area"}
"""Kinds of layers in QGIS by those of features."""


def project_layers(given: Given, table: str) -> list[ProjectLayer]:
    """Return a layer whose features are in a table as layers of QGIS: one, or one for each kind of geometry."""
    kinds = list(dict.fromkeys(KIND_OF[kind] for kind in given.survey.kinds)) or ["point"]
    look, title = style_of(given.layer), given_title(given)
    return [
        ProjectLayer(
            table, title, kind, to_qml(look, kind), mixed=len(kinds) > 1, sld=to_sld(look, kind, given.layer.name)
        )
        for kind in kinds
    ]


def write_styled_package(given: Given, path: Path, file: str, made: datetime) -> None:
    """Write the GeoPackage at `path`, which will be called `file`."""
    title = given_title(given)
    # QGIS takes the sign for the end of a name.
    table = title.replace("|", "_")
    geometry = write_package(given, path, table, title)
    layers = project_layers(given, table)
    store_styles(path, layers, geometry)
    crs = given.system.crs
    xml = project_xml(title, layers, file=file, crs=crs, home=given.layer.bounds, background=style.WHITE, data=crs)
    store_project(path, title, xml, made)
