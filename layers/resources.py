"""Where the files that ship with PlanMap are, in a checkout and in an installation."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from geo.errors import PlanMapError

_ROOT = Path(__file__).resolve().parent.parent
BROWSER_FOLDER = Path(__file__).resolve().parent / "browser"
"""Folder with our scripts and styles in `src/`, their bundles in `dist/`, and locked third-party files in `vendor/`."""


WORLD_LAND = "world-atlas/land-10m.json"
"""The third-party file with the land of the world, for `geo.world`."""


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
    """Return the path of a third-party file, such as `maki/icons/rail.svg`.

    Raises
    ------
    PlanMapError
        The build did not bring it; installing again does.
    """
    return _built(BROWSER_FOLDER / "vendor" / name)


def bundle_name(name: str) -> str:
    """Return the file name of a bundle such as `browse.js`, which changes with the content.

    Raises
    ------
    PlanMapError
        The build did not make it; installing again does.
    """
    manifest = _built(BROWSER_FOLDER / "dist" / "manifest.json")
    names: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return names[name]


def _built(path: Path) -> Path:
    if not path.is_file():
        raise PlanMapError("incomplete-install", folder=path)
    return path
