"""What people call the kinds of places, to find all of a kind; none of these words is shown."""

from __future__ import annotations

CATEGORY_WORDS = {
    "lake": "湖 湖泊 水库 水面 lake reservoir",
    "leisure": "景区 景点 公园 旅游 文旅 乐园 度假区 park tourism leisure scenic resort attraction",
    "agriculture": "农业 农业园 种植园 农田 farm agriculture agricultural",
    "railway-station": "火车站 铁路车站 铁路站 高铁站 车站 railway train station",
    "railway": "铁路 高铁 城际 railway rail",
    "metro-station": "地铁 地铁站 轨道交通 metro subway underground station",
    "metro-line": "地铁 地铁线 地铁线路 轨道交通 metro subway underground line",
    "airport": "机场 航空港 airport",
    "runway": "跑道 runway",
    "terminal": "航站楼 候机楼 terminal",
    "apron": "机坪 停机坪 apron",
    "navaid": "导航台 navaid navigation",
    "heliport": "直升机 直升机场 停机坪 heliport helipad",
    "road": "道路 公路 路 街道 road street highway",
    "river": "河 河流 河道 river",
    "university": "学校 大学 高校 院校 校园 school university college campus",
    "development-zone": "开发区 园区 经济区 zone",
    "industry": "工业 工厂 企业 产业 industry factory plant",
    "business": "商务 商务区 商务园区 园区 总部 business office",
    "innovation": "科创 科创园区 科技园 园区 创新 innovation science technology",
    "plan-area": "片区 规划片区 规划 planning area",
    "settlement": "街镇 街道 镇 村 town village subdistrict settlement",
    "district": "区 行政区 区县 district",
    "place": "地点 place",
}
"""By category, Chinese and English words with spaces between them."""

LEAST_BEGINNING = 3
"""Letters with which the beginning of such a word stands for it; two are enough of Chinese characters."""


def is_category(word: str, words: str) -> bool:
    """Whether a plain word is one of `words`, its plural, or the beginning of one that says enough."""
    enough = LEAST_BEGINNING if word.isascii() else 2
    for each in words.split():
        if word in (each, each + "s") or (len(word) >= enough and each.startswith(word)):
            return True
        if word.isascii() and each.endswith("y") and word == each[:-1] + "ies":
            return True
    return False
