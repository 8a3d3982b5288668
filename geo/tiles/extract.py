"""An extract of OpenStreetMap as frames of features for ground tiles. Called in a child process only."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyogrio

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.tiles.osm_kinds import Frames, of_areas, of_lines, of_points, sound, together

_CONFIG = Path(__file__).with_name("osm.ini")

SOURCE = ("© OpenStreetMap 贡献者，ODbL", "© OpenStreetMap contributors, ODbL")
"""Where an extract comes from, in Chinese and English, as its licence wants it to be named."""


def read_extract(path: Path, bounds: BBox, progress: Callable[[float], None]) -> Frames:
    """Return what of the extract at `path` reaches into `bounds` (WGS 84, degrees), by layer of the tiles.

    Raises
    ------
    PlanMapError
        It is damaged, or has nothing there.
    """
    readers = (("multipolygons", of_areas), ("lines", of_lines), ("points", of_points))
    found: dict[str, list[gpd.GeoDataFrame]] = {}
    for number, (layer, kinds) in enumerate(readers):
        for name, frame in kinds(_read(path, layer, bounds)).items():
            found.setdefault(name, []).append(frame)
        progress((number + 1) / len(readers))
    frames = {name: together(parts) for name, parts in found.items()}
    if not any(len(frame) for frame in frames.values()):
        raise PlanMapError("ground-nothing-there", file=path.name)
    return frames


def _read(path: Path, layer: str, bounds: BBox) -> gpd.GeoDataFrame:
    with warnings.catch_warnings():
        # Of areas that cross themselves: what cannot be mended is left out.
        warnings.simplefilter("ignore")
        try:
            found = pyogrio.read_dataframe(
                path, layer=layer, bbox=bounds, on_invalid="ignore", use_arrow=False, CONFIG_FILE=str(_CONFIG)
            )
        except Exception as error:
            # GDAL has dozens of errors, each with words of its own, for a file that is damaged.
            raise PlanMapError("foreign-damaged", file=path.name, reason=str(error)[:200]) from error
    return sound(found)
