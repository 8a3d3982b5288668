"""A real server with the plan as OGC API Features, and GDAL's own client in another process."""

import json
import subprocess
import sys

import httpx
import pytest

from app.ogc.asked import GREATEST_LIMIT
from tests.benchmarks.plans import write_large_plan
from tests.browser.server import serving
from tests.hostile_plan import ATTACK, write_hostile_plan

pytestmark = pytest.mark.slow

READ = """
import json, sys
import pyogrio
address, layer, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
if "bbox" in options:
    options["bbox"] = tuple(options["bbox"])
info = pyogrio.read_info(f"OAPIF:{address}", layer=layer)
frame = pyogrio.read_dataframe(f"OAPIF:{address}", layer=layer, **options)
geometries = frame.geometry if "geometry" in frame else []
print(json.dumps({
    "layers": pyogrio.list_layers(f"OAPIF:{address}").tolist(),
    "type": info["geometry_type"],
    "crs": info["crs"],
    "kinds": dict(zip(info["fields"].tolist(), info["dtypes"].tolist())),
    "sorts": sorted({one.geom_type for one in geometries if one is not None}),
    "placed": sum(one is not None for one in geometries),
    "rows": json.loads(frame.drop(columns="geometry", errors="ignore").to_json(orient="records", force_ascii=False)),
}, ensure_ascii=False))
"""


def gdal(address: str, layer: str, query: str = "", **options: object) -> dict:
    """Return what GDAL reads of a layer, in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-c", READ, f"{address}/ogc{query}", layer, json.dumps(options)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("ogc"), options=["--ogc"]) as url:
        yield url


def test_gdal_reads_every_place_through_pages(address, plan):
    found = gdal(address, "places", PAGE_SIZE="7")
    assert [row["id"] for row in found["rows"]] == list(plan.sites)
    assert [row["site_name"] for row in found["rows"]] == [site.name.zh for site in plan.sites.values()]
    assert found["placed"] == sum(site.placed for site in plan.sites.values())
    assert found["crs"] == "EPSG:4326"
    kinds = found["kinds"]
    assert (kinds["accuracy_m"], kinds["status_backed"], kinds["tasks"]) == ("float64", "bool", "int32")
    assert kinds["as_of"] == "datetime64[D]"


@pytest.mark.parametrize(("layer", "sort"), [("points", "Point"), ("lines", "LineString"), ("areas", "Polygon")])
def test_gdal_finds_layers_of_one_sort_of_geometry(address, layer, sort):
    for kind in ("places", "tasks"):
        found = gdal(address, f"{kind}-{layer}")
        assert found["type"] in (sort, f"Multi{sort}")
        assert found["sorts"] == [found["type"]]


def test_gdal_takes_a_box_and_filters_by_fields(address, plan):
    near = gdal(address, "places-points", bbox=[117.3, 39.05, 117.4, 39.15])
    assert 0 < len(near["rows"]) < sum(site.placed for site in plan.sites.values())
    assert all(117.3 <= row["longitude"] <= 117.4 and 39.05 <= row["latitude"] <= 39.15 for row in near["rows"])
    waiting = gdal(address, "tasks", where="status = 'seeking'")
    assert waiting["rows"]
    assert {row["status_label"] for row in waiting["rows"]} == {"争取中"}
    (airport,) = gdal(address, "places", where="id = 'tsn-airport'")["rows"]
    assert airport["site_name"] == "天津滨海国际机场"


def test_gdal_reads_statements_without_geometry(address, plan):
    found = gdal(address, "statements", PAGE_SIZE="50")
    assert [row["id"] for row in found["rows"]] == [event.id for event in plan.events]
    assert found["placed"] == 0


def test_gdal_reads_in_english_where_the_address_says_so(address, plan):
    rows = gdal(address, "tasks", "?lang=en", PAGE_SIZE="30")["rows"]
    assert rows[0]["title"] == "GDP growth of 4.5%"
    assert [row["title"] for row in rows if row["site_no"] in (0, 1)] == [
        task.title.en for task in plan.current_tasks.values()
    ]


def test_gdal_gets_words_that_attack_as_words(tmp_path):
    plan = write_hostile_plan(tmp_path / "plan")
    with serving(tmp_path, str(plan), options=["--ogc"]) as url:
        found = gdal(url, "places", PAGE_SIZE="50")
    assert found["rows"]
    assert all(row["site_name"].startswith(ATTACK) for row in found["rows"])


def test_gdal_reads_ten_thousand_tasks_through_pages_of_the_greatest_size(tmp_path):
    write_large_plan(tmp_path / "plan", sites=5000, tasks_each=2)
    with serving(tmp_path, str(tmp_path / "plan"), options=["--ogc"]) as url:
        page = httpx.get(f"{url}/ogc/collections/tasks/items?limit=50000", timeout=60).json()
        found = gdal(url, "tasks")
    assert page["numberReturned"] == GREATEST_LIMIT
    assert page["numberMatched"] == len(found["rows"]) > 10_000
    assert len({row["id"] for row in found["rows"]}) == len(found["rows"])


def test_a_proxy_that_speaks_https_gets_addresses_with_it(address):
    answer = httpx.get(f"{address}/ogc", headers={"X-Forwarded-Proto": "https"})
    data = next(link["href"] for link in answer.json()["links"] if link["rel"] == "data")
    assert data == f"{address.replace('http:', 'https:')}/ogc/collections"


def test_other_hosts_and_pages_of_other_origins_are_refused(address):
    for headers in (
        {"Host": "evil.example"},
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    ):
        answer = httpx.get(f"{address}/ogc/collections/tasks/items", headers=headers)
        assert answer.status_code == 403, headers
        assert "access-control-allow-origin" not in answer.headers


def test_answers_carry_the_headers_of_all_others_and_are_compressed(address):
    answer = httpx.get(f"{address}/ogc/collections/tasks/items?limit=1000")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "script-src 'none'" in answer.headers["content-security-policy"]
    plain = httpx.get(f"{address}/ogc/collections/tasks/items?limit=1000", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json()["features"] == answer.json()["features"]


def test_without_the_switch_there_is_nothing(tmp_path):
    with serving(tmp_path) as url:
        for path in ("/ogc", "/ogc/collections", "/ogc/collections/tasks/items"):
            assert httpx.get(f"{url}{path}").status_code == 404
    with serving(tmp_path, PLANMAP_OGC="1") as url:
        assert httpx.get(f"{url}/ogc/conformance").status_code == 200
