"""A GeoPackage as frames of features for ground tiles. Called in a child process only."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.crs import WGS84
from geo.errors import PlanMapError
from geo.foreign.package import Package, Rows, opened
from geo.grid import BBox
from geo.tiles.names import cleaned
from geo.tiles.osm_kinds import Frames, of_areas, of_lines, of_points, sound, together
from geo.tiles.package_forms import Form, Reader, reader_of
from geo.tiles.schema import RANKS

NAMED = 12
"""Layers that an error names."""

_FAMILIES = (
    ({shapely.GeometryType.POINT, shapely.GeometryType.MULTIPOINT}, of_points),
    ({shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING}, of_lines),
    ({shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}, of_areas),
)
"""Types of geometries, and what makes frames of such features."""


def read_package(path: Path, bounds: BBox, progress: Callable[[float], None]) -> Frames:
    """Return what of the GeoPackage at `path` reaches into `bounds` (WGS 84, degrees), by layer of the tiles.

    The frames are in WGS 84, with the geometry types of the layers in `geo.tiles.schema`. Rows whose geometry cannot
    be read, and layers of other forms than those of `geo.tiles.package_forms`, are left out.

    Raises
    ------
    PlanMapError
        It is damaged, no layer is of a known form, the reference system of one that is is not known, or there is
        nothing in the bounds.
    """
    found: dict[str, list[gpd.GeoDataFrame]] = {}
    with opened(path) as package:
        layers = [(layer, reader_of(layer.table, layer.columns)) for layer in package.layers()]
        readable = [(layer, reader) for layer, reader in layers if reader is not None]
        if not readable:
            names = [cleaned(name)[:40] for name in package.names()]
            shown = "、".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")
            raise PlanMapError("ground-package-layers", file=path.name, found=shown or "-")
        has_places = any(reader.layer == "places" for _, reader in readable)
        for number, (layer, reader) in enumerate(readable):

            def tell(share: float, before: int = number) -> None:
                progress((before + share) / len(readable))

            for rows in package.read(layer, reader.columns, bounds, tell):
                for name, frame in _frames(rows, reader).items():
                    # Names of areas are in the file's own layer of places, if it has one.
                    own = reader.form is Form.OWN and reader.layer != "places"
                    if len(frame) and not (name == "places" and has_places and own):
                        found.setdefault(name, []).append(frame)
    if not found:
        raise PlanMapError("ground-nothing-there", file=path.name)
    return {name: _once(together(parts)) for name, parts in found.items()}


def _frames(rows: Rows, reader: Reader) -> Frames:
    """Return the features of some rows of a layer, by layer of the tiles."""
    tags = [reader.tags(values) for values in rows.values]
    tagged = np.array([bool(each) for each in tags], dtype=bool)
    if not tagged.any():
        return {}
    columns = pd.DataFrame([each for each in tags if each]).fillna("")
    shapes = rows.geometries[tagged]
    found: dict[str, list[gpd.GeoDataFrame]] = {}
    for types, kinds in _FAMILIES:
        of_type = np.isin(shapely.get_type_id(shapes), list(types))
        if not of_type.any():
            continue
        frame = gpd.GeoDataFrame(columns[of_type], geometry=shapes[of_type], crs=WGS84)
        if kinds is not of_areas:
            frame = frame.explode()
        frame = sound(frame.reset_index(drop=True))
        # What was mended may have become something else, such as an area without extent a line.
        frame = frame[np.isin(shapely.get_type_id(frame.geometry.to_numpy()), list(types))]
        for name, made in kinds(frame).items():
            found.setdefault(name, []).append(_of_own_kind(made, frame, reader, name))
    return {name: together(parts) for name, parts in found.items()}


def _of_own_kind(made: gpd.GeoDataFrame, frame: gpd.GeoDataFrame, reader: Reader, name: str) -> gpd.GeoDataFrame:
    """Return `made`, which comes of `frame`, as it is, or with the kinds of places that the file's own layer says."""
    if reader.layer != "places" or name != "places" or made.empty:
        return made
    kind = frame["kind"].loc[made.index]
    return made.assign(kind=kind, rank=kind.map(RANKS))


def _once(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `frame` without features that are in it twice: layers of one file may overlap."""
    prints = np.fromiter(map(hash, shapely.to_wkb(frame.geometry.to_numpy())), dtype=np.int64, count=len(frame))
    fields = [column for column in frame.columns if column not in ("osm_id", "geometry")]
    return frame[~pd.DataFrame(frame[fields]).assign(print=prints).duplicated().to_numpy()].reset_index(drop=True)


def source_of_package(path: Path, openstreetmap: tuple[str, str], unknown: tuple[str, str]) -> tuple[str, str]:
    """Return where the facts of a GeoPackage come from, in Chinese and English.

    `openstreetmap` are the words for layers that are OpenStreetMap's by their form, and `unknown` those for others
    of which the file does not say it.

    Raises
    ------
    PlanMapError
        It is damaged.
    """
    with opened(path) as package:
        readers = [reader_of(layer.table, layer.columns) for layer in package.layers()]
        forms = {reader.form for reader in readers if reader is not None}
        named = _attribution(package)
    if forms <= {Form.TAGS, Form.SHAPES}:
        return openstreetmap
    own = (named, named) if named else unknown
    if forms == {Form.OWN}:
        return own
    return f"{openstreetmap[0]}；{own[0]}", f"{openstreetmap[1]}; {own[1]}"


def attribution_of_package(path: Path) -> str:
    """Return the source that the metadata of a GeoPackage state, in one line; empty if they state none.

    Raises
    ------
    PlanMapError
        It is damaged.
    """
    with opened(path) as package:
        return _attribution(package)


_STATED = re.compile(
    r"""<(?:\w+:)?(?:MDI\s+key="(?:attribution|source|copyright|rights)"|(?:attribution|credit|rights|source)\b)"""
    r"""[^<>]{0,200}>(?:\s{0,200}<[^<>]{1,200}>)?([^<>]{1,400})<""",
    re.IGNORECASE,
)
"""The source in metadata of GDAL, QGIS, Dublin Core and ISO 19139; of XML no more than this is read."""


def _attribution(package: Package) -> str:
    for mime, text in package.rows("gpkg_metadata", "mime_type", "metadata"):
        if mime.lower() == "text/plain":
            stated = cleaned(text)
        else:
            found = _STATED.search(text)
            stated = cleaned(html.unescape(found[1])) if found is not None else ""
        if stated:
            return stated
    return ""
