"""Which named buildings and stations are worth a name on a map, and as what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

RANKS = {
    "airport": 1,
    "train_station": 1,
    "subway_station": 2,
    "university": 2,
    "hospital": 2,
    "stadium": 2,
    "government": 3,
    "school": 3,
    "culture": 3,
    "hotel": 3,
    "commercial": 3,
    "market": 4,
    "industrial": 3,
    "religious": 4,
    "toll_booth": 3,
    "bus_station": 4,
    "ferry_terminal": 4,
    "service": 4,
    "residential": 4,
    "building": 4,
}
"""Classes of landmarks, and which of them come first where there is not room for all: 1 before 4."""

SAME_M = 150.0
"""Points of one name within this distance in metres are one landmark."""

_SOURCE_CLASS = {
    "train_station": "train_station",
    "subway_station": "subway_station",
    "bus_station": "bus_station",
    "toll_booth": "toll_booth",
    "ferry_terminal": "ferry_terminal",
    "university": "university",
    "college": "university",
    "school": "school",
    "kindergarten": "school",
    "hospital": "hospital",
    "hotel": "hotel",
    "commercial": "commercial",
    "retail": "commercial",
    "office": "building",
    "industrial": "industrial",
    "stadium": "stadium",
    "temple": "religious",
    "fire_station": "government",
    "public": "culture",
    "apartments": "residential",
    "residential": "residential",
    "yes": "building",
    "construction": "building",
    "service": "service",
    "hut": "building",
    "ship": "culture",
}
"""Our class by the value of `building=` or of the key of the transport; values that are not here are left out."""

_BY_NAME = (
    ("邮政|供电局", "building"),
    ("航站楼|^Old Terminal", "airport"),
    ("收费站", "toll_booth"),
    ("客运站|公交站$", "bus_station"),
    ("地铁.*站", "subway_station"),
    ("医院$|卫生服务中心|^急诊", "hospital"),
    ("^天津.*(大学|学院)$", "university"),
    ("中学$|小学$|幼儿园$", "school"),
    ("酒店|宾馆|旅馆", "hotel"),
    ("市场$|超市", "market"),
    ("体育中心|体育馆|体育场|足球场|游泳馆|游泳跳水馆", "stadium"),
    ("派出所|法院|政府|街道办|党群|委员会|公安|交警|消防(队|支队|救护)|海关|海事局|局$|支队", "government"),
    (
        "广场|商厦|百货|购物|商业|宜家|爱琴海|奥特莱斯|万象城|天河城|大悦城|印象城|MALL|Mall|永旺|万达广场|大厦|(购物|商业|金融|会展|国际|会议|贸易|展览)中心$",
        "commercial",
    ),
    ("博物馆|美术馆|图书馆|剧院|纪念馆|展览馆|礼堂|旧址|旧居|故居|旧宅|科学技术馆|少年宫", "culture"),
    ("教堂|天主堂|清真|寺$|庙$|玉皇阁", "religious"),
    ("总装公司|厂$", "industrial"),
    ("服务区$|供热站|变电站|污水|污水处理厂|汚水处理厂|能源站", "service"),
)
"""Words in the name that say more than `building=yes` does; the first that fits counts."""

_PART_OF_SOMETHING = re.compile(
    r"""
    ^.{0,2}$                                   # A, B座, 门卫
    | ^[A-Z]?[\d.、，,\-~#/和E ]+$               # 12, 1-4, E2、E3
    | \d+\s*(号楼|栋|斋|门|座|公寓|宿舍|楼|号)?$    # 靓锦名居10号楼
    | \d+(号楼|栋|斋|号学生公寓)
    | [A-Z]\s*(座|号楼|区|栋)?$
    | ^[第]?[一二三四五六七八九十东西南北新旧老主副大小]*[、一二三四五六七八九十]*
      (号|教学|公共|综合|学生|教工|单身|行政|公|食|寝|阶|宿)?(公寓|宿舍楼?|食堂|浴室|教学楼|实验楼?|楼|教室|寝楼|礼堂|院楼|斋)$
    | (教学楼|宿舍楼?|食堂|浴室|餐厅|公寓|学生餐厅|实验楼|实验车间|住院楼|住院部|门诊楼|发热门诊|综合楼|行政楼
      |办公楼|底商|后勤楼)
      ([（(].*[)）])?$
    | ^(南|北)(教|寝)|教学楼\d*|^地下停车场|^地铁.*口$|^住院处|阶梯教室
    | (库|棚|库边跨|间|车间|厂房|信号楼|运转室|岗亭|警卫室|门卫|集中楼|站房|看台|主席台|裙楼\d*|游客|斋.*排|贮|罐|池)$
    | ^(图书馆|体育馆|游泳馆|办公室|邮政|食堂|宿舍|报告厅|礼堂|报告厅|校医院|档案馆|校史馆|学生活动中心|幼儿园
      |运动馆|健身馆|综合体育馆|信息交流中心|行政中心|科技楼|研发楼|国培|圆厅|能源站|变电所|停车场|浴园|澡堂|裙楼|放映厅|职工.*)$
    | 检库|线路所|\d\#$|馆\ ?二期$|^.{2,3}馆$|；|^(一|二|三)?期|宿舍和
    | Apartment|Canteen|Kantine|Department$|^Energy|Building|Row\ 15|Shop$|No\.\d
    """,
    re.VERBOSE,
)
"""Names of single blocks and of rooms and sheds inside something larger, which say nothing on a street map."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """A building or station whose name is worth a map's while."""

    name: str
    kind: str
    """Class, a key of `RANKS`."""
    x: float
    """Easting in metres of `geo.crs.GAUSS_KRUGER_117E`."""
    y: float
    """Northing in the same."""


def kind_of(name: str, source_class: str) -> str | None:
    """Return the class of the landmark `name` by its `source_class` in OpenStreetMap; None if it is worth no name."""
    kind = _SOURCE_CLASS.get(source_class)
    if kind is None or _PART_OF_SOMETHING.search(name):
        return None
    if kind in ("building", "university", "school", "train_station", "hospital", "commercial", "residential"):
        named = next((named for words, named in _BY_NAME if re.search(words, name)), None)
        if kind in ("building", "residential"):
            return named or kind
        if kind in ("university", "school", "hospital") and named != kind:
            return named or "building"
        if kind == "commercial":
            return named or kind
    return kind


def distinct(landmarks: Iterable[Landmark]) -> list[Landmark]:
    """Return `landmarks` without those that have the name of an earlier one within `SAME_M`.

    Of two with the same name the one with the better rank stays.
    """
    kept: list[Landmark] = []
    for place in sorted(landmarks, key=lambda place: (place.name, RANKS[place.kind], place.kind, place.x, place.y)):
        same = [other for other in kept if other.name == place.name]
        if all(np.hypot(place.x - other.x, place.y - other.y) > SAME_M for other in same):
            kept.append(place)
    return kept
