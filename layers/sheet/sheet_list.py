"""A list of sheets that somebody has written: sites or positions, one a line, in a CSV file."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from geo.errors import PlanMapError
from geo.files import read_text
from layers.draw import typeface
from layers.font import Weight
from layers.plan.fault import Fault
from layers.plan.plan import Plan
from layers.plan.scene import Scene
from layers.selection.extent import AROUND_M
from layers.selection.site_names import with_sites

MAXIMUM_BYTES = 2**20
"""Size in bytes of the largest list that is read."""

MAXIMUM_ROWS = 500
"""Most sheets of a list, as of any atlas."""

MAXIMUM_FAULTS = 50
"""Number of faults after which reading ends."""

LONGEST_TITLE = 80
"""Longest title of a sheet, in characters."""

COLUMNS = {
    **dict.fromkeys(("site", "id", "name", "地点", "编号", "名称"), "site"),
    **dict.fromkeys(("longitude", "lon", "lng", "经度"), "longitude"),
    **dict.fromkeys(("latitude", "lat", "纬度"), "latitude"),
    **dict.fromkeys(("title", "标题"), "title"),
}
"""What the heads of columns stand for."""

LIMITS = {"longitude": 180.0, "latitude": 90.0}


class ListFaultsError(PlanMapError):
    """A list cannot be used because of its `faults`, at least one."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        super().__init__("list-faults", file=file, count=len(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list."""

    site: str
    """The Scene's words for the sites that it names; empty for a position."""
    position: tuple[float, float] | None
    """Longitude and latitude (WGS 84, degrees); None for sites."""
    title: str
    """Title of the sheet; empty for the names of the sites, or the position."""


def read_list(plan: Plan, path: Path) -> list[Listed]:
    """Read a UTF-8 CSV file of sheets of `plan`.

    Its first line names the columns, see `COLUMNS`. Each further line holds the id or name of a site, or of several
    as `layers.selection.site_names` reads them, or a longitude and a latitude (WGS 84, degrees), and may hold a title.

    Raises
    ------
    PlanMapError
        The file cannot be read.
    ListFaultsError
        Lines of it cannot be used; each fault names its line and column.
    """
    if not path.exists():
        raise PlanMapError("foreign-missing", file=path.name)
    text = read_text(path, limit=MAXIMUM_BYTES)
    faults: list[Fault] = []
    found: list[Listed] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = _columns(next(reader, []), path.name, faults)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(found) >= MAXIMUM_ROWS:
                raise PlanMapError("too-many-rows", file=path.name, limit=MAXIMUM_ROWS)
            if faults and (len(faults) >= MAXIMUM_FAULTS or faults[0].row == "1"):
                break
            line = str(reader.line_num)
            if len(cells) != len(names):
                faults.append(Fault(path.name, line, "", "row-length", {"columns": len(names)}))
                continue
            row = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if name}
            one = _line(plan, row, path.name, line, faults)
            found += [] if one is None else [one]
    except csv.Error as error:
        faults.append(Fault(path.name, str(reader.line_num), "", "not-csv", {"reason": str(error)}))
    if not (found or faults):
        faults.append(Fault(path.name, "", "", "list-empty"))
    if faults:
        raise ListFaultsError(path.name, faults)
    return found


def _columns(heads: list[str], file: str, faults: list[Fault]) -> list[str]:
    """Return what each column holds."""
    names = [COLUMNS.get(head.strip().casefold(), "") for head in heads]
    for head, name in zip(heads, names, strict=True):
        if not name:
            faults.append(Fault(file, "1", head.strip(), "list-column", {"expected": ("site", *LIMITS, "title")}))
        elif names.count(name) > 1:
            faults.append(Fault(file, "1", head.strip(), "column-name"))
    if heads and not faults and "site" not in names and not set(LIMITS) <= set(names):
        faults.append(Fault(file, "1", "", "list-column", {"expected": ("site", *LIMITS, "title")}))
    return names


def _line(plan: Plan, row: Mapping[str, str], file: str, line: str, faults: list[Fault]) -> Listed | None:
    """Return what one line asks for; None if it has a fault, which `faults` gets."""
    before = len(faults)
    site, title = row.get("site", ""), row.get("title", "")
    asked = {name: row[name] for name in LIMITS if row.get(name)}
    try:
        typeface.check(title, Weight.BOLD)
    except PlanMapError as error:
        faults.append(Fault(file, line, "title", error.code, error.details))
    if len(title) > LONGEST_TITLE:
        faults.append(Fault(file, line, "title", "field-too-long", {"limit": LONGEST_TITLE}))
    if bool(site) == bool(asked):
        faults.append(Fault(file, line, "site", "list-site-or-position"))
        return None
    if site:
        try:
            scene = with_sites(plan, Scene(), [site]).scene
            if scene.view is not None:
                # A district of the ground, which a Scene can only show as a view.
                raise PlanMapError("no-such-site", name=site, near="")
        except PlanMapError as error:
            faults.append(Fault(file, line, "site", error.code, error.details))
            return None
        if not any(plan.sites[site_id].placed for site_id in scene.sites):
            faults.append(Fault(file, line, "site", "nothing-placed", {"name": site}))
        return Listed(scene.site, None, title) if len(faults) == before else None
    values = []
    for name, limit in LIMITS.items():
        if name not in asked:
            faults.append(Fault(file, line, name, "field-missing"))
            continue
        try:
            # A comma for a point, as a spreadsheet writes it in some countries, is not guessed at.
            value = float(asked[name]) if asked[name].isascii() else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            faults.append(Fault(file, line, name, "field-number", {"value": asked[name]}))
        elif abs(value) > limit:
            faults.append(Fault(file, line, name, "field-range", {"value": asked[name], "limit": f"{limit:g}"}))
        values.append(value)
    if len(faults) > before:
        return None
    x, y = plan.grid.position(values[0], values[1])
    if not plan.grid.is_true((x - AROUND_M, y - AROUND_M, x + AROUND_M, y + AROUND_M)):
        faults.append(Fault(file, line, "longitude", "extent-off-grid", {"grid": plan.grid.crs}))
        return None
    return Listed("", (values[0], values[1]), title)
