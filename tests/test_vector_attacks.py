"""Vector files that mean harm, or are broken: each ends in a clear message, with nothing else read, written or sent."""

from __future__ import annotations

import random
import socket
import stat
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.errors import PlanMapError
from geo.foreign import child
from geo.foreign.vector_kind import VectorKind, drivers_for, kind_of_vector
from layers.translation import LANGUAGES, translation
from tests.test_vector_formats import GPX, KML, dxf
from tests.vector_files import GRID, bring, changed, geojson, look, parcels, rows, siblings, zipped

pytestmark = pytest.mark.slow

WORDS = "the words of another file"


@pytest.fixture
def calls() -> Iterator[list[str]]:
    """Yield what calls on a port of this machine, whose address is the first one."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        going = threading.Event()

        def listen() -> None:
            while not going.is_set():
                try:
                    server.accept()[0].close()
                    heard.append("called")
                except TimeoutError:
                    continue

        listener = threading.Thread(target=listen)
        listener.start()
        heard.append(f"http://127.0.0.1:{server.getsockname()[1]}/x")
        yield heard
        going.set()
        listener.join()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Return a file of the machine that nobody has asked for."""
    path = tmp_path / "other" / "secret.geojson"
    path.parent.mkdir()
    frame = gpd.GeoDataFrame({"word": [WORDS]}, geometry=[shapely.Point(117, 39)], crs=4326)
    frame.to_file(path)
    return path


def refused(path: Path, *codes: str) -> PlanMapError:
    with pytest.raises(PlanMapError) as caught:
        look(path)
    assert caught.value.code in codes, caught.value
    for language in LANGUAGES:
        said = translation(language).explain(caught.value)
        assert WORDS not in said
        assert caught.value.code not in said
    return caught.value


@pytest.mark.parametrize("name", ["x.geojson", "x.shp", "x.kml", "x.csv", "x.zip"])
def test_a_virtual_file_reads_no_other(name: str, other: Path, tmp_path: Path) -> None:
    layer = f'<OGRVRTLayer name="secret"><SrcDataSource>{other}</SrcDataSource></OGRVRTLayer>'
    vrt = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    path = tmp_path / name
    path.write_text(vrt)
    refused(path, "vector-kind")
    for inside in ("x.shp", "x.kml"):
        refused(zipped(tmp_path / "packed.zip", {inside: vrt}), "vector-kind")


def test_no_address_is_called(calls: list[str], tmp_path: Path) -> None:
    address = calls[0]
    path = tmp_path / "x.geojson"
    path.write_text(f"<OGRVRTDataSource><SrcDataSource>/vsicurl/{address}</SrcDataSource></OGRVRTDataSource>")
    refused(path, "vector-kind")
    # In letters that a search for the word would not find.
    link = f'"crs":{{"type":"\\u006cink","properties":{{"href":"{address}","type":"proj4"}}}}'
    plain = geojson(path, [shapely.Point(117, 39)]).read_text()
    path.write_text(plain.replace('"features"', f'{link},"features"'))
    assert look(path)["layers"][0]["count"] == 1
    icon = f"<Style id='s'><IconStyle><Icon><href>{address}</href></Icon></IconStyle></Style>"
    more = f"<NetworkLink><Link><href>{address}</href></Link></NetworkLink>{icon}"
    text = KML.format(code="UTF-8", more=more).replace("http://127.0.0.1:1/kml.xsd", address)
    path.write_text(text.replace("<Point>", f"<styleUrl>{address}#s</styleUrl><Point>"))
    assert look(path)["layers"][0]["notes"] == [{"note": "network-links", "count": 1}]
    assert calls == [address]


@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_entities_are_never_read(code: str, other: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.kml"
    kinds = [
        f'<!DOCTYPE kml [<!ENTITY e SYSTEM "{other.as_uri()}">]>',
        '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        f'<!DOCTYPE kml SYSTEM "{other.as_uri()}">',
    ]
    for doctype in kinds:
        path.write_text(f'<?xml version="1.0"?>{doctype}<kml><name>&e;</name></kml>', encoding=code)
        refused(path, "vector-entities")
    # Behind so much that the first look does not see it.
    path.write_text(f"<?xml version='1.0'?><!--{'x' * 70_000}-->{kinds[0]}<kml>&e;</kml>", encoding=code)
    refused(path, "vector-entities", "vector-kind")


def test_a_zip_that_leads_out_of_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    for name in ("../out.shp", "a/../../out.shp", "/out.shp", "C:/out.shp", "..\\out.shp"):
        zipped(path, {name: b"x", "a.shp": b"x"})
        refused(path, "vector-zip-unsafe")
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("a.shp")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    refused(path, "vector-zip-unsafe")
    assert not (tmp_path.parent / "out.shp").exists()


def test_a_zip_that_unpacks_to_too_much(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.shp", "w") as file:
        for _ in range(100):
            file.write(bytes(2**20))
    refused(path, "vector-zip-large")
    zipped(path, {f"{number}.shp": b"" for number in range(2_001)})
    refused(path, "vector-zip-large")
    # It says of itself that it is small.
    data = bytearray(zipped(path, {"a.shp": bytes(2**22)}).read_bytes())
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rfind(mark) + place
        data[at : at + 4] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    refused(path, "vector-damaged", "vector-kind")


@pytest.mark.parametrize(
    "start", [b"", b'{"type":"FeatureCollection","features":[', b"x,y\n1,2\n", b"fgb\x03fgb\x00", b"PAR1"]
)
def test_two_gigabytes_of_nothing(start: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.dat"
    path.write_bytes(start)
    with path.open("r+b") as file:
        file.truncate(2**31)
    began = time.monotonic()
    refused(
        path,
        "vector-kind",
        "vector-damaged",
        "vector-encoding",
        "vector-too-large",
        "vector-no-layer",
        "foreign-memory",
    )
    assert time.monotonic() - began < 60


def test_numbers_that_are_none(tmp_path: Path) -> None:
    for number in ("NaN", "1e999"):
        path = geojson(tmp_path / "x.geojson", [f'{{"type":"Point","coordinates":[{number},39]}}'])
        assert check_harmed(path, tmp_path / "t.gpkg") in ("vector-damaged", "read")


def test_a_polygon_of_a_million_vertices(tmp_path: Path) -> None:
    angles = np.linspace(0, 2 * np.pi, 1_200_000, endpoint=False)
    shape = shapely.Polygon(np.column_stack([117 + 0.1 * np.cos(angles), 39 + 0.1 * np.sin(angles)]))
    path = tmp_path / "x.gpkg"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shape], crs=4326).to_file(path)
    (layer,) = look(path)["layers"]
    assert [each["kind"] for each in layer["repairs"]] == ["vertices"]
    report = bring(path, tmp_path / "t.gpkg")
    assert report["repaired"]["vertices"] == {"count": 1, "numbers": [1]}
    (made,) = gpd.read_file(tmp_path / "t.gpkg").geometry
    assert shapely.count_coordinates(made) <= 1_000_000
    assert made.area == pytest.approx(shape.area, rel=1e-5)


def test_a_layer_with_markup_for_a_name(tmp_path: Path) -> None:
    name = "<img src=x onerror=alert(1)>\"'; DROP TABLE features; --"
    path = tmp_path / "x.gpkg"
    parcels().rename(columns={"名称": name}).to_file(path, layer="plain")
    changed(path, 'ALTER TABLE plain RENAME TO "' + name.replace('"', '""') + '"')
    changed(path, "UPDATE gpkg_contents SET table_name = ?", (name,))
    changed(path, "UPDATE gpkg_geometry_columns SET table_name = ?", (name,))
    (layer,) = look(path)["layers"]
    assert (layer["name"], layer["fields"][0]["name"]) == (name, name)
    assert bring(path, tmp_path / "t.gpkg", layer=name, crs={"epsg": GRID})["written"] == 3
    assert len(rows(tmp_path / "t.gpkg")) == 3


def test_gdal_has_one_driver_for_each_kind(tmp_path: Path) -> None:
    listing = "import pyogrio; print('|'.join(pyogrio.list_drivers(read=True)))"
    for kind in (VectorKind.KML, VectorKind.PARQUET):
        environment = child.environment(tmp_path, drivers_for(kind))
        found = subprocess.run(
            [sys.executable, "-c", listing], env=environment, capture_output=True, text=True, check=True
        )
        assert set(found.stdout.strip().split("|")) <= drivers_for(kind)


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (child.Limits(seconds=0.0), "foreign-too-slow"),
        (child.Limits(memory=2**20), "foreign-memory"),
        (child.Limits(disk=-1), "foreign-disk"),
    ],
)
def test_limits_leave_no_target(limits: child.Limits, code: str, tmp_path: Path) -> None:
    path = geojson(tmp_path / "x.geojson", [shapely.Point(117, 39)])
    with pytest.raises(PlanMapError, match=code):
        bring(path, tmp_path / "t.gpkg", limits=limits)
    assert [each.name for each in tmp_path.iterdir()] == ["x.geojson"]


def whole_files(folder: Path) -> dict[VectorKind, Path]:
    """Write a good file of every kind."""
    made = {}
    for kind in VectorKind:
        path = folder / f"good.{kind}"
        made[kind] = path
        if kind is VectorKind.GEOPACKAGE:
            parcels().to_file(path)
        elif kind in (VectorKind.GEOJSON, VectorKind.SEQUENCE):
            parcels(4326).to_file(path, driver="GeoJSON" if kind is VectorKind.GEOJSON else "GeoJSONSeq")
        elif kind is VectorKind.SHAPEFILE:
            parcels().to_file(path, encoding="UTF-8")
        elif kind is VectorKind.ZIPPED_SHAPEFILES:
            zipped(path, siblings(made[VectorKind.SHAPEFILE]))
        elif kind is VectorKind.FLATGEOBUF:
            parcels().to_file(path, driver="FlatGeobuf")
        elif kind is VectorKind.PARQUET:
            parcels().to_parquet(path)
        elif kind is VectorKind.KML:
            path.write_text(KML.format(code="UTF-8", more=""), encoding="utf-8")
        elif kind is VectorKind.KMZ:
            zipped(path, {"doc.kml": made[VectorKind.KML]})
        elif kind is VectorKind.GPX:
            path.write_text(GPX, encoding="utf-8")
        elif kind is VectorKind.DXF:
            path.write_text(dxf(), encoding="gbk")
        elif kind is VectorKind.TEXT:
            path.write_text("名称,经度,纬度\n甲,117.4,39.0\n乙,117.5,39.1\n", encoding="gbk")
        else:
            parcels(4326).drop(columns="geometry").assign(经度=117.4, 纬度=39.0).to_excel(path, engine="xlsxwriter")
        assert kind_of_vector(path) is kind
    return made


def harmed(data: bytes, chance: random.Random) -> bytes:
    """Return a file cut off, or with some bits the other way round."""
    if chance.random() < 0.3:
        return data[: chance.randrange(1, len(data))]
    changed = bytearray(data)
    for _ in range(chance.choice((1, 4, 32))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def check_harmed(path: Path, target: Path) -> str:
    """Bring a harmed file in; return what it ends with: a code of ours, or `read`."""
    code = "read"
    try:
        found = look(path, limits=child.Limits(memory=2 * 2**30, seconds=60))
        report = bring(path, target, layer=found["layers"][0]["index"], crs={"epsg": GRID})
    except PlanMapError as error:
        code = error.code
    if code == "read":
        assert report["read"] == report["written"] + sum(each["count"] for each in report["left_out"].values())
        assert len(rows(target)) == report["written"]
        target.unlink()
    # GDAL or GEOS may die of it: that is what the process is for. What nobody has foreseen is a fault of ours.
    assert code == "read" or (code.startswith(("vector-", "foreign-", "table-")) and code != "foreign-failed"), code
    assert not target.exists()
    return code


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[VectorKind, Path]:
    return whole_files(tmp_path_factory.mktemp("good"))


@pytest.mark.parametrize("kind", VectorKind)
def test_a_harmed_file_does_no_harm(kind: VectorKind, good: dict[VectorKind, Path], tmp_path: Path) -> None:
    for sibling in siblings(good[kind]).values():
        (tmp_path / sibling.name).write_bytes(sibling.read_bytes())
    path = tmp_path / good[kind].name
    path.write_bytes(harmed(path.read_bytes(), random.Random(f"{kind}")))  # noqa: S311 - made again from its seed
    check_harmed(path, tmp_path / "target.gpkg")
