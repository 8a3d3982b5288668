"""The section of own layers on the Data page: what is asked about a file, and what becomes of the answers.

Files are uploaded in tests/browser/test_layers.py, for Streamlit's test runner has no browser to do so.
"""

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from app import context
from app import job as jobs
from app.data import held_files
from app.data.held_files import HeldFiles, hold, shown_file
from app.data.layer_draft import Asked, Draft, looked
from geo.errors import PlanMapError
from layers.own.files import own_layers
from layers.plan.plan import Plan
from tests.app_page import AppPage, data, plain
from tests.ground_lines import ground_lines
from tests.vector_files import geojson, siblings, zipped

ATTACK = "<img src=x onerror=alert(1)>**b** :red[r] $x$ `${1}`"
DEADLINE_S = 60
HERE = shapely.box(117.28, 39.06, 117.42, 39.14)
"""A part of the built-in plan's district."""
LINES = [line for line in ground_lines() if line.within(HERE)]


@pytest.fixture
def ask(plan_folder: Path, serve: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppPage]:
    """A function that has the page ask about a file, as if it had been uploaded."""
    served = serve(plan_folder)
    # There is no browser whose connection could be lost.
    monkeypatch.setattr(jobs, "session_check", lambda: lambda: True)

    def asking(source: Path, *, file: str = "", query: str = "") -> AppPage:
        page = AppPage(data, query)
        held = HeldFiles(lambda: True)
        for path in source.parent.glob(f"{source.stem}.*"):
            (held.path / path.name).write_bytes(path.read_bytes())
        name = file or source.name
        draft = looked(served.plan()[1], held, held.path / source.name, name, Asked(), number=1)
        page.at.session_state["layer_draft"] = draft
        return page.run()

    return asking


def roads(folder: Path, *, crs: str = "", moved: Callable[[Any], Any] | None = None) -> Path:
    """Write roads of the ground as a Shapefile in GBK that states that it is in `crs`.

    Without it nothing is stated, and they are in EPSG:4548, or `moved` from there.
    """
    frame = gpd.GeoDataFrame({"路名": [f"{n}号路" for n in range(len(LINES))]}, geometry=LINES, crs=4326)
    folder.mkdir(exist_ok=True)
    path = folder / "roads.shp"
    frame = frame.to_crs(crs or 4548)
    if moved is not None:
        frame.geometry = shapely.transform(frame.geometry.array, moved)
    frame.to_file(path, encoding="gbk")
    path.with_suffix(".cpg").unlink()
    if not crs:
        path.with_suffix(".prj").unlink()
    return path


def settled(page: AppPage, name: str) -> AppPage:
    """Wait until the work of a page is over, drawing the page anew after each."""
    until = time.monotonic() + DEADLINE_S
    while (job := page.at.session_state.get(name)) is not None and time.monotonic() < until:
        if job.over:
            page.run()
            if page.at.session_state.get(name) is job:
                break
        time.sleep(0.01)
    return page


def decide(page: AppPage, choice: str) -> AppPage:
    """Choose a system, and wait until the file has been looked at by it."""
    page.at.radio[0].set_value(choice)
    return settled(page.run(), "layer_look")


def add(page: AppPage) -> AppPage:
    return settled(page.press("layer-add"), "layer_add")


def draft_of(page: AppPage) -> Draft | None:
    return page.at.session_state["layer_draft"]


def layers_now() -> dict[str, Any]:
    plan: Plan = context.current().plan()[1]
    return {layer.name: layer for layer in own_layers(plan)}


def rows(page: AppPage) -> list[str]:
    """Return what is said of each layer in the list."""
    return [plain(body) for body in page.markup if "pm-row-link" in body]


class Upload(io.BytesIO):
    """What Streamlit gives for an uploaded file."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


def test_before_any_was_added_the_page_says_what_they_are_for(plan_folder, serve):
    serve(plan_folder)
    page = AppPage(data)
    assert "还没有自有图层" in page.headings(3)
    assert "只留在运行本程序的机器上" in page.words
    assert page.at.button(key="layer-start").disabled


@pytest.mark.slow
def test_nothing_is_chosen_for_a_file_that_states_no_system_and_a_choice_adds_it(ask, tmp_path):
    page = ask(zipped(tmp_path / "道路.zip", siblings(roads(tmp_path / "made"))))
    held = draft_of(page).held
    assert "文件没有说明坐标系" in page.words
    assert "文字编码：gb18030（试读确定）" in page.words
    assert "0号路" in page.words
    [choice] = page.at.radio
    assert choice.value is None
    assert page.at.button(key="layer-add").disabled
    assert "先在第 2 步选定坐标系" in page.words
    assert "还没有选定。假如是 CGCS2000 三度带" in page.words
    decide(page, "cgcs2000-3-117")
    assert "按 CGCS2000 三度带，中央经线 117°（EPSG:4548），图层落在这里" in page.words
    add(page)
    assert "已添加“roads”" in page.words
    assert "（人工选定）" in page.words
    [row] = rows(page)
    assert row.startswith("roads 88 条线")
    assert "坐标系EPSG:4548，换算到 WGS 84 的精度约 1 米" in row
    assert "取自道路.zip" in row
    assert any('href="/?show=own-roads"' in body for body in page.markup)
    assert not held.path.exists()
    assert layers_now()["roads"].position.stated is False


@pytest.mark.slow
def test_what_a_file_states_is_taken_unless_somebody_knows_better(ask, tmp_path):
    page = ask(roads(tmp_path / "made", crs="EPSG:4548"))
    assert page.at.radio.len == 0
    assert not page.at.button(key="layer-add").disabled
    page.at.checkbox(key="layer-other-1-0").check()
    page.run()
    assert page.at.radio[0].value is None
    assert page.at.button(key="layer-add").disabled
    decide(page, "cgcs2000-6-117")
    page.at.text_input(key="layer-name-1").set_value("道路")
    add(page.run())
    layer = layers_now()["道路"]
    assert (layer.position.system, layer.position.stated) == ("EPSG:4509", False)


@pytest.mark.slow
def test_a_system_without_a_code_is_taken_from_the_file(ask, tmp_path):
    path = roads(tmp_path / "made", crs="+proj=tmerc +lon_0=117.25 +x_0=50000 +ellps=GRS80 +units=m")
    page = ask(path)
    assert "图层落在这里" in page.words
    assert "画不出来" not in page.words
    add(page)
    layer = layers_now()["roads"]
    assert layer.position.stated
    assert np.allclose(layer.bounds, shapely.total_bounds(LINES), atol=1e-4)


@pytest.mark.slow
def test_another_system_is_named_by_its_code(ask, tmp_path):
    page = decide(ask(roads(tmp_path / "made")), "other")
    for code, alert in (("gk", "不是坐标系代码"), ("EPSG:999999", "999999")):
        page.at.text_input(key="layer-code-1-0").set_value(code)
        page.run()
        assert any(alert in line for line in page.alerts)
        assert page.at.button(key="layer-add").disabled
    page.at.text_input(key="layer-code-1-0").set_value("epsg:4548")
    settled(page.run(), "layer_look")
    add(page)
    assert layers_now()["roads"].position.system == "EPSG:4548"


def local(at: Any) -> Any:
    """Return metres of EPSG:4548 in a grid of some office: turned, and with an origin of its own."""
    turned = np.array(((0.9986, 0.0523), (-0.0523, 0.9986)))
    return (np.asarray(at) - (520_000.0, 4_320_000.0)) @ turned.T + (5_000.0, 3_000.0)


@pytest.mark.slow
def test_a_local_grid_is_fitted_on_control_points_and_its_residual_is_the_accuracy(ask, tmp_path):
    page = ask(roads(tmp_path / "made", moved=local))
    page.at.radio[0].set_value("fitted")
    page.run()
    places = [(117.29, 39.07), (117.41, 39.07), (117.41, 39.13), (117.29, 39.13)]
    metres = shapely.get_coordinates(gpd.GeoSeries(map(shapely.Point, places), crs=4326).to_crs(4548).array)
    # One has been measured half a metre off.
    figures = local(metres) + np.array(((0.5, 0), (0, 0), (0, 0), (0, 0)))
    lines = [f"{x:.3f}\t{y:.3f}\t{lon}，{lat}" for (x, y), (lon, lat) in zip(figures, places, strict=True)]
    field = page.at.text_area(key="layer-control-1-0")
    field.set_value("\n".join(lines[:2]))
    page.run()
    assert "点数刚好" in page.words
    page.at.text_area(key="layer-control-1-0").set_value("\n".join([*lines, "1, 2, 3"]))
    page.run()
    assert any("第 5 行不是四个数" in line for line in page.alerts)
    assert page.at.button(key="layer-add").disabled
    page.at.text_area(key="layer-control-1-0").set_value("\n".join(lines))
    settled(page.run(), "layer_look")
    assert "第 1 个点最不合" in page.words
    assert "按 控制点配准，图层落在这里" in page.words
    assert "画不出来" not in page.words
    add(page)
    position = layers_now()["roads"].position
    assert position.accuracy_m is not None
    assert 0.1 < position.accuracy_m < 0.5
    assert (position.system, position.ballpark) == ("control", False)
    assert f"控制点配准，换算到 WGS 84 的精度约 {position.accuracy_m:g} 米" in rows(page)[0]
    assert np.allclose(layers_now()["roads"].bounds, shapely.total_bounds(LINES), atol=1e-5)


@pytest.mark.slow
def test_every_repair_is_accepted_or_refused(ask, tmp_path):
    bow = "POLYGON ((117.3 39.1, 117.31 39.11, 117.31 39.1, 117.3 39.11, 117.3 39.1))"
    good = shapely.box(117.32, 39.1, 117.33, 39.11)
    page = ask(geojson(tmp_path / "plots.geojson", [shapely.from_wkt(bow), good, shapely.box(2, 48, 3, 49), None]))
    boxes = {box.key: box for box in page.at.checkbox}
    usual = {key.rsplit("-", 1)[-1]: box.value for key, box in boxes.items() if "repair" in key}
    assert usual == {"empty": True, "invalid": True, "outside": False}
    boxes["layer-repair-1-0-outside"].check()
    boxes["layer-repair-1-0-invalid"].uncheck()
    add(page.run())
    report = layers_now()["plots"].report
    assert report["left_out"]["outside"]["numbers"] == [2]
    assert report["refused"]["invalid"]["numbers"] == [0]
    assert "去掉 1 个：在中国以外" in page.words
    assert "按选择未修复 1 个" in page.words


@pytest.mark.slow
def test_a_system_with_swapped_axes_has_them_swapped_back(ask, tmp_path):
    shapes = [shapely.transform(line, lambda at: at[:, ::-1]) for line in LINES[:80]]
    frame = gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "swapped.shp")
    (tmp_path / "swapped.prj").unlink()
    page = decide(ask(tmp_path / "swapped.shp"), "wgs84-swapped")
    [box] = [box for box in page.at.checkbox if "-axes-" in box.key]
    assert box.value is True
    add(page)
    west, south, east, north = layers_now()["swapped"].bounds
    assert HERE.covers(shapely.box(west, south, east, north))


@pytest.mark.slow
def test_hostile_names_are_text(ask, tmp_path):
    feature = {"type": "Feature", "properties": {ATTACK: ATTACK}, "geometry": shapely.geometry.mapping(HERE)}
    collection = {"type": "FeatureCollection", "name": ATTACK, "features": [feature]}
    (tmp_path / "evil.geojson").write_text(json.dumps(collection), encoding="utf-8")
    page = ask(tmp_path / "evil.geojson", file=f"{ATTACK}.geojson")
    assert page.words.count(ATTACK[:28]) >= 3
    add(page.run())
    assert any(row.startswith(ATTACK) for row in rows(page))
    page.press(f"remove-layer-{own_layers(context.current().plan()[1])[0].id}")
    assert f"要删除“{ATTACK}”" in page.words
    assert not any("<img src=x" in body for body in page.markup)
    page.press("layer-no")
    assert len(rows(page)) == 1
    page.press(f"remove-layer-{own_layers(context.current().plan()[1])[0].id}").press("layer-yes")
    assert rows(page) == []
    assert f"已删除图层“{ATTACK}”。" in page.words


@pytest.mark.slow
def test_one_of_several_layers_is_chosen(ask, tmp_path):
    for name, count in (("现状", 3), ("规划", 5)):
        frame = gpd.GeoDataFrame({"n": range(count)}, geometry=LINES[:count], crs=4326)
        frame.to_file(tmp_path / "both.gpkg", layer=name)
    page = ask(tmp_path / "both.gpkg")
    assert page.at.selectbox(key="layer-index-1").options == ["现状  ·  3", "规划  ·  5"]
    page.at.selectbox(key="layer-index-1").set_value(1)
    add(page.run())
    assert {name: layer.count for name, layer in layers_now().items()} == {"规划": 5}


@pytest.mark.slow
def test_a_table_whose_columns_are_not_known_is_asked_for_them(ask, tmp_path):
    (tmp_path / "t.csv").write_text("a,b,名\n117.3,39.1,甲\n117.31,39.11,乙\n", encoding="utf-8")
    page = ask(tmp_path / "t.csv")
    assert any("找不到坐标列" in line for line in page.alerts)
    page.at.text_input(key="layer-column-x-1").set_value("a")
    page.at.text_input(key="layer-column-y-1").set_value("b")
    settled(page.press("layer-columns"), "layer_look")
    assert "2 个点" in page.words
    decide(page, "wgs84")
    add(page)
    assert layers_now()["t"].count == 2


@pytest.mark.slow
def test_a_file_that_is_not_wanted_is_gone(ask, tmp_path):
    page = ask(roads(tmp_path / "made"))
    held = draft_of(page).held
    page.press("layer-drop")
    assert not held.path.exists()
    assert page.at.button(key="layer-start").disabled


def test_a_damaged_file_is_named(plan_folder, serve):
    (plan_folder / "layers").mkdir()
    (plan_folder / "layers" / "broken<b>.gpkg").write_text("no layer", encoding="utf-8")
    serve(plan_folder)
    page = AppPage(data)
    assert "图层文件 broken<b>.gpkg 无法读取" in page.words
    assert not any("broken<b>" in body for body in page.markup)


@pytest.mark.slow
def test_whoever_may_only_look_changes_nothing(ask, tmp_path):
    page = add(decide(ask(roads(tmp_path / "made")), "cgcs2000-3-117"))
    context.current().looking_only = True
    page.run()
    assert len(rows(page)) == 1
    assert page.at.button(key="remove-layer-roads").disabled
    assert page.at.button(key="layer-start").disabled


def test_files_go_once_the_page_is_left(monkeypatch):
    monkeypatch.setattr(held_files, "LOOK_S", 0.01)
    monkeypatch.setattr(held_files, "KEPT_S", 0.05)
    held = HeldFiles(lambda: False)
    until = time.monotonic() + DEADLINE_S
    while held.path.exists() and time.monotonic() < until:
        time.sleep(0.01)
    assert held.gone
    assert not held.path.exists()


def test_the_parts_of_a_shapefile_are_put_together(tmp_path):
    uploads = [Upload(f"C:\\x\\地块.{part}", part.encode()) for part in ("dbf", "SHP", "shx", "prj", "sbn")]
    assert shown_file([upload.name for upload in uploads]) == "地块.SHP"
    source = hold(uploads, tmp_path)
    assert source.name == "地块.shp"
    assert {path.name for path in tmp_path.iterdir()} == {
        f"地块.{part}" for part in ("shp", "dbf", "shx", "prj", "sbn")
    }
    assert all(upload.closed for upload in uploads)


@pytest.mark.parametrize(
    "names",
    [
        ["a.shp", "b.dbf"],
        ["a.geojson", "b.geojson"],
        ["a.dbf", "a.prj"],
        ["a.shp", "a.exe"],
        ["a.shp", "x/a.shp"],
    ],
)
def test_other_files_do_not_belong_together(names):
    with pytest.raises(PlanMapError) as refusal:
        shown_file(names)
    assert refusal.value.code == "upload-together"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("规划.SHP.ZIP", "规划.shp.zip"),
        ("../../etc/passwd", "passwd"),
        ("<img src=x>.gpkg", "img src=x.gpkg"),
        ("..", "-"),
        ("a.b.geojson", "a-b.geojson"),
    ],
)
def test_an_upload_gets_a_name_that_every_system_allows(tmp_path, name, kept):
    assert hold([Upload(name, b"x")], tmp_path).name == kept
