"""MBTiles (version 1.3): tiles in a database of SQLite. The files may come from anybody."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from geo.errors import PlanMapError
from geo.grid import BBox
from geo.tiles.archive import MOST_DIRECTORY_BYTES, MOST_TILE_BYTES, MOST_TILES, Tile, unpacked

MOST_STEPS = 200_000_000
"""Instructions of SQLite's virtual machine that one question may take: seconds, and far more than any honest one."""

LOOK_STEPS = 100_000
"""Instructions between two looks at how many there have been."""

MOST_FACTS = 1000
"""Rows of the metadata that are read."""

FORMATS = {
    "pbf": "",
    "mvt": "",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
}
"""Media types by what the metadata call `format`; empty for vector tiles."""

STARTS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF"}
"""The first bytes of pictures by media type."""

_GZIP = b"\x1f\x8b"

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, 33}
"""What a view may do; 33 is SQLITE_RECURSIVE, which Python 3.11 has no name for."""


class Mbtiles:
    """A database of tiles, open for reading, with the face of `geo.tiles.archive.Archive`."""

    def __init__(self, path: Path) -> None:
        """Open the database at `path`.

        Raises
        ------
        PlanMapError
            It cannot be read, or is no database of tiles that can be drawn.
        """
        self.path = path
        self._steps = 0
        try:
            # Immutable, so that no journal beside it is read, and nothing is written.
            self._database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        except sqlite3.Error as error:
            raise PlanMapError("foreign-unreadable", file=path.name, reason=str(error)) from error
        try:
            self._database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_TILE_BYTES)
            self._database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
            self._database.execute("PRAGMA trusted_schema=OFF")
            self._database.execute("PRAGMA cell_size_check=ON")
            self._database.set_authorizer(_allowed)
            self._database.set_progress_handler(self._count, LOOK_STEPS)
            self.metadata = self._metadata()
            """What the database says of itself; empty where that is damaged."""
            self.image_type = self._image_type()
            """Media type of tiles that are pictures; empty for vector tiles."""
        except sqlite3.Error as error:
            self.close()
            raise PlanMapError("tiles-damaged", file=path.name) from error
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @property
    def zooms(self) -> tuple[int, int]:
        """The lowest and the highest zoom.

        Raises
        ------
        PlanMapError
            The database is damaged, or empty.
        """
        # Two questions, for which an index holds the answers.
        rows = [row for end in ("min", "max") for row in self._rows(f"SELECT {end}(zoom_level) FROM tiles")]  # noqa: S608
        numbers = [zoom for (zoom,) in rows if isinstance(zoom, int)]
        if len(numbers) != 2:
            raise PlanMapError("tiles-damaged", file=self.path.name)
        return numbers[0], numbers[1]

    @property
    def bounds(self) -> BBox:
        """What the tiles cover by their metadata, in degrees (WGS 84); the whole world where that says nothing."""
        with suppress(ValueError):
            west, south, east, north = (float(part) for part in str(self.metadata.get("bounds", "")).split(","))
            if -180 <= west < east <= 180 and -90 <= south < north <= 90:
                return west, south, east, north
        return -180.0, -85.0, 180.0, 85.0

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Return a tile, unpacked, or None where there is none.

        Raises
        ------
        PlanMapError
            The database is damaged.
        """
        return next((tile for _, tile in self.within(zoom, (x, x), (y, y))), None)

    def tiles(self) -> Iterator[tuple[Tile, bytes]]:
        """Yield each tile with its place, unpacked.

        Raises
        ------
        PlanMapError
            The database is damaged, or holds too many.
        """
        for zoom, column, row, data in self._rows("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"):
            yield self._place(zoom, column, row), self._unpacked(data)

    def places(self) -> Iterator[Tile]:
        """Yield the place of each tile; raises as `tiles` does."""
        for zoom, column, row in self._rows("SELECT zoom_level, tile_column, tile_row FROM tiles"):
            yield self._place(zoom, column, row)

    def within(self, zoom: int, columns: tuple[int, int], rows: tuple[int, int]) -> Iterator[tuple[Tile, bytes]]:
        """Yield the tiles of a zoom from the first to the last of `columns` and of `rows`, these from the north.

        Raises as `tiles` does.
        """
        if not 0 <= zoom <= 22:
            return
        # A database counts rows from the south.
        last = 2**zoom - 1
        asked = "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"
        asked += " WHERE zoom_level = ? AND tile_column BETWEEN ? AND ? AND tile_row BETWEEN ? AND ?"
        most = (columns[1] - columns[0] + 1) * (rows[1] - rows[0] + 1)
        for level, column, row, data in self._rows(asked, zoom, *columns, last - rows[1], last - rows[0]):
            most -= 1
            if most < 0:
                # A view can repeat a tile without end.
                raise PlanMapError("tiles-damaged", file=self.path.name)
            yield self._place(level, column, row), self._unpacked(data)

    def _rows(self, asked: str, *values: int) -> Iterator[tuple[Any, ...]]:
        self._steps = 0
        try:
            for number, row in enumerate(self._database.execute(asked, values)):
                if number >= MOST_TILES:
                    raise PlanMapError("tiles-too-many", file=self.path.name, limit=MOST_TILES)
                yield row
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            raise PlanMapError("tiles-damaged", file=self.path.name) from error

    def _count(self) -> int:
        self._steps += LOOK_STEPS
        return int(self._steps > MOST_STEPS)

    def _place(self, zoom: object, column: object, row: object) -> Tile:
        if not (isinstance(zoom, int) and isinstance(column, int) and isinstance(row, int) and 0 <= zoom <= 30):
            raise PlanMapError("tiles-damaged", file=self.path.name)
        side = 2**zoom
        if not (0 <= column < side and 0 <= row < side):
            raise PlanMapError("tiles-damaged", file=self.path.name)
        return zoom, column, side - 1 - row

    def _unpacked(self, data: object) -> bytes:
        if not isinstance(data, bytes):
            raise PlanMapError("tiles-damaged", file=self.path.name)
        if self.image_type or not data.startswith(_GZIP):
            return data
        return unpacked(data, MOST_TILE_BYTES, self.path.name)

    def _metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        try:
            for name, value in self._rows("SELECT name, value FROM metadata"):
                if len(found) >= MOST_FACTS:
                    return {}
                if isinstance(name, str) and isinstance(value, str | int | float):
                    found[name] = value
        except PlanMapError:
            return {}
        more = str(found.pop("json", ""))
        if len(more) <= MOST_DIRECTORY_BYTES:
            with suppress(ValueError, RecursionError):
                told = json.loads(more)
                return {**told, **found} if isinstance(told, dict) else found
        return found

    def _image_type(self) -> str:
        told = str(self.metadata.get("format", "")).strip().lower().removeprefix("image/")
        if told in FORMATS:
            return FORMATS[told]
        if told:
            raise PlanMapError("tiles-kind", file=self.path.name)
        # Old ones say nothing, so the first tile is looked at.
        start = next(
            (bytes(row[0]) for row in self._rows("SELECT tile_data FROM tiles LIMIT 1") if isinstance(row[0], bytes)),
            b"",
        )
        return next((kind for kind in STARTS if is_picture(start, kind)), "")


def is_picture(data: bytes, image_type: str) -> bool:
    """Whether `data` begins as pictures of the media type do."""
    if image_type == "image/webp":
        return data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    return data.startswith(STARTS[image_type])


def _allowed(action: int, *more: object) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
