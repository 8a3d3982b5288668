"""Vector files of every kind for the tests, and what the child process makes of them."""

from __future__ import annotations

import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.foreign import vector_files

GRID = 4548
"""CGCS2000 / 3-degree Gauss-Kruger, central meridian 117°E."""

NAMES = ("军粮城一号地块", "东丽湖·温泉", "堔圳道O'Neil & <b>")


def parcels(crs: int = GRID) -> gpd.GeoDataFrame:
    """Return three parcels in Dongli with values of several types."""
    shapes = [shapely.box(530_000 + 200 * n, 4_325_000, 530_100 + 200 * n, 4_325_100) for n in range(3)]
    columns = {"名称": NAMES, "count": [1, 2, 2**40], "area": [1.5, -2.25, 1e9], "built": [True, False, True]}
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=GRID).to_crs(crs)


def look(source: Path, **options: Any) -> dict[str, Any]:
    """Look at a file, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return vector_files.look_at(source, Path(folder), **options)


def bring(source: Path, target: Path, **options: Any) -> dict[str, Any]:
    """Bring a layer in as the file `target`."""
    options.setdefault("crs", None)
    with tempfile.TemporaryDirectory() as folder:
        return vector_files.bring_in(source, target, Path(folder), **options)


def rows(target: Path) -> list[dict[str, Any]]:
    """Return the rows of a GeoPackage as SQLite has them, in order."""
    with closing(sqlite3.connect(target)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute("SELECT * FROM features ORDER BY fid")]


def changed(package: Path, script: str, values: tuple[object, ...] = ()) -> None:
    """Run SQL on a GeoPackage without its triggers, which need functions that SQLite has not."""
    with closing(sqlite3.connect(package)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        if values:
            connection.execute(script, values)
        else:
            connection.executescript(script)
        connection.commit()


def repairs(layer: Mapping[str, Any]) -> dict[str, list[int]]:
    """Return the numbers of features by the kind of what was found."""
    return {each["kind"]: each["numbers"] for each in layer["repairs"]}


def zipped(target: Path, files: Mapping[str, Path | bytes | str]) -> Path:
    """Write a zip with files by their names in it."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content.read_bytes() if isinstance(content, Path) else content)
    return target


def siblings(shapefile: Path) -> dict[str, Path]:
    """Return all files of a Shapefile by their names."""
    return {path.name: path for path in sorted(shapefile.parent.glob(f"{shapefile.stem}.*"))}


def geojson(path: Path, geometries: Iterable[str | BaseGeometry | None]) -> Path:
    """Write geometries, as the text of their members or as they are, with a number for each."""
    texts = [each if isinstance(each, str) else shapely.to_geojson(each) if each else "null" for each in geometries]
    features = ",".join(
        f'{{"type":"Feature","properties":{{"n":{number}}},"geometry":{text}}}' for number, text in enumerate(texts)
    )
    path.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}', encoding="utf-8")
    return path
