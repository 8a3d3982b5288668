"""A GeoParquet file, or a folder of them, as one layer whose features stay where they are."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from geo.datum import wgs84_to_gcj02
from geo.errors import PlanMapError
from geo.foreign.parquet_folder import parquet_files, partition_of
from geo.foreign.vector_kind import VectorKind, kind_of_vector
from layers.own.files import own_layers
from layers.own.linked.known_paths import paths_file
from layers.own.linked.source import source_of
from layers.own.opening import opened
from layers.own.own_layer import OwnLayer
from layers.own.words import credit_words, report_lines
from layers.resources import default_plan_folder
from layers.translation import translation
from tests.command import call, one_line
from tests.map_services import own_settings
from tests.own_files import parcels, plan_in

__all__ = ["own_settings"]

pytestmark = [pytest.mark.usefixtures("own_settings"), pytest.mark.slow]

ZH, EN = translation("zh"), translation("en")


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return Path(shutil.copytree(default_plan_folder(), tmp_path / "plan"))


def run(where: Path, command: str, *arguments: str) -> Any:
    return call("layer", command, *arguments, "--plan", str(where), "--lang", "en", folder=where)


def link(where: Path, source: Path, *options: str) -> str:
    result = run(where, "link", str(source), *options)
    assert result.returncode == 0, result.stderr
    return str(result.stdout)


def only_layer(where: Path) -> OwnLayer:
    [layer] = own_layers(plan_in(where))
    return layer


def write(folder: Path, name: str, frame: gpd.GeoDataFrame) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False)
    return path


def hive(folder: Path, *, crs: int = 4548) -> gpd.GeoDataFrame:
    """Write the parcels in a folder for each use and year, and return them."""
    frame = parcels().to_crs(crs)
    for number, (use, part) in enumerate(frame.groupby("用地")):
        write(folder, f"use={use}/year={2022 + number}/part-0.parquet", part.drop(columns="用地"))
    (folder / "_SUCCESS").write_text("")
    (folder / "_metadata.parquet").write_text("no")
    (folder / "README.txt").write_text("no")
    return frame


@pytest.mark.parametrize("crs", [4326, 4490, 4548, 4549])
def test_a_partitioned_folder_is_one_layer(where: Path, tmp_path: Path, crs: int) -> None:
    folder = tmp_path / "地块"
    frame = hive(folder, crs=crs)
    said = link(where, folder, "--group", "规划")
    layer = only_layer(where)
    assert (layer.name, layer.group, layer.count) == ("地块", "规划", 20)
    assert layer.position.system == f"EPSG:{crs}"
    assert {field.name: field.type for field in layer.fields} == {
        "地块编号": "text",
        "容积率": "real",
        "use": "text",
        "year": "integer",
    }
    with opened(layer) as package:
        found = package.all(["地块编号", "use", "year"])
    wanted = frame.to_crs(4326).set_index("地块编号")
    years = {use: 2022 + number for number, use in enumerate(sorted(set(frame["用地"])))}
    for shape, name, use, year in zip(found.geometries, *found.values.values(), strict=True):
        row = wanted.loc[name]
        assert (use, year) == (row["用地"], years[use])
        assert shapely.hausdorff_distance(shape, row.geometry) < 1e-7
    assert "3 files as one layer" in said
    assert "fields from the names of folders: use, year" in said
    assert "地块, as of" in credit_words(layer, EN)
    # The whole path is nobody's business who looks at the map.
    assert str(tmp_path) not in credit_words(layer, ZH)


def test_files_of_several_schemas_are_made_one_and_it_is_said(where: Path, tmp_path: Path) -> None:
    folder, frame = tmp_path / "several", parcels(2, 2)
    write(folder, "a.parquet", frame.assign(number=1, only_a="x", when="2024-01-01"))
    write(folder, "b.geoparquet", frame.assign(number=2.5, when=7))
    lines = link(where, folder)
    layer = only_layer(where)
    assert {field.name: field.type for field in layer.fields}["number"] == "real"
    with opened(layer) as package:
        found = package.all(["number", "only_a", "when", "source_fid"])
    assert found.values["number"] == [1.0] * 4 + [2.5] * 4
    assert found.values["only_a"] == ["x"] * 4 + [None] * 4
    assert found.values["when"] == ["2024-01-01"] * 4 + ["7"] * 4
    assert found.values["source_fid"] == list(range(1, 9))
    assert "fields that not all of the files have: only_a" in lines
    assert "fields of several types in the files, made one: number, when" in lines
    assert any("only_a" in line for line in report_lines(layer.report, ZH))


def test_files_in_several_systems_are_refused(where: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    write(folder, "a.parquet", parcels())
    other = write(folder, "b.parquet", parcels().to_crs(4549))
    result = run(where, "link", str(folder))
    assert result.returncode == 2
    assert "a.parquet and b.parquet" in result.stderr
    other.unlink()
    write(folder, "c.parquet", parcels().set_crs(None, allow_override=True))
    assert "c.parquet" in run(where, "link", str(folder)).stderr
    assert own_layers(plan_in(where)) == ()


def test_what_is_no_parquet_in_a_folder_is_named(where: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bad"
    write(folder, "a.parquet", parcels())
    (folder / "b.parquet").write_bytes(b"<OGRVRTDataSource/>")
    assert "b.parquet" in run(where, "link", str(folder)).stderr
    plain = pq.read_table(folder / "a.parquet").drop(["geometry"]).replace_schema_metadata({})
    pq.write_table(plain, folder / "b.parquet")
    assert "b.parquet" in run(where, "link", str(folder)).stderr
    assert own_layers(plan_in(where)) == ()


def test_a_file_without_a_system_is_as_somebody_says(where: Path, tmp_path: Path) -> None:
    frame = parcels().to_crs(4326)
    shifted = shapely.transform(
        np.asarray(frame.geometry), lambda each: np.column_stack(wgs84_to_gcj02(each[:, 0], each[:, 1]))
    )
    bare = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shifted).set_crs(None, allow_override=True)
    path = write(tmp_path, "bare.parquet", bare)
    result = run(where, "link", str(path))
    assert result.returncode == 2
    assert "--datum gcj02" in result.stdout
    link(where, path, "--datum", "gcj02")
    with opened(only_layer(where)) as package:
        found = package.all().geometries
    assert max(map(shapely.hausdorff_distance, found, np.asarray(frame.geometry))) < 1e-6
    # It stays so when it is fetched anew.
    write(tmp_path, "bare.parquet", bare.iloc[:7])
    assert "20 features before, 7 now" in run(where, "refresh", "--all").stdout
    assert only_layer(where).position.system == "gcj02"


def test_a_layer_that_went_astray_never_takes_the_place_of_a_good_one(where: Path, tmp_path: Path) -> None:
    source = write(tmp_path, "地块.parquet", parcels().set_crs(None, allow_override=True))
    link(where, source, "--crs", "EPSG:4548")
    good = only_layer(where)
    bytes_before = good.path.read_bytes()
    # A zone of another continent, and degrees that these metres cannot be.
    for wrong, words in ((("--crs", "EPSG:32617"), "lies outside China"), (("--datum", "bd09"), "can be used")):
        result = run(where, "link", str(source), *wrong)
        assert result.returncode == 2
        assert 'The layer "地块" is as it was.' in result.stderr
        assert words in result.stderr.strip().splitlines()[-1]
        assert good.path.read_bytes() == bytes_before
    # Under another name it may lie where it will, and there it can be replaced.
    for _ in range(2):
        link(where, source, "--crs", "EPSG:32617", "--name", "elsewhere")
    assert {layer.name for layer in own_layers(plan_in(where))} == {"地块", "elsewhere"}


def test_a_changed_source_is_noticed_and_changes_nothing_by_itself(where: Path, tmp_path: Path) -> None:
    folder = tmp_path / "地块"
    hive(folder)
    link(where, folder)
    listed = run(where, "list")
    assert listed.stderr == ""
    assert "地块, as of 20" in listed.stdout
    assert listed.stdout.startswith("ID    Name")
    before = only_layer(where)
    assert "has not changed" in run(where, "refresh", "地块").stdout
    write(folder, "use=公园/year=2030/part-0.parquet", parcels(1, 1).drop(columns="用地"))
    assert "has changed since it was fetched" in run(where, "list").stderr
    assert only_layer(where).count == 20
    assert "20 features before, 21 now" in run(where, "refresh", "地块").stdout
    after = only_layer(where)
    assert (after.id, after.moment, after.added, after.count) == (before.id, before.moment, before.added, 21)
    assert run(where, "list").stderr == ""
    os.rename(folder, tmp_path / "elsewhere")
    assert "is away; the layer has what was fetched" in run(where, "list").stderr
    assert run(where, "refresh", "地块").returncode == 2
    assert only_layer(where).count == 21


def test_the_file_of_a_plan_names_no_path_of_this_machine_by_itself(where: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "地块.parquet", parcels())
    link(where, path)
    assert source_of(only_layer(where)).address == str(path.resolve())
    assert paths_file().parent.stat().st_mode & 0o77 == 0
    # As with a plan that came from somebody else: here nobody has linked that path.
    paths_file().unlink()
    assert "was not linked on this machine" in run(where, "list").stderr
    result = run(where, "refresh", "地块")
    assert result.returncode == 2
    assert "planmap layer link" in result.stderr
    paths_file().write_text("paths = 1\n")
    assert run(where, "refresh", "地块").returncode == 2
    link(where, path)
    assert "has not changed" in run(where, "refresh", "地块").stdout


def test_a_folder_is_taken_as_a_whole(where: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "a.parquet", parcels())
    assert "--bbox" in one_line(run(where, "link", str(path), "--bbox", "plan"))
    one_line(run(where, "link", str(tmp_path / "none.parquet")))
    one_line(run(where, "link", str(path), "--crs", "4548", "--datum", "gcj02"))
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no Parquet file" in run(where, "link", str(empty)).stderr


def test_which_files_of_a_folder_are_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.parquet"
    outside.write_bytes(b"PAR1")
    folder = tmp_path / "f"
    for name in ("b.parquet", "a.PARQUET", "x=1/c.pq", "_d.parquet", ".e.parquet", "_f/g.parquet", "h.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"PAR1")
    (folder / "link.parquet").symlink_to(outside)
    (folder / "links").symlink_to(tmp_path)
    found = [path.relative_to(folder).as_posix() for path in parquet_files(folder)]
    assert found == ["a.PARQUET", "b.parquet", "x=1/c.pq"]
    assert kind_of_vector(folder) is VectorKind.PARQUET
    assert partition_of(folder / "x=1%2F2" / "plain" / "y=__HIVE_DEFAULT_PARTITION__" / "a", folder) == {
        "x": "1/2",
        "y": None,
    }
    deep = folder.joinpath(*"123456789") / "a.parquet"
    deep.parent.mkdir(parents=True)
    deep.write_bytes(b"PAR1")
    with pytest.raises(PlanMapError, match="parquet-depth"):
        parquet_files(folder)
