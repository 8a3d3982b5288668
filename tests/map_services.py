"""Map services on this machine whose pictures say where they are: each pixel has the colour of its position.

Red goes once around for each 0.05° of longitude, green for each 0.05° of latitude, so that a step of one in 256 is
about 20 m: what lies beside its place by as little as the shift of GCJ-02, some 500 m, or with its axes swapped, has
quite other colours.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from geo.crs import EARTH_M
from tests.remote_server import Reply

TURN = 0.05

Shift = Callable[[NDArray[np.float64], NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]


def colours(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return red and green, from 0 to 256, of positions in degrees."""
    return np.stack([longitude / TURN % 1 * 256, latitude / TURN % 1 * 256], axis=-1)


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far colours are from each other, the short way around."""
    return np.asarray(np.abs((one - other + 128) % 256 - 128))


def _png(red_green: NDArray[np.float64]) -> bytes:
    whole = np.full((*red_green.shape[:2], 3), 90, dtype=np.uint8)
    whole[..., :2] = red_green
    file = BytesIO()
    Image.fromarray(whole).save(file, "PNG")
    return file.getvalue()


def box_picture(
    west: float, south: float, east: float, north: float, width: int, height: int, *, metres: bool
) -> bytes:
    """Return the picture of a box in degrees or in metres of Web Mercator."""
    x = west + (np.arange(width) + 0.5) / width * (east - west)
    y = north - (np.arange(height) + 0.5) / height * (north - south)
    if metres:
        x, y = np.degrees(x / EARTH_M), np.degrees(np.arctan(np.sinh(y / EARTH_M)))
    return _png(colours(*np.meshgrid(x, y)))


def tile_picture(zoom: int, x: int, y: int, side: int = 256) -> bytes:
    """Return the picture of a tile of web maps."""
    world = 2 * math.pi * EARTH_M
    west, north = (x / 2**zoom - 0.5) * world, (0.5 - y / 2**zoom) * world
    size = world / 2**zoom
    return box_picture(west, north - size, west + size, north, side, side, metres=True)


def xyz(path: str, _: dict[str, str]) -> Reply:
    """Answer `/…/z/x/y.png`."""
    zoom, x, y = (int(part) for part in path.removesuffix(".png").split("/")[-3:])
    return Reply(tile_picture(zoom, x, y), "image/png")


WMS_LAYERS = """<Layer><Title>All</Title>{systems}
<EX_GeographicBoundingBox><westBoundLongitude>116</westBoundLongitude><eastBoundLongitude>119</eastBoundLongitude>
<southBoundLatitude>38</southBoundLatitude><northBoundLatitude>40.5</northBoundLatitude></EX_GeographicBoundingBox>
<LatLonBoundingBox minx="116" miny="38" maxx="119" maxy="40.5"/>
<Layer queryable="1"><Name>landuse</Name><Title>用地</Title></Layer>
<Layer><Name>pipes</Name><Title>&lt;b&gt;管线&lt;/b&gt;</Title></Layer></Layer>"""


def wms(version: str, *systems: str) -> Callable[[str, dict[str, str]], Reply]:
    """Return what answers as a WMS of that version with these reference systems does."""
    root, crs = ("WMS_Capabilities", "CRS") if version == "1.3.0" else ("WMT_MS_Capabilities", "SRS")
    listed = "".join(f"<{crs}>{system}</{crs}>" for system in systems)

    def answer(_: str, query: dict[str, str]) -> Reply:
        if query.get("request") == "GetCapabilities":
            about = (
                f'<{root} version="{version}" xmlns:xlink="http://www.w3.org/1999/xlink"><Service><Name>WMS</Name>'
                "<Title>规划局</Title></Service><Capability><Request><GetMap><Format>image/jpeg</Format>"
                '<Format>image/png</Format><DCPType><HTTP><Get><OnlineResource xlink:href="/wms?map=a.map&amp;"/>'
                f"</Get></HTTP></DCPType></GetMap></Request>{WMS_LAYERS.format(systems=listed)}</Capability></{root}>"
            )
            return Reply(about.encode(), "text/xml")
        if query.get("map") != "a.map" or query.get("request") != "GetMap" or query.get("layers") != "landuse":
            return Reply(b"<ServiceException>no such layer</ServiceException>", "text/xml")
        if query["version"] != version or query[crs.lower()] not in systems:
            return Reply(b"<ServiceException>wrong version</ServiceException>", "text/xml")
        box = [float(number) for number in query["bbox"].split(",")]
        metres = query[crs.lower()] == "EPSG:3857"
        if version == "1.3.0" and query[crs.lower()] in ("EPSG:4326", "EPSG:4490"):
            box = [box[1], box[0], box[3], box[2]]
        west, south, east, north = box
        side = int(query["width"]), int(query["height"])
        return Reply(box_picture(west, south, east, north, *side, metres=metres), "image/png")

    return answer


def wmts(*, rest: bool, scale_0: float = 559_082_264.0287178) -> Callable[[str, dict[str, str]], Reply]:
    """Return what answers as a WMTS does, by addresses of its own for tiles (`rest`) or by parameters."""
    matrices = "".join(
        f"<TileMatrix><ows:Identifier>EPSG:3857:{zoom}</ows:Identifier>"
        f"<ScaleDenominator>{scale_0 / 2**zoom}</ScaleDenominator>"
        "<TopLeftCorner>-20037508.3427892 20037508.3427892</TopLeftCorner>"
        f"<TileWidth>256</TileWidth><TileHeight>256</TileHeight></TileMatrix>"
        for zoom in range(3, 16)
    )
    resource = (
        '<ResourceURL format="image/png" resourceType="tile" '
        'template="/rest/{Style}/{Time}/{TileMatrixSet}/{TileMatrix}/{TileRow}/{TileCol}"/>'
        if rest
        else ""
    )
    about = (
        '<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><ows:ServiceIdentification><ows:Title>影像</ows:Title>'
        "</ows:ServiceIdentification><ows:ServiceProvider><ows:ProviderName>测绘院</ows:ProviderName>"
        '</ows:ServiceProvider><ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP>'
        '<ows:Get xlink:href="/kvp?"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata><Contents>'
        "<Layer><ows:Title>正射影像</ows:Title><ows:WGS84BoundingBox><ows:LowerCorner>116 38</ows:LowerCorner>"
        "<ows:UpperCorner>119 40.5</ows:UpperCorner></ows:WGS84BoundingBox><ows:Identifier>img</ows:Identifier>"
        '<Style isDefault="true"><ows:Identifier>default</ows:Identifier></Style><Format>image/png</Format>'
        "<Dimension><ows:Identifier>Time</ows:Identifier><Default>2024</Default></Dimension>"
        "<TileMatrixSetLink><TileMatrixSet>c</TileMatrixSet></TileMatrixSetLink>"
        f"<TileMatrixSetLink><TileMatrixSet>w</TileMatrixSet></TileMatrixSetLink>{resource}</Layer>"
        "<TileMatrixSet><ows:Identifier>c</ows:Identifier>"
        "<ows:SupportedCRS>urn:ogc:def:crs:EPSG::4490</ows:SupportedCRS></TileMatrixSet>"
        "<TileMatrixSet><ows:Identifier>w</ows:Identifier>"
        f"<ows:SupportedCRS>urn:ogc:def:crs:EPSG::3857</ows:SupportedCRS>{matrices}</TileMatrixSet>"
        "</Contents></Capabilities>"
    )

    def answer(path: str, query: dict[str, str]) -> Reply:
        if query.get("request") == "GetCapabilities":
            return Reply(about.encode(), "text/xml")
        if rest and path.startswith("/rest/default/2024/w/EPSG:3857:"):
            matrix, y, x = path.split("/")[5:]
        elif not rest and query.get("tilematrixset") == "w" and query.get("layer") == "img":
            matrix, x, y = query["tilematrix"], query["tilecol"], query["tilerow"]
        else:
            return Reply(b"no such thing", "text/xml", status=400)
        return Reply(tile_picture(int(matrix.rpartition(":")[2]), int(x), int(y)), "image/png")

    return answer


def wmts_in_degrees(system: str, corner: str, scale_0: float) -> Callable[[str, dict[str, str]], Reply]:
    """Return what answers as a WMTS whose tiles are even in degrees does, such as 天地图's `c`.

    `scale_0` is the denominator of the scale of a tile that shows 360 degrees.
    """
    matrices = "".join(
        f"<TileMatrix><ows:Identifier>{zoom}</ows:Identifier><ScaleDenominator>{scale_0 / 2**zoom}</ScaleDenominator>"
        f"<TopLeftCorner>{corner}</TopLeftCorner><TileWidth>256</TileWidth><TileHeight>256</TileHeight></TileMatrix>"
        for zoom in range(1, 16)
    )
    about = (
        '<Capabilities xmlns="http://www.opengis.net/wmts/1.0" xmlns:ows="http://www.opengis.net/ows/1.1" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"><ows:ServiceProvider><ows:ProviderName>测绘院</ows:ProviderName>'
        '</ows:ServiceProvider><ows:OperationsMetadata><ows:Operation name="GetTile"><ows:DCP><ows:HTTP>'
        '<ows:Get xlink:href="/img_c/wmts?"/></ows:HTTP></ows:DCP></ows:Operation></ows:OperationsMetadata><Contents>'
        "<Layer><ows:Title>影像</ows:Title><ows:Identifier>img</ows:Identifier><Format>tiles</Format>"
        "<Style><ows:Identifier>default</ows:Identifier></Style>"
        "<TileMatrixSetLink><TileMatrixSet>c</TileMatrixSet></TileMatrixSetLink></Layer>"
        f"<TileMatrixSet><ows:Identifier>c</ows:Identifier><ows:SupportedCRS>{system}</ows:SupportedCRS>{matrices}"
        "</TileMatrixSet></Contents></Capabilities>"
    )

    def answer(path: str, query: dict[str, str]) -> Reply:
        if query.get("request") == "GetCapabilities":
            return Reply(about.encode(), "text/xml")
        if path != "/img_c/wmts" or query.get("tilematrixset") != "c":
            return Reply(b"no such thing", "text/xml", status=400)
        zoom, x, y = (int(query[name]) for name in ("tilematrix", "tilecol", "tilerow"))
        size = 360 / 2**zoom
        # There are half as many rows as columns.
        if not (0 <= x < 2**zoom and 0 <= y < 2 ** (zoom - 1)):
            return Reply(b"no such tile", "text/xml", status=400)
        west, north = x * size - 180, 90 - y * size
        return Reply(box_picture(west, north - size, west + size, north, 256, 256, metres=False), "image/png")

    return answer


@pytest.fixture
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and a cache of this test alone."""
    folder = tmp_path_factory.mktemp("machine")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
