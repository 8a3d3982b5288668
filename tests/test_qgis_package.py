"""A plan as a GeoPackage with a project of QGIS: what is in its tables, and what the project says of them.

That QGIS opens it was seen with QGIS 3.22.16, which is too large for every run of the tests.
"""

from __future__ import annotations

import base64
import io
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import geopandas as gpd
import pytest

from layers import style
from layers.listing.qgis_package import PLACES, write_qgis_package
from layers.own.files import find_layer, own_layers, restyle
from layers.own.giving import give_back
from layers.own.restyling import field_style
from layers.own.style_json import to_json
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.plan.terms import Precision, Status
from layers.resources import default_plan_folder
from layers.selection.select import select
from tests.command import call
from tests.hostile_plan import write_hostile_plan
from tests.own_files import TODAY, added, plan_in, write_parcels

pytestmark = pytest.mark.slow

MADE = datetime(2026, 3, 1, 12, 0)
SHOWN = Scene(visible={"own-地块": True, "railways": False})


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def project_in(path: Path) -> Element:
    """Return the XML of the only project in a GeoPackage."""
    [(_, about, content)] = rows(path, "SELECT name, metadata, content FROM qgis_projects")
    assert json.loads(str(about))["last_modified_time"]
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(str(content)))) as packed:
        [name] = packed.namelist()
        assert name.endswith(".qgs")
        return fromstring(packed.read(name).decode().partition("\n")[2])  # noqa: S314 - our own


def sources_of(project: Element) -> list[tuple[str, str, str]]:
    """Return title, table and condition of each layer."""
    found = []
    for layer in project.iter("maplayer"):
        file, table, *rest = str(layer.findtext("datasource")).split("|")
        condition = next((part.removeprefix("subset=") for part in rest if part.startswith("subset=")), "1")
        assert file.startswith("./")
        found.append((str(layer.findtext("layername")), table.removeprefix("layername="), condition))
    return found


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("qgis")
    home = Path(shutil.copytree(default_plan_folder(), folder / "plan"))
    layer = added(home, write_parcels(folder), group="控规")
    restyle(layer, to_json(field_style(layer, "用地")))
    return plan_in(home)


@pytest.fixture(scope="module")
def package(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("out") / "东丽.gpkg"
    made = write_qgis_package(plan, SHOWN, path, today=TODAY, made=MADE)
    assert (made.own, made.places, made.tasks) == (("地块",), len(plan.sites), len(plan.current_tasks))
    assert list(path.parent.iterdir()) == [path]
    return path


def test_every_site_is_in_a_table_with_what_is_known_of_it(plan, package):
    found = {}
    for kind, table in PLACES.items():
        frame = gpd.read_file(package, layer=table)
        assert frame.crs.to_epsg() == 4326
        found |= {row["site"]: (kind, row) for _, row in frame.iterrows()}
    assert found.keys() == plan.sites.keys()
    states = select(plan, Scene(), today=TODAY).sites
    for site in plan.sites.values():
        _, row = found[site.id]
        state = states[site.id]
        assert (row["status"] or None) == (state.status.value if state else None) or state is None
        assert row["precision"] == site.precision.value
        assert row["tasks"] == len(plan.tasks_by_site.get(site.id, ()))
        assert row["site_source"] == site.source.zh
        assert ("名义" in row["map_label"]) == (site.precision is Precision.NOMINAL) or "名义" in site.name.zh
        if site.geometry is None:
            assert row.geometry is None
        else:
            assert row.geometry.hausdorff_distance(site.geometry) < 1e-8
    assert len(rows(package, "SELECT * FROM tasks")) == len(plan.current_tasks)


def test_the_project_has_the_layers_of_the_map_in_their_order_and_groups_as_they_are_shown(plan, package):
    project = project_in(package)
    assert project.findtext("title") == plan.info.title.zh
    assert project.findtext("projectCrs/spatialrefsys/authid") == "EPSG:4548"
    tree = project.find("layer-tree-group")
    assert tree is not None
    assert [group.get("name") for group in tree.iter("layer-tree-group") if group is not tree] == [
        "控规",
        *(group.title.zh for group in plan.catalogue.groups),
    ]
    shown = {str(each.get("name")): each.get("checked") == "Qt::Checked" for each in tree.iter("layer-tree-layer")}
    assert shown["地块"]
    assert not shown["铁路"]
    assert shown["海河"]
    titles = [title for title, _, _ in sources_of(project)]
    entries = [entry for entry in plan.catalogue.layers if any(plan.sites[site].placed for site in entry.sites)]
    first = [
        next(n for n, title in enumerate(titles) if f"{title} · ".startswith(f"{entry.title.zh} · "))
        for entry in entries
    ]
    assert first == sorted(first)
    # Own layers lie under the symbols of sites, and over the quiet ground.
    assert titles.index("铁路车站") < titles.index("地块") < titles.index("地铁站")
    ids = [str(layer.findtext("id")) for layer in project.iter("maplayer")]
    assert [str(item.text) for item in project.iter("item")] == ids
    box = [float(project.findtext(f"mapcanvas/extent/{name}") or 0) for name in ("xmin", "ymin", "xmax", "ymax")]
    assert box == pytest.approx([519_674, 4_317_800, 548_650, 4_346_000], abs=1500)


def test_every_layer_has_features_and_each_of_them_one_symbol(package):
    project = project_in(package)
    for layer, (title, table, condition) in zip(project.iter("maplayer"), sources_of(project), strict=True):
        count = rows(package, f'SELECT count(*) FROM "{table}" WHERE {condition}')[0][0]  # noqa: S608
        assert count, title
        filters = [rule.get("filter") for rule in layer.iter("rule")]
        if filters:
            # Expressions of QGIS that are SQL as well.
            sums = " + ".join(f"coalesce(({each}), 0)" for each in filters)
            query = f'SELECT DISTINCT {sums} FROM "{table}" WHERE {condition} AND geom IS NOT NULL'  # noqa: S608
            assert rows(package, query) == [(1,)], title


def test_symbols_are_our_badges_and_what_is_nominal_is_seen_to_be(package):
    project = project_in(package)
    pictures, nominal = set(), 0
    for layer in project.iter("maplayer"):
        symbols = {str(each.get("name")): each for each in layer.findall("renderer-v2/symbols/symbol")}
        for rule in layer.iter("rule"):
            values = {(each.get("name"), each.get("value")) for each in symbols[str(rule.get("symbol"))].iter("Option")}
            pictures |= {
                base64.b64decode(str(value).removeprefix("base64:")).decode()
                for name, value in values
                if name == "name" and str(value).startswith("base64:")
            }
            if "\"precision\" = 'nominal'" in str(rule.get("filter")):
                nominal += 1
                assert "名义" in str(rule.get("label"))
                dotted = ("outline_style", "dot") in values or ("use_custom_dash", "1") in values
                assert dotted, rule.get("label")
    assert nominal > 3
    assert pictures <= {style.badge_svg(status, backed=backed) for status in Status for backed in (True, False)}
    assert len(pictures) > 2


def test_an_own_layer_has_its_style_by_itself_and_in_the_project(package, plan, tmp_path):
    [(name, qml, usual)] = rows(package, "SELECT f_table_name, styleQML, useAsDefault FROM layer_styles")
    assert (name, usual) == ("地块", 1)
    assert "categorizedSymbol" in str(qml)
    project = project_in(package)
    own = next(layer for layer in project.iter("maplayer") if layer.findtext("layername") == "地块")
    renderer = own.find("renderer-v2")
    assert renderer is not None
    assert renderer.get("type") == "categorizedSymbol"
    assert "换算到 WGS 84 的精度" in str(own.findtext("abstract"))
    # Given back alone it opens likewise, in the system that was chosen.
    layer = find_layer(plan, "地块")
    give_back(layer, tmp_path / "地块.gpkg", system={"epsg": 4548})
    alone = project_in(tmp_path / "地块.gpkg")
    assert alone.findtext("projectlayers/maplayer/srs/spatialrefsys/authid") == "EPSG:4548"
    assert sources_of(alone) == [("地块", "地块", "1")]
    again = added(Path(str(plan.beside.layers)).parent, tmp_path / "地块.gpkg", name="again")
    assert again.style
    assert own_layers(plan)[0].name == "地块"


def test_names_that_attack_stay_names(tmp_path):
    plan = plan_in(write_hostile_plan(tmp_path / "plan"))
    path = tmp_path / "h.gpkg"
    write_qgis_package(plan, Scene(), path, today=TODAY, made=MADE)
    project = project_in(path)
    assert project.findtext("title") == plan.info.title.zh
    # The name is part of an address, and the title is not.
    [(name,)] = rows(path, "SELECT name FROM qgis_projects")
    assert not set(str(name)) & set("<>&'\"`?#|=/\\")
    titles = {group.title.zh for group in plan.catalogue.groups}
    tree = {str(group.get("name")) for group in project.iter("layer-tree-group")}
    assert titles <= tree
    names = {str(row[0]) for table in PLACES.values() for row in _names(path, table)}
    assert {site.name.zh for site in plan.sites.values()} <= names


def _names(path: Path, table: str) -> list[tuple[object, ...]]:
    return rows(path, f"SELECT site_name FROM {table}") if _has(path, table) else []  # noqa: S608


def _has(path: Path, table: str) -> bool:
    return bool(rows(path, f"SELECT 1 FROM gpkg_contents WHERE table_name = '{table}'"))  # noqa: S608


def test_the_command_says_what_it_has_written(tmp_path):
    target = tmp_path / "plan.gpkg"
    done = call("qgis", "-o", str(target), "--lang", "en", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'plan.gpkg: 166 places, 78 tasks, 0 own layers, and the QGIS project "' in done.stdout
    assert "Do not rename the file" in done.stderr
    assert project_in(target).findtext("title")
