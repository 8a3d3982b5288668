"""Plans that attack, and plans that are broken."""

import csv
import json
import shutil
import tomllib

import pytest
import tomli_w
from playwright.sync_api import expect

from layers.resources import default_plan_folder
from tests.browser.conftest import open_map, ready_map, wait_until
from tests.browser.server import serving

ATTACK = "<img src=x onerror=alert(1)>`${alert(2)}`</script><script>alert(3)</script>\"'&amp; **b** :red[r] $x$ [l](http://e.example)"


@pytest.fixture(scope="module")
def hostile_server(tmp_path_factory):
    """A server whose plan says ATTACK wherever a plan can say anything."""
    folder = tmp_path_factory.mktemp("hostile")
    with serving(folder, str(write_hostile_plan(folder / "plan"))) as url:
        yield url


def write_hostile_plan(folder):
    """Write a plan that says ATTACK wherever a plan can say anything, and return its folder."""
    plan = shutil.copytree(default_plan_folder(), folder)
    sites = json.loads((plan / "sites.geojson").read_text(encoding="utf-8"))
    for feature in sites["features"]:
        for key in ("name_zh", "source_zh", "note_zh", "licence"):
            feature["properties"][key] = f"{ATTACK} {feature['id']}"
    (plan / "sites.geojson").write_text(json.dumps(sites, ensure_ascii=False), encoding="utf-8")
    for name, columns in (
        ("tasks.csv", ("title_zh", "lead_unit", "verb", "partners", "anchor", "target_unit")),
        ("events.csv", ("summary_zh", "source_title", "source_publisher")),
    ):
        with (plan / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (plan / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows([{**row, **dict.fromkeys(columns, ATTACK)} for row in rows])
    for name in ("plan.toml", "layers.toml"):
        lines = (plan / name).read_text(encoding="utf-8").splitlines()
        attacked = [
            f"{line.split(' = ')[0]} = {json.dumps(ATTACK)}"
            if line.startswith(("title_zh", "attribution_zh"))
            else line
            for line in lines
        ]
        (plan / name).write_text("\n".join(attacked), encoding="utf-8")
    decks = tomllib.loads((plan / "decks.toml").read_text(encoding="utf-8"))
    for deck in decks["decks"]:
        for row in (deck, *deck["slides"]):
            row.update({key: f"{ATTACK} {row[key]}" for key in row if key.endswith("_zh")})
    (plan / "decks.toml").write_text(tomli_w.dumps(decks), encoding="utf-8")
    return plan


def test_text_of_a_plan_shows_as_text_everywhere(page, hostile_server):
    frame = open_map(page, f"{hostile_server}/?site=cauc&at=39.10752,117.34280,14.00")
    expect(page.get_by_role("heading", level=1)).to_have_text(ATTACK)
    panel = page.locator(".st-key-panel")
    expect(panel.get_by_role("heading", level=3)).to_have_text(f"{ATTACK} cauc")
    panel.locator("summary").first.click()
    expect(panel).to_contain_text(f"{ATTACK} · {ATTACK}")
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
    for where in (page, frame):
        assert where.locator("img[src=x], img[onerror]").count() == 0
        assert where.locator("a[href*='e.example']").count() == 0


def test_text_of_a_plan_shows_as_text_in_streamlits_own_controls(page, hostile_server):
    open_map(page, hostile_server)
    start = page.locator(".st-key-panel button").first
    words = start.inner_text().replace("\u2060", "")
    assert words.startswith(ATTACK)
    page.get_by_role("combobox").first.click()
    option = page.get_by_role("option").first
    assert option.inner_text().replace("\u2060", "") == ATTACK
    box = page.get_by_placeholder("搜索地点或任务")
    box.fill(ATTACK)
    box.press("Enter")
    expect(page.locator(".st-key-panel")).to_contain_text("找到 165 处地点")


def test_a_search_for_markup_is_text(page, server):
    open_map(page, server)
    box = page.get_by_placeholder("搜索地点或任务")
    box.fill(ATTACK)
    box.press("Enter")
    expect(page.locator(".st-key-panel [role=status]")).to_have_text(f"没有找到“{ATTACK}”")


def test_an_address_full_of_nonsense_opens_the_map(page, server):
    nonsense = "%3Cscript%3Ealert(1)%3C/script%3E"
    keys = [
        "lang",
        "date",
        "status",
        "theme",
        "kind",
        "evidence",
        "q",
        "site",
        "task",
        "at",
        "base",
        "show",
        "hide",
        "opacity",
    ]
    open_map(page, f"{server}/?" + "&".join(f"{key}={nonsense}" for key in keys))
    expect(page.get_by_text("任务清单 0/78")).to_be_visible()


def test_a_broken_plan_opens_as_a_page_and_works_when_it_is_mended(page, tmp_path):
    plan = shutil.copytree(default_plan_folder(), tmp_path / "plan")
    good = (plan / "tasks.csv").read_text(encoding="utf-8")
    (plan / "tasks.csv").write_text(good.replace(",target,overall", ",<b>wish</b>,overall", 1), encoding="utf-8")
    with serving(tmp_path, str(plan)) as url:
        page.goto(url)
        expect(page.get_by_role("heading", name="计划打不开")).to_be_visible()
        row = page.get_by_role("row").nth(1)
        expect(row).to_contain_text("tasks.csv, 2, kind")
        expect(row).to_contain_text("“<b>wish</b>”不是允许的值")
        expect(row).to_contain_text("可用值：")
        (plan / "tasks.csv").write_text(good, encoding="utf-8")
        # A reload breaks off what is still loading, which would count as a failed request.
        wait_until(page, "document.fonts.status === 'loaded'")
        page.reload()
        ready_map(page)
        expect(page.get_by_text("任务清单 78/78")).to_be_visible()


def test_a_plan_that_changes_under_an_open_page(page, tmp_path):
    plan = shutil.copytree(default_plan_folder(), tmp_path / "plan")
    path = plan / "sites.geojson"
    with serving(tmp_path, str(plan)) as url:
        frame = open_map(page, f"{url}/?site=cauc")
        document = json.loads(path.read_text(encoding="utf-8"))
        # One site more at the top: every letter by place means another site now.
        first = json.loads(json.dumps(document["features"][0]))
        first["id"] = "a-new-site"
        layers = (plan / "layers.toml").read_text(encoding="utf-8")
        (plan / "layers.toml").write_text(
            layers.replace('"tsn-airport",', '"tsn-airport", "a-new-site",'), encoding="utf-8"
        )
        features = [feature for feature in document["features"] if feature["id"] != "icv-test"]
        path.write_text(json.dumps({**document, "features": [first, *features]}, ensure_ascii=False), encoding="utf-8")
        for name in ("layers.toml", "tasks.csv"):
            text = (plan / name).read_text(encoding="utf-8")
            (plan / name).write_text(text.replace('"icv-test", ', "").replace(",icv-test,", ",,"), encoding="utf-8")
        page.wait_for_timeout(1200)
        page.get_by_text("English").click()
        frames = "[...document.querySelectorAll('iframe')]"
        wait_until(page, f"{frames}.some((f) => f.contentWindow.PlanMap?.current?.sites.byId.has('a-new-site'))")
        frame = ready_map(page)
        status = "id => PlanMap.current.sites.byId.get(id).state.status"
        assert frame.evaluate(status, "dongli-lake-centre") == "seeking"
        assert frame.evaluate(status, "dongli-lake-nominal-extent") is None


def test_a_selected_site_that_disappears_is_let_go(page, tmp_path):
    plan = shutil.copytree(default_plan_folder(), tmp_path / "plan")
    with serving(tmp_path, str(plan)) as url:
        open_map(page, f"{url}/?site=icv-test")
        expect(page.locator(".st-key-panel").get_by_role("heading", level=3)).to_contain_text("智能网联")
        for name, old, new in (
            ("layers.toml", '"icv-test", ', ""),
            ("tasks.csv", ",icv-test,", ",,"),
        ):
            text = (plan / name).read_text(encoding="utf-8")
            (plan / name).write_text(text.replace(old, new), encoding="utf-8")
        lines = (plan / "sites.geojson").read_text(encoding="utf-8").splitlines()
        kept = "\n".join(line for line in lines if '"id":"icv-test"' not in line)
        (plan / "sites.geojson").write_text(kept, encoding="utf-8")
        page.wait_for_timeout(1200)
        page.get_by_text("English").click()
        expect(page.get_by_role("heading", name="Start here")).to_be_visible()


def test_next_years_plan_opens(page, tmp_path):
    plan = shutil.copytree(default_plan_folder(), tmp_path / "plan")
    text = (plan / "plan.toml").read_text(encoding="utf-8")
    (plan / "plan.toml").write_text(text.replace("year = 2024", "year = 2099"), encoding="utf-8")
    with serving(tmp_path, str(plan)) as url:
        open_map(page, url)
        expect(page.get_by_text("任务清单 78/78")).to_be_visible()
