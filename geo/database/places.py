"""Where features of a table are on the web map, as expressions of SQL: the same of a feature whoever asks for a tile.

What decides in which tile a feature is at home must not depend on the tile that is asked for, or one would be in two
tiles or in none.
"""

from __future__ import annotations

import math
from typing import cast

from psycopg import sql

from geo.database.frame import TableFrame
from geo.tiles.thinned.world import TOP

CIRCUMFERENCE_M = 40_075_016.685578488

_PI = repr(math.pi)
_LAST = "0.999999999999"
"""The world ends at 1."""


def _sql(text: str) -> sql.SQL:
    """Return a text of our own as SQL."""
    return sql.SQL(text)


def centre(frame: TableFrame) -> sql.Composable:
    """Return the longitude `lon` and latitude `lat` (WGS 84) of the middle of the box `x0`, `y0`, `x1`, `y1` of `b`."""
    if frame.is_grid:
        point = "ST_Transform(ST_SetSRID(ST_MakePoint((x0 + x1) / 2, (y0 + y1) / 2), {srid}), {degrees})"
        found = f"(SELECT ST_X(p) AS x, ST_Y(p) AS y FROM (SELECT {point} AS p OFFSET 0) AS q OFFSET 0)"  # noqa: S608
    else:
        found = "(SELECT (x0 + x1) / 2 AS x, (y0 + y1) / 2 AS y)"
    srid, degrees = sql.Literal(frame.srid), sql.Literal(frame.degrees)
    middle = cast(sql.Composable, _sql(found).format(srid=srid, degrees=degrees))
    if frame.is_plain:
        return _sql("(SELECT x AS lon, y AS lat FROM {} AS m)").format(middle)
    if not frame.datum:
        # From one datum to another the shift is nearly the same all over a layer.
        a, b, d, e, right, up = frame.affine(frame.bounds) or (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        moved = (
            f"(SELECT {a!r} * x + {b!r} * y + {right!r} AS lon, {d!r} * x + {e!r} * y + {up!r} AS lat FROM {{}} AS m)"  # noqa: S608
        )
        return _sql(moved).format(middle)
    first = middle
    if frame.datum == "bd09":
        first = _sql(
            "(SELECT r * cos(a) AS x, r * sin(a) AS y FROM (SELECT "  # noqa: S608
            f"sqrt(u * u + v * v) - 0.00002 * sin(v * {_PI} * 3000 / 180) AS r, "
            f"atan2(v, u) - 0.000003 * cos(u * {_PI} * 3000 / 180) AS a "
            "FROM (SELECT x - 0.0065 AS u, y - 0.006 AS v FROM {} AS m) AS n OFFSET 0) AS o)"
        ).format(middle)
    # The shift at the shifted place is that at the true one to a metre.
    x, y = "(x - 105)", "(y - 35)"
    common = f"(20 * sin(6 * {x} * {_PI}) + 20 * sin(2 * {x} * {_PI})) * 2 / 3"
    north = (
        f"-100 + 2 * {x} + 3 * {y} + 0.2 * {y} ^ 2 + 0.1 * {x} * {y} + 0.2 * sqrt(abs({x})) + {common} "
        f"+ (20 * sin({y} * {_PI}) + 40 * sin({y} / 3 * {_PI})) * 2 / 3 "
        f"+ (160 * sin({y} / 12 * {_PI}) + 320 * sin({y} * {_PI} / 30)) * 2 / 3"
    )
    east = (
        f"300 + {x} + 2 * {y} + 0.1 * {x} ^ 2 + 0.1 * {x} * {y} + 0.1 * sqrt(abs({x})) + {common} "
        f"+ (20 * sin({x} * {_PI}) + 40 * sin({x} / 3 * {_PI})) * 2 / 3 "
        f"+ (150 * sin({x} / 12 * {_PI}) + 300 * sin({x} / 30 * {_PI})) * 2 / 3"
    )
    w = "(1 - 0.00669342162296594323 * sin(radians(y)) ^ 2)"
    shifted = (
        f"(SELECT x - ({east}) * 180 / (6378245.0 / sqrt({w}) * cos(radians(y)) * {_PI}) AS lon, "  # noqa: S608
        f"y - ({north}) * 180 / (6378245.0 * (1 - 0.00669342162296594323) / ({w} * sqrt({w})) * {_PI}) AS lat "
        "FROM {} AS s)"
    )
    return _sql(shifted).format(first)


def on_the_world() -> sql.Composable:
    """Return `wx` and `wy`, from 0 to 1 from the north-west corner of the web map, of `lon` and `lat` of `d`."""
    sine = f"sin(radians(least(greatest(lat, -{TOP!r}), {TOP!r})))"
    return _sql(
        f"(SELECT least(greatest((lon + 180) / 360, 0), {_LAST}) AS wx, "
        f"least(greatest(0.5 - ln((1 + {sine}) / (1 - {sine})) / (4 * {_PI}), 0), {_LAST}) AS wy)"
    )


def world_units(frame: TableFrame) -> tuple[sql.Composable, sql.Composable]:
    """Return how wide the world is in units of the figures at the latitude `lat`: to the east, and to the north."""
    shrink = f"cos(radians(least(greatest(lat, -{TOP!r}), {TOP!r})))"
    if not frame.is_grid:
        return _sql("360.0"), _sql(f"(360.0 * {shrink})")
    whole = CIRCUMFERENCE_M / frame.metre
    side = _sql(f"{whole!r}") if frame.is_web_mercator else _sql(f"({whole!r} * {shrink})")
    return side, side
