"""Servers on this machine that speak OGC API Features and WFS, well or badly."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from geo.datum import gcj02_to_bd09, wgs84_to_gcj02
from geo.feature_service.offer import code_of
from tests.gml_writing import gml
from tests.own_files import parcels
from tests.remote_server import Reply

Answer = Callable[[str, dict[str, str]], Reply]

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
NAME = "plan:地块"


@dataclass(frozen=True)
class Ground:
    """Features of a server, as they are on the ground."""

    frame: gpd.GeoDataFrame
    """In degrees of WGS 84."""

    @property
    def box(self) -> list[float]:
        return [float(each) for each in self.frame.total_bounds]

    def features(self, epsg: int = 4326, *, turned: bool = False, datum: str = "") -> list[dict[str, Any]]:
        """Return them as GeoJSON in a system, perhaps with its axes the other way round, or in an offset frame."""
        moved = self.frame.to_crs(epsg)

        def placed(positions: np.ndarray) -> np.ndarray:
            x, y = positions[:, 0], positions[:, 1]
            if datum:
                x, y = wgs84_to_gcj02(x, y)
            if datum == "bd09":
                x, y = gcj02_to_bd09(x, y)
            return np.column_stack([y, x] if turned else [x, y])

        shapes = shapely.transform(np.asarray(moved.geometry), placed)
        rows = moved.drop(columns="geometry").to_dict("records")
        return [
            {"type": "Feature", "id": f"{number}", "properties": row, "geometry": shapely.geometry.mapping(shape)}
            for number, (row, shape) in enumerate(zip(rows, shapes, strict=True), 1)
        ]


def ground(rows: int = 4, columns: int = 5) -> Ground:
    """Return the parcels of `tests.own_files`, which lie around the station."""
    return Ground(parcels(rows, columns).to_crs(4326))


def reply(data: object, media_type: str = "application/geo+json") -> Reply:
    return Reply(json.dumps(data, ensure_ascii=False).encode(), media_type)


def meets(feature: Mapping[str, Any], box: Sequence[float]) -> bool:
    west, south, east, north = shapely.geometry.shape(feature["geometry"]).bounds
    return bool(east >= box[0] and west <= box[2] and north >= box[1] and south <= box[3])


def ogc_api(
    held: Ground,
    *,
    page: int = 7,
    datum: str = "",
    systems: Sequence[int] = (),
    counts: bool = True,
    promised: int | None = None,
    change: Callable[[dict[str, Any], int], Any] = lambda data, offset: data,
) -> Answer:
    """Return what answers as a server of OGC API Features, in pages no longer than `page`; `change` spoils one."""

    def answer(path: str, query: dict[str, str]) -> Reply:
        if path == "/api":
            links = [{"rel": "data", "href": "/api/collections", "type": "application/json"}]
            return reply({"title": "规划局", "links": links}, "application/json")
        about = {
            "id": NAME,
            "title": "地块",
            "extent": {"spatial": {"bbox": [held.box]}},
            "crs": [CRS84, *(f"{EPSG}{code}" for code in systems)],
            "links": [{"rel": "items", "href": "collections/plots/items", "type": "application/geo+json"}],
        }
        if path == "/api/collections":
            other = {"id": "other", "title": "<b>其他</b>"}
            return reply({"collections": [about, other, {"id": "map", "itemType": "tile"}]}, "application/json")
        if path != "/api/collections/plots/items":
            return Reply(b"no", status=404)
        code = int(query.get("crs", CRS84).rpartition("/")[2].replace("CRS84", "4326"))
        # By part 2 of the standard the axes are those of the system's definition.
        first = pyproj.CRS.from_epsg(code).axis_info[0].direction
        turned = "crs" in query and "CRS84" not in query["crs"] and first == "north"
        found, plain = held.features(code, turned=turned, datum=datum), held.features(datum=datum)
        if "bbox" in query:
            wanted = [float(part) for part in query["bbox"].split(",")]
            found = [each for each, one in zip(found, plain, strict=True) if meets(one, wanted)]
        offset, size = int(query.get("offset", 0)), min(page, int(query.get("limit", 10)))
        part = found[offset : offset + size]
        links = []
        if offset + size < len(found):
            kept = "&".join(f"{name}={value}" for name, value in query.items() if name not in ("offset", "limit"))
            links = [{"rel": "next", "href": f"?{kept}&limit={size}&offset={offset + size}"}]
        data: dict[str, Any] = {"type": "FeatureCollection", "features": part, "links": links}
        if counts:
            data |= {"numberMatched": len(found) if promised is None else promised, "numberReturned": len(part)}
        changed = change(data, offset)
        return changed if isinstance(changed, Reply) else reply(changed)

    return answer


def wfs(
    held: Ground,
    *,
    version: str = "2.0.0",
    epsg: int = 4490,
    others: Sequence[int] = (),
    paging: bool = True,
    forms: Sequence[str] = ("application/gml+xml; version=3.2", "application/json"),
    latitude_first: Callable[[str], bool] = lambda system: system.startswith("urn"),
    datum: str = "",
    says_system: bool = True,
    change: Callable[[dict[str, Any], int], Any] = lambda data, start: data,
    spoil: Callable[[str, int], str | Reply] = lambda text, start: text,
    schema: str = "",
    listed: str = "urn:ogc:def:crs:EPSG::",
    names: Callable[[str], str] = lambda system: system,
) -> Answer:
    """Return what answers as a WFS does, as GeoJSON or as GML; `change` spoils the one, `spoil` the other.

    `listed` is how the names of systems begin that it has, `names` what it calls the system that is asked for, and
    `schema` what it answers to DescribeFeatureType.

    `latitude_first` tells in which form of a system's name it has the latitude first; the box it reads likewise.
    """
    is_second = version.startswith("2")
    west, south, east, north = held.box
    parameters = "".join(f"<ows:Value>{form}</ows:Value>" for form in forms)
    allowed = f"<ows:AllowedValues>{parameters}</ows:AllowedValues>" if is_second else parameters
    crs = "CRS" if is_second else "SRS"
    more = "".join(f"<Other{crs}>{listed}{code}</Other{crs}>" for code in others)
    about = (
        f'<wfs:WFS_Capabilities version="{version}" xmlns:wfs="http://www.opengis.net/wfs/2.0" '
        'xmlns:ows="http://www.opengis.net/ows/1.1" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xmlns="http://www.opengis.net/wfs/2.0">'
        "<ows:ServiceIdentification><ows:Title>规划局</ows:Title></ows:ServiceIdentification><ows:OperationsMetadata>"
        '<ows:Operation name="GetFeature"><ows:DCP><ows:HTTP><ows:Get xlink:href="/wfs?map=a.map&amp;"/></ows:HTTP>'
        f'</ows:DCP><ows:Parameter name="outputFormat">{allowed}</ows:Parameter></ows:Operation>'
        f'<ows:Constraint name="ImplementsResultPaging"><ows:NoValues/><ows:DefaultValue>{str(paging).upper()}'
        "</ows:DefaultValue></ows:Constraint></ows:OperationsMetadata><FeatureTypeList>"
        f"<FeatureType><Name>{NAME}</Name><Title>地块</Title>"
        f"<Default{crs}>{listed}{epsg}</Default{crs}>{more}<ows:WGS84BoundingBox>"
        f"<ows:LowerCorner>{west} {south}</ows:LowerCorner><ows:UpperCorner>{east} {north}</ows:UpperCorner>"
        "</ows:WGS84BoundingBox></FeatureType><FeatureType><Name>plan:other</Name><Title>其他</Title>"
        f"<Default{crs}>EPSG:4326</Default{crs}></FeatureType></FeatureTypeList></wfs:WFS_Capabilities>"
    )

    def answer(_: str, query: dict[str, str]) -> Reply:
        if query.get("request") == "GetCapabilities":
            return Reply(about.encode(), "text/xml")
        if query.get("request") == "DescribeFeatureType":
            return Reply(schema.encode(), "text/xml") if schema else Reply(b"no", status=400)
        if query.get("map") != "a.map" or query.get("typenames" if is_second else "typename") != NAME:
            said = (
                b"<ExceptionReport><Exception><ExceptionText>no such type</ExceptionText></Exception></ExceptionReport>"
            )
            return Reply(said, "text/xml")
        system = query["srsname"]
        code = code_of(system)
        found = held.features(code, turned=latitude_first(system), datum=datum)
        if "bbox" in query:
            *numbers, named = query["bbox"].split(",")
            wanted = [float(number) for number in numbers]
            if latitude_first(named):
                wanted = [wanted[index] for index in (1, 0, 3, 2)]
            plain = held.features(datum=datum)
            found = [each for each, one in zip(found, plain, strict=True) if meets(one, wanted)]
        if query.get("resulttype") == "hits":
            name = "numberMatched" if is_second else "numberOfFeatures"
            return Reply(f'<wfs:FeatureCollection xmlns:wfs="w" {name}="{len(found)}"/>'.encode(), "text/xml")
        start = int(query.get("startindex", 0)) if paging else 0
        size = int(query.get("count" if is_second else "maxfeatures", 10**6))
        # As some servers, it gives fewer at a time than it is asked for.
        part = found[start : start + (min(size, 7) if paging and is_second else size)]
        if "json" not in query.get("outputformat", ""):
            form = "2" if "gml/2" in query.get("outputformat", "") else "3.2" if is_second else "3.1"
            text = gml(part, form, names(system) if says_system else "", matched=len(found) if is_second else None)
            spoiled = spoil(text, start)
            return spoiled if isinstance(spoiled, Reply) else Reply(spoiled.encode(), "text/xml")
        data: dict[str, Any] = {"type": "FeatureCollection", "features": part}
        if is_second:
            data["numberMatched"] = len(found)
        if says_system:
            data["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}
        changed = change(data, start)
        return changed if isinstance(changed, Reply) else reply(changed, "application/json")

    return answer
