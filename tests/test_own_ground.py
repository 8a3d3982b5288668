"""What is printed or taken along from a Scene with an online basemap says that it has PlanMap's own ground."""

from dataclasses import replace

import pytest

from layers.plan.deck import Deck, Slide
from layers.plan.scene import BASEMAPS, Scene
from layers.plan.terms import Text
from layers.resources import default_plan_folder
from layers.selection.own_ground import deck_ground, sheet_ground
from layers.store.base import read_plan
from layers.store.folder import FolderStore
from layers.translation import LANGUAGES, translation
from tests.app_page import AppPage, export, present
from tests.command import call
from tests.test_sheet import sheet_of

ZH, EN = map(translation, LANGUAGES)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


def test_only_online_basemaps_are_spoken_of():
    assert sheet_ground(Scene(), ZH) == []
    for basemap in BASEMAPS[1:]:
        [line] = sheet_ground(Scene(basemap=basemap), EN)
        assert EN(f"basemap.{basemap}") in line
        assert "not printed" in line


def test_a_deck_gives_the_numbers_of_its_slides():
    scenes = [Scene(), Scene(basemap="osm"), Scene(), Scene(basemap="amap"), Scene(basemap="osm")]
    deck = Deck("a", Text("x", ""), tuple(Slide(Text("x", ""), scene=scene) for scene in scenes))
    [line] = deck_ground(deck, ZH)
    assert "第 2、4、5 页" in line
    assert line.count("OpenStreetMap") == line.count("高德") == 1
    assert deck_ground(replace(deck, slides=deck.slides[:1]), ZH) == []
    many = replace(deck, slides=deck.slides[1:2] * 20)
    assert "20" in deck_ground(many, EN)[0]


def test_the_sheet_has_the_own_ground(plan):
    osm, own = (sheet_of(plan, query, "A4") for query in ("base=osm", ""))
    assert len(osm.drawing.ground) == len(own.drawing.ground)
    assert osm.drawing.texts()[:40] == own.drawing.texts()[:40]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", "网上的图片不打印：场景用的是“高德（在线，已校正偏移）”"), ("en", "Pictures of the web are not printed")],
)
def test_export_and_atlas_say_so(data, tmp_path, lang, words):
    asked = ["--paper", "A4", "--scene", f"base=amap&theme=airport-economy&lang={lang}", "--lang", lang]
    result = call("export", "-o", str(tmp_path / "map.svg"), *asked, folder=data)
    assert result.returncode == 0
    [line] = result.stderr.splitlines()
    assert line.startswith(words)
    if lang == "zh":
        result = call("atlas", "-o", str(tmp_path / "atlas.pdf"), "--by", "theme", *asked, folder=data)
        assert result.returncode == 0
        assert result.stderr.splitlines()[-1].startswith(words)


@pytest.mark.parametrize(("command", "name"), [("brief", "deck.html"), ("slides", "deck.pptx")])
def test_brief_and_slides_say_so(data, tmp_path, plan_folder, command, name):
    path = plan_folder / "decks.toml"
    path.write_text(
        '[[decks]]\nid = "d"\ntitle_zh = "会"\n[[decks.slides]]\ntitle_zh = "一"\n'
        '[[decks.slides]]\ntitle_zh = "二"\nscene = "base=tianditu&site=junliangcheng-north,dongli-lake-centre"\n',
        encoding="utf-8",
    )
    assert read_plan(FolderStore(plan_folder)).decks[0].slides[1].scene.sites[1] == "dongli-lake-centre"
    result = call(command, "-o", str(tmp_path / name), "--plan", str(plan_folder), folder=data)
    assert result.returncode == 0, result.stderr
    assert "第 2 页的场景用的是天地图（在线）" in result.stderr.splitlines()[-1]


def test_the_export_page_says_so_before_the_button_and_beside_the_preview(serve):
    serve(default_plan_folder())
    words = "网上的图片不打印：场景用的是“OpenStreetMap（在线）”"
    page = AppPage(export, "base=osm&at=39.16000,117.48700,13.50")
    assert page.words.count(words) == 2
    page.at.radio(key="what").set_value("atlas")
    page.run()
    assert page.words.count(words) == 2
    assert words not in AppPage(export).words


GONE = (
    '[[decks]]\nid = "d"\ntitle_zh = "会"\n[[decks.slides]]\ntitle_zh = "一"\n'
    '[[decks.slides]]\ntitle_zh = "二"\nscene = "show=own-管线&site=junliangcheng-north"\n'
)


@pytest.mark.parametrize(("command", "name"), [("brief", "deck.html"), ("slides", "deck.pptx")])
def test_brief_and_slides_name_own_layers_that_are_gone(data, tmp_path, plan_folder, command, name):
    (plan_folder / "decks.toml").write_text(GONE, encoding="utf-8")
    result = call(command, "-o", str(tmp_path / name), "--plan", str(plan_folder), folder=data)
    assert result.returncode == 0, result.stderr
    assert "第 2 页用到的自有图层“管线”已不在计划里，没有画。" in result.stderr.splitlines()


def test_the_present_page_names_own_layers_that_are_gone(serve, plan_folder):
    (plan_folder / "decks.toml").write_text(GONE, encoding="utf-8")
    serve(plan_folder)
    page = AppPage(present, "slide=2")
    assert "这一页用到的自有图层“管线”已不在计划里，没有画。" in page.words
    assert "这一页用到的自有图层" not in AppPage(present, "slide=1").words
