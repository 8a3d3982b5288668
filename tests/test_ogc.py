"""The plan as OGC API Features: documents, links, paging, filters, languages, and what is refused."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate
from shapely.geometry import box, shape
from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.routing import Mount

from app import context
from app.context import Context
from app.ogc.asked import CRS84, GREATEST_LIMIT, USUAL_LIMIT, features_asked
from app.ogc.routes import ogc_routes
from app.settings import Settings, read_settings
from geo.errors import PlanMapError
from layers.listing.collection import FeatureQuery
from layers.listing.plan_collections import COLLECTION_IDS, plan_collections
from layers.plan.scene import STALE_DAYS, Scene
from layers.plan.terms import Precision
from layers.resources import default_plan_folder
from layers.selection.select import select
from layers.translation import LANGUAGES
from tests.hostile_plan import ATTACK, write_hostile_plan
from tests.test_roles import SIGN_IN

TODAY = date(2026, 11, 25)
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(scope="module")
def collections(plan):
    return plan_collections(plan, "zh", TODAY, STALE_DAYS)


@pytest.fixture(scope="module")
def served():
    """What a server of the built-in plan has, for all tests here that change nothing of it."""
    return Context(Settings(plan=str(default_plan_folder())))


@pytest.fixture
def api(monkeypatch, served):
    """A function that asks for an address below /ogc of the built-in plan."""
    monkeypatch.setattr(context, "_current", served)
    return ask


def ask(path: str, *, method: str = "GET", mount: str = "", host: str = "127.0.0.1:8501", **headers: str):
    routes = ogc_routes()
    app = Starlette(routes=[Mount(mount, routes=routes)] if mount else routes)

    async def answer() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, f"{mount}/ogc{path}", headers=named)

    # In a thread of its own: the browser of other tests has a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, answer()).result()


def linked(document: dict, rel: str) -> str:
    """Return the address of a document's first link of this kind."""
    return next(link["href"] for link in document["links"] if link["rel"] == rel)


def below(address: str) -> str:
    """Return what of an address follows /ogc."""
    return address.partition("/ogc")[2]


# What is there


def test_the_landing_page_leads_to_everything(api):
    answer = api("")
    found = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert found["title"] == "东丽区2024年政府工作报告"
    assert "OpenStreetMap" in found["attribution"]
    for rel, media_type in [
        ("self", "application/json"),
        ("service-desc", "application/vnd.oai.openapi+json;version=3.0"),
        ("conformance", "application/json"),
        ("data", "application/json"),
    ]:
        led = api(below(linked(found, rel)))
        assert (led.status_code, led.headers["content-type"]) == (200, media_type), rel
    for rel in ("alternate", "service-doc"):
        assert api(below(linked(found, rel))).headers["content-type"].startswith("text/html"), rel
    assert "https://opendatacommons.org/licenses/odbl/1-0/" in {
        link["href"] for link in found["links"] if link["rel"] == "license"
    }
    assert api("/").json() == found | {"links": api("/").json()["links"]}


def test_it_says_which_parts_of_the_standard_hold(api):
    found = set(api("/conformance").json()["conformsTo"])
    classes = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
    assert found == {f"{classes}{name}" for name in ("core", "geojson", "html", "oas30")}


def test_the_definition_is_valid_and_names_every_address(api):
    found = api("/api").json()
    validate(found)
    assert found["openapi"].startswith("3.0")
    assert found["servers"] == [{"url": "http://127.0.0.1:8501/ogc"}]
    for path in found["paths"]:
        if "{" not in path:
            assert api(path).status_code == 200, path
    named = {one.get("name") for one in found["paths"]["/collections/tasks/items"]["get"]["parameters"]}
    assert {"status", "theme", "site_no"} <= named


@pytest.mark.parametrize("language", LANGUAGES)
def test_collections_have_titles_extents_and_licences_in_the_language(api, language):
    found = api(f"/collections?lang={language}").json()["collections"]
    assert [one["id"] for one in found] == list(COLLECTION_IDS)
    by_id = {one["id"]: one for one in found}
    places = by_id["places"]
    assert places["title"] == {"zh": "地点", "en": "Places"}[language]
    assert {"zh": "名义位置", "en": "nominal"}[language] in places["description"]
    west, south, east, north = places["extent"]["spatial"]["bbox"][0]
    assert 117 < west < east < 118
    assert 38 < south < north < 40
    assert places["extent"]["spatial"]["crs"] == CRS84
    assert places["extent"]["temporal"]["interval"][0][0] == "2024-01-31T00:00:00Z"
    assert "spatial" not in by_id["statements"]["extent"]
    alone = api(f"/collections/places?lang={language}").json()
    assert {**alone, "links": []} == {**places, "links": []}
    assert {"items", "describedby", "license", "self"} <= {link["rel"] for link in alone["links"]}


def test_a_schema_names_every_field_of_the_features(api, collections):
    for name, collection in collections.items():
        fields = api(f"/collections/{name}/schema").json()["properties"]["properties"]["properties"]
        kinds = {"string": str, "number": (int, float), "integer": int, "boolean": bool}
        for feature in collection.find(FeatureQuery(GREATEST_LIMIT)).features:
            assert list(feature["properties"]) == list(fields), name
            for field, value in feature["properties"].items():
                assert value is None or isinstance(value, kinds[fields[field]["type"]]), f"{name} {field} {value}"


# What the features say


def test_every_place_is_there_with_its_status_its_precision_and_its_licence(plan, collections):
    found = collections["places"].find(FeatureQuery(GREATEST_LIMIT))
    states = select(plan, Scene(), today=TODAY).sites
    assert [one["id"] for one in found.features] == list(plan.sites)
    for one in found.features:
        site, state, properties = plan.sites[one["id"]], states[one["id"]], one["properties"]
        assert (one["geometry"] is None) == (site.geometry is None)
        assert one["geometry"] is None or shape(one["geometry"]).equals(site.geometry)
        assert properties["status"] == (state.status.value if state else None)
        assert properties["site_licence"] == site.licence
        assert properties["precision"] == site.precision.value
        assert properties["accuracy_m"] == site.accuracy_m
        assert ("非实际位置" in properties["precision_label"]) == (site.precision is Precision.NOMINAL)


def test_every_task_is_there_once_for_each_of_its_places(plan, collections):
    found = collections["tasks"].find(FeatureQuery(GREATEST_LIMIT)).features
    first = [one["properties"]["task"] for one in found if one["properties"]["site_no"] in (0, 1)]
    assert first == [task.id for task in plan.current_tasks.values()]
    assert len({one["id"] for one in found}) == len(found)


def test_collections_of_one_sort_of_geometry_have_that_alone_and_together_all(collections):
    for kind in ("places", "tasks"):
        parts = {
            sort: collections[f"{kind}-{sort}"].find(FeatureQuery(GREATEST_LIMIT))
            for sort in ("points", "lines", "areas")
        }
        for sort, words in (("points", "Point"), ("lines", "LineString"), ("areas", "Polygon")):
            sorts = {one["geometry"]["type"] for one in parts[sort].features}
            assert sorts in ({words}, {f"Multi{words}"})
        whole = collections[kind].find(FeatureQuery(GREATEST_LIMIT)).features
        assert sum(part.matched for part in parts.values()) == sum(one["geometry"] is not None for one in whole)


def test_statements_are_all_there_and_do_not_say_who_recorded_them(plan, collections):
    found = collections["statements"].find(FeatureQuery(GREATEST_LIMIT))
    assert [one["id"] for one in found.features] == [event.id for event in plan.events]
    assert all(one["geometry"] is None for one in found.features)
    assert "recorded_by" not in collections["statements"].about.fields


def test_a_statement_that_was_taken_back_says_so(plan):
    first = plan.events[0]
    wrong = replace(first, id="wrong")
    grown = plan.with_event(wrong).with_event(replace(first, id="mended", corrects="wrong"))
    found = plan_collections(grown, "zh", TODAY, STALE_DAYS)["statements"]
    assert [found.feature(name)["properties"]["counts"] for name in (first.id, "wrong", "mended")] == [
        True,
        False,
        True,
    ]
    asked = FeatureQuery(GREATEST_LIMIT, values={"task": first.task_id})
    assert [one["id"] for one in found.find(asked).features][-2:] == ["wrong", "mended"]


def test_figures_are_never_written_as_whole_numbers(collections):
    # QGIS would take the field for one of whole numbers, and cut what comes later.
    for one in collections["places"].find(FeatureQuery(GREATEST_LIMIT)).features:
        assert isinstance(one["properties"]["accuracy_m"], float | None)


# Paging and filters


@pytest.mark.parametrize("name", ["places", "tasks", "statements"])
def test_following_next_gives_every_feature_once_and_prev_leads_back(api, name):
    path, seen, pages = f"/collections/{name}/items?limit=40", [], []
    while path:
        page = api(path).json()
        assert page["numberReturned"] == len(page["features"])
        seen += [one["id"] for one in page["features"]]
        pages.append(page)
        path = below(linked(page, "next")) if any(link["rel"] == "next" for link in page["links"]) else ""
    assert len(set(seen)) == len(seen) == pages[0]["numberMatched"]
    assert "prev" not in {link["rel"] for link in pages[0]["links"]}
    before = api(below(linked(pages[-1], "prev"))).json()
    assert [one["id"] for one in before["features"]] == [one["id"] for one in pages[-2]["features"]]


def test_links_to_further_pages_keep_what_was_asked(api):
    page = api(f"/collections/places/items?limit=2&lang=en&bbox=117,38,118,40&bbox-crs={CRS84}&f=json").json()
    kept = parse_qs(urlsplit(linked(page, "next")).query)
    assert kept == {
        "limit": ["2"],
        "lang": ["en"],
        "bbox": ["117,38,118,40"],
        "bbox-crs": [CRS84],
        "f": ["json"],
        "offset": ["2"],
    }


def test_a_page_has_what_the_standard_asks_for(api):
    answer = api("/collections/tasks/items?limit=3")
    page = answer.json()
    assert answer.headers["content-type"] == "application/geo+json"
    assert (page["type"], page["numberReturned"], len(page["features"])) == ("FeatureCollection", 3, 3)
    assert page["timeStamp"].endswith("Z")
    assert {"self", "alternate", "collection", "next"} == {link["rel"] for link in page["links"]}
    assert all(link["type"] for link in page["links"])


def test_limits_are_cut_and_an_offset_behind_the_end_is_empty(api):
    assert api("/collections/statements/items").json()["numberReturned"] == USUAL_LIMIT
    assert features_asked(QueryParams({"limit": "999999"}), about()).limit == GREATEST_LIMIT
    page = api("/collections/places/items?offset=5000").json()
    assert page["numberReturned"] == 0
    assert page["numberMatched"] > 100


def about():
    return plan_collections(context.current().plan()[1], "zh", TODAY, STALE_DAYS)["tasks"].about


def test_a_box_takes_what_touches_it_whatever_the_sort_and_nothing_without_a_position(plan, collections):
    area = (117.35, 39.05, 117.45, 39.15)
    found = {one["id"] for one in collections["places"].find(FeatureQuery(GREATEST_LIMIT, boxes=(area,))).features}
    placed = [site for site in plan.sites.values() if site.geometry is not None]
    assert found == {site.id for site in placed if site.geometry.intersects(box(*area))}
    assert 0 < len(found) < len(placed)
    assert collections["statements"].find(FeatureQuery(10, boxes=(area,))).matched == 0


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("117,38,118,40", True),
        ("117,38,-5,118,40,9000", True),
        ("170,38,-170,40", False),
        ("170,38,118,40", True),
        ("-1e300,-1e300,1e308,1e308", True),
    ],
)
def test_boxes_may_have_heights_and_reach_over_the_180th_meridian(api, text, hits):
    assert bool(api(f"/collections/places/items?limit=1&bbox={text}").json()["numberMatched"]) is hits


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-08-28", "2024-08-28", "2024-08-28"),
        ("2024-08-28T10:00:00%2B08:00", "2024-08-28", "2024-08-28"),
        ("2024-08-28T10:00:00+08:00", "2024-08-28", "2024-08-28"),
        ("2024-06-01/2024-12-31T23:59:59.1234567Z", "2024-06-01", "2024-12-31"),
        ("../2024-06-30", "0001-01-01", "2024-06-30"),
        ("/2024-06-30", "0001-01-01", "2024-06-30"),
        ("2025-01-01/..", "2025-01-01", "9999-12-31"),
        ("../..", "0001-01-01", "9999-12-31"),
    ],
)
def test_a_time_takes_the_statements_of_those_days(api, plan, text, first, last):
    found = api(f"/collections/statements/items?limit=1000&datetime={text}").json()
    wanted = [event.id for event in plan.events if first <= str(event.date.last_day) <= last]
    assert [one["id"] for one in found["features"]] == wanted
    assert wanted


def test_a_time_takes_places_and_tasks_by_their_latest_statement(collections):
    for name in ("places", "tasks"):
        asked = FeatureQuery(GREATEST_LIMIT, since=date(2025, 1, 1), until=date(2025, 12, 31))
        found = collections[name].find(asked).features
        assert found
        assert all("2025-01-01" <= one["properties"]["latest_day"] <= "2025-12-31" for one in found)


def test_fields_filter_and_filters_add_up(api, plan):
    states = select(plan, Scene(), today=date.today()).states
    done = {task.id for task in plan.current_tasks.values() if str(states[task.id].status) == "in_progress"}
    page = api("/collections/tasks/items?status=in_progress&limit=1000").json()
    assert {one["properties"]["task"] for one in page["features"]} == done
    both = api("/collections/tasks/items?status=in_progress&site_no=0&limit=1000").json()
    assert 0 < both["numberMatched"] < page["numberMatched"]
    assert api("/collections/tasks/items?status=nonsense").json()["numberMatched"] == 0
    backed = api("/collections/places/items?status_backed=true&limit=1000").json()["features"]
    assert backed
    assert all(one["properties"]["status_backed"] for one in backed)


def test_a_feature_can_be_had_alone_by_its_id(api):
    page = api("/collections/tasks/items?limit=1").json()["features"][0]
    answer = api(f"/collections/tasks/items/{page['id']}")
    assert answer.headers["content-type"] == "application/geo+json"
    assert {**answer.json(), "links": None} == {**page, "links": None}
    assert {"self", "alternate", "collection"} == {link["rel"] for link in answer.json()["links"]}


# What is refused


@pytest.mark.parametrize(
    "query",
    [
        "foo=1",
        "limit=0",
        "limit=-1",
        "limit=ten",
        "limit=",
        "limit=1e3",
        "limit=٣",
        "offset=-1",
        "offset=99999999999",
        "bbox=1,2,3",
        "bbox=1,2,3,4,5",
        "bbox=nan,2,3,4",
        "bbox=1,2,3,1e999",
        "bbox=1,5,3,4",
        "bbox=",
        "bbox=a,b,c,d",
        "bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326",
        "crs=http://www.opengis.net/def/crs/EPSG/0/4490",
        "datetime=yesterday",
        "datetime=2024-02-30",
        "datetime=2024-12-31/2024-01-01",
        "datetime=2024-01-01T25:00:00Z",
        "datetime=2024-W01",
        "datetime=2024-01-01/2024-02-01/2024-03-01",
        "site_no=one",
        "status_backed=yes",
        "title=GDP",
        "status=done&status=planned",
        "f=xml",
        "lang=fr",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_meant_is_refused_with_a_sentence(api, query, language):
    answer = api(f"/collections/tasks/items?{query}", accept_language=language)
    assert answer.status_code == 400, query
    found = answer.json()
    assert found["code"].startswith("ogc-")
    # What to do about it, with nothing left to fill in.
    assert " → " in found["description"]
    assert "{" not in found["description"]
    assert answer.headers["cache-control"] == "no-store"


def test_a_refusal_names_every_parameter_that_there_is(api, collections):
    said = api("/collections/tasks/items?foo=1").json()["description"]
    assert all(name in said for name in collections["tasks"].about.queryables)


@pytest.mark.parametrize(
    "path", ["/collections/roads", "/collections/roads/items", "/collections/tasks/items/no", "/a/b"]
)
def test_what_is_not_there_is_said_to_be_missing(api, path):
    answer = api(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert api(path, **BROWSER).headers["content-type"].startswith("text/html")


@given(
    st.dictionaries(
        st.sampled_from(
            ["limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "status", "site_no", "status_backed"]
        ),
        st.text(st.characters(codec="utf-8"), max_size=40)
        | st.from_regex(r"[0-9.,/:TZ+-]{0,40}", fullmatch=True)
        | st.lists(st.floats(), min_size=3, max_size=7).map(lambda numbers: ",".join(map(str, numbers))),
    )
)
def test_any_question_is_answered_or_refused(collections, query):
    tasks = collections["tasks"]
    try:
        asked = features_asked(QueryParams(query), tasks.about)
    except PlanMapError:
        return
    found = tasks.find(asked)
    assert len(found.features) <= min(asked.limit, found.matched)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_but_looking_is_answered(api, method):
    for path in ("", "/collections/tasks/items", "/collections/tasks/items/gdp-growth"):
        answer = api(path, method=method)
        assert answer.status_code == 405
        assert "access-control-allow-origin" not in answer.headers


def test_head_has_the_headers_and_nothing_more(api):
    answer = api("/collections/tasks/items", method="HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"]


def test_a_plan_that_cannot_be_read_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(context, "_current", Context(Settings(plan=str(tmp_path / "nothing.gpkg"))))
    assert ask("").status_code == 503
    assert " → " in ask("/collections").json()["description"]


# Forms, languages, caches, addresses


def test_the_form_follows_the_parameter_and_else_the_program(api):
    def kind(path, **headers):
        return api(path, **headers).headers["content-type"].partition(";")[0]

    assert kind("/collections") == "application/json"
    assert kind("/collections", accept="*/*") == "application/json"
    assert kind("/collections", accept="application/geo+json, application/json") == "application/json"
    assert kind("/collections", accept="text/html;q=0.2, application/json") == "application/json"
    assert kind("/collections", **BROWSER) == "text/html"
    assert kind("/collections?f=json", **BROWSER) == "application/json"
    assert kind("/collections?f=html", accept="application/json") == "text/html"


def test_the_language_follows_the_parameter_and_else_the_program(api):
    def title(path, **headers):
        return api(path, **headers).json()["title"]

    assert title("/collections/tasks") == "任务"
    assert title("/collections/tasks", accept_language="en-US,en;q=0.9,zh;q=0.5") == "Tasks"
    assert title("/collections/tasks", accept_language="fr, zh-CN;q=0.4, en;q=0.2") == "任务"
    assert title("/collections/tasks?lang=en", accept_language="zh") == "Tasks"
    english = api("/collections/tasks/items?lang=en&task=gdp-growth").json()["features"][0]["properties"]
    assert (english["title"], english["status_label"]) == ("GDP growth of 4.5%", "In progress")


def test_a_document_that_has_not_changed_is_not_sent_again(api):
    first = api("/collections/tasks/items")
    tag = first.headers["etag"]
    again = api("/collections/tasks/items", if_none_match=f'"other", {tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    for path, headers in [
        ("/collections/tasks/items?limit=5", {}),
        ("/collections/tasks/items?lang=en", {}),
        ("/collections/tasks/items", {"accept_language": "en"}),
        ("/collections/tasks/items", BROWSER),
        ("/collections/places/items", {}),
    ]:
        assert api(path, if_none_match=tag, **headers).status_code == 200, path


def test_a_changed_plan_has_another_tag(serve, plan_folder):
    serve(plan_folder)
    before = ask("").headers["etag"]
    path = plan_folder / "plan.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("任务、点位与佐证", "另一个"), encoding="utf-8")
    assert ask("").headers["etag"] != before


def test_another_setting_has_another_tag(monkeypatch, api):
    before = api("/collections/tasks/items").headers["etag"]
    settings = Settings(plan=str(default_plan_folder()), stale_days=30)
    monkeypatch.setattr(context, "_current", Context(settings))
    assert ask("/collections/tasks/items").headers["etag"] != before


def addresses(value: object) -> set[str]:
    if isinstance(value, dict):
        found = {value["href"]} if isinstance(value.get("href"), str) else set()
        return found.union(*map(addresses, value.values()))
    return set().union(*map(addresses, value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("path", ["", "/collections", "/collections/places", "/collections/places/items?limit=5"])
def test_below_a_prefix_every_address_has_it(api, path):
    found = addresses(api(path, mount="/office").json())
    ours = {address for address in found if "127.0.0.1" in address}
    assert ours
    assert all(address.startswith("http://127.0.0.1:8501/office/ogc") for address in ours)


def test_addresses_are_those_that_are_set_where_the_host_is_theirs(monkeypatch):
    plan = str(default_plan_folder())
    settings = Settings(plan=plan, public_url="https://maps.example.org/dongli")
    monkeypatch.setattr(context, "_current", Context(settings))
    assert linked(ask("", host="maps.example.org").json(), "data") == "https://maps.example.org/dongli/ogc/collections"
    assert linked(ask("").json(), "data") == "http://127.0.0.1:8501/ogc/collections"


def test_where_people_sign_in_whoever_looks_can_read_and_addresses_are_safe(monkeypatch):
    monkeypatch.setattr(context, "_current", Context(Settings(plan=str(default_plan_folder())), sign_in=SIGN_IN))
    found = urlsplit(SIGN_IN.redirect_url)
    answer = ask("", host=found.netloc)
    assert answer.status_code == 200
    assert linked(answer.json(), "data") == f"{found.scheme}://{found.netloc}/ogc/collections"


class Tags(HTMLParser):
    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.attributes: set[str] = set()
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_that_attack_stay_words(monkeypatch, tmp_path, language):
    folder = write_hostile_plan(tmp_path / "plan")
    monkeypatch.setattr(context, "_current", Context(Settings(plan=str(folder))))
    site = json.loads((folder / "sites.geojson").read_text(encoding="utf-8"))["features"][0]["id"]
    paths = ["", "/collections", "/api", "/collections/x<img src=x onerror=alert(1)>"]
    for name in ("places", "tasks", "statements"):
        paths += [f"/collections/{name}", f"/collections/{name}/items", f"/collections/{name}/schema"]
    for path in [*paths, f"/collections/places/items/{site}"]:
        tags = Tags(ask(f"{path}?f=html&lang={language}").text)
        assert not {"img", "script", "iframe", "b"} & set(tags.found), path
        assert not any(name.startswith("on") for name in tags.attributes), path
    if language == "zh":
        assert ATTACK in ask(f"/collections/places/items/{site}").json()["properties"]["site_name"]


def test_it_is_off_unless_switched_on(monkeypatch):
    monkeypatch.delenv("PLANMAP_OGC", raising=False)
    assert read_settings().ogc is False
    assert read_settings(ogc="true").ogc is True
    for text, on in [("1", True), ("true", True), ("0", False), ("false", False), ("", False)]:
        monkeypatch.setenv("PLANMAP_OGC", text)
        assert read_settings().ogc is on
    monkeypatch.setenv("PLANMAP_OGC", "perhaps")
    with pytest.raises(PlanMapError) as caught:
        read_settings()
    assert caught.value.code == "setting-invalid"
