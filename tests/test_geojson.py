"""Reading GeoJSON: what is refused, and what the refusal says."""

import json
from contextlib import suppress

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import GeometryError
from geo.geojson import geometry_from_mapping, read_features
from geo.geopackage import geometry_from_blob


def feature_file(tmp_path, geometry, **properties):
    path = tmp_path / "sites.geojson"
    feature = {"type": "Feature", "id": "a", "properties": properties, "geometry": geometry}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


def test_a_feature_without_a_position_is_no_fault(tmp_path):
    (feature,) = read_features(feature_file(tmp_path, None, name="甲"), limit=10**6, most=10)
    assert feature.geometry is None
    assert feature.fault is None
    assert feature.properties == {"name": "甲"}


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        ({"type": "Point", "coordinates": [4325248, 536352]}, "geometry-not-degrees"),
        ({"type": "Point", "coordinates": []}, "geometry-empty"),
        ({"type": "Point", "coordinates": ["a", "b"]}, "geometry-unreadable"),
        ({"type": "Point", "coordinates": [float("nan"), 39]}, "geometry-not-finite"),
        ({"type": "Circle", "coordinates": [117, 39]}, "geometry-type"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "geometry-invalid"),
        (["not", "an", "object"], "geometry-type"),
    ],
)
def test_a_bad_geometry_is_the_fault_of_its_feature(tmp_path, geometry, code):
    (feature,) = read_features(feature_file(tmp_path, geometry), limit=10**6, most=10)
    assert feature.fault is not None
    assert feature.fault.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b"[" * 200_000, "not-json"),
        (b"\xff\xfe{", "not-utf8"),
        (b'{"type": "Feature"}', "not-a-feature-collection"),
        (b"<OGRVRTDataset><OGRVRTLayer/></OGRVRTDataset>", "not-json"),
    ],
)
def test_a_file_that_is_no_feature_collection(tmp_path, content, code):
    path = tmp_path / "sites.geojson"
    path.write_bytes(content)
    with pytest.raises(GeometryError) as caught:
        list(read_features(path, limit=10**6, most=10))
    assert caught.value.code == code


numbers = st.floats(-80, 80, allow_nan=False).map(lambda value: round(value, 6))
positions = st.tuples(numbers, numbers)


@given(st.one_of(st.builds(shapely.Point, positions), st.builds(shapely.MultiPoint, st.lists(positions, min_size=1))))
def test_geometries_come_through(geometry):
    assert geometry_from_mapping(json.loads(shapely.to_geojson(geometry))).equals_exact(geometry, 1e-9)


@given(st.binary(max_size=80))
def test_any_bytes_are_a_geometry_or_a_geometry_error(blob):
    with suppress(GeometryError):
        geometry_from_blob(blob)
