"""Plans that attack, are broken or change. Most of what addresses can do is in tests/test_browse_page.py."""

import json

from playwright.sync_api import expect

from app.current_plan import FRESH_S
from tests.browser.conftest import MAP_FRAME, look_at, open_map, ready_map, wait_until
from tests.browser.server import serving
from tests.examples import KEYS
from tests.hostile_plan import ATTACK


def search(page, words):
    box = page.get_by_placeholder("搜索地点或任务")
    box.fill(words)
    box.press("Enter")


def test_text_of_a_plan_shows_as_text_everywhere(page, hostile_server):
    frame = open_map(page, hostile_server)
    expect(page.get_by_role("heading", level=1)).to_have_text(ATTACK)
    panel = page.locator(".st-key-panel")
    # In Streamlit's own controls.
    words = panel.get_by_test_id("stButton").get_by_role("button").first.inner_text().replace("\u2060", "")
    assert words.startswith(ATTACK)
    page.locator(".st-key-themes").get_by_role("combobox").click()
    option = page.get_by_role("option").first
    assert option.inner_text().replace("\u2060", "") == ATTACK
    page.keyboard.press("Escape")
    box = page.get_by_placeholder("搜索地点或任务")
    box.fill("cauc")
    expect(page.locator(".pm-suggestions-list .pm-name").first).to_have_text(f"{ATTACK} cauc")
    box.fill("")
    # On the map.
    look_at(frame, 39.10752, 117.34280, 14)
    marker = frame.locator('.pm-site[data-site="cauc"]')
    assert marker.get_attribute("aria-label") == f"{ATTACK} cauc"
    marker.hover()
    expect(frame.locator(".pm-tooltip b")).to_have_text(f"{ATTACK} cauc")
    marker.click()
    expect(frame.locator(".pm-card h3")).to_have_text(f"{ATTACK} cauc")
    expect(frame.locator(".pm-card li span").first).to_have_text(ATTACK)
    expect(frame.locator(".pm-layers legend").first).to_have_text(ATTACK)
    expect(frame.locator(".pm-row label span").first).to_have_text(ATTACK)
    expect(frame.locator(".leaflet-control-attribution")).to_contain_text(ATTACK)
    assert f"{ATTACK} cauc" in frame.evaluate("PlanMap.current.sites.collect().labels.map(label => label.text)")
    # In the panel.
    expect(panel.get_by_role("heading", level=3)).to_have_text(f"{ATTACK} cauc")
    panel.locator("summary").first.click()
    expect(panel).to_contain_text(f"{ATTACK} · {ATTACK}")
    search(page, ATTACK)
    expect(panel).to_contain_text("找到 162 处地点")
    for where in (page, frame):
        assert where.locator("img[src=x], img[onerror]").count() == 0
        # The page's own links repeat what was looked for; none may lead to where the text would.
        hosts = where.evaluate("[...document.links].map(link => link.hostname)")
        assert hosts
        assert "e.example" not in hosts


def test_an_address_full_of_nonsense_opens_the_map_and_a_search_for_markup_is_text(page, server):
    nonsense = "%3Cscript%3Ealert(1)%3C/script%3E"
    open_map(page, f"{server}/?" + "&".join(f"{key}={nonsense}" for key in KEYS))
    expect(page.get_by_text("任务清单 0/78")).to_be_visible()
    search(page, ATTACK)
    expect(page.locator(".st-key-panel .pm-quiet[role=status]")).to_have_text(f"没有找到“{ATTACK}”")


def test_a_broken_plan_opens_as_a_page_and_works_when_it_is_mended(page, tmp_path, plan_folder):
    # Of another year, which is no fault.
    text = (plan_folder / "plan.toml").read_text(encoding="utf-8")
    (plan_folder / "plan.toml").write_text(text.replace("year = 2024", "year = 2099"), encoding="utf-8")
    good = (plan_folder / "tasks.csv").read_text(encoding="utf-8")
    broken = good.replace(",target,overall", ",<b>wish</b>,overall", 1)
    (plan_folder / "tasks.csv").write_text(broken, encoding="utf-8")
    with serving(tmp_path, str(plan_folder)) as url:
        page.goto(url)
        expect(page.get_by_role("heading", name="计划打不开")).to_be_visible()
        row = page.get_by_role("row").nth(1)
        expect(row).to_contain_text("tasks.csv, 2, kind")
        expect(row).to_contain_text("“<b>wish</b>”不是允许的值")
        expect(row).to_contain_text("可用值：")
        (plan_folder / "tasks.csv").write_text(good, encoding="utf-8")
        # A reload breaks off what is still loading, which would count as a failed request.
        wait_until(page, "document.fonts.status === 'loaded'")
        page.reload()
        ready_map(page)
        expect(page.get_by_text("任务清单 78/78")).to_be_visible()


def test_a_plan_that_changes_under_an_open_page(page, tmp_path, plan_folder):
    path = plan_folder / "sites.geojson"
    with serving(tmp_path, str(plan_folder)) as url:
        open_map(page, f"{url}/?site=icv-test")
        expect(page.locator(".st-key-panel").get_by_role("heading", level=3)).to_contain_text("智能网联")
        document = json.loads(path.read_text(encoding="utf-8"))
        # One site more at the top: every letter by place means another site now. The one that is selected goes.
        first = json.loads(json.dumps(document["features"][0]))
        first["id"] = "a-new-site"
        layers = (plan_folder / "layers.toml").read_text(encoding="utf-8")
        (plan_folder / "layers.toml").write_text(
            layers.replace('"tsn-airport",', '"tsn-airport", "a-new-site",'), encoding="utf-8"
        )
        features = [feature for feature in document["features"] if feature["id"] != "icv-test"]
        path.write_text(json.dumps({**document, "features": [first, *features]}, ensure_ascii=False), encoding="utf-8")
        for name in ("layers.toml", "tasks.csv"):
            text = (plan_folder / name).read_text(encoding="utf-8")
            (plan_folder / name).write_text(
                text.replace('"icv-test", ', "").replace(",icv-test,", ",,"), encoding="utf-8"
            )
        # For as long the server's last look at the plan holds.
        page.wait_for_timeout(FRESH_S * 1000)
        page.get_by_text("English").click()
        expect(page.get_by_role("heading", name="Start here")).to_be_visible()
        # Asked through the page, since the map's own document may be loaded again at any moment.
        wait_until(
            page,
            """name => {
                const status = (id) => document.querySelector(name)
                    ?.contentWindow.PlanMap?.current?.sites.byId.get(id)?.state?.status;
                return status('a-new-site') !== undefined && status('dongli-lake-centre') === 'seeking'
                    && status('dongli-lake-nominal-extent') === 'seeking';
            }""",
            MAP_FRAME,
        )
