"""GML of a WFS: the same features as were written, where they are, and nothing that a document names is fetched."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import PlanMapError
from geo.feature_service.axes import is_latitude_first
from geo.feature_service.gml.features import GmlPages
from geo.feature_service.gml.schema import kinds_of
from geo.feature_service.gml.values import Kinds
from geo.feature_service.page import Page
from geo.feature_service.wfs import gml_form
from geo.remote.address import parse
from geo.remote.xml import read_xml
from layers.own.linked.source import source_of
from tests.feature_services import NAME, ground, wfs
from tests.gml_writing import SPACES, geometry, gml
from tests.map_services import own_settings
from tests.remote_server import Reply, served
from tests.test_feature_services import collected, lies_right, link, only_layer, refusal, where

__all__ = ["own_settings", "where"]

pytestmark = pytest.mark.usefixtures("own_settings")

ADDRESS = parse("http://features.example.cn/wfs")
ONLY_GML = ("text/xml; subtype=gml/3.1.1", "application/gml+xml; version=3.2")
LONG, WEB = "urn:ogc:def:crs:EPSG::", "http://www.opengis.net/def/crs/EPSG/0/"


def page(text: str | bytes, **kinds: str) -> Page:
    data = text.encode() if isinstance(text, str) else text
    return GmlPages(NAME, kinds).read(data, ADDRESS)


def shaped(inside: str, space: str = SPACES["3.2"], more: str = "") -> Any:
    """Return the geometry of a feature with this element, whose prefix is `g`."""
    document = (
        f'<w:FeatureCollection xmlns:w="w" xmlns:g="{space}" xmlns:xlink="http://www.w3.org/1999/xlink"><w:member>'
        f'<p g:id="p.7"><geom>{inside}</geom>{more}</p></w:member></w:FeatureCollection>'
    )
    [feature] = page(document).features
    return feature["geometry"]


# What is written is read


FIGURE = st.floats(-1e7, 1e7, allow_nan=False).map(lambda value: round(value, 6))


def shapes(dimension: int) -> st.SearchStrategy[dict[str, Any]]:
    position = st.tuples(*[FIGURE] * dimension).map(list)
    line = st.lists(position, min_size=2, max_size=4)
    ring = st.lists(position, min_size=3, max_size=4).map(lambda found: [*found, found[0]])
    area = st.lists(ring, min_size=1, max_size=2)
    kinds = {"Point": position, "LineString": line, "Polygon": area}
    single = [st.fixed_dictionaries({"type": st.just(kind), "coordinates": what}) for kind, what in kinds.items()]
    several = [
        st.fixed_dictionaries({"type": st.just(f"Multi{kind}"), "coordinates": st.lists(what, min_size=1, max_size=3)})
        for kind, what in kinds.items()
    ]
    mixed = st.tuples(single[0], single[1]).map(lambda found: {"type": "GeometryCollection", "geometries": list(found)})
    return st.one_of(*single, *several, mixed)


@given(
    shape=st.sampled_from([2, 3]).flatmap(shapes),
    form=st.sampled_from(sorted(SPACES)),
    system=st.sampled_from(
        [f"{LONG}4490", "EPSG:4490", f"{LONG}4549", "http://www.opengis.net/def/crs/EPSG/0/4326", ""]
    ),
    value=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1),
)
def test_what_is_written_is_read_back(shape: dict[str, Any], form: str, system: str, value: str) -> None:
    feature = {"type": "Feature", "id": "a.1", "properties": {"名称": value}, "geometry": shape}
    found = page(gml([feature, feature], form, system, matched=2))
    assert found.features == [feature, feature]
    assert found.latitude_first == ((not system.startswith("EPSG")) if system else None)
    assert found.matched == 2


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("urn:ogc:def:crs:EPSG:6.9:4490", True),
        ("urn:x-ogc:def:crs:EPSG:4326", True),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", True),
        ("https://www.opengis.net/def/crs/EPSG/0/4549", True),
        ("urn:ogc:def:crs:EPSG::4513", True),
        ("urn:ogc:def:crs:EPSG::4554", True),
        ("urn:ogc:def:crs:EPSG::3857", False),
        ("urn:ogc:def:crs:EPSG::32650", False),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", False),
        ("EPSG:4326", False),
        ("EPSG:4549", False),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", False),
    ],
)
def test_the_form_of_a_name_says_which_axis_is_first(name: str, first: bool) -> None:
    assert is_latitude_first(name) == first


@pytest.mark.parametrize(
    ("version", "epsg", "listed"),
    [
        ("2.0.0", 4490, LONG),
        ("2.0.0", 4549, LONG),
        ("2.0.0", 3857, LONG),
        ("2.0.0", 4326, WEB),
        ("2.0.0", 4490, "EPSG:"),
        ("1.1.0", 4326, LONG),
        ("1.1.0", 4549, "EPSG:"),
    ],
)
def test_a_type_comes_whole_and_to_its_place(tmp_path: Path, version: str, epsg: int, listed: str) -> None:
    held = ground()
    first = is_latitude_first(f"{listed}{epsg}")
    answer = wfs(
        held,
        version=version,
        epsg=epsg,
        forms=ONLY_GML,
        listed=listed,
        latitude_first=lambda name: is_latitude_first(name),
    )
    with served(answer) as server:
        found = collected(server, "wfs", tmp_path)
        asked = [path for path in server.asked if "GetFeature&" in path and "hits" not in path]
    assert len(asked) == (3 if version == "2.0.0" else 1)
    assert all((f"SRSNAME={listed}{epsg}" in path) or listed == "EPSG:" or not first for path in asked)
    assert (found["count"], found["matched"], found["epsg"], found["turned"]) == (20, 20, epsg, False)
    written = json.loads((tmp_path / "out.geojson").read_text())
    for feature, right in zip(written["features"], held.features(epsg), strict=True):
        assert feature["properties"] == right["properties"]
        shape, there = (shapely.geometry.shape(each["geometry"]) for each in (feature, right))
        assert np.allclose(shapely.get_coordinates(shape), shapely.get_coordinates(there), rtol=0, atol=1e-9)


@pytest.mark.parametrize("epsg", [4490, 4549])
@pytest.mark.parametrize("wrong", [True, False])
def test_axes_that_contradict_their_name_are_swapped_and_said(tmp_path: Path, epsg: int, wrong: bool) -> None:
    held = ground()
    # A server that names the system the long way and has the longitude first all the same, or the reverse.
    answer = wfs(held, epsg=epsg, forms=ONLY_GML, latitude_first=lambda _: wrong, listed="EPSG:" if wrong else LONG)
    with served(answer) as server:
        found = collected(server, "wfs", tmp_path)
    assert found["turned"] is True
    [first, *_] = json.loads((tmp_path / "out.geojson").read_text())["features"]
    assert shapely.geometry.shape(first["geometry"]).equals_exact(
        shapely.geometry.shape(held.features(epsg)[0]["geometry"]), 1e-6
    )


def test_the_name_in_what_comes_counts_and_not_the_one_that_was_asked(tmp_path: Path) -> None:
    held = ground()
    short = wfs(held, forms=ONLY_GML, latitude_first=lambda _: False, names=lambda _: "EPSG:4490")
    with served(short) as server:
        assert collected(server, "wfs", tmp_path)["turned"] is False
    silent = wfs(held, forms=ONLY_GML, says_system=False)
    with served(silent) as server:
        found = collected(server, "wfs", tmp_path)
    assert (found["turned"], found["epsg"]) == (False, 4490)


def test_the_envelope_says_it_where_geometries_do_not() -> None:
    document = (
        '<FeatureCollection xmlns:g="http://www.opengis.net/gml"><g:boundedBy><g:Envelope srsName="'
        f'{LONG}4490"/></g:boundedBy><g:featureMembers><p><geom><g:Point><g:pos>39 117</g:pos></g:Point></geom></p>'
        "</g:featureMembers></FeatureCollection>"
    )
    found = page(document)
    assert (found.system, found.latitude_first, len(found.features)) == (4490, True, 1)
    mixed = document.replace(
        "</g:featureMembers>", '<p><geom><g:Point srsName="EPSG:4490"/></geom></p></g:featureMembers>'
    )
    assert page(mixed).latitude_first is False
    two = mixed.replace("<g:Point>", f'<g:Point srsName="{LONG}4490">')
    assert refusal(lambda: page(two)) == "source-systems"


@pytest.mark.parametrize("form", ["GML2", "GML3", "GML3.2"])
def test_what_gdal_writes_is_read(tmp_path: Path, form: str) -> None:
    frame = gpd.GeoDataFrame(
        {"代码": ["007", "012"], "面积": [1.5, 20.0], "层数": [3, 4], "日期": [date(2024, 5, 1), None]},
        geometry=[shapely.box(117, 39, 117.1, 39.1), shapely.MultiPolygon([shapely.box(117, 39, 118, 40)])],
        crs=4490,
    )
    file = tmp_path / "plots.gml"
    frame.to_file(file, driver="GML", layer="地块", engine="pyogrio", dataset_options={"FORMAT": form})
    kinds = kinds_of(read_xml(file.with_suffix(".xsd").read_bytes(), "-"), "ogr:地块")
    assert kinds == {"代码": "text", "面积": "real", "层数": "integer", "日期": "text"}
    found = page(file.read_bytes(), **kinds)
    assert (found.system, found.latitude_first, found.left) == (4490, form != "GML2", ())
    typed = Kinds(kinds)
    for feature in found.features:
        typed.see(feature["properties"])
    values = [typed.typed(feature["properties"]) for feature in found.features]
    assert values[0] == {"代码": "007", "面积": 1.5, "层数": 3, "日期": "2024-05-01"}
    assert values[1] == {"代码": "012", "面积": 20.0, "层数": 4, "日期": None}
    for feature, right in zip(found.features, frame.geometry, strict=True):
        shape = shapely.geometry.shape(feature["geometry"])
        turned = shapely.transform(shape, lambda positions: positions[:, ::-1]) if form != "GML2" else shape
        assert turned.geom_type == right.geom_type
        assert turned.equals(right)


@pytest.mark.slow
def test_a_type_given_as_gml_becomes_a_layer(where: Path) -> None:
    held = ground()
    held.frame["代码"] = [f"{number:03}" for number in range(20)]
    held.frame["日期"] = "2024-05-01"
    held.frame["层数"] = range(20)

    def spoil(text: str, start: int) -> str:
        return text.replace("<plan:geom>", "<plan:附件><plan:a/></plan:附件><plan:geom>")

    with served(wfs(held, epsg=4549, forms=ONLY_GML, latitude_first=lambda _: False, spoil=spoil)) as server:
        said = link(where, server, "/wfs")
    layer = only_layer(where)
    lies_right(layer, held)
    assert layer.position.system == "EPSG:4549"
    assert {field.name: field.type for field in layer.fields} == {
        "id": "text",
        "地块编号": "text",
        "用地": "text",
        "容积率": "real",
        "代码": "text",
        "日期": "date",
        "层数": "integer",
    }
    assert "the axes came the other way round" in said
    assert "no plain values or shapes, and not taken: 附件" in said
    row = source_of(layer)
    assert row is not None
    assert (row.turned, row.left) == (True, ("附件",))


# Shapes


LINE = "<g:LineStringSegment><g:posList>0 0 1 1</g:posList></g:LineStringSegment>"
NEXT = "<g:LineStringSegment><g:posList>1 1 2 0</g:posList></g:LineStringSegment>"
RING = "<g:exterior><g:LinearRing><g:posList>0 0 1 0 1 1 0 0</g:posList></g:LinearRing></g:exterior>"
CORNERS = [[0, 0], [1, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(
    ("inside", "kind", "coordinates"),
    [
        (f"<g:Curve><g:segments>{LINE}{NEXT}</g:segments></g:Curve>", "LineString", [[0, 0], [1, 1], [2, 0]]),
        (
            f'<g:OrientableCurve orientation="-"><g:baseCurve><g:Curve><g:segments>{LINE}</g:segments></g:Curve>'
            "</g:baseCurve></g:OrientableCurve>",
            "LineString",
            [[1, 1], [0, 0]],
        ),
        (
            f"<g:Surface><g:patches><g:PolygonPatch>{RING}</g:PolygonPatch></g:patches></g:Surface>",
            "Polygon",
            [CORNERS],
        ),
        (
            f"<g:PolyhedralSurface><g:patches><g:PolygonPatch>{RING}</g:PolygonPatch><g:Triangle>{RING}</g:Triangle>"
            "</g:patches></g:PolyhedralSurface>",
            "MultiPolygon",
            [[CORNERS], [CORNERS]],
        ),
        (
            f"<g:MultiSurface><g:surfaceMembers><g:Polygon>{RING}</g:Polygon></g:surfaceMembers></g:MultiSurface>",
            "MultiPolygon",
            [[CORNERS]],
        ),
        (
            "<g:Polygon><g:exterior><g:Ring><g:curveMember><g:LineString><g:posList>0 0 1 0 1 1</g:posList>"
            "</g:LineString></g:curveMember><g:curveMember><g:LineString><g:posList>1 1 0 0</g:posList></g:LineString>"
            "</g:curveMember></g:Ring></g:exterior></g:Polygon>",
            "Polygon",
            [CORNERS],
        ),
        ("<g:LineString><g:pos>1 2</g:pos><g:pos>3 4</g:pos></g:LineString>", "LineString", [[1, 2], [3, 4]]),
        ("<g:Point><g:coord><g:X>1</g:X><g:Y>2</g:Y></g:coord></g:Point>", "Point", [1, 2]),
        ('<g:Point><g:coordinates decimal="," cs=";">1,5;2</g:coordinates></g:Point>', "Point", [1.5, 2]),
        ("<g:LineString><g:coordinates>1, 2\n 3, 4</g:coordinates></g:LineString>", "LineString", [[1, 2], [3, 4]]),
        (
            '<g:LineString><g:posList srsDimension="3">1 2 9 3 4 9</g:posList></g:LineString>',
            "LineString",
            [[1, 2, 9], [3, 4, 9]],
        ),
        (
            "<g:MultiGeometry><g:geometryMembers><g:Point><g:pos>1 2</g:pos></g:Point></g:geometryMembers>"
            "</g:MultiGeometry>",
            "MultiPoint",
            [[1, 2]],
        ),
    ],
)
@pytest.mark.parametrize("space", sorted(set(SPACES.values())))
def test_curves_and_surfaces_of_straight_lines(inside: str, kind: str, coordinates: Any, space: str) -> None:
    assert shaped(inside, space) == {"type": kind, "coordinates": coordinates}


@pytest.mark.parametrize(
    ("inside", "named"),
    [
        ("<g:Curve><g:segments><g:Arc><g:posList>0 0 1 1 2 0</g:posList></g:Arc></g:segments></g:Curve>", "Arc"),
        ("<g:Curve><g:segments><g:CircleByCenterPoint/></g:segments></g:Curve>", "CircleByCenterPoint"),
        ('<g:Curve><g:segments><g:LineStringSegment interpolation="geodesic"/></g:segments></g:Curve>', "geodesic"),
        (
            "<g:Polygon><g:exterior><g:Ring><g:curveMember><g:Curve><g:segments><g:ArcString/></g:segments></g:Curve>"
            "</g:curveMember></g:Ring></g:exterior></g:Polygon>",
            "ArcString",
        ),
        ("<g:Solid/>", "Solid"),
        ('<g:MultiCurve><g:curveMember xlink:href="#c7"/></g:MultiCurve>', "xlink:href"),
        ('<g:MultiCurve><g:curveMember xlink:href="http://elsewhere.example.cn/c7"/></g:MultiCurve>', "xlink:href"),
        ("<g:LineString><g:posList>0 0 1 2 3</g:posList></g:LineString>", "0 0 1 2 3"),
        ("<g:Point><g:pos>nan 1</g:pos></g:Point>", "nan"),
        ("<g:Point><g:pos>1_0 1e999</g:pos></g:Point>", "1_0"),
        ("<g:Point><g:pos>1</g:pos></g:Point>", "1"),
    ],
)
def test_what_would_be_another_shape_is_refused_by_name(inside: str, named: str) -> None:
    with pytest.raises(PlanMapError) as found:
        shaped(inside)
    assert named in str(found.value.details)
    assert found.value.details["feature"] == "p.7"
    assert refusal(lambda: shaped(inside)) in ("source-gml-shape", "source-gml-figures")


# Values


def typed(*texts: str | None, said: str | None = None) -> list[Any]:
    kinds = Kinds({} if said is None else {"a": said})
    for text in texts:
        kinds.see({"a": text})
    return [kinds.typed({"a": text})["a"] for text in texts]


@pytest.mark.parametrize(
    ("texts", "said", "right"),
    [
        (("1", "-20"), None, [1, -20]),
        (("1", "2.50", None), None, [1.0, 2.5, None]),
        (("007", "12"), None, ["007", "12"]),
        (("12", "007"), None, ["12", "007"]),
        (("12", "A1"), None, ["12", "A1"]),
        (("120110199001011234567", "1"), None, ["120110199001011234567", "1"]),
        (("2024-05-01", "2024-12-31"), None, ["2024-05-01", "2024-12-31"]),
        (("2024-05-01T00:00:00", "2024-05-02"), None, ["2024-05-01", "2024-05-02"]),
        (("2024-05-01T08:00:00",), None, ["2024-05-01T08:00:00"]),
        (("2024-13-41",), None, ["2024-13-41"]),
        (("true", "false"), None, [True, False]),
        (("1", "2"), "text", ["1", "2"]),
        (("1", "2"), "real", [1.0, 2.0]),
        (("1", "NaN"), "real", [1.0, None]),
        (("2024-05-01+08:00", "2024-05-02Z"), "date", ["2024-05-01", "2024-05-02"]),
        (("007",), "integer", ["007"]),
        (("1", "0"), "boolean", [1, 0]),
        (("1e5", ".5", "1,5"), None, ["1e5", ".5", "1,5"]),
        ((None,), None, [None]),
    ],
)
def test_values_are_what_all_of_them_are(texts: tuple[str | None, ...], said: str | None, right: list[Any]) -> None:
    found = typed(*texts, said=said)
    assert found == right
    assert [type(each) for each in found] == [type(each) for each in right]


SCHEMA = """<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:gml="http://www.opengis.net/gml/3.2">
<xsd:import namespace="http://www.opengis.net/gml/3.2" schemaLocation="http://elsewhere.example.cn/gml.xsd"/>
<xsd:include schemaLocation="file:///etc/passwd"/>
<xsd:complexType name="T"><xsd:complexContent><xsd:extension base="gml:AbstractFeatureType"><xsd:sequence>
<xsd:element name="地块编号" type="xsd:string"/><xsd:element name="用地"><xsd:simpleType><xsd:restriction
base="xsd:string"><xsd:maxLength value="9"/></xsd:restriction></xsd:simpleType></xsd:element>
<xsd:element name="容积率" type="xsd:double"/><xsd:element name="日期" type="xsd:date" nillable="true"/>
<xsd:element name="geom" type="gml:SurfacePropertyType"/><xsd:element name="o" type="x:Other"/>
</xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>
<xsd:element name="地块" type="plan:T" substitutionGroup="gml:AbstractFeature"/></xsd:schema>"""


def test_a_flat_schema_says_the_kinds(tmp_path: Path) -> None:
    kinds = {"地块编号": "text", "用地": "text", "容积率": "real", "日期": "date"}
    assert kinds_of(read_xml(SCHEMA.encode(), "-"), "plan:地块") == kinds
    assert kinds_of(read_xml(b"<schema/>", "-"), "plan:x") == {}
    held = ground()
    held.frame["地块编号"] = [f"{number}" for number in range(20)]
    with served(wfs(held, forms=ONLY_GML, schema=SCHEMA)) as server:
        collected(server, "wfs", tmp_path)
        assert len(server.asked) == 5
    [first, *_] = json.loads((tmp_path / "out.geojson").read_text())["features"]
    # A field that is empty everywhere is there all the same.
    assert first["properties"] == {"地块编号": "0", "用地": "居住", "容积率": 0.5, "日期": None}


def test_what_is_no_plain_value_is_said() -> None:
    more = (
        "<a><b>1</b></a><ref xlink:href='http://elsewhere.example.cn/'/><g:name>n</g:name><g:boundedBy/><m>1</m><m>2</m>"
        "<second><g:Point><g:pos>1 2</g:pos></g:Point></second>"
    )
    found = page(
        f'<FeatureCollection xmlns:g="{SPACES["3.2"]}" xmlns:xlink="http://www.w3.org/1999/xlink"><member><p><geom>'
        f"{geometry({'type': 'Point', 'coordinates': [3, 4]}, '3.2').replace('gml:', 'g:')}</geom>{more}</p></member>"
        '<member xlink:href="http://elsewhere.example.cn/f"/></FeatureCollection>'
    )
    [feature] = found.features
    assert feature["properties"] == {"name": "n", "m": "1; 2"}
    assert feature["geometry"]["coordinates"] == [3, 4]
    assert found.left == ("a", "ref", "second", "member xlink:href")


def test_a_geometry_that_is_none_is_no_field_and_of_two_one_is_taken() -> None:
    point = {axes: f"<g:Point><g:pos>{axes}</g:pos></g:Point>" for axes in ("1 2", "3 4")}
    both = [f"<geom>{point['1 2']}</geom><label>{point['3 4']}</label>", f"<geom/><label>{point['3 4']}</label>"]
    twice = f"<geom>{point['1 2']}</geom><geom>{point['3 4']}</geom>"
    pages = GmlPages(NAME, {})
    for inside, coordinates in zip(both, ([1, 2], None), strict=True):
        head = f'<FeatureCollection xmlns:g="{SPACES["3.2"]}">'
        document = f"{head}<member><p><geom/></p></member><member><p>{inside}</p></member></FeatureCollection>"
        found = pages.read(document.encode(), ADDRESS)
        assert [each["properties"] for each in found.features] == [{}, {}]
        assert found.left == ("label",)
        shape = found.features[1]["geometry"]
        assert (shape and shape["coordinates"]) == coordinates
    again = pages.read(f"{head}<member><p>{twice}</p></member></FeatureCollection>".encode(), ADDRESS)
    assert again.features[0]["geometry"]["coordinates"] == [1, 2]
    assert again.left == ("geom",)


# What comes is not trusted


BOMB = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]>'
ELSEWHERE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
TYPE = '<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd">'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
REPORT = (
    '<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1"><ows:Exception exceptionCode="NoApplicableCode">'
    "<ows:ExceptionText>表不存在 &lt;b&gt;</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
)

SPOILED: list[tuple[str, Callable[[str], str]]] = [
    ("source-entities", lambda text: text.replace(HEAD, HEAD + BOMB).replace("居住", "&c;")),
    ("source-entities", lambda text: text.replace(HEAD, HEAD + ELSEWHERE).replace("居住", "&x;")),
    ("source-entities", lambda text: text.replace(HEAD, HEAD + TYPE)),
    ("source-xml", lambda text: text.replace("居住", "&x;")),
    ("source-xml", lambda text: text[: len(text) // 2]),
    ("source-xml", lambda text: ""),
    ("source-xml", lambda text: '{"type": "FeatureCollection"}'),
    ("source-xml-large", lambda text: text.replace("居住", "<a>" * 100 + "</a>" * 100)),
    ("source-answer", lambda text: "<html><body>login</body></html>"),
    ("source-said", lambda text: REPORT),
    ("source-said", lambda text: "<ServiceExceptionReport/>"),
    (
        "source-said",
        lambda text: text.replace("</wfs:Fe", f"<wfs:truncatedResponse>{REPORT}</wfs:truncatedResponse></wfs:Fe", 1),
    ),
    ("source-systems", lambda text: text.replace("EPSG::4490", "EPSG::4549", 1)),
    ("source-unknown-system", lambda text: text.replace("EPSG::4490", "IGNF::LAMB93")),
]


@pytest.mark.parametrize(("code", "spoil"), SPOILED)
def test_what_is_no_collection_is_refused(code: str, spoil: Callable[[str], str]) -> None:
    text = gml(ground(1, 3).features(4490), "3.2", f"{LONG}4490")
    assert len(page(text).features) == 3
    assert refusal(lambda: page(spoil(text))) == code


FAILING: list[tuple[str, Callable[[str], str | Reply]]] = [
    ("source-entities", lambda text: text.replace(HEAD, HEAD + TYPE)),
    ("source-xml", lambda text: text[: len(text) // 2]),
    ("source-systems", lambda text: text.replace("EPSG::4490", "EPSG::4549")),
    ("remote-status", lambda text: Reply(b"no", status=500)),
    ("remote-not-allowed", lambda text: Reply(status=302, headers={"Location": "http://localhost:1/"})),
]


@pytest.mark.parametrize(("code", "spoil"), FAILING)
def test_a_third_page_that_is_none_ends_it(tmp_path: Path, code: str, spoil: Callable[[str], str | Reply]) -> None:
    def third(text: str, start: int) -> str | Reply:
        return spoil(text) if start >= 14 else text

    with served(wfs(ground(), forms=ONLY_GML, spoil=third)) as server:
        assert refusal(lambda: collected(server, "wfs", tmp_path)) == code
        # Only what it was asked for: no schema, no document type, nothing elsewhere.
        assert all(path.startswith("/wfs?") for path in server.asked)


NAMES = (
    "Point",
    "Polygon",
    "Curve",
    "MultiSurface",
    "MultiGeometry",
    "Surface",
    "LinearRing",
    "Ring",
    "OrientableCurve",
)
HOLDERS = (
    "exterior",
    "outerBoundaryIs",
    "segments",
    "patches",
    "curveMember",
    "surfaceMembers",
    "pos",
    "posList",
    "coord",
)
ODD = st.sampled_from(["", "1 2", "1,2 3,4", "1 2 3", "x", "\u0661 2", "-", ",", "1e400 1"])
ATTRIBUTES = st.sampled_from(
    ["", ' srsDimension="3"', ' srsDimension="0"', ' cs=" "', ' ts=","', ' decimal="1"', ' orientation="-"']
)


@given(
    st.recursive(
        st.builds(
            "<g:{0}{2}>{1}</g:{0}>".format, st.sampled_from(("pos", "posList", "coordinates", "X")), ODD, ATTRIBUTES
        ),
        lambda inside: st.builds(
            lambda name, parts, more: f"<g:{name}{more}>{''.join(parts)}</g:{name}>",
            st.sampled_from(NAMES + HOLDERS),
            st.lists(inside, max_size=3),
            ATTRIBUTES,
        ),
        max_leaves=6,
    )
)
def test_whatever_stands_in_a_geometry_is_read_or_refused(inside: str) -> None:
    with suppress(PlanMapError):
        found = shaped(f"<g:MultiGeometry><g:geometryMember>{inside}</g:geometryMember></g:MultiGeometry>")
        json.dumps(found, allow_nan=False)


def test_the_words_of_a_server_are_words_only() -> None:
    with pytest.raises(PlanMapError) as found:
        page(REPORT)
    assert found.value.details["said"] == "表不存在 <b>"


@pytest.mark.parametrize("declared", ["GB18030", "gb2312", "GBK", "UTF-8"])
def test_chinese_encodings_are_read(declared: str) -> None:
    text = gml(ground().features()[:2], "3.2", "EPSG:4326").replace("UTF-8", declared)
    assert page(text.encode("gb18030")).features[0]["properties"]["用地"] == "居住"
    assert page(text.replace(declared, "UTF-16").encode("utf-16")).features[0]["properties"]["用地"] == "居住"


def test_prefixes_mean_nothing() -> None:
    text = gml(ground().features()[:2], "3.2", "EPSG:4326")
    odd = text.replace("gml:", "地.理-2:").replace("xmlns:gml", "xmlns:地.理-2").replace("plan:", "gml:")
    odd = odd.replace("xmlns:plan", "xmlns:gml").replace("wfs:", "").replace("xmlns:wfs", "xmlns")
    assert page(odd).features == page(text).features


def test_a_server_without_pages_may_name_a_further_one(tmp_path: Path) -> None:
    held = ground()
    whole = wfs(held, forms=ONLY_GML, paging=True)
    said = wfs(held, forms=ONLY_GML, paging=False)

    def answer(path: str, query: dict[str, str]) -> Reply:
        if query.get("request") == "GetCapabilities":
            return said(path, query)
        start = int(query.get("startindex", 0))
        reply = whole(path, {**query, "startindex": f"{start}"})
        more = urlencode({**query, "startindex": start + 7})
        link = f" next={quoteattr(f'/wfs?{more}')}" if start + 7 < 20 else ""
        assert isinstance(reply.body, bytes)
        return Reply(reply.body.replace(b" numberMatched", f"{link} numberMatched".encode()), "text/xml")

    with served(answer) as server:
        assert collected(server, "wfs", tmp_path)["count"] == 20
    with served(lambda path, query: _elsewhere(answer(path, query))) as server:
        assert refusal(lambda: collected(server, "wfs", tmp_path)) == "source-elsewhere"


def _elsewhere(reply: Reply) -> Reply:
    assert isinstance(reply.body, bytes)
    return Reply(
        reply.body.replace(b'next="/wfs', b'next="http://elsewhere.example.cn/wfs'), reply.media_type, reply.status
    )


@pytest.mark.parametrize(
    ("forms", "chosen"),
    [
        (("GML2", "GML3", "SHAPE-ZIP"), "GML3"),
        (("GML2-GZIP", "text/xml; subtype=gml/2.1.2"), "text/xml; subtype=gml/2.1.2"),
        (ONLY_GML, "application/gml+xml; version=3.2"),
        (("text/xml; subtype=gml/3.1.1", "GML32"), "GML32"),
        (("text/xml",), "text/xml"),
        (("csv", "SHAPE-ZIP"), ""),
    ],
)
def test_the_newest_form_is_asked_for(forms: tuple[str, ...], chosen: str) -> None:
    assert gml_form(forms) == chosen


def test_a_box_is_asked_for_the_way_the_server_reads_it(tmp_path: Path) -> None:
    held = ground()
    west, south, east, north = held.box
    box = [(west + east) / 2, south - 1, east + 1, north + 1]
    for latitude_first in (is_latitude_first, lambda _: True):
        with served(wfs(held, forms=ONLY_GML, latitude_first=latitude_first)) as server:
            found = collected(server, "wfs", tmp_path, box=box)
        assert (found["count"], found["total"], found["turned"]) == (12, 20, False)
