"""Own layers of a plan: brought in from files, kept beside it, drawn with all that is known of them."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import feature_package
from geo.errors import PlanMapError
from geo.feature_package import opened
from geo.ranking import Verdict
from layers.browser.own_payload import features_json
from layers.browser.payload import arguments, plan_payload
from layers.draw.own import own_content
from layers.own.adding import add_layer, chosen, look_at
from layers.own.at import at_place
from layers.own.files import damaged_layers, find_layer, own_layers, remove_layer, restyle
from layers.own.look import Look, looks_of, style_of
from layers.own.own_layer import OwnLayer, Shape
from layers.own.restyling import field_style, written_style
from layers.own.style_json import to_json
from layers.own.system import ranking, system_of_candidate
from layers.own.words import credit_words, report_lines, style_lines
from layers.plan.deck import Deck, Slide
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.scene_text import checked
from layers.plan.terms import Text
from layers.present.briefing import briefing
from layers.resources import default_plan_folder
from layers.selection.address import fitted
from layers.selection.select import select
from layers.selection.wording import sources
from layers.translation import LANGUAGES, translation
from tests.own_files import TODAY, USES, added, parcels, plan_in, write_parcels, write_roads
from tests.test_sheet import DAY, sheet_of
from tests.vector_files import changed, geojson, zipped

pytestmark = pytest.mark.slow

ZH, EN = map(translation, LANGUAGES)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built-in plan with a layer of parcels."""
    folder = tmp_path_factory.mktemp("own")
    plan = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    added(plan, write_parcels(folder), group="控规")
    return plan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_plan_folder(), tmp_path / "plan"))


@pytest.fixture(scope="module")
def with_parcels(base: Path) -> Plan:
    return plan_in(base)


@pytest.fixture(scope="module")
def layer(with_parcels: Plan) -> OwnLayer:
    [found] = own_layers(with_parcels)
    return found


def test_a_layer_says_of_itself_what_it_is_and_where_it_is_from(layer):
    assert (layer.id, layer.name, layer.group, layer.file) == ("地块", "地块", "控规", "parcels.gpkg")
    assert (layer.count, layer.shape, layer.added) == (20, Shape.AREA, TODAY.isoformat())
    assert [(field.name, field.type) for field in layer.fields] == [
        ("地块编号", "text"),
        ("用地", "text"),
        ("容积率", "real"),
    ]
    assert (layer.position.system, layer.position.stated, layer.position.ballpark) == ("EPSG:4548", True, False)
    assert layer.position.accuracy_m == 1.0
    assert "parcels.gpkg" in credit_words(layer, ZH)
    assert "换算到 WGS 84 的精度约 1 米" in credit_words(layer, ZH)
    assert list(report_lines(layer.report, EN)) == ["20 features read, 20 written"]


def test_a_layer_of_the_same_name_is_replaced_and_another_is_not(folder, tmp_path):
    first = added(folder, write_parcels(tmp_path), name="控规 地块")
    again = added(folder, write_parcels(tmp_path, rows=2), name="控规 地块")
    # The same file name, from another name; it has its own style when it is replaced in turn.
    other = added(folder, write_parcels(tmp_path, rows=2), name="控规-地块")
    other = restyle(other, to_json(field_style(other, "用地")))
    styled, other = other.style, added(folder, write_parcels(tmp_path, rows=1), name="控规-地块")
    assert (other.style, again.style) == (styled, "")
    assert (first.path, first.count, again.count, other.count) == (again.path, 20, 10, 5)
    assert {found.name for found in own_layers(plan_in(folder))} == {"控规 地块", "控规-地块"}
    assert other.path != again.path
    assert remove_layer(plan_in(folder), "控规 地块").id == again.id
    assert [found.name for found in own_layers(plan_in(folder))] == ["控规-地块"]
    with pytest.raises(PlanMapError, match="no-such-own-layer"):
        find_layer(plan_in(folder), "控规 地块")


def test_without_a_system_nothing_is_guessed_and_the_lines_of_the_ground_put_the_right_one_first(folder, tmp_path):
    roads = write_roads(tmp_path)
    looked = chosen(look_at(roads), "", roads.name)
    plan = plan_in(folder)
    with pytest.raises(PlanMapError, match="layer-no-system"):
        add_layer(plan, roads, looked, today=TODAY)
    assert own_layers(plan_in(folder)) == ()
    found = ranking(plan, looked)
    assert found.verdict is Verdict.FIRST
    assert found.first[0].candidate.epsg == 4548
    assert found.first[0].median_m < 0.1
    made = added(folder, roads, system=system_of_candidate(found.first[0].candidate))
    assert (made.position.system, made.position.stated) == ("EPSG:4548", False)
    assert "人工选定" in credit_words(made, ZH)


def test_a_system_without_a_known_way_is_called_rough_wherever_the_layer_is_drawn(folder, tmp_path):
    made = added(folder, write_roads(tmp_path), system={"epsg": 2436}, name="北京54道路")
    assert made.position.ballpark
    assert made.position.accuracy_m is None
    plan = plan_in(folder)
    sheet = sheet_of(plan, f"show={made.scene_id}")
    assert any("可能相差 100 米以上" in words for words in sheet.drawing.texts())
    assert "100 米以上" in sources(plan, ZH, Scene(visible={made.scene_id: True}))


def test_what_was_left_out_or_mended_is_said_and_kept_with_the_layer(folder, tmp_path):
    bow = '{"type":"Polygon","coordinates":[[[117.4,39.0],[117.41,39.01],[117.41,39.0],[117.4,39.01],[117.4,39.0]]]}'
    path = geojson(tmp_path / "x.geojson", [shapely.Point(117.4, 39.0).buffer(0.01), bow, None])
    made = added(folder, path)
    lines = list(report_lines(made.report, ZH))
    assert lines[0] == "读入 3 个要素，写入 2 个"
    assert any("去掉 1 个：没有几何（要素编号 2）" in line for line in lines)
    assert any("修复 1 个：几何无效（如自相交）（要素编号 1）" in line for line in lines)
    assert list(report_lines(own_layers(plan_in(folder))[0].report, ZH)) == lines


def test_a_file_of_several_layers_asks_which(tmp_path):
    path = write_parcels(tmp_path)
    path = zipped(tmp_path / "x.zip", {"a.shp": b"", "b.shp": b""})
    found = {"layers": [{"name": "甲", "count": 1}, {"name": "乙", "count": 2}, {"name": "空", "count": 0}]}
    with pytest.raises(PlanMapError, match="layer-which") as caught:
        chosen(found, "", path.name)
    assert "甲、乙" in ZH.explain(caught.value)
    assert chosen(found, "乙", path.name)["count"] == 2
    with pytest.raises(PlanMapError, match="layer-not-in-file"):
        chosen(found, "丙", path.name)


def test_what_is_cancelled_or_fails_leaves_the_layer_that_was_there(folder, tmp_path):
    first = added(folder, write_parcels(tmp_path), name="地块")
    before = first.path.read_bytes()

    def cancel(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        added(folder, write_parcels(tmp_path, rows=2), name="地块", progress=cancel)
    empty = geojson(tmp_path / "empty.geojson", [None])
    with pytest.raises(PlanMapError, match="layer-nothing-left"):
        added(folder, empty, name="地块")
    assert first.path.read_bytes() == before
    assert [path.name for path in first.path.parent.iterdir()] == [first.path.name]


def test_damaged_files_of_the_folder_are_named_and_break_nothing(folder, tmp_path):
    made = added(folder, write_parcels(tmp_path))
    (made.path.parent / "broken.gpkg").write_bytes(b"SQLite format 3\0" + bytes(200))
    (made.path.parent / "other.gpkg").write_bytes(write_parcels(tmp_path).read_bytes())
    plan = plan_in(folder)
    assert own_layers(plan) == (made,)
    assert damaged_layers(plan) == ["broken.gpkg", "other.gpkg"]


def test_features_that_another_program_has_spoiled_are_left_out_and_not_fatal(folder, tmp_path):
    made = added(folder, write_parcels(tmp_path))
    changed(
        made.path, "UPDATE features SET geom = x'0102' WHERE fid = 1; UPDATE features SET 用地 = x'ff' WHERE fid = 2"
    )
    plan = plan_in(folder)
    [found] = own_layers(plan)
    assert found.version != made.version
    sheet = sheet_of(plan, f"site=junliangcheng-north&show={found.scene_id}", "A4")
    assert len(own_content(found, plan.grid, sheet.content.extent).ids) < 20
    assert '"id":2' in features_json(found)
    assert '"id":1,' not in features_json(found)


def test_older_links_and_slides_do_not_change_and_newer_ones_carry_the_layer(with_parcels, layer):
    plan = with_parcels
    assert sources(plan, ZH, Scene()) == sources(replace(plan, beside=replace(plan.beside, layers=None)), ZH, Scene())
    scene = Scene.from_query(f"show={layer.scene_id}&opacity={layer.scene_id}:60")
    assert fitted(plan, scene, DAY).visible == {layer.scene_id: True}
    assert checked(plan, scene) == scene
    with pytest.raises(PlanMapError, match="no-such-layer"):
        checked(plan, Scene.from_query("show=own-nothing"))
    assert fitted(plan, Scene.from_query("show=own-nothing"), DAY).visible == {}
    payload = plan_payload(plan)
    entry = next(each for each in payload["layers"] if each["id"] == layer.scene_id)
    assert (entry["visible"], entry["group"], entry["own"]) == (False, "own:控规", True)
    shown = arguments(plan, scene, select(plan, scene, today=DAY))["layers"]
    assert shown[layer.scene_id] == {"visible": True, "opacity": 0.6}


def test_a_plan_opens_without_a_layer_that_a_slide_shows(folder, tmp_path):
    made = added(folder, write_parcels(tmp_path))
    decks = folder / "decks.toml"
    text = decks.read_text(encoding="utf-8").replace('"section=headline"', f'"section=headline&show={made.scene_id}"')
    decks.write_text(text, encoding="utf-8")
    plan = plan_in(folder)
    assert "parcels.gpkg" in briefing(plan, plan.decks[0], language="zh", today=DAY)
    remove_layer(plan, made.id)
    plan = plan_in(folder)
    assert plan.decks[0].slides[0].scene.visible == {made.scene_id: True}
    assert "parcels.gpkg" not in briefing(plan, plan.decks[0], language="zh", today=DAY)


def test_one_style_is_drawn_everywhere_and_stays_when_the_layer_is_replaced(folder, tmp_path):
    made = added(folder, write_parcels(tmp_path))
    styled = restyle(made, to_json(field_style(made, "用地")))
    assert [look.title.zh for look in drawn_looks(styled)] == sorted(USES)
    plan = plan_in(folder)
    [payload] = plan_payload(plan)["own"]
    assert [look["zh"] for look in payload["looks"] if look] == [f"地块：{use}" for use in sorted(USES)]
    features = json.loads(features_json(styled))["features"]
    with opened(styled.path) as package:
        uses = package.all(["用地"]).values["用地"]
    assert [sorted(USES)[each["properties"]["look"]] for each in features] == uses
    sheet = sheet_of(plan, f"site=junliangcheng-north&show={made.scene_id}", "A3")
    drawn = [shape for shape in sheet.drawing.ground if getattr(shape, "name", "") == made.scene_id]
    # The first of the legend lies uppermost, and each has its colour.
    assert [shape.fill for shape in reversed(drawn)] == [look.symbol.fill for look in drawn_looks(styled)]
    assert {f"地块：{use}" for use in USES} <= set(sheet.drawing.texts())
    again = added(folder, write_parcels(tmp_path, rows=2))
    assert (again.style, again.version != styled.version) == (styled.style, True)
    # A style by a field that the new file lacks is none.
    gone = write_parcels(tmp_path)
    parcels().drop(columns=["用地"]).to_file(gone, layer="地块")
    assert added(folder, gone).style == ""
    with pytest.raises(PlanMapError, match="layer-field-tells-nothing"):
        field_style(made, "地块编号")
    with pytest.raises(PlanMapError, match="layer-field"):
        field_style(made, "没有")


def test_a_style_of_qgis_comes_with_its_file_and_what_is_not_taken_is_named(folder, tmp_path):
    made = restyle(added(folder, write_parcels(tmp_path)), to_json(field_style(added_again(folder), "用地")))
    path = tmp_path / "other.geojson"
    parcels().to_crs(4326).to_file(path, driver="GeoJSON")
    qml = (
        written_style(style_of(made), made, "qml")
        .replace('layerOpacity="1"', "")
        .replace("<blendMode>0<", "<blendMode>6<")
    )
    path.with_suffix(".qml").write_text(qml, encoding="utf-8")
    other = added(folder, path, name="乙")
    assert other.style_from == "other.qml"
    assert [look.symbol for look in drawn_looks(other)] == [look.symbol for look in drawn_looks(made)]
    assert [what for what, _ in other.style_lost] == ["blend"]
    assert any("other.qml" in line for line in style_lines(other, ZH))
    path.with_suffix(".qml").write_text("<qgis><!ENTITY x SYSTEM 'file:///etc/passwd'>", encoding="utf-8")
    assert added(folder, path, name="丙").style == ""


def drawn_looks(layer: OwnLayer) -> list[Look]:
    return [look for look in looks_of(layer) if look is not None]


def added_again(folder: Path) -> OwnLayer:
    return own_layers(plan_in(folder))[0]


def test_a_sheet_has_each_feature_in_its_place_with_legend_and_source(with_parcels, layer):
    query = f"site=junliangcheng-north&show={layer.scene_id}"
    sheet = sheet_of(with_parcels, query, "A3")
    drawn = [shape for shape in sheet.drawing.ground if getattr(shape, "name", "") == layer.scene_id]
    assert {shape.layer for shape in drawn} == {"own"}
    content = own_content(layer, with_parcels.grid, sheet.content.extent)
    lows = np.concatenate([shape.path.vertices for shape in drawn]).min(axis=0)
    assert lows == pytest.approx(shapely.union_all(content.geometries).bounds[:2], abs=0.01)
    texts = sheet.drawing.texts()
    assert "地块" in texts
    assert str(len(content.ids)) in texts
    assert any("parcels.gpkg" in text for text in texts)
    without = sheet_of(with_parcels, "site=junliangcheng-north", "A3")
    assert without.digest != sheet.digest
    assert not any("parcels.gpkg" in words for words in without.drawing.texts())


def test_a_briefing_takes_the_features_of_its_views_along(with_parcels, layer):
    scene = Scene.from_query(f"site=junliangcheng-north&show={layer.scene_id}")
    document = briefing(with_parcels, deck_of(scene), language="zh", today=DAY)
    assert document.count('"type":"Feature"') >= 20 or document.count('"bbox"') >= 20
    assert "parcels.gpkg" in document
    other = briefing(with_parcels, deck_of(Scene()), language="zh", today=DAY)
    assert "parcels.gpkg" not in other


def deck_of(scene: Scene) -> Deck:
    return Deck("a", Text("甲", "A"), (Slide(Text("一", "one"), scene=scene),))


def test_a_place_is_answered_with_the_smallest_feature_first(folder, tmp_path):
    inner, outer = shapely.box(117.40, 39.05, 117.41, 39.06), shapely.box(117.3, 39.0, 117.5, 39.2)
    made = added(folder, geojson(tmp_path / "x.geojson", [outer, inner, shapely.Point(117.405, 39.055)]), name="甲")
    found, count = at_place([made], 117.405, 39.055, 1e-4, 1e-4)
    assert [one.fid for one in found] == [3, 2, 1]
    assert count == 3
    assert at_place([made], 117.6, 39.055, 1e-4, 1e-4) == ([], 0)
    # A place just outside of the reach around a corner is none, although the boxes meet.
    found, count = at_place([made], 117.5 + 8e-5, 39.2 + 8e-5, 1e-4, 1e-4)
    assert count == 0


@given(
    bounds=st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.floats(0.001, 5), st.floats(0.001, 5)),
    seed=st.integers(0, 10),
)
def test_what_is_within_bounds_is_what_meets_them(tmp_path_factory, bounds, seed):
    path = tmp_path_factory.getbasetemp() / f"within-{seed}.gpkg"
    chance = np.random.default_rng(seed)
    x, y = chance.uniform(-180, 180, 40), chance.uniform(-90, 90, 40)
    boxes = shapely.box(x, y, np.minimum(180, x + 3), np.minimum(90, y + 3))
    if not path.exists():
        write_package(path, boxes)
    west, south, wide, high = bounds
    wanted = shapely.box(west, south, west + wide, south + high)
    with opened(path) as package:
        found = package.within((west, south, west + wide, south + high))
    # The index has single precision, and rounds outwards.
    sure = set(np.flatnonzero(shapely.intersects(boxes, wanted)) + 1)
    maybe = set(np.flatnonzero(shapely.distance(boxes, wanted) < 1e-4) + 1)
    assert sure <= set(found.ids.tolist()) <= maybe


def write_package(path: Path, geometries: np.ndarray) -> None:
    from geo.foreign.features.target import written

    with written(path, []) as target:
        target.add(list(range(len(geometries))), geometries, [])
        target.finish("boxes")


def test_what_a_file_says_of_itself_is_replaced_whole_and_read_by_others(tmp_path):
    path = tmp_path / "x.gpkg"
    write_package(path, np.array([shapely.Point(117, 39)], dtype=object))
    for value in ("一", "</script>\"'"):
        feature_package.describe(path, {"form": 1, "name": value})
        with opened(path) as package:
            assert package.about == {"form": 1, "name": value}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM gpkg_metadata").fetchone() == (1,)
        extensions = connection.execute("SELECT table_name FROM gpkg_extensions ORDER BY table_name").fetchall()
        assert extensions == [("features",), ("gpkg_metadata",), ("gpkg_metadata_reference",)]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with pytest.raises(PlanMapError, match="layer-damaged"), opened(tmp_path / "none.gpkg"):
        pass
