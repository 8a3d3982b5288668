"""The same small plan, laid around any place of the world."""

import json
from math import cos, radians
from pathlib import Path
from typing import Any

import shapely
from shapely import affinity

PLACES = {
    "chengdu": (104.07, 30.66),
    "harbin": (126.64, 45.76),
    "helsinki": (24.94, 60.17),
    "sao-paulo": (-46.63, -23.55),
}

PLAN = """
id = "small"
title_zh = "小规划"
title_en = "Small plan"
year = 2026
district_site = "home"
attribution_zh = "试验数据"
attribution_en = "Test data"

[report]
title_zh = "报告"

[[themes]]
id = "all"
title_zh = "全部"

[[sections]]
id = "1"
title_zh = "第一节"
"""

LAYERS = """
[[groups]]
id = "report"
title_zh = "任务"

[[groups]]
id = "ground"
title_zh = "底图"

[[layers]]
id = "sites"
group = "report"
title_zh = "点位"
sites = ["station", "lake", "tower"]

[[layers]]
id = "roads"
group = "ground"
title_zh = "道路"
sites = ["road"]
ground = true

[[layers]]
id = "home"
group = "ground"
title_zh = "边界"
sites = ["home"]
ground = true
"""

TASKS = """id,section,title_zh,kind,theme,sites
task-1,1,建成车站,project,all,station
task-2,1,修整湖面,project,all,lake
task-3,1,立起高塔,project,all,tower
"""

EVENTS = """task_id,date,basis,status,summary_zh,source_title,source_publisher,confidence,recorded_by,recorded_at
task-1,2026-01,stated,planned,报告列入,报告,区政府,high,试验,2026-01-31
task-2,2026-03,evidence,done,已完成,公报,区政府,high,试验,2026-03-31
"""


def write_plan_at(folder: Path, longitude: float, latitude: float, *, more: str = "", times: float = 1.0) -> Path:
    """Write the plan around a position in degrees, with `more` lines at the top of plan.toml; return its folder.

    The tower stands about 1 km east and 1 km north of the station; all is `times` as large.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Degrees of longitude are shorter than those of latitude; so everything is as wide as it is high.
    wide = 1 / cos(radians(latitude))
    km = times / 111.2

    def at(x: float, y: float) -> tuple[float, float]:
        return longitude + x * km * wide, latitude + y * km

    lake = affinity.scale(shapely.Point(at(4, -3)).buffer(1.0, quad_segs=8), 1.2 * km * wide, 0.8 * km)
    sites = [
        _site("home", "本区", "district", shapely.box(*at(-9, -8), *at(9, 8)), "approximate", 500),
        _site("station", "车站", "railway-station", shapely.Point(at(0, 0)), "mapped", 50),
        _site("tower", "高塔", "place", shapely.Point(at(1, 1)), "mapped", 50),
        _site("lake", "湖", "lake", lake, "approximate", 200),
        _site("road", "大路", "road", shapely.LineString([at(-8, -2), at(0, -0.5), at(8, 1)]), "mapped", 20),
    ]
    (folder / "plan.toml").write_text(more + PLAN, encoding="utf-8")
    (folder / "layers.toml").write_text(LAYERS, encoding="utf-8")
    (folder / "tasks.csv").write_text(TASKS, encoding="utf-8")
    (folder / "events.csv").write_text(EVENTS, encoding="utf-8")
    collection = {"type": "FeatureCollection", "features": sites}
    (folder / "sites.geojson").write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return folder


def _site(
    site_id: str, name: str, category: str, geometry: shapely.Geometry, precision: str, accuracy: int
) -> dict[str, Any]:
    properties = {
        "name_zh": name,
        "name_en": site_id.title(),
        "category": category,
        "precision": precision,
        "accuracy_m": accuracy,
        "source_zh": "试验",
        "licence": "facts-only",
    }
    return {"type": "Feature", "id": site_id, "properties": properties, "geometry": shapely.geometry.mapping(geometry)}
