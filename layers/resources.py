"""Where the files that ship with PlanMap are, in a checkout and in an installation."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from geo.errors import PlanMapError

_ROOT = Path(__file__).resolve().parent.parent
BROWSER_FOLDER = Path(__file__).resolve().parent / "browser"
"""Our own scripts and styles for the map, and `vendor/` with the locked third-party ones."""


@lru_cache(maxsize=1)
def data_folder() -> Path:
    """Return the folder `data/` of a checkout, or `planmap_data/` beside the installed packages.

    Raises
    ------
    PlanMapError
        There is neither; installing again brings it.
    """
    for name in ("planmap_data", "data"):
        folder = _ROOT / name
        if (folder / "translations").is_dir():
            return folder
    raise PlanMapError("incomplete-install", folder=_ROOT)


def default_plan_folder() -> Path:
    """Return the folder of the built-in plan."""
    return data_folder() / "dongli-2024"


def vendor_file(name: str) -> Path:
    """Return the path of a third-party browser file, such as `leaflet/leaflet.js`.

    Raises
    ------
    PlanMapError
        The build did not bring it; installing again does.
    """
    path = BROWSER_FOLDER / "vendor" / name
    if not path.is_file():
        raise PlanMapError("incomplete-install", folder=path)
    return path
