"""Ready-made tiles of anybody as a ground archive: in PlanMap's own schema, and only where a plan is."""

from __future__ import annotations

import gzip
import io
import warnings
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from PIL import Image
from pmtiles.tile import zxy_to_tileid

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.tiles.archive import IMAGES, Archive, ArchiveWriter, Tile, tile_at
from geo.tiles.encode import layers_of
from geo.tiles.mbtiles import Mbtiles, is_picture
from geo.tiles.names import characters_of, cleaned
from geo.tiles.retile import is_sound, packed, retiled
from geo.tiles.schema import LAYERS, MAX_ZOOM, MIN_ZOOM, MOST_BYTES, MOST_UNPACKED_BYTES, SCHEMA
from geo.tiles.tile_kinds import OWN, Schema, schema_of

LONGEST_ATTRIBUTION = 200
"""Characters of an attribution that are kept."""

SIDES = (256, 512)
"""Pixels of the sides of pictures that can be used."""

DEEPEST_PICTURE = 19
"""The deepest zoom of pictures that is kept."""

LOOKED_AT = 40
"""Tiles whose layers tell the schema, besides what the metadata say."""

MOST_LOOKUPS = 400_000
"""Places of a PMTiles archive that are asked for one by one; for more, its own list is gone through."""

OpenTiles = Archive | Mbtiles


def rewrite(
    path: Path,
    kind: str,
    target: Path,
    *,
    bounds: BBox,
    metadata: Mapping[str, Any],
    progress: Callable[[float], None],
) -> None:
    """Write those tiles of the file at `path`, of the kind "pmtiles" or "mbtiles", that touch `bounds` to `target`.

    `bounds` are in degrees (WGS 84). Vector tiles become ones of PlanMap's own schema, pictures stay as they are. Of
    the zooms, those of `geo.tiles.schema` are kept, of pictures deeper ones too. To "planmap" in `metadata` are
    added the schema, the characters of the names, the zooms at which things had to be left out, and the size of
    pictures.

    Raises
    ------
    PlanMapError
        The file is damaged, its schema or pictures cannot be used, or it has nothing in `bounds`.
    """
    with _opened(path, kind) as archive:
        zooms = _zooms(archive)
        own = {**metadata.get("planmap", {}), "schema": SCHEMA}
        whole = {**metadata, "planmap": own}
        if archive.image_type:
            _copy_pictures(archive, target, bounds, zooms, whole, progress)
        else:
            _retile(archive, target, bounds, zooms, whole, progress)


def attribution_of(path: Path, kind: str) -> str:
    """Return what the file at `path` says of its source, as plain text in one line; empty if it says nothing.

    Raises
    ------
    PlanMapError
        The file is damaged.
    """
    with _opened(path, kind) as archive:
        stated = archive.metadata.get("attribution")
    return _plain(stated) if isinstance(stated, str) else ""


def source_of(path: Path, kind: str) -> tuple[str, str] | None:
    """Return in Chinese and English where the file at `path` says that it comes from; None if it does not say.

    Raises as `attribution_of`.
    """
    with _opened(path, kind) as archive:
        own = archive.metadata.get("planmap")
    if isinstance(own, dict) and own.get("schema") == SCHEMA:
        # A ground of PlanMap's own has been given both before.
        told = own.get("source")
        if isinstance(told, list) and len(told) == 2 and all(isinstance(one, str) and _plain(one) for one in told):
            return _plain(told[0]), _plain(told[1])
    stated = attribution_of(path, kind)
    return (stated, stated) if stated else None


class _Text(HTMLParser):
    """Gathers the text of a piece of HTML."""

    HIDDEN = ("script", "style", "title", "template")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in self.HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in self.HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(data)


def _plain(stated: str) -> str:
    reader = _Text()
    reader.feed(stated[: LONGEST_ATTRIBUTION * 40])
    reader.close()
    # Names are cut at a length of their own, so each piece of that length is cleaned.
    words = [cleaned(word) for word in "".join(reader.pieces).split()]
    return " ".join(word for word in words if word)[:LONGEST_ATTRIBUTION].strip()


def _opened(path: Path, kind: str) -> OpenTiles:
    return Mbtiles(path) if kind == "mbtiles" else Archive(path)


def _zooms(archive: OpenTiles) -> range:
    """Return the zooms that are kept, the lowest first."""
    least, most = archive.zooms
    # Features can be drawn larger than their tiles are meant for; a picture would only become blurred.
    deepest = DEEPEST_PICTURE if archive.image_type else MAX_ZOOM
    kept = range(max(least, MIN_ZOOM), min(most, deepest) + 1)
    if not kept:
        raise PlanMapError("tiles-zooms", file=archive.path.name, least=MIN_ZOOM, most=deepest, found=(least, most))
    return kept


def _copy_pictures(
    archive: OpenTiles,
    target: Path,
    bounds: BBox,
    zooms: range,
    metadata: dict[str, Any],
    progress: Callable[[float], None],
) -> None:
    kind = next(kind for kind, image_type in IMAGES.items() if image_type == archive.image_type)
    own = metadata["planmap"]
    with ArchiveWriter(target, bounds=bounds, metadata=metadata, kind=kind, hold=False) as writer:
        for at, tile in _found(archive, bounds, zooms, progress):
            side = _side(tile, archive)
            if own.setdefault("tile_pixels", side) != side:
                raise PlanMapError("tiles-picture-size", file=archive.path.name, width=side, height=side)
            writer.add(*at, tile)
        if "tile_pixels" not in own:
            raise PlanMapError("ground-nothing-there", file=archive.path.name)


def _side(tile: bytes, archive: OpenTiles) -> int:
    """Return the side of a picture in pixels; only the start of it is read."""
    kind = archive.image_type.removeprefix("image/")
    damaged = PlanMapError("tiles-no-picture", file=archive.path.name, kind=kind)
    if not is_picture(tile, archive.image_type):
        raise damaged
    try:
        with warnings.catch_warnings():
            # What a picture claims to be is looked at here, before anything unpacks it.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(tile), formats=[kind.upper()]) as picture:
                width, height = picture.size
    except Exception as error:
        # Pillow has a dozen errors for what is damaged.
        raise damaged from error
    if width != height or width not in SIDES:
        raise PlanMapError("tiles-picture-size", file=archive.path.name, width=width, height=height)
    return int(width)


def _retile(
    archive: OpenTiles,
    target: Path,
    bounds: BBox,
    zooms: range,
    metadata: dict[str, Any],
    progress: Callable[[float], None],
) -> None:
    own = metadata["planmap"]
    schema, layers = _schema(archive, bounds, zooms)
    characters: set[str] = set()
    thinned: set[int] = set(_thinned(archive) if schema is OWN else ())
    had_tiles = has_tiles = False
    with ArchiveWriter(
        target, bounds=bounds, metadata={**metadata, "planmap": own, "vector_layers": _described()}
    ) as writer:
        for at, tile in _found(archive, bounds, zooms, progress):
            had_tiles = True
            try:
                made, names, left_out = _tile(tile, schema, at, is_deepest=at[0] == zooms[-1])
            except PlanMapError as error:
                raise (_named(error, archive) if error.code == "tiles-damaged" else error) from error
            if not made:
                continue
            has_tiles = True
            writer.add(*at, made)
            characters.update(names)
            if left_out:
                thinned.add(at[0])
        if had_tiles and not has_tiles:
            # Layers of the right names, and nothing in them that is known.
            raise PlanMapError("tiles-unknown-schema", file=archive.path.name, found=layers)
        if not has_tiles:
            raise PlanMapError("ground-nothing-there", file=archive.path.name)
        own["characters"] = characters_of(characters)
        own["thinned"] = sorted(thinned)


def _tile(tile: bytes, schema: Schema, at: Tile, *, is_deepest: bool) -> tuple[bytes, str, bool]:
    """Return a tile as it is stored, the characters of its names, and whether something had to be left out."""
    # Tiles of PlanMap's own have been made for their zoom.
    layers = retiled(tile, schema, at, is_deepest=is_deepest or schema is OWN)
    if not layers:
        return b"", "", False
    names = "".join({str(made.tags[of]) for features in layers.values() for made in features for of in ("zh", "en")})
    if schema is OWN and len(tile) <= MOST_UNPACKED_BYTES and is_sound(tile, layers):
        stored = gzip.compress(tile, 6, mtime=0)
        if len(stored) <= MOST_BYTES:
            return stored, names, False
    stored, left_out = packed(layers, at[0])
    return stored, names, left_out


def _named(error: PlanMapError, archive: OpenTiles) -> PlanMapError:
    return PlanMapError(error.code, **{**error.details, "file": archive.path.name})


def _schema(archive: OpenTiles, bounds: BBox, zooms: range) -> tuple[Schema, tuple[str, ...]]:
    """Return the schema of vector tiles, and the names of the layers that told it."""
    told = archive.metadata
    own = told.get("planmap")
    if isinstance(own, dict) and own.get("schema") == SCHEMA:
        return OWN, tuple(LAYERS)
    listed = told.get("vector_layers")
    layers = {
        str(layer["id"])
        for layer in (listed if isinstance(listed, list) else [])[:200]
        if isinstance(layer, dict) and "id" in layer
    }
    looked = 0
    for _, tile in _found(archive, bounds, range(zooms[-1], zooms[0] - 1, -1), lambda share: None):
        try:
            layers.update(layers_of(tile))
        except PlanMapError as error:
            raise _named(error, archive) from error
        looked += 1
        if looked == LOOKED_AT:
            break
    if not looked:
        raise PlanMapError("ground-nothing-there", file=archive.path.name)
    names = tuple(cleaned(layer)[:40] for layer in sorted(layers)[:20])
    schema = schema_of(layers)
    if schema is None:
        raise PlanMapError("tiles-unknown-schema", file=archive.path.name, found=names)
    return schema, names


def _thinned(archive: OpenTiles) -> list[int]:
    told = archive.metadata["planmap"].get("thinned")
    return [zoom for zoom in told if isinstance(zoom, int) and MIN_ZOOM <= zoom <= MAX_ZOOM] if told else []


def _described() -> list[dict[str, object]]:
    return [{"id": layer, "fields": {"kind": "String", "zh": "String", "en": "String"}} for layer in LAYERS]


def _found(
    archive: OpenTiles, bounds: BBox, zooms: range, progress: Callable[[float], None]
) -> Iterator[tuple[Tile, bytes]]:
    """Yield the tiles that touch `bounds`, zoom by zoom in the order of `zooms`."""
    spans = {zoom: _span(bounds, zoom) for zoom in zooms}
    counts = {zoom: (spans[zoom][2] - spans[zoom][0] + 1) * (spans[zoom][3] - spans[zoom][1] + 1) for zoom in zooms}
    listed = _listed(archive, spans) if isinstance(archive, Archive) and sum(counts.values()) > MOST_LOOKUPS else None
    done, total = 0, sum(counts.values())
    for zoom in zooms:
        if isinstance(archive, Mbtiles):
            left, top, right, bottom = spans[zoom]
            found = archive.within(zoom, (left, right), (top, bottom))
        else:
            found = _asked(archive, _places(zoom, spans[zoom]) if listed is None else listed.get(zoom, []))
        for number, one in enumerate(found):
            yield one
            progress(min(done + number, done + counts[zoom]) / total)
        done += counts[zoom]
        progress(done / total)


def _asked(archive: Archive, places: list[Tile]) -> Iterator[tuple[Tile, bytes]]:
    # In the order of the file, so that each of its directories is unpacked once.
    for at in sorted(places, key=lambda place: zxy_to_tileid(*place)):
        tile = archive.tile(*at)
        if tile is not None:
            yield at, tile


def _listed(archive: Archive, spans: Mapping[int, tuple[int, int, int, int]]) -> dict[int, list[Tile]]:
    """Return by zoom which places within `spans` an archive has."""
    found: dict[int, list[Tile]] = {}
    for zoom, x, y in archive.places():
        if zoom in spans:
            left, top, right, bottom = spans[zoom]
            if left <= x <= right and top <= y <= bottom:
                found.setdefault(zoom, []).append((zoom, x, y))
    return found


def _places(zoom: int, span: tuple[int, int, int, int]) -> list[Tile]:
    left, top, right, bottom = span
    return [(zoom, x, y) for y in range(top, bottom + 1) for x in range(left, right + 1)]


def _span(bounds: BBox, zoom: int) -> tuple[int, int, int, int]:
    """Return the first and the last column and row of the tiles that touch `bounds`: left, top, right, bottom."""
    west, south, east, north = bounds
    left, top = tile_at(west, north, zoom)
    right, bottom = tile_at(east, south, zoom)
    return left, top, right, bottom
