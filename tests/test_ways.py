"""Roads, waters and places of the ground: read from beside a plan, drawn on sheets by scale, given to the browser."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from math import cos, radians

import pytest
import shapely
from shapely import affinity

from layers.browser.payload import plan_payload
from layers.browser.ways_payload import UNITS, ways_payload
from layers.draw.drawing import TextLine
from layers.draw.paper import Paper
from layers.ground import look
from layers.ground.names import GroundNames
from layers.ground.ways import ways
from layers.plan.event_id import new_id
from layers.plan.plan import Plan
from layers.plan.scene import WAYS_LAYER, Scene
from layers.plan.terms import Text
from layers.sheet.sheet import Order, Sheet, compose
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from tests.command import call, one_line
from tests.plan_anywhere import PLACES, write_plan_at
from tests.test_store import EVENT

TODAY = date(2026, 11, 25)
X, Y = PLACES["chengdu"]
KM = 1 / 111.2
WIDE = KM / cos(radians(Y))


def at(x: float, y: float) -> tuple[float, float]:
    """Return the position x km east and y km north of the plan's station."""
    return X + x * WIDE, Y + y * KM


def road(name: str, kind: str, *points: tuple[float, float], english: str = "") -> dict:
    line = shapely.LineString([at(*point) for point in points])
    return feature(line, name_zh=name, name_en=english, **{"class": kind})


def feature(geometry: shapely.Geometry, **properties: object) -> dict:
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(geometry)}


ROADS = [
    road("高速一路", "motorway", (-20, 2.3), (-5, 2), (20, 2.3)),
    # The plan's own 大路 runs from (-8, -2) over (0, -0.5) to (8, 1); this is the same road, 15 m beside it.
    road("大路（新线）", "primary", (-12, -2.75), (-8, -1.985), (0, -0.485), (8, 1.015), (12, 1.765)),
    # It only crosses the plan's road.
    road("横街", "tertiary", (2, -6), (2, 6), english="Cross Street"),
    road("小巷", "minor", (-3, -1.9), (-2, -1.9)),
    road("新路", "construction", (-6, -2.1), (-1, -2.1)),
]
WATERS = [
    feature(shapely.LineString([at(-9, -2.4), at(9, -2.3)]), name_zh="运河", name_en="", **{"class": "canal"}),
    feature(shapely.Point(at(-6, 2)), name_zh="静湖", name_en="", **{"class": "lake"}),
    # The plan has it as a site.
    feature(shapely.Point(at(4.3, -3)), name_zh="湖", name_en="", **{"class": "lake"}),
]
PLACES_ = [
    feature(shapely.Point(at(-1, 1.2)), name_zh="第一医院", name_en="", rank=1, **{"class": "hospital"}),
    feature(shapely.Point(at(-1.4, -1.5)), name_zh="小店", name_en="", rank=4, **{"class": "commercial"}),
    feature(shapely.Point(at(0.01, 0)), name_zh="车站", name_en="", rank=1, **{"class": "train_station"}),
]


@pytest.fixture(scope="module")
def grounded(tmp_path_factory) -> Plan:
    folder = write_plan_at(tmp_path_factory.mktemp("plan"), X, Y)
    ground = folder / "ground"
    ground.mkdir()
    area = affinity.translate(shapely.box(-0.5, -0.5, 0.5, 0.5), X, Y)
    write(ground / "districts.geojson", [feature(area, name_zh="别区", name_en="")], label=True)
    write(ground / "land.geojson", [feature(area, name_zh="", name_en="")])
    write(ground / "roads.geojson", ROADS, sources=[["依 OSM 点位连线，示意", "lines through OSM points"]])
    write(ground / "waters.geojson", WATERS)
    write(ground / "places.geojson", PLACES_)
    return read_plan(FolderStore(folder))


def write(path, features: list[dict], *, label: bool = False, **more: object) -> None:
    for number, one in enumerate(features):
        one["id"] = str(number)
        if label:
            one["properties"]["label"] = [X, Y]
    bbox = [X - 1, Y - 1, X + 1, Y + 1]
    content = {"type": "FeatureCollection", "bbox": bbox, **more, "features": features}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def sheet(plan: Plan, scale: int, query: str = "site=station", paper: str = "A3") -> Sheet:
    return compose(plan, Scene.from_query(query), Order(Paper.parse(paper), scale), today=TODAY)


def kinds(made: Sheet) -> set[str]:
    return {shape.name for shape in made.drawing.ground} & {*look.ROADS, *look.WATERWAYS}


def edges(made: Sheet) -> set[str]:
    return {shape.name.removesuffix("-edge") for shape in made.drawing.ground if shape.name.endswith("-edge")}


def test_the_higher_class_lies_over_the_lower(grounded):
    order = [*look.WATERWAYS, *look.ROADS]
    found = [order.index(way.kind) for way in ways(grounded).lines]
    assert found == sorted(found)
    made = [shape.name for shape in sheet(grounded, 25_000).drawing.ground]
    roads = [name for name in made if name.removesuffix("-edge") in look.ROADS]
    edge_first = [not name.endswith("-edge") for name in roads]
    assert edge_first == sorted(edge_first)
    assert made.index("motorway") > made.index("tertiary")


def test_what_the_plan_has_itself_is_told_apart(grounded):
    parts = [way for way in ways(grounded).lines if way.name.zh.startswith("大路")]
    assert {way.site for way in parts} == {"road", ""}
    [along] = [way for way in parts if way.site]
    own = grounded.sites["road"].geometry
    # All of the plan's own road, and no more than its ends.
    assert along.geometry.hausdorff_distance(own) < 0.001
    assert sum(way.geometry.length for way in parts) == pytest.approx(
        shapely.geometry.shape(ROADS[1]["geometry"]).length, rel=1e-6
    )
    # A road that only crosses it stays whole.
    [crossing] = [way for way in ways(grounded).lines if way.name.zh == "横街"]
    assert crossing.site == ""
    names = [spot.name.zh for spot in ways(grounded).spots]
    assert names == ["静湖", "第一医院", "小店"]


def test_a_statement_changes_nothing_of_the_ground_and_all_who_ask_at_once_wait_for_one_answer(grounded):
    plan = replace(grounded, sites=dict(grounded.sites))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: ways(replace(plan)), range(8)))
    task = next(iter(plan.tasks))
    found.append(ways(plan.with_event(replace(EVENT, id=new_id(), task_id=task))))
    # Read as a whole, its sites are others and the same.
    found.append(ways(replace(plan, sites={site_id: replace(site) for site_id, site in plan.sites.items()})))
    assert len({id(each) for each in found}) == 1
    # Of other sites it is another.
    assert ways(replace(plan, sites=dict(list(plan.sites.items())[:1]))) is not found[0]


def test_a_road_of_the_plan_stands_for_that_of_the_ground_while_it_is_drawn(grounded):
    def primary(query: str) -> float:
        # Vertices of what is drawn of it: in the frame only the part along the plan's own road.
        shapes = [shape for shape in sheet(grounded, 25_000, query).drawing.ground if shape.name == "primary-edge"]
        return sum(len(shape.path.vertices) for shape in shapes)

    assert primary("site=station") == 0
    assert primary("site=station&hide=roads") > 0


@pytest.mark.parametrize(
    ("scale", "drawn", "left"),
    [
        (400_000, {"motorway", "primary"}, {"minor", "tertiary", "canal"}),
        (125_000, {"motorway", "primary", "tertiary", "canal"}, {"minor"}),
        (25_000, {"motorway", "tertiary", "minor", "construction", "canal"}, set()),
    ],
)
def test_the_larger_the_scale_the_more_classes_are_drawn(grounded, scale, drawn, left):
    found = edges(sheet(grounded, scale))
    assert drawn <= found
    assert not left & found


def test_names_come_with_the_scale_and_never_lie_over_anything(grounded):
    near, far = sheet(grounded, 15_000), sheet(grounded, 200_000)
    texts = near.drawing.texts()
    assert "第一医院" in texts
    # Along a steep street the letters stand by themselves.
    assert "横街" in "".join(texts)
    assert "车站" in texts
    # In the title, on the map and in the table: the ground does not repeat the plan's own name.
    assert texts.count("车站") == 3
    assert "横街" not in "".join(far.drawing.texts())
    boxes = near.site_symbols.boxes
    for number, (one, a) in enumerate(boxes):
        for other, b in boxes[number + 1 :]:
            assert one == other or not a.overlaps(b), (one, other)
    frame = near.drawing.frame
    assert all(frame.holds(box) for _, box in boxes)


def test_what_is_in_brackets_is_not_printed_along_a_road(grounded):
    texts = "".join(sheet(grounded, 50_000, "site=station&hide=roads").drawing.texts())
    assert "大路" in texts
    assert "新线" not in texts


def test_in_english_roads_have_their_english_names_where_there_are_any(grounded):
    texts = "".join(sheet(grounded, 15_000, "site=station&lang=en").drawing.texts())
    assert "Cross Street" in texts
    assert "第一医院" in texts


def test_the_layer_can_be_switched_off_and_made_fainter(grounded):
    off = sheet(grounded, 25_000, f"site=station&hide={WAYS_LAYER}")
    assert kinds(off) == set()
    assert "横街" not in "".join(off.drawing.texts())
    assert not any("OSM 点位连线" in text for text in off.drawing.texts() if text.startswith("道路"))
    faint = sheet(grounded, 25_000, f"site=station&opacity={WAYS_LAYER}:40")
    assert {shape.opacity for shape in faint.drawing.ground if shape.name in look.ROADS} == {0.4}


def test_legend_and_sources_say_what_the_lines_are(grounded):
    texts = sheet(grounded, 25_000).drawing.texts()
    assert "道路与水系（依 OSM 点位连线，示意）" in texts
    assert {"高速公路", "次干路、支路", "在建道路", "河渠"} <= set(texts)
    assert any("依 OSM 点位连线，示意" in text for text in texts if not text.startswith("道路与水系"))
    # What is not on the map is not in the legend.
    assert "快速路、主干路" not in texts


def test_the_browser_gets_the_same_lines(grounded):
    payload = ways_payload(grounded)
    assert [line["kind"] for line in payload["lines"]] == [way.kind for way in ways(grounded).lines]
    for line, way in zip(payload["lines"], ways(grounded).lines, strict=True):
        for steps, part in zip(line["lines"], shapely.get_parts(way.geometry), strict=True):
            x = y = 0
            found = []
            for dx, dy in zip(steps[::2], steps[1::2], strict=True):
                x, y = x + dx, y + dy
                found.append((x / UNITS, y / UNITS))
            assert found == pytest.approx(shapely.get_coordinates(part), abs=0.51 / UNITS)
    assert plan_payload(grounded)["ways"] == payload
    layers = [layer["id"] for layer in plan_payload(grounded)["layers"]]
    assert layers[-2:] == [WAYS_LAYER, "grid"]


def test_a_briefing_gets_only_what_its_views_need(grounded):
    few = ways_payload(grounded, (*at(1.5, -7), *at(2.5, -2.2)))
    assert {line["zh"] for line in few["lines"]} == {"横街", "运河"}
    assert few["spots"] == []


def test_without_such_ground_there_is_no_such_layer(tmp_path):
    plan = read_plan(FolderStore(write_plan_at(tmp_path, X, Y)))
    assert not ways(plan)
    assert WAYS_LAYER not in {layer["id"] for layer in plan_payload(plan)["layers"]}
    made = compose(plan, Scene(), Order(Paper.parse("A3"), None), today=TODAY)
    assert kinds(made) == set()
    # An address that names it is not refused.
    replaced = replace(Scene(), visible={WAYS_LAYER: False})
    assert compose(plan, replaced, Order(Paper.parse("A3"), None), today=TODAY)


@pytest.mark.parametrize("damage", ["", '{"type":', "[]", "{}", '{"features":[{}]}', '{"features":[null]}', "\x00\x01"])
@pytest.mark.parametrize("name", ["districts", "roads", "places"])
def test_a_damaged_file_of_the_ground_ends_in_one_line_that_names_it(grounded, tmp_path, name, damage):
    plan = shutil.copytree(grounded.beside.ground.parent, tmp_path / "plan")
    (plan / "ground" / f"{name}.geojson").write_text(damage, encoding="utf-8")
    target = tmp_path / "a.svg"
    done = call("export", "--plan", str(plan), "-o", str(target), folder=tmp_path)
    assert f"{name}.geojson" in one_line(done)
    assert not target.exists()


def test_a_chinese_map_leaves_off_names_in_other_letters_alone_but_not_abroad():
    terminal, road = Text("", "Old Terminal"), Text("外环东路（辅路）", "")
    home = GroundNames([terminal, road, road], "zh")
    assert [home.written(name) for name in (terminal, road)] == ["", "外环东路"]
    abroad = GroundNames([terminal, Text("Strøget", "Strøget"), road], "zh")
    assert abroad.written(terminal) == "Old Terminal"
    assert GroundNames([road], "en").written(road) == "外环东路"


def test_an_english_sheet_with_chinese_names_of_the_ground_says_why(grounded):
    def lines(query: str) -> list[str]:
        return [item.text for item in sheet(grounded, 25_000, query).drawing.items if isinstance(item, TextLine)]

    said = " ".join(lines("site=station&lang=en"))
    assert "Cross Street" in said
    assert "in Chinese where" in said
    assert "in Chinese where" not in " ".join(lines(f"site=station&lang=en&hide={WAYS_LAYER}"))
    assert "没有英文名" not in "".join(lines("site=station"))
