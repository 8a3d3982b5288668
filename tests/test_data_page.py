"""What the script of the Data page comes to: the list of grounds, and what is said where there is none.

Files are uploaded in tests/browser/test_data.py, for Streamlit's test runner has no browser to do so.
"""

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.context import Context
from app.data.new_ground import temporary_name, work
from geo.errors import PlanMapError
from layers.ground.files import USABLE, add_ground, ground_files
from layers.plan.beside import Beside
from layers.plan.plan import Plan
from layers.store.base import open_store, read_plan
from tests.app_page import AppPage, data, plain
from tests.extracts import town
from tests.plan_anywhere import write_plan_at

LONGITUDE, LATITUDE = 126.64, 45.76
TODAY = date(2026, 6, 1)
ATTACK = "<img src=x onerror=alert(1)>**b** :red[r] $x$ `${1}`"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_plan_at(tmp_path / "plan", LONGITUDE, LATITUDE)


def plan_in(folder: Path) -> Plan:
    return read_plan(open_store(str(folder)))


def rows(page: AppPage) -> list[str]:
    """Return what is said of each ground."""
    return [plain(body) for body in page.markup if "<dl>" in body]


def test_before_any_was_added_the_page_says_what_ground_is_for(folder, serve):
    serve(folder)
    page = AppPage(data)
    assert "还没有添加底图" in page.headings(3)
    assert "OpenStreetMap extracts by Geofabrik" in page.words
    assert ".osm.pbf" in page.words
    assert "只留在运行本程序的机器上" in page.words
    assert page.sent("pages")["pages"][5] == {"path": "/data", "label": "数据", "current": True}
    assert page.at.button(key="start").disabled
    refused = "没有传上来：超过大小限制，请用命令 planmap {} add FILE；或者连接断了，请再试"
    assert page.alerts == [refused.format("layer"), refused.format("ground")]


def test_it_speaks_english(folder, serve):
    serve(folder)
    page = AppPage(data, "lang=en")
    assert page.headings(2) == ["Own layers", "Linked data", "Ground", "Excel"]
    assert "No ground has been added yet" in page.headings(3)


def test_a_plan_without_a_folder_offers_nothing(folder, serve, monkeypatch):
    plan = replace(plan_in(folder), beside=Beside())
    serve(folder)
    monkeypatch.setattr(Context, "plan", lambda self: ("1", plan))
    page = AppPage(data)
    layers, ground = page.alerts
    assert "没有存放图层的文件夹" in layers
    assert "没有存放底图的地方" in ground
    assert list(page.at.button) == []
    assert page.at.get("file_uploader") == []


def test_a_damaged_file_is_named(folder, serve):
    plan = plan_in(folder)
    assert plan.beside.ground is not None
    plan.beside.ground.mkdir()
    (plan.beside.ground / "broken<b>.pmtiles").write_text("no tiles", encoding="utf-8")
    serve(folder)
    page = AppPage(data)
    assert "底图文件“broken<b>.pmtiles”无法读取" in page.words
    assert not any("broken<b>" in body for body in page.markup)


@pytest.mark.slow
def test_grounds_are_listed_and_removed_when_that_is_confirmed(folder, serve, tmp_path):
    plan = plan_in(folder)
    first = add_ground(plan, town(LONGITUDE, LATITUDE).write(tmp_path / "城.osm.pbf"), today=TODAY)
    second = add_ground(plan, tmp_path / "城.osm.pbf", name=ATTACK, today=date(2026, 6, 2))
    serve(folder)
    page = AppPage(data)
    newest, oldest = rows(page)
    assert newest.startswith(f"{ATTACK} 在用 矢量要素")
    assert oldest.startswith("城 矢量要素")
    for words in ("kB，缩放第 6–15 级", "取自城.osm.pbf", "添加2026-06-01", "© OpenStreetMap 贡献者（ODbL）"):
        assert words in oldest
    assert not any("<img" in body for body in page.markup)
    page.press(f"remove-{second.id}")
    assert f"要删除“{ATTACK}”" in page.words
    assert "改用“城”" in page.words
    page.press("remove-no")
    assert second.path.exists()
    page.press(f"remove-{second.id}").press("remove-yes")
    assert not second.path.exists()
    assert f"已删除底图“{ATTACK}”。" in page.words
    assert [row.startswith("城 在用") for row in rows(page)] == [True]
    page.press(f"remove-{first.id}")
    assert "改用自带的底图" in page.words
    page.press("remove-yes")
    assert rows(page) == []
    assert "还没有添加底图" in page.headings(3)


@pytest.mark.slow
def test_what_somebody_else_has_removed_meanwhile_is_said(folder, serve, tmp_path):
    ground = add_ground(plan_in(folder), town(LONGITUDE, LATITUDE).write(tmp_path / "a.osm.pbf"), today=TODAY)
    serve(folder)
    page = AppPage(data).press(f"remove-{ground.id}")
    ground.path.unlink()
    page.run()
    assert rows(page) == []
    assert "要删除" not in page.words


class Upload(io.BytesIO):
    """What Streamlit gives for an uploaded file."""

    name = "../x.osm.pbf"


def test_an_upload_is_gone_after_the_work_and_after_a_refusal(folder, serve, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    serve(folder)
    plan = plan_in(folder)
    upload = Upload(b"no extract")
    seen = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))

    with pytest.raises(PlanMapError) as refusal:
        work(plan, upload, "", today=TODAY)(progress)
    assert refusal.value.code == "foreign-kind"
    assert refusal.value.details == {"file": "x.osm.pbf", "expected": tuple(f".{kind}" for kind in USABLE)}
    assert list((tmp_path / "temporary").iterdir()) == []
    assert upload.closed
    assert ground_files(plan) == ()
    assert seen == [(0, 1000)]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("heilongjiang-latest.osm.pbf", "heilongjiang-latest.osm.pbf"),
        ("黑龙江.OSM.PBF", "黑龙江.osm.pbf"),
        ("C:\\Users\\a\\x.osm.pbf", "x.osm.pbf"),
        ("../../etc/passwd", "passwd"),
        ("..", "-"),
        ("", "-"),
        (".osm.pbf", "-.osm.pbf"),
        ("a.b/c:d*.pbf", "c-d.pbf"),
        ("town.v2.zip", "town-v2.zip"),
        ("x" * 400 + ".osm.pbf", "x" * 180 + ".osm.pbf"),
        ("ab\u202egpj.osm.pbf", "abgpj.osm.pbf"),
    ],
)
def test_the_name_of_an_upload_is_one_that_every_system_allows(name, kept):
    assert temporary_name(name) == kept
